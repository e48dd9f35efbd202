"""Prose figures by the trained model: what each number counts, and which words state a figure without a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from extractor.document import Paragraph, Source
from extractor.fields import load as load_fields
from extractor.label.evidence import evidence_of
from extractor.label.model.release import Network, Row, Scores
from extractor.label.model.tokens import (
    END,
    ProseTokens,
    Quantity,
    may_hold_figures,
    prose_prefix,
    prose_tokens,
    windows,
)
from extractor.label.numerals.units import MONEY_UNITS, SHARE_UNITS
from extractor.label.periods import of_body_itself, yearly_sum
from extractor.label.words import bear_out
from extractor.report import Figure, Qualifier

NONE, DISTRACTOR = "none", "distractor"
OWN, REGION = "own", "region"
ALSO = 0.25
"""Chance from which a second field is stated by the same number (the training shares the chance among all of them)."""
LONGEST = 20_000
"""Characters of a paragraph that are looked at: more is no paragraph that anybody wrote, and takes seconds."""
LEAST = 0.5
"""Confidence from which a figure is told."""
SHORTEST = 2
"""Fewest tokens of words that state a figure."""
MADE = ("issued", "created")
ATTRIBUTES = ("period", "scope", "subset", "part_of")
REQUESTS = ("requests.to_handle.total", "requests.received.total", "requests.handled.total")
_FALL = re.compile("下降|下滑|减少|降低|回落|降幅|减幅|缩减|负增长")
_RISE = re.compile("上升|增长|增加|提高|提升|增幅|上涨|多")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A paragraph and what the network says of each of its tokens, from the window that shows most of what is around.

    `twins` maps fields that the report's template does not have to those that it has in their place.
    """

    index: int
    paragraph: Paragraph
    tokens: ProseTokens
    scores: Scores
    twins: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a span states: its fields (a field None: a figure that no canonical field holds) and attributes."""

    fields: tuple[str | None, ...]
    attributes: dict[str, str]
    manner: str
    copies: int
    chance: float


class ModelProse:
    """Finds figures by the trained model; values, units and qualifiers come from the number grammar.

    Figures less sure than `least` are not told. Periods, scopes and subsets are those of `training.corpus`; a figure of
    another year says `year:2018`.
    """

    def __init__(self, network: Network, source: Source = Source.PDF, least: float = LEAST) -> None:
        self._network = network
        self._source = source
        self._least = least

    def label(self, paragraphs: Sequence[Paragraph], year: int | None) -> tuple[Figure, ...]:
        """The figures of all paragraphs, in reading order; see `ProseLabeller`."""
        figures: list[Figure] = []
        section = -1
        stated: list[Figure] = []
        for reading in self._read(paragraphs, year):
            if reading.paragraph.section != section:
                section, stated = reading.paragraph.section, []
            here = sorted(self._figures(reading, stated), key=lambda figure: figure.span)
            stated += here
            figures += here
        return tuple(figures)

    def _read(self, paragraphs: Sequence[Paragraph], year: int | None) -> list[_Reading]:
        """Paragraphs that may hold figures, with their scores; the network sees all windows together."""
        network, heading = self._network, ""
        todo: list[tuple[int, ProseTokens]] = []
        rows: list[Row] = []
        places: list[tuple[int, int, int, int]] = []
        for index, paragraph in enumerate(paragraphs):
            if paragraph.heading:
                heading = paragraph.text
            tokens = prose_tokens(paragraph.text[:LONGEST], year)
            if not may_hold_figures(paragraph.text, tokens):
                continue
            before = network.vocabulary.numbers(prose_prefix(paragraph.section, heading))
            numbers, end = network.vocabulary.numbers(tokens.tokens), network.vocabulary.number(END)
            for start, stop in windows(len(numbers)):
                rows.append(Row([*before, *numbers[start:stop], end]))
                places.append((len(todo), start, stop, len(before)))
            todo.append((index, tokens))
        found = network.run(rows)
        joined = _joined([len(tokens.tokens) for _, tokens in todo], places, found)
        twins = _twins(network.heads["field"], year)
        return [_Reading(index, paragraphs[index], tokens, scores, twins)
                for (index, tokens), scores in zip(todo, joined, strict=True)]

    def _figures(self, reading: _Reading, stated: Sequence[Figure]) -> Iterator[Figure]:
        numbers = [figure for quantity in reading.tokens.quantities for figure in self._quantity(reading, quantity)]
        yield from numbers
        for start, end, sure in self._wordy(reading):
            yield from self._words(reading, start, end, sure, [*stated, *numbers])

    def _quantity(self, reading: _Reading, quantity: Quantity) -> Iterator[Figure]:
        """The figures that a number states; none if it counts nothing."""
        answer = self._answer(reading.scores[quantity.start:quantity.end], reading.twins)
        if answer is None or answer.chance < self._least:
            return
        numeral = quantity.numeral
        period = _period(answer.attributes["period"], reading.tokens, quantity.start)
        before = reading.paragraph.text[:numeral.start]
        before = before[before.rfind("。") + 1:]
        if period == "cumulative" and yearly_sum(before):
            period = "this_year"
        if answer.attributes["scope"] == REGION and of_body_itself(before):
            answer.attributes["scope"] = OWN
        value, low, high = numeral.value, numeral.low, numeral.high
        if period == "growth" and numeral.unit in (*SHARE_UNITS, "倍") and _falls(before):
            value, low, high = -value, -high, -low
        for field in answer.fields * answer.copies:
            yield self._figure(reading, answer, field, numeral.start, numeral.end, period=period, value=value, low=low,
                               high=high, unit=numeral.unit,
                               qualifier=numeral.qualifier if numeral.kind == "number" else Qualifier.ABOUT)

    def _wordy(self, reading: _Reading) -> Iterator[tuple[int, int, float]]:
        """Runs of tokens that state a figure in words, from one that begins it, and how sure it is that they do."""
        chances = self._network.probabilities(reading.scores, "words")
        start: int | None = None
        for at, tag in enumerate([*chances.argmax(-1).tolist(), 0]):
            if start is not None and tag != 2:
                if at - start >= SHORTEST:
                    yield start, at, float(1.0 - chances[start:at, 0].mean())
                start = None
            if tag == 1:
                start = at

    def _words(self, reading: _Reading, start: int, end: int, sure: float, stated: Sequence[Figure]) -> Iterator[Figure]:
        """The noughts that words state (未收到…申请), or the number of an earlier figure (均为自然人申请)."""
        answer = self._answer(reading.scores[start:end], reading.twins, sure)
        if answer is None or answer.chance < self._least:
            return
        first, last = reading.tokens.places[start][0], reading.tokens.places[end - 1][1]
        period = _period(answer.attributes["period"], reading.tokens, start)
        text = reading.paragraph.text
        for field in answer.fields:
            if field is None or not bear_out(text[:last], text[first:last], field, answer.manner == "implied"):
                continue
            if answer.manner != "implied":
                unit = "元" if field == "prose.processing_fee" else "万元" if field.endswith(".amount") else "件"
                yield self._figure(reading, answer, field, first, last, period=period, value=Decimal(0), low=Decimal(0),
                                   high=Decimal(0), unit=unit, negated=True)
            elif (source := _source_of(field, stated, reading.index, first)) is not None:
                yield self._figure(reading, answer, field, first, last, period=period, value=source.value,
                                   low=source.low, high=source.high, unit=source.unit, implied=True,
                                   qualifier=source.qualifier)

    def _answer(self, scores: Scores, twins: Mapping[int, int], sure: float = 1.0) -> _Answer | None:
        """What a span states, by the mean of its tokens' scores; None for a number that counts nothing.

        `sure` is the chance that it is a span at all.
        """
        mean = scores.mean(0)
        network = self._network
        chances = network.probabilities(mean, "field")
        labels = network.heads["field"]
        for other, own in twins.items():
            chances[own], chances[other] = chances[own] + chances[other], 0.0
        order = np.argsort(-chances, kind="stable")
        best = labels[order[0]]
        if best == DISTRACTOR:
            return None
        kept = [int(at) for at in order[:4] if at == order[0]
                or (chances[at] >= ALSO and frozenset((best, labels[at])) in network.together)]
        attributes, chance = {}, sure * float(chances[kept].sum())
        for head in ATTRIBUTES:
            found = network.probabilities(mean, head)
            attributes[head] = network.heads[head][int(found.argmax())]
            chance *= float(found.max()) if head != "part_of" else 1.0
        fields = tuple(None if labels[at] == NONE else labels[at] for at in sorted(kept))
        listed = len(fields) == 1 and (fields[0] or "prose.").startswith("prose.")  # A、B各1篇; a table's field counts once
        return _Answer(fields, attributes, self._best(mean, "manner"), int(self._best(mean, "copies")) if listed else 1,
                       network.calibration.probability("figure", chance))

    def _best(self, mean: Scores, head: str) -> str:
        return self._network.heads[head][int(self._network.logits(mean, head).argmax())]

    def _figure(self, reading: _Reading, answer: _Answer, field: str | None, start: int, end: int, *, period: str,
                value: Decimal | None, low: Decimal | None, high: Decimal | None, unit: str,
                qualifier: Qualifier = Qualifier.EXACT, negated: bool = False, implied: bool = False) -> Figure:
        text = reading.paragraph.text[start:end]
        subset, part_of = answer.attributes["subset"], answer.attributes["part_of"]
        return Figure(field=field, value=value, low=low, high=high, unit=unit, qualifier=qualifier, period=period,
                      scope=answer.attributes["scope"], subset=None if subset == NONE else subset, negated=negated,
                      implied=implied, part_of=None if part_of == NONE else part_of,
                      confidence=round(answer.chance, 4), span=(reading.index, start, end), text=text,
                      evidence=evidence_of(reading.paragraph.places(start, end), text, self._source))


def _joined(lengths: Sequence[int], places: Sequence[tuple[int, int, int, int]],
            found: Sequence[Scores]) -> list[Scores]:
    """The scores of whole paragraphs: each token's from the window in which it is farthest from a cut.

    `places` holds (paragraph, first token, end, tokens of the prefix) of each window.
    """
    whole: list[list[Scores]] = [[] for _ in lengths]
    ends = [0] * len(lengths)
    for (number, start, stop, prefix), scores in zip(places, found, strict=True):
        begin = ends[number] and (start + ends[number]) // 2  # the middle of what both windows show
        if whole[number]:
            whole[number][-1] = whole[number][-1][:len(whole[number][-1]) - (ends[number] - begin)]
        whole[number].append(scores[prefix + begin - start:prefix + stop - start])
        ends[number] = stop
    return [np.concatenate(parts) for parts in whole]


def _twins(labels: Sequence[str], year: int | None) -> dict[int, int]:
    """Numbers of fields that differ only in the template: what prose says is made, table 2 calls issued or created."""
    dictionary = load_fields()
    template = dictionary.template_of_year(year) if year is not None else None
    if template is None:
        return {}
    found = {}
    for one, other in (MADE, MADE[::-1]):
        for at, label in enumerate(labels):
            head, _, column = label.rpartition(".")
            known = dictionary.fields.get(label)
            if column == one and known is not None and template.id not in known.templates:
                found[at] = labels.index(f"{head}.{other}")
    return found


def _period(label: str, tokens: ProseTokens, at: int) -> str:
    """The period's name; another year by its number, which is the last one named before."""
    if label != "other_year":
        return label
    years = [year for token, year in tokens.years if token < at]
    return f"year:{years[-1]}" if years else label


def _falls(before: str) -> bool:
    """True if the last word of growth in the clause says that something fell."""
    clause = before[-24:]
    falls = [match.end() for match in _FALL.finditer(clause)]
    rises = [match.end() for match in _RISE.finditer(clause)]
    return bool(falls) and max(falls) > max(rises, default=-1)


def _source_of(field: str, stated: Sequence[Figure], paragraph: int, before: int) -> Figure | None:
    """The figure whose number words such as 均为自然人申请 or 全部维持 take over: the nearest before that fits."""
    head, _, column = field.rpartition(".")
    if column != "total" and head.startswith("requests."):
        wanted: tuple[str, ...] = (f"{head}.total", *REQUESTS)
    elif head in ("review", "litigation", "litigation.direct", "litigation.after_review"):
        wanted = (f"{head}.total",)
    else:
        wanted = REQUESTS
    fits = [f for f in stated if f.field in wanted and f.value and not f.implied and f.subset is None
            and f.period == "this_year" and f.unit not in (*SHARE_UNITS, *MONEY_UNITS)
            and (f.span[0], f.span[2]) <= (paragraph, before)]
    return max(fits, key=lambda figure: figure.span) if fits else None
