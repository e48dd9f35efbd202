"""Samples as what the network sees and what it is to answer: windows of prose and tables' headers, in batches."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

import torch
from torch import Tensor

from extractor.fields import load
from extractor.label.model.tokens import (
    END,
    NO_BOX,
    Box,
    Vocabulary,
    header_tokens,
    may_hold_figures,
    prose_prefix,
    prose_tokens,
    windows,
)
from training.corpus.prose import concepts
from training.corpus.types import LabelledFigure
from training.samples import HeaderSample, ProseSample

Heads = dict[str, tuple[str, ...]]
NONE, DISTRACTOR = "none", "distractor"
OUTSIDE, BEGIN, INSIDE = "outside", "begin", "inside"
MANNERS = ("stated", "negated", "implied")
COPIES = ("1", "2", "3", "4")
SPAN_HEADS = ("field", "period", "scope", "subset", "part_of", "copies", "manner")
"""Heads that judge a span by the mean of its tokens; so does `header` a cell; `words` judges each token."""
PERIODS = {"planned": "plan"}
"""Periods that the corpus names otherwise than the product does."""
PERIOD_LABELS = ("this_year", "cumulative", "growth", "last_year", "other_year", "plan")
SCOPES = ("own", "department", "office", "region", "unit")
SUBSETS = ("none", "already_public", "fax", "in_person", "inner", "letter", "on_request", "online", "topic")
WHOLES = ("none", "prose.disclosed_items", "prose.interpretations", "prose.proposals", "requests.granted.total",
          "requests.handled.total", "requests.received.total")
"""Fields that others are said to be part of."""
IGNORED = -100


def make_heads() -> Heads:
    """The labels of each head: fields from the dictionary and the concepts, the other attributes as the corpus has them."""
    return {"words": (OUTSIDE, BEGIN, INSIDE), "field": (NONE, DISTRACTOR, *sorted(_fields())), "period": PERIOD_LABELS,
            "scope": SCOPES, "subset": SUBSETS, "part_of": WHOLES, "copies": COPIES, "manner": MANNERS,
            "header": (NONE, *_headers())}


def stated_together(samples: Iterable[ProseSample]) -> list[tuple[str, str]]:
    """Pairs of fields that one number, or the same words, state in `samples`: 行政复议、行政诉讼各0件."""
    found: set[tuple[str, str]] = set()
    for sample in samples:
        by_span: dict[tuple[int, int], set[str]] = {}
        for figure in sample.figures:
            if figure.field is not None:
                by_span.setdefault((figure.start, figure.end), set()).add(figure.field)
        found |= {(a, b) for fields in by_span.values() for a in fields for b in fields if a < b}
    return sorted(found)


def _fields() -> set[str]:
    """Fields that prose may state: totals of all rows, the applicants of some, and every concept."""
    dictionary = load()
    found = {concept.id for concept in concepts.load().all}
    for known in dictionary.fields.values():
        applicants = known.row in ("requests.received", "requests.handled", "requests.carried_in", "requests.granted")
        if known.table != "requests" or known.column == "total" or applicants:
            found.add(known.id)
    for derived in dictionary.derived:
        columns = [column.id for column in dictionary.table(derived.table).columns]
        all_columns = derived.table != "requests" or derived.id == "requests.to_handle"
        found |= {f"{derived.id}.{column}" for column in columns if all_columns or column == "total"}
    return found


def _headers() -> list[str]:
    dictionary = load()
    rows = {f"row:{row.id}" for table in dictionary.tables for row in (*table.rows, *table.groups)}
    return sorted(rows | {f"column:{column.id}" for table in dictionary.tables for column in table.columns})


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens `start` to `end` with the labels that each head should give; `fields` are several for one number of both."""

    start: int
    end: int
    fields: tuple[int, ...]
    others: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One sequence: token numbers, boxes, and the answers at its tokens (`tags`), spans and cells (start, end, label)."""

    ids: tuple[int, ...]
    boxes: tuple[Box, ...] = ()
    tags: tuple[int, ...] = ()
    spans: tuple[Span, ...] = ()
    cells: tuple[tuple[int, int, int], ...] = ()


class Targets:
    """Turns samples into items by a vocabulary and the labels of the heads."""

    def __init__(self, vocabulary: Vocabulary, heads: Mapping[str, Sequence[str]]) -> None:
        self.vocabulary = vocabulary
        self.heads = heads
        self._numbers = {name: {label: at for at, label in enumerate(labels)} for name, labels in heads.items()}

    def prose(self, sample: ProseSample) -> Iterator[Item]:
        """The windows of a paragraph that may hold figures, as at run time."""
        tokens = prose_tokens(sample.text, sample.year)
        if not may_hold_figures(sample.text, tokens):
            return
        prefix = prose_prefix(sample.section, sample.heading)
        tags = [0] * len(tokens.tokens)
        spans: list[Span] = []
        for quantity in tokens.quantities:
            figures = [f for f in sample.figures if f.start < quantity.numeral.end and quantity.numeral.start < f.end
                       and not (f.negated or f.implied)]
            spans.append(self._span(quantity.start, quantity.end, figures))
        for (start, end), figures in _wordy(sample.figures).items():
            place = tokens.span(start, end)
            if place is not None:
                tags[place[0]:place[1]] = [1] + [2] * (place[1] - place[0] - 1)
                spans.append(self._span(*place, figures))
        numbers = self.vocabulary.numbers([*prefix, *tokens.tokens, END])
        before = len(prefix)
        for start, end in windows(len(tokens.tokens)):
            shift = before - start
            yield Item((*numbers[:before], *numbers[before + start:before + end], numbers[-1]),
                       tags=(*[IGNORED] * before, *tags[start:end], IGNORED),
                       spans=tuple(Span(s.start + shift, s.end + shift, s.fields, s.others)
                                   for s in spans if start <= s.start and s.end <= end))

    def _span(self, start: int, end: int, figures: Sequence[LabelledFigure]) -> Span:
        real = [figure for figure in figures if figure.distractor is None]
        if not real:
            return Span(start, end, (self._numbers["field"][DISTRACTOR],), (IGNORED,) * (len(SPAN_HEADS) - 1))
        first = real[0]
        fields = {self._number("field", figure.field or NONE) for figure in real}
        others = (self._number("period", PERIODS.get(first.period, first.period)), self._number("scope", first.scope),
                  self._number("subset", first.subset or NONE), self._number("part_of", first.part_of or NONE),
                  min(len(real), len(COPIES)) - 1, 1 if first.negated else 2 if first.implied else 0)
        return Span(start, end, tuple(sorted(fields - {IGNORED})), others)

    def _number(self, head: str, label: str) -> int:
        """A label's number; one that no head knows is left out of the training."""
        return self._numbers[head].get(label, IGNORED)

    def header(self, sample: HeaderSample, grid: bool = False) -> Iterator[Item]:
        """A table's headers, by the boxes on the page or, with `grid`, by their rows and columns."""
        boxes = grid_boxes([cell.place for cell in sample.cells]) if grid else [cell.box for cell in sample.cells]
        cells = [(cell.text, box) for cell, box in zip(sample.cells, boxes, strict=True)]
        wanted = [self._number("header", f"{cell.kind}:{cell.target}" if cell.kind and cell.target else NONE)
                  for cell in sample.cells]
        for part in header_tokens(sample.table, cells):
            answers = tuple((start, end, label) for (start, end), label in zip(part.cells, wanted[part.first:], strict=False))
            yield Item(tuple(self.vocabulary.numbers(part.tokens)), part.boxes, cells=answers)


