"""Released model artefacts, a folder a release; `extractor.label.model.release` checks and loads them."""
