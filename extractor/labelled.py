"""What labelling hands to reconciliation: canonical values, prose figures, and rows whose digits run together."""

from __future__ import annotations

from dataclasses import dataclass

from extractor.document import Notice
from extractor.report import Evidence, Figure, Period, Value


@dataclass(frozen=True, slots=True)
class GluedRow:
    """A row whose numbers were printed without separators: `digits` stands for all of `fields`, in that order."""

    fields: tuple[str, ...]
    digits: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Labelled:
    """A report before its parts are checked against each other; `values` holds each field of the template once."""

    agency: str | None
    year: int | None
    period: Period
    template: str
    values: dict[str, Value]
    figures: tuple[Figure, ...] = ()
    glued: tuple[GluedRow, ...] = ()
    notices: tuple[Notice, ...] = ()
