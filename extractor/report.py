"""The result of an extraction: values, figures and findings, each with its evidence; a versioned JSON schema.

In JSON, `values` is an object keyed by field id, decimals are strings, and enumerations are the words below.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from extractor.document import Source

SCHEMA_VERSION = "1.0"


def plain(number: Decimal) -> str:
    """A decimal without exponent and without trailing zeros that say nothing: `7730.28`, `0`, `-3`."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


Number = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


DOUBTFUL_BELOW = 0.75
"""A value read with less confidence than this is doubtful, whatever the relations say of it."""


class ValueStatus(StrEnum):
    """Where a published value comes from; `confirmed`: a person looked at the page and said what is printed there."""

    READ = "read"
    REPAIRED = "repaired"
    DOUBTFUL = "doubtful"
    BLANK = "blank"
    MISSING = "missing"
    CONFIRMED = "confirmed"


class Qualifier(StrEnum):
    """How prose qualifies a number; each stands for an interval, see `extractor.label.numerals`."""

    EXACT = "exact"
    ABOVE = "above"
    NEAR = "near"
    ABOUT = "about"
    OVER = "over"
    UNDER = "under"


class Verdict(StrEnum):
    """How a prose figure stands to the tables; only `mismatch` contradicts them.

    `unbound`: no number of the tables says anything of it, because it states something else or the cells are blank.
    """

    MATCH = "match"
    OTHER_DEFINITION = "match by another definition"
    SCOPE_DIFFERS = "scope differs"
    WITHIN_INTERVAL = "within interval"
    MISMATCH = "mismatch"
    UNBOUND = "unbound"


class FindingStatus(StrEnum):
    VIOLATED = "violated"
    UNDECIDED = "undecided"
    SATISFIED = "satisfied"


class Cause(StrEnum):
    """Whose error a violated rule most likely is: the report's own, or a misreading of ours."""

    REPORT = "report"
    READING = "reading"
    UNCLEAR = "unclear"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Text(Model):
    """A message in Chinese and English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class Evidence(Model):
    """The place of a reading: page from 1, box (x0, top, x1, bottom) in points from the page's top left corner.

    Formats without pages have `box` null and name the place in words (`table 3 row 5 column 2`, `line 120`).
    """

    page: int = Field(1, ge=1)
    box: tuple[float, float, float, float] | None = None
    text: str = ""
    source: Source = Source.PDF
    place: str = ""


class Alternative(Model):
    """Another reading of a cell, and how likely it is; null means blank."""

    value: Number | None
    probability: Probability


class Value(Model):
    """One canonical field. `raw` is what is printed, `read` the best reading taken alone, `implied` what the other
    cells require, `value` what is published; `value` differs from `read` only if `status` is `repaired` or `confirmed`."""

    field: str
    value: Number | None
    read: Number | None
    raw: str = ""
    unit: str = ""
    confidence: Probability = 1.0
    alternatives: tuple[Alternative, ...] = ()
    implied: Number | None = None
    evidence: tuple[Evidence, ...] = ()
    status: ValueStatus = ValueStatus.READ
    note: str = ""


class Figure(Model):
    """A number stated in prose. `span` is (paragraph, start, end); `low` and `high` bound what it may stand for.

    `verdict` is null before reconciliation; `definition` is the sum of fields that the verdict rests on, if any.
    """

    field: str | None
    value: Number | None
    low: Number | None = None
    high: Number | None = None
    unit: str = ""
    qualifier: Qualifier = Qualifier.EXACT
    period: str = "this_year"
    scope: str = "own"
    subset: str | None = None
    negated: bool = False
    implied: bool = False
    part_of: str | None = None
    confidence: Probability = 1.0
    evidence: tuple[Evidence, ...] = ()
    span: tuple[int, int, int] = (0, 0, 0)
    text: str = ""
    verdict: Verdict | None = None
    definition: str = ""


class Suspect(Model):
    """A field that may be the wrong one, and how likely."""

    field: str
    probability: Probability


class Finding(Model):
    """The outcome of one rule in one place (a row, a column, a group, a figure).

    Violated findings of one cause share `cause_id`; one of them is the `headline`, and its `explanation` says what most
    likely happened. `fingerprint` is the same for the same contradiction of the same body and year, whatever the file is
    called and whatever else is in it. `priority` orders causes: the share of the table's greatest number that is in
    question, times the probability that the report is wrong.
    """

    rule: str
    status: FindingStatus
    cause: Cause = Cause.UNCLEAR
    probability: Probability = 1.0
    severity: Severity = Severity.ERROR
    where: str = ""
    expected: Number | None = None
    actual: Number | None = None
    operands: tuple[str, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    message: Text
    evidence: tuple[Evidence, ...] = ()
    cause_id: str = ""
    headline: bool = False
    explanation: Text | None = None
    fingerprint: str = ""
    priority: Probability = 0.0


class PageInfo(Model):
    """A page of the source: what it was read from, why it could not be read (`needs_ocr`, empty if it could), and why
    it was read by OCR (`ocr_because`, empty if it was not)."""

    number: int = Field(ge=1)
    width: float
    height: float
    source: Source
    needs_ocr: str = ""
    ocr_because: str = ""


class Warning_(Model):
    """Something a person should know about the reading; `code` is stable."""

    code: str
    message: Text
    page: int | None = None


class Period(Model):
    """First and last day of the statistics, as ISO dates."""

    start: str | None = None
    end: str | None = None


class Report(Model):
    """Everything that was read from one document and everything that was found about it."""

    schema_version: str = SCHEMA_VERSION
    source: str
    sha256: str
    format: Source
    agency: str | None = None
    year: int | None = None
    period: Period = Period()
    template: str | None = None
    values: dict[str, Value] = {}
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = ()
    paragraphs: tuple[str, ...] = ()
    pages: tuple[PageInfo, ...] = ()
    timings: dict[str, float] = {}
    warnings: tuple[Warning_, ...] = ()

    def to_json(self, timings: bool = False) -> str:
        """The report as JSON, readable by `from_json`: the same bytes for the same input, unless with `timings`."""
        return self.model_dump_json(indent=1, exclude=None if timings else {"timings"})

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        return cls.model_validate_json(text)

    @property
    def causes(self) -> list[list[Finding]]:
        """The violated findings, those of one cause together with the headline first; the most urgent cause first."""
        groups: dict[str, list[Finding]] = {}
        for finding in self.violated:
            groups.setdefault(finding.cause_id or finding.fingerprint, []).append(finding)
        for group in groups.values():
            group.sort(key=lambda finding: not finding.headline)
        return sorted(groups.values(), key=lambda group: (-group[0].priority, group[0].fingerprint))

    @property
    def violated(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.status is FindingStatus.VIOLATED]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `Report`, its version included."""
    schema = Report.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Gouji report",
            "x-schema-version": SCHEMA_VERSION, **schema}
