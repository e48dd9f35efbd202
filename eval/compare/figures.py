"""Figures of the prose: found where they stand, and bound to the right field, value, period and scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from eval.compare.stages import Stage
from eval.compare.texts import Alignment, Flat, find_spans
from eval.types import Answer, Truth
from extractor.report import Figure, Report
from training.scoring.prose import SAME_CONCEPT, is_core_field

Place = tuple[int, int]
OVERLAP = 0.5
"""Two spans are one figure if they share this part of the shorter: a number alone and the phrase around it are one."""

_PERIODS = {"other_year": "other", "planned": "plan", "last_year": "other"}
"""Names of periods that mean the same: which other year it was, is no part of the question."""


@dataclass(frozen=True, slots=True)
class FigureOutcome:
    """A labelled figure with the answer that stands at its place, or one of the two alone."""

    wanted: Figure | None
    given: Figure | None
    stage: Stage | None = None

    @property
    def bound(self) -> bool:
        """Field and value right (of a figure without a field: what it is part of, and the value)."""
        if self.wanted is None or self.given is None:
            return False
        return _meaning(self.wanted) == _meaning(self.given)

    @property
    def right(self) -> bool:
        """Bound, and of the right period and scope, as a whole or in part."""
        return self.bound and self.wanted is not None and self.given is not None and (
            _extent(self.wanted) == _extent(self.given))


@dataclass(frozen=True, slots=True)
class FigureComparison:
    """All figures of a document; `distractors` were there, `taken` of them were answered as figures of the tables."""

    outcomes: tuple[FigureOutcome, ...] = ()
    distractors: int = 0
    taken: int = 0


def is_core(figure: Figure) -> bool:
    """Whether a figure states a number of this report's tables, or a sum of them, for the year and the body as a whole."""
    whole = figure.unit != "%" and figure.period == "this_year" and figure.scope == "own" and figure.subset is None
    return whole and is_core_field(figure.field)


def compare_figures(truth: Truth, answer: Answer) -> FigureComparison:
    """The figures of a label against those of a report, matched one to one by their places."""
    wanted = truth.report.figures
    given = answer.report.figures if answer.report is not None else ()
    if truth.report.paragraphs:
        here = Flat.of(truth.report.paragraphs)
        places = [here.span(figure.span) for figure in wanted]
        found = _led_back(answer.report, given, here)
    else:
        there = Flat.of(answer.report.paragraphs if answer.report is not None else ())
        here = there
        places = find_spans([figure.text for figure in wanted], there)
        found = [there.span(figure.span) for figure in given]
    pairs = _matched(wanted, places, given, found)
    outcomes = [FigureOutcome(figure, given[pairs[at]] if at in pairs else None) for at, figure in enumerate(wanted)]
    used = set(pairs.values())
    outcomes += [FigureOutcome(None, figure) for at, figure in enumerate(given) if at not in used]
    distractors = [place for span in truth.distractors if (place := here.span(span)) is not None]
    extra = [place for at, place in enumerate(found) if at not in used and place is not None and is_core(given[at])]
    taken = sum(any(_overlap(place, other) >= OVERLAP for other in extra) for place in distractors)
    judged = tuple(FigureOutcome(o.wanted, o.given, None if o.right else _stage(o, truth, answer)) for o in outcomes)
    return FigureComparison(judged, len(distractors), taken)


def _led_back(report: Report | None, given: Sequence[Figure], here: Flat) -> list[Place | None]:
    """The places of answered figures in the label's text."""
    if report is None:
        return []
    there = Flat.of(report.paragraphs)
    alignment = Alignment(there, here)
    spans = [there.span(figure.span) for figure in given]
    return [alignment.span(*span) if span is not None else None for span in spans]


def _matched(wanted: Sequence[Figure], places: Sequence[Place | None], given: Sequence[Figure],
             found: Sequence[Place | None]) -> dict[int, int]:
    """Labelled figures to answered ones, the best fitting first; without a place only the same meaning fits."""
    candidates = []
    meanings = [_meaning(figure) for figure in given]
    for at, place in enumerate(places):
        meaning = _meaning(wanted[at])
        for index, other in enumerate(found):
            same = meaning == meanings[index]
            if place is None or other is None:
                fit = 0.0 if same else -1.0
            elif place[1] <= other[0] or other[1] <= place[0]:
                continue
            else:
                fit = _overlap(place, other)
                fit = fit if fit >= OVERLAP else -1.0
            if fit >= 0:
                candidates.append((2 * same + (meaning[2] == meanings[index][2]), fit, -at, -index))
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for _, _, at, index in sorted(candidates, reverse=True):
        if -at not in pairs and -index not in used:
            pairs[-at] = -index
            used.add(-index)
    return pairs


def _overlap(a: Place, b: Place) -> float:
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return max(0.0, shared / max(1, min(a[1] - a[0], b[1] - b[0])))


def _extent(figure: Figure) -> tuple[str, bool, bool]:
    """Period, whether of the body's own, and whether of a subset only; years that are named are other periods."""
    period = _PERIODS.get(figure.period, "other" if figure.period.startswith("year:") else figure.period)
    return period, figure.scope == "own", figure.subset is not None


def _meaning(figure: Figure) -> tuple[str | None, str | None, Decimal | None]:
    name = SAME_CONCEPT.get(figure.field or "", figure.field)
    return name, figure.part_of if figure.field is None else None, figure.value


def _stage(outcome: FigureOutcome, truth: Truth, answer: Answer) -> Stage:
    """Not read if the words of a missing figure are nowhere in the text that was read; else the labeller's fault."""
    if answer.report is None:
        return Stage.READ
    if outcome.wanted is None or outcome.given is not None or not outcome.wanted.text:
        return Stage.LABEL
    [place] = find_spans([outcome.wanted.text], Flat.of(answer.report.paragraphs))
    return Stage.LABEL if place is not None else Stage.READ
