"""Measures the extractor against labelled samples: harness, metrics and baselines."""
