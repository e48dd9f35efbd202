"""Released model artefacts and their loader."""
