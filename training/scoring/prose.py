"""Scores a prose labeller: which figures it binds rightly, which it invents, and whether its confidence is honest.

A found figure may answer for a labelled one if the number it states overlaps the labelled number (qualifier and unit
included; the words themselves for a negated nought or an implied total). Each answers for one at most; where several
overlap, the one of equal field and value goes first. It is right if field, value, period and scope are right too.

*Core* figures bind to a cell of the statutory tables or a sum of cells: of this year, of the body as a whole, of no
channel or topic alone, no percentage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from extractor.fields import load as load_fields
from extractor.label.interface import ProseLabeller
from extractor.report import Figure
from training.corpus.prose import concepts
from training.corpus.prose.grammar import load as load_grammar
from training.corpus.types import LabelledFigure
from training.scoring.cases import ProseCase, number_span

BINS = 10
SAME_CONCEPT = {
    "disclosure.regulations.created": "disclosure.regulations.issued",
    "disclosure.normative_documents.created": "disclosure.normative_documents.issued",
}
"""Names of one thing: prose does not say by which template's name a report's table 2 calls what was made this year."""
_PERIODS = {"other_year": "other", "planned": "plan"}


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure, found or labelled, as it is compared: characters `start` to `end` state `value` for `field`.

    `words` says that no number stands there but words for one.
    """

    start: int
    end: int
    field: str | None
    value: Decimal | None
    period: str
    scope: str
    subset: str | None
    unit: str
    words: bool = False
    confidence: float = 1.0

    @property
    def core(self) -> bool:
        """Whether it binds to the tables of this report."""
        return (self.unit != "%" and self.period == "this_year" and self.scope == "own" and self.subset is None
                and is_core_field(self.field))

    def same(self, other: Claim) -> bool:
        """Whether both state the same."""
        return (self.field, self.value, self.period, self.scope, self.subset is None) == (
            other.field, other.value, other.period, other.scope, other.subset is None)

    def overlaps(self, other: Claim) -> bool:
        """Whether both stand in the same place."""
        return self.start < other.end and other.start < self.end


def is_core_field(name: str | None) -> bool:
    """True for a field of the tables, a derived sum, or a narrative concept that is a sum of fields."""
    if name is None:
        return False
    dictionary = load_fields()
    concept = concepts.load().by_name.get(name.removeprefix("prose."))
    if name.startswith("prose."):
        return concept is not None and bool(concept.equals)
    return name in dictionary.fields or any(name.startswith(f"{derived.id}.") for derived in dictionary.derived)


def of_label(figure: LabelledFigure) -> Claim:
    """A labelled figure as a claim; scopes other than the body's own are one."""
    period = _PERIODS.get(figure.period, figure.period)
    return Claim(figure.start, figure.end, _name(figure.field), figure.value, period,
                 "own" if figure.scope == "own" else "other", figure.subset, figure.unit,
                 figure.negated or figure.implied)


def _name(field: str | None) -> str | None:
    return SAME_CONCEPT.get(field, field) if field is not None else None


def of_figure(figure: Figure, text: str, year: int | None) -> Claim:
    """A found figure as a claim, at its number where it has one."""
    _, start, end = figure.span
    stands_for_itself = figure.negated or figure.implied
    found = None if stands_for_itself else number_span(text, start, end, figure.value)
    start, end = found or (start, end)
    period = _PERIODS.get(figure.period, figure.period)
    if period.startswith("year:"):
        period = "last_year" if year is not None and period == f"year:{year - 1}" else "other"
    return Claim(start, end, _name(figure.field), figure.value, period, "own" if figure.scope == "own" else "other", figure.subset,
                 figure.unit, stands_for_itself, figure.confidence)


@lru_cache(maxsize=1)
def _reserved() -> frozenset[str]:
    return load_grammar().reserved()


@dataclass(slots=True)
class Tally:
    """Right, invented and missed figures."""

    right: int = 0
    invented: int = 0
    missed: int = 0

    @property
    def errors(self) -> int:
        return self.invented + self.missed

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.invented)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.errors
        return 2 * self.right / total if total else 1.0

    def to_json(self) -> dict[str, float]:
        return {"right": self.right, "invented": self.invented, "missed": self.missed,
                "precision": round(self.precision, 5), "recall": round(self.recall, 5), "f1": round(self.f1, 5)}


@dataclass(frozen=True, slots=True)
class Miss:
    """A figure that was missed, invented, or read as another; one of `wanted` and `found` may be None."""

    case: str
    text: str
    pattern: str
    wanted: Claim | None
    found: Claim | None

    def __str__(self) -> str:
        def told(claim: Claim | None) -> str:
            if claim is None:
                return "-"
            parts = [str(claim.field), str(claim.value), claim.period, claim.scope, claim.subset or ""]
            return " ".join(part for part in parts if part not in ("this_year", "own", ""))

        return f"{self.case} [{self.pattern}] wanted {told(self.wanted)}; found {told(self.found)}: {self.text}"