def _wordy(figures: Sequence[LabelledFigure]) -> dict[tuple[int, int], list[LabelledFigure]]:
    """Figures that words state, by their span."""
    found: dict[tuple[int, int], list[LabelledFigure]] = {}
    for figure in figures:
        if figure.negated or figure.implied:
            found.setdefault((figure.start, figure.end), []).append(figure)
    return found


@dataclass(slots=True)
class Batch:
    """Items of about one length, padded: `ids` and `tags` (items, tokens), `boxes` (items, tokens, 4).

    `pooled` holds (place in the flattened tokens, span) pairs; `fields` (spans, labels) shares of probability;
    `others` (spans, heads); `cells` (place in the flattened tokens, cell) pairs; `headers` the label of each cell.
    """

    ids: Tensor
    boxes: Tensor
    tags: Tensor
    pooled: Tensor
    fields: Tensor
    others: Tensor
    cells: Tensor
    headers: Tensor

    def to(self, device: torch.device | str) -> Batch:
        """The batch on another device."""
        return Batch(*(getattr(self, part.name).to(device) for part in fields(self)))


def collate(items: Sequence[Item], fields: int) -> Batch:
    """Pads items into a batch; `fields` is the number of labels of the head `field`."""
    width = max(len(item.ids) for item in items)
    ids = torch.zeros(len(items), width, dtype=torch.long)
    boxes = torch.zeros(len(items), width, 4, dtype=torch.long)
    tags = torch.full((len(items), width), IGNORED)
    lists = _Lists()
    for row, item in enumerate(items):
        ids[row, :len(item.ids)] = torch.tensor(item.ids)
        if item.boxes:
            boxes[row, :len(item.boxes)] = torch.tensor(item.boxes)
        if item.tags:
            tags[row, :len(item.tags)] = torch.tensor(item.tags)
        lists.add(item, row * width)
    shares = torch.zeros(len(lists.fields), fields)
    for at, wanted in enumerate(lists.fields):
        if wanted:
            shares[at, list(wanted)] = 1 / len(wanted)
    return Batch(ids, boxes, tags, torch.tensor(lists.pooled).view(-1, 2), shares,
                 torch.tensor(lists.others).view(-1, len(SPAN_HEADS) - 1), torch.tensor(lists.cells).view(-1, 2),
                 torch.tensor(lists.headers, dtype=torch.long))


