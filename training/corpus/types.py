"""What the stages of the corpus hand on: a body and its figures, prose with labelled spans, pages with boxes."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Level = Literal["ministry", "province", "city", "county", "department", "township"]


@dataclass(frozen=True, slots=True)
class Body:
    """A public body: full name (淮北市人民政府), how it calls itself (我市, 我局), its level and its place's name."""

    name: str
    own: str
    level: Level
    place: str


@dataclass(frozen=True, slots=True)
class InjectedError:
    """An error put into a consistent report: what was done, to which fields, and exactly the rules it must violate.

    `rules` holds (rule id, where), `where` being the row, column, group or field the rule is instantiated for;
    prose errors name the index of the figure in `figures`.
    """

    kind: str
    fields: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]
    figures: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledFigure:
    """A number stated in a paragraph (or a distractor that looks like one).

    `start:end` covers the number with qualifier and unit (`160余条`), or the words that stand for it
    (`未收到政府信息公开申请`, `均为自然人申请`); `phrase` is the wider span that names what is counted (`主动公开信息160余条`).
    `field` is a canonical field, a derived field, a `prose.*` concept, or None. Distractors (years, hotlines,
    document numbers) have `distractor` set to their kind. `pattern` names the pattern family that produced it.
    """

    start: int
    end: int
    phrase: tuple[int, int]
    field: str | None
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    qualifier: str
    period: str = "this_year"
    scope: str = "own"
    subset: str | None = None
    negated: bool = False
    implied: bool = False
    part_of: str | None = None
    distractor: str | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class LabelledParagraph:
    """A paragraph of section 0 (before 一、) to 6, its figures labelled by character offsets into `text`."""

    text: str
    section: int
    heading: bool = False
    figures: tuple[LabelledFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class SyntheticReport:
    """A whole report without pages. `values` holds every field of its template; None is a blank cell.

    `printed` overrides how a cell is printed (`22（其中修订16件）`, `/`, `26.8万元`); absent fields print their value.
    `hybrid` names how the tables deviate from the pure template, empty if they do not. `reserved` says that test-only
    patterns were used.
    """

    seed: int
    body: Body
    year: int
    template: str
    hybrid: str
    values: dict[str, Decimal | None]
    paragraphs: tuple[LabelledParagraph, ...] = ()
    errors: tuple[InjectedError, ...] = ()
    printed: dict[str, str] = field(default_factory=dict)
    reserved: bool = False
