"""The service: an API and a workbench over a store, for a team inside its own network or for one person's machine."""
