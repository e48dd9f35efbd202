"""What the service hands out: to the API as JSON, to the pages as objects; language-neutral, texts in both languages."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import Field, StringConstraints

from extractor.document import Source
from extractor.report import Cause, Finding, FindingStatus, Model, Number, Report, Severity, Text, Value, ValueStatus

Item = TypeVar("Item")

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Fingerprint = Annotated[str, StringConstraints(pattern="^[0-9a-f]{8,64}$")]
FieldId = Annotated[str, StringConstraints(pattern="^[a-z_]+(\\.[a-z_]+){1,3}$", max_length=100)]

PRINTED = r"^[^\x00]*$"
"""Text that every database can hold."""

MOST_AT_ONCE = 200
"""Most items of a page of a list, and most findings decided in one request."""


class Scope(StrEnum):
    """What a token allows, each also what those before it allow: look; upload, decide and correct; see everybody's
    jobs and the audit log."""

    READ = "read"
    REVIEW = "review"
    ADMIN = "admin"

    def allows(self, wanted: Scope) -> bool:
        order = list(Scope)
        return order.index(self) >= order.index(wanted)


class User(Model):
    """Who asks: the name of the token, and what it allows."""

    name: str
    scope: Scope


class Page(Model, Generic[Item]):
    """A part of a list: `items` from `offset` on, of `total` in all."""

    items: tuple[Item, ...]
    total: int = Field(ge=0)
    offset: int = Field(ge=0)
    size: int = Field(ge=1)


# ------------------------------------------------------------------------------------------------------------------ jobs
class State(StrEnum):
    """Of a document of a job; a job is pending, running or ended: `done` if all are, `failed` if none, else `partial`."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    PARTIAL = "partial"


class JobDocument(Model):
    """One uploaded file. `message` says why it failed, `category` in one stable word."""

    number: int
    name: str
    sha256: str
    size: int
    state: State
    category: str = ""
    message: str = ""
    ended: datetime | None = None
    agency: str | None = None
    year: int | None = None
    violated: int = 0
    undecided: int = 0
    doubtful: int = 0


class Job(Model):
    """Files that one user uploaded together; `counts` of its documents by state."""

    id: str
    owner: str
    made: datetime
    state: State
    total: int
    counts: dict[State, int]
    documents: tuple[JobDocument, ...] = ()

    @property
    def ended(self) -> bool:
        return self.state not in (State.PENDING, State.RUNNING)


# ------------------------------------------------------------------------------------------------------------- decisions
class Decision(StrEnum):
    """What a person says of a finding; `open` takes an earlier decision back."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Reason(StrEnum):
    """Why a finding is dismissed."""

    NONE = ""
    MISREAD = "misread"
    EXPLAINED = "explained"
    DEFINITION = "definition"
    ROUNDING = "rounding"
    DUPLICATE = "duplicate"
    OTHER = "other"


class Decided(Model):
    """The newest decision about a finding."""

    fingerprint: str
    decision: Decision
    reason: Reason = Reason.NONE
    comment: str = ""
    author: str
    made: datetime


# ----------------------------------------------------------------------------------------------------------------- queue
class DecidedFilter(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    ALL = "all"


class QueueFilter(Model):
    """Which findings; empty: no condition. `rule` may end in `*`; `body` and `text` are parts of names and messages."""

    rule: str = Field("", max_length=100, pattern=PRINTED)
    cause: Cause | None = None
    severity: Severity | None = None
    year: int | None = Field(None, ge=1900, le=2200)
    body: str = Field("", max_length=200, pattern=PRINTED)
    status: FindingStatus = FindingStatus.VIOLATED
    decided: DecidedFilter = DecidedFilter.OPEN
    text: str = Field("", max_length=200, pattern=PRINTED)
    sha256: str = Field("", pattern="^([0-9a-f]{64})?$")


class QueueItem(Model):
    """A cause: its headline finding, and the fingerprints of all findings that it explains, the headline's first."""

    sha256: str
    agency: str | None
    year: int | None
    rule: str
    where: str
    place: str
    status: FindingStatus
    cause: Cause
    probability: float
    severity: Severity
    priority: float
    expected: Number | None
    actual: Number | None
    message: Text
    explanation: Text | None
    fingerprint: str
    fingerprints: tuple[str, ...]
    page: int | None
    name: str
    decided: Decided | None


# --------------------------------------------------------------------------------------------------------------- reports
class Listed(Model):
    """A report in a list."""

    sha256: str
    agency: str | None
    year: int | None
    template: str | None
    format: Source
    pages: int
    violated: int
    undecided: int
    doubtful: int
    missing: int
    name: str


class Correction(Model):
    """What a person says is printed in a cell (null: nothing); the newest of a field holds."""

    field: str
    value: Number | None
    author: str
    made: datetime
    comment: str = ""


