"""What the harness compares: the truth of a document as labelled, and the answer that a system gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from extractor.report import Report

Fact = str | float | bool
Quad = tuple[float, float, float, float]
Span = tuple[int, int, int]
"""Paragraph, start and end of some characters."""


class Part(StrEnum):
    """What a label may tell; only what it tells is scored."""

    VALUES = "values"
    FIGURES = "figures"
    FINDINGS = "findings"


ALL_PARTS = frozenset(Part)


@dataclass(frozen=True, slots=True)
class Area:
    """A box on a page: (x0, top, x1, bottom) in points from the top left corner, pages from 1."""

    page: int
    box: Quad


@dataclass(frozen=True, slots=True)
class PlantedError:
    """An error that was put into the report on purpose, and the fields that it changed."""

    kind: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """A labelled document.

    `name` is its path below the folder of samples. `report` is what a perfect system would answer. `cells` says where
    the cell of a field stands, as far as known: the cell itself and the text in it, either of which may be named as
    evidence. `facts` are the keys of the label file by which results can be sliced. `distractors` are spans that look
    like figures and are none. `optional` are findings that may be reported or not.
    """

    name: str
    report: Report
    file: Path | None = None
    parts: frozenset[Part] = ALL_PARTS
    cells: Mapping[str, tuple[Area, ...]] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    errors: tuple[PlantedError, ...] = ()
    distractors: tuple[Span, ...] = ()
    optional: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system made of a document: a report, or the category of the error that it ended with.

    `seconds` is wall time, `peak_bytes` the largest memory of the process so far; None where not measured.
    """

    report: Report | None
    error: str = ""
    seconds: float | None = None
    peak_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the samples that could not be used as it is; the rest is scored. `code` is stable."""

    code: str
    name: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {PROBLEMS[self.code]}{': ' if self.detail else ''}{self.detail}"


PROBLEMS = {
    "label_malformed": "the label cannot be read",
    "label_missing": "no label belongs to this file",
    "file_missing": "the labelled file is not there",
    "file_changed": "the file is not the one that was labelled (its SHA-256 differs)",
    "output_missing": "no output was given for this document",
    "output_malformed": "the output cannot be read",
    "schema_version": "written in another version of the schema",
    "unknown_field": "unknown fields, left out",
    "unknown_key": "unknown keys, left out",
    "duplicate": "labelled twice; the first label is used",
    "failed": "the extraction ended with an error",
}