@dataclass(slots=True)
class _Lists:
    pooled: list[tuple[int, int]] = field(default_factory=list)
    fields: list[tuple[int, ...]] = field(default_factory=list)
    others: list[tuple[int, ...]] = field(default_factory=list)
    cells: list[tuple[int, int]] = field(default_factory=list)
    headers: list[int] = field(default_factory=list)

    def add(self, item: Item, at: int) -> None:
        for span in item.spans:
            self.pooled += [(at + token, len(self.fields)) for token in range(span.start, span.end)]
            self.fields.append(span.fields)
            self.others.append(span.others)
        for start, end, label in item.cells:
            if label != IGNORED:
                self.cells += [(at + token, len(self.headers)) for token in range(start, end)]
                self.headers.append(label)


def batches(items: Sequence[Item], tokens: int, fields: int, rng: random.Random) -> list[Batch]:
    """All items in batches of about `tokens` tokens with padding, items of one length together, in random order."""
    by_length = sorted(items, key=lambda item: (len(item.ids), rng.random()))
    groups: list[list[Item]] = [[]]
    for item in by_length:
        if groups[-1] and (len(groups[-1]) + 1) * len(item.ids) > tokens:
            groups.append([])
        groups[-1].append(item)
    rng.shuffle(groups)
    return [collate(group, fields) for group in groups if group]


def grid_boxes(places: Sequence[tuple[int, int, int, int]]) -> list[Box]:
    """Boxes of cells known by (row, column, rowspan, colspan) only, in thousandths of the grid."""
    rows = max((row + span for row, _, span, _ in places), default=1)
    columns = max((column + span for _, column, _, span in places), default=1)
    return [(1000 * c // columns, 1000 * r // rows, 1000 * (c + cs) // columns, 1000 * (r + rs) // rows)
            for r, c, rs, cs in places]


def no_boxes(items: Iterable[Item]) -> Iterator[Item]:
    """Items without boxes, to measure what these are worth."""
    for item in items:
        yield Item(item.ids, tuple(NO_BOX for _ in item.ids), item.tags, item.spans, item.cells)
