"""Prose figures by the trained model and the patterns together: where both say the same they are surer than either.

Where they differ the likelier counts. What the model alone has counts, what the patterns alone have does not. The chances
are fitted on the corpus, see `training.calibrate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from extractor.document import Paragraph, Source
from extractor.label.bound import bound
from extractor.label.model.prose import LEAST, ModelProse
from extractor.label.model.release import Calibration, Network
from extractor.label.numerals import Numeral, find_numerals
from extractor.label.prose import PatternLabeller
from extractor.report import Figure

AGREED, MODEL, PATTERNS = "agreed", "model", "patterns"
KINDS = (AGREED, MODEL, PATTERNS)


@dataclass(frozen=True, slots=True)
class _Said:
    """A figure, who says it, and the characters `start` to `end` that state it: the number, or the words."""

    figure: Figure
    by: str
    start: int
    end: int


class AgreedProse:
    """Hears the model and the patterns; figures less sure than `least` are not told."""

    def __init__(self, network: Network, source: Source = Source.PDF, least: float = LEAST) -> None:
        self._model = ModelProse(network, source, least=0.0)
        self._patterns = PatternLabeller(source)
        self._calibration: Calibration = network.calibration
        self._least = least

    def label(self, paragraphs: Sequence[Paragraph], year: int | None) -> tuple[Figure, ...]:
        """The figures of all paragraphs, in reading order; see `ProseLabeller`."""
        told = []
        for kind, figure in self.heard(paragraphs, year):
            chance = round(self._calibration.probability(kind, figure.confidence), 4)
            if chance >= self._least:
                told.append(figure.model_copy(update={"confidence": chance}))
        return tuple(sorted(told, key=lambda figure: figure.span))

    def heard(self, paragraphs: Sequence[Paragraph], year: int | None) -> Iterator[tuple[str, Figure]]:
        """Every figure that counts, with who says it (one of `KINDS`) and that one's own confidence."""
        said = [(by, figure) for by, labeller in ((MODEL, self._model), (PATTERNS, self._patterns))
                for figure in bound(labeller.label(paragraphs, year), paragraphs)]
        by_paragraph: dict[int, list[tuple[str, Figure]]] = {}
        for by, figure in said:
            by_paragraph.setdefault(figure.span[0], []).append((by, figure))
        for at in sorted(by_paragraph):
            numbers = find_numerals(paragraphs[at].text)
            for group in _overlapping(_placed(by, figure, numbers) for by, figure in by_paragraph[at]):
                yield from _settled(group, self._calibration)


def _placed(by: str, figure: Figure, numbers: Sequence[Numeral]) -> _Said:
    """A figure at its number, for patterns take in the words around it."""
    _, start, end = figure.span
    if not (figure.negated or figure.implied):
        inside = [n for n in numbers if start <= n.start and n.end <= end and n.value == abs(figure.value or 0)]
        if inside:
            start, end = inside[-1].start, inside[-1].end
    return _Said(figure, by, start, end)


def _overlapping(said: Iterable[_Said]) -> Iterator[list[_Said]]:
    """Figures that share characters, directly or through others."""
    group: list[_Said] = []
    end = -1
    for one in sorted(said, key=lambda one: (one.start, one.end)):
        if group and one.start >= end:
            yield group
            group = []
        group.append(one)
        end = max(end, one.end) if len(group) > 1 else one.end
    if group:
        yield group


def _settled(group: Sequence[_Said], calibration: Calibration) -> Iterator[tuple[str, Figure]]:
    """What counts of figures that stand in one place: what the model says, unless the patterns say something likelier."""
    model = [one.figure for one in group if one.by == MODEL]
    patterns = [one.figure for one in group if one.by == PATTERNS]
    same = {_meaning(figure) for figure in model} & {_meaning(figure) for figure in patterns}
    if not model:
        return  # a number that the model takes for nothing: the patterns were never right there
    heard = [(AGREED if _meaning(figure) in same else MODEL, figure) for figure in model]
    others = [(PATTERNS, figure) for figure in patterns if _meaning(figure) not in same]
    best, other = (max((calibration.probability(kind, figure.confidence) for kind, figure in said), default=0.0)
                   for said in (heard, others))
    yield from heard if best >= other else [*((kind, figure) for kind, figure in heard if kind == AGREED), *others]


def _meaning(figure: Figure) -> tuple[object, ...]:
    return figure.field, figure.value, figure.period, figure.scope