class Sheet(Model):
    """A page of a document that can be shown: size in points, and the scales that its image comes in."""

    number: int
    width: float
    height: float


class ReportView(Model):
    """A report for the workbench: as it stands after corrections, and what people said of it.

    `read` is the report as extracted; it is the same object where nothing was corrected. `decisions` are by fingerprint.
    `has_file` tells whether the original is at hand for pictures and exports; `sheets` are the pages with pictures.
    `version` changes with anything that is in the view.
    """

    sha256: str
    report: Report
    read: Report
    corrections: tuple[Correction, ...]
    decisions: dict[str, Decided]
    names: tuple[str, ...]
    has_file: bool
    sheets: tuple[Sheet, ...]
    version: str


class ValueChange(Model):
    """A value before and after; `before` is null for a field that the report did not have."""

    field: str
    before: Value | None
    after: Value


class Altered(Model):
    """A finding that stays violated, by other numbers or for another cause."""

    before: Finding
    after: Finding


class Change(Model):
    """What a correction did to a report."""

    sha256: str
    corrections: tuple[Correction, ...]
    values: tuple[ValueChange, ...]
    gone: tuple[Finding, ...]
    appeared: tuple[Finding, ...]
    altered: tuple[Altered, ...]
    before: Report
    after: Report


# ---------------------------------------------------------------------------------------------------------------- bodies
class BodyListed(Model):
    """A body with its reports in the store."""

    name: str
    reports: int
    first_year: int | None
    last_year: int | None
    violated: int


class YearColumn(Model):
    """One year of a body."""

    year: int
    sha256: str
    name: str
    template: str | None
    violated: int
    undecided: int


class YearCell(Model):
    """A value of one year: as published, and its status."""

    value: Number | None
    status: ValueStatus


class YearRow(Model):
    """A field over the years, in the order of the columns; null where the report does not have it."""

    field: str
    label: str
    values: tuple[YearCell | None, ...]


class YearFinding(Model):
    """What two consecutive reports show together."""

    year: int
    sha256: str
    previous: str
    finding: Finding
    decided: Decided | None


class BodyView(Model):
    """A body's years side by side. `duplicates` are further reports of the same years, `missing` years without one."""

    name: str
    years: tuple[YearColumn, ...]
    rows: tuple[YearRow, ...]
    findings: tuple[YearFinding, ...]
    duplicates: tuple[Listed, ...]
    missing: tuple[int, ...]


# -------------------------------------------------------------------------------------------------------------- overview
class Count(Model):
    """How many there are of something; `open` of them are not decided."""

    key: str
    count: int
    open: int = 0


class YearCount(Model):
    """Reports of a year: all, those with violated relations, those with doubtful or missing values."""

    year: int | None
    reports: int
    contradictory: int
    doubtful: int


class Overview(Model):
    """What came in and how it stands. `documents` by state; findings (causes) by decision, rule, cause and body."""

    documents: dict[State, int]
    reports: int
    contradictory: int
    doubtful: int
    consistent: int
    values: int
    doubtful_values: int
    missing_values: int
    corrections: int
    decisions: dict[DecidedFilter, int]
    years: tuple[YearCount, ...]
    rules: tuple[Count, ...]
    causes: tuple[Count, ...]
    bodies: tuple[Count, ...]
    failures: tuple[Count, ...]
    jobs: tuple[Job, ...]

    @property
    def doubtful_share(self) -> float:
        return self.doubtful_values / self.values if self.values else 0.0


# ------------------------------------------------------------------------------------------------------- views and audit
class SavedView(Model):
    """A filter of the queue under a name of the user's own."""

    name: str
    filter: QueueFilter
    made: datetime


class AuditRow(Model):
    """Something that a person did; `before` and `after` are JSON objects, or null."""

    id: int
    made: datetime
    author: str
    action: str
    subject: str
    before: dict[str, object] | None
    after: dict[str, object] | None


class Subject(Model):
    """What an entry of the audit log is about: a report, and of a finding its `rule` and `place`."""

    sha256: str
    agency: str | None
    year: int | None
    rule: str = ""
    place: str = ""


def state_of(counts: dict[State, int]) -> State:
    """The state of a job whose documents are in these states."""
    if counts.get(State.RUNNING):
        return State.RUNNING
    if counts.get(State.PENDING):
        return State.RUNNING if counts.get(State.DONE, 0) + counts.get(State.FAILED, 0) else State.PENDING
    if not counts.get(State.FAILED):
        return State.DONE
    return State.PARTIAL if counts.get(State.DONE) else State.FAILED


class ScaleName(IntEnum):
    """Pixels of an image of a page for each point, times 72: dots per inch."""

    SMALL = 36
    NORMAL = 108
    LARGE = 144
    HUGE = 216
