"""The first baseline: the patterns of the product's own prose labeller and its matching of header labels by text."""

from __future__ import annotations

from extractor.label.headers import HeaderMatcher, LabelMatcher
from extractor.label.interface import ProseLabeller
from extractor.label.prose import PatternLabeller


def prose_labeller() -> ProseLabeller:
    """Figures by regular expressions."""
    return PatternLabeller()


def header_matcher() -> HeaderMatcher:
    """Headers by their likeness to the dictionary's labels."""
    return LabelMatcher()
