"""The keys by which results can be sliced: every plain key of a label file, and a few that follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eval.types import Fact
from extractor.report import Report

_LISTS = frozenset({"cells", "paragraphs", "errors", "page_sizes", "version", "parts"})
DEFAULT_KEYS = ("source", "scan.level", "scan.dpi", "scan.skew", "scan.seals", "table_over_pages", "template", "hybrid",
                "layout.family", "layout.hierarchy", "level", "with_errors", "pages")
"""Slices that are told unless others are asked for; a key that no label has is left out."""


def facts_of(known: Mapping[str, Any], report: Report) -> dict[str, Fact]:
    """The facts of a document: `known` holds the keys beside `report`, nested keys are joined by a dot."""
    facts: dict[str, Fact] = dict(_plain(known, ""))
    facts |= _steps(known)
    facts["source"] = "scan" if known.get("scan") else str(report.format)
    if report.template:
        facts.setdefault("template", report.template)
    if report.year is not None:
        facts.setdefault("year", str(report.year))
    if "hybrid" in facts:
        facts["hybrid"] = facts["hybrid"] or "none"
    if report.pages:
        facts["pages"] = float(len(report.pages))
    if "errors" in known or "seed" in known:  # a sample of the corpus without the key has none
        kinds = sorted({str(error["kind"]) for error in known.get("errors", ())})
        facts["planted"] = "+".join(kinds) or "none"
        facts["with_errors"] = bool(kinds)
    if report.pages and "cells" in known:
        facts["table_over_pages"] = _over_pages(known["cells"])
    return facts


def _plain(known: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Fact]]:
    for key, value in known.items():
        if not prefix and key in _LISTS:
            continue
        if isinstance(value, Mapping):
            yield from _plain(value, f"{prefix}{key}.")
        elif isinstance(value, bool | str):
            yield f"{prefix}{key}", value
        elif isinstance(value, int | float):
            yield f"{prefix}{key}", float(value)


def _steps(known: Mapping[str, Any]) -> Iterator[tuple[str, Fact]]:
    """What was done to a scan: `skew=1.2` becomes `scan.skew`; steps that were not taken are 0 where they are numbers."""
    scan = known.get("scan")
    if not isinstance(scan, Mapping):
        return
    yield "scan.seals", 0.0
    yield "scan.skew", 0.0
    for step in scan.get("steps", ()):
        name, _, value = str(step).partition("=")
        try:
            yield f"scan.{name}", abs(float(value)) if name == "skew" else float(value)
        except ValueError:
            yield f"scan.{name}", value


def _over_pages(cells: list[Mapping[str, Any]]) -> bool:
    pages: dict[int, set[int]] = {}
    for cell in cells:
        pages.setdefault(cell["table"], set()).update(area["page"] for area in cell.get("areas", ()))
    return any(len(found) > 1 for found in pages.values())
