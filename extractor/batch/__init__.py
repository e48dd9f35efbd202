"""Archives: every document of a folder, list, zip or object store extracted into a store, or named with the reason."""
