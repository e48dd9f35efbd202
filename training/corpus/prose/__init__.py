"""Prose of reports: a grammar with many alternatives at each level, every figure in it labelled."""