@dataclass(slots=True)
class ProseScore:
    """Adds up cases; `summary` gives what a table needs."""

    core: Tally = field(default_factory=Tally)
    reserved: Tally = field(default_factory=Tally)
    every: Tally = field(default_factory=Tally)
    by_field: dict[str, Tally] = field(default_factory=dict)
    distractors: int = 0
    distracted: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    sure: list[tuple[float, bool]] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)

    def update(self, case: ProseCase, figures: Iterable[Figure]) -> None:
        """Counts one report."""
        found: list[list[Claim]] = [[] for _ in case.paragraphs]
        for figure in figures:
            at = figure.span[0]
            claim = of_figure(figure, case.paragraphs[at].text, case.year)
            if not any(p == at and start < claim.end and claim.start < end for p, start, end in case.open):
                found[at].append(claim)
        for index, (paragraph, labels) in enumerate(zip(case.paragraphs, case.truth, strict=True)):
            self._paragraph(case, paragraph.text, labels, found[index])

    def _paragraph(self, case: ProseCase, text: str, labels: tuple[LabelledFigure, ...], found: list[Claim]) -> None:
        figures = [label for label in labels if label.distractor is None]
        wanted = [of_label(label) for label in figures]
        partner = _matched(wanted, found)
        for at, claim in enumerate(wanted):
            answer = found[partner[at]] if at in partner else None
            self._answered(case, text, figures[at], claim, answer)
        for at, claim in enumerate(found):
            if at not in partner.values():
                self._extra(case, text, claim)
        taken = [claim for claim in found if claim.core and not claim.words]
        for label in labels:
            if label.distractor is not None:
                self.distractors += 1
                self.kinds[label.distractor] += 1
                if any(of_label(label).overlaps(claim) for claim in taken):
                    self.distracted[label.distractor] += 1

    def _answered(self, case: ProseCase, text: str, label: LabelledFigure, wanted: Claim, found: Claim | None) -> None:
        right = found is not None and wanted.same(found)
        if wanted.field is not None and wanted.unit != "%" and not (case.core_only and not wanted.core):
            self.every.right += right
            self.every.missed += not right
            self.every.invented += found is not None and found.field is not None and not right
        if found is not None and found.core:
            self.sure.append((found.confidence, right))
        if not wanted.core and not (found is not None and found.core):
            return
        for tally, mine, theirs in ((self.core, True, True), (self._field(wanted), wanted.core, False),
                                    (self._field(found), False, True)):
            tally.right += right and wanted.core and mine
            tally.missed += wanted.core and not right and mine
            tally.invented += found is not None and found.core and not right and theirs
        if wanted.core and label.pattern in _reserved():
            self.reserved.right += right
            self.reserved.missed += not right
        if not right:
            self.misses.append(Miss(case.name, _around(text, wanted), label.pattern, wanted, found))

    def _extra(self, case: ProseCase, text: str, claim: Claim) -> None:
        """A found figure that answers for no labelled one."""
        if claim.field is not None and not (case.core_only and not claim.core):
            self.every.invented += claim.unit != "%"
        if claim.core:
            self.sure.append((claim.confidence, False))
            self.core.invented += 1
            self._field(claim).invented += 1
            self.misses.append(Miss(case.name, _around(text, claim), "", None, claim))

    def _field(self, claim: Claim | None) -> Tally:
        name = claim.field if claim is not None and claim.field is not None else "-"
        return self.by_field.setdefault(name, Tally())

    def summary(self) -> dict[str, Any]:
        """The figures of a table, for JSON."""
        return {"core": self.core.to_json(), "all": self.every.to_json(),
                "recall_of_reserved": [self.reserved.right, self.reserved.right + self.reserved.missed],
                "distractors": {"number": self.distractors, "taken_for_core": sum(self.distracted.values()),
                                "share": round(sum(self.distracted.values()) / max(1, self.distractors), 6),
                                "by_kind": {kind: [n, self.kinds[kind]] for kind, n in self.distracted.items()}},
                "ece": round(expected_calibration_error(self.sure), 5),
                "reliability": rounded(self.sure),
                "by_field": {name: tally.to_json() for name, tally in sorted(self.by_field.items())
                             if tally.right + tally.missed + tally.invented}}


def _matched(wanted: list[Claim], found: list[Claim]) -> dict[int, int]:
    """Which found claim (by index) answers for which labelled one."""
    pairs = [(not a.same(b), a.field != b.field, a.value != b.value, i, j)
             for i, a in enumerate(wanted) for j, b in enumerate(found) if a.overlaps(b)]
    partner: dict[int, int] = {}
    for *_, i, j in sorted(pairs):
        if i not in partner and j not in partner.values():
            partner[i] = j
    return partner


def _around(text: str, claim: Claim, reach: int = 24) -> str:
    """The words around a claim, the claim itself in marks."""
    before, after = text[max(0, claim.start - reach):claim.start], text[claim.end:claim.end + reach]
    return f"…{before}⟦{text[claim.start:claim.end]}⟧{after}…".replace("\n", " ")


def reliability(sure: Iterable[tuple[float, bool]], bins: int = BINS) -> list[tuple[float, float, int]]:
    """Mean confidence, share of right ones and number of the answers (confidence, right), by equally wide bins of confidence."""
    by_bin: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in sure:
        by_bin.setdefault(min(bins - 1, int(confidence * bins)), []).append((confidence, right))
    return [(sum(c for c, _ in held) / len(held), sum(r for _, r in held) / len(held), len(held))
            for _, held in sorted(by_bin.items())]


def rounded(sure: Iterable[tuple[float, bool]]) -> list[list[float]]:
    """`reliability` for JSON."""
    return [[round(confidence, 4), round(right, 4), number] for confidence, right, number in reliability(sure)]


def expected_calibration_error(sure: Iterable[tuple[float, bool]], bins: int = BINS) -> float:
    """The mean distance of confidence and share of right ones over equally wide bins, weighted by their size."""
    held = reliability(sure, bins)
    return sum(number * abs(confidence - right) for confidence, right, number in held) / max(1, sum(n for *_, n in held))


def score(labeller: ProseLabeller, cases: Iterable[ProseCase]) -> ProseScore:
    """The score of a labeller over all cases."""
    total = ProseScore()
    for case in cases:
        total.update(case, labeller.label(case.paragraphs, case.year))
    return total
