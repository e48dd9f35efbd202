"""The prose as evidence: paragraphs cut at the figures that they state, and each figure beside what the table says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractor.evidence.cases import cells_of, definition_terms, signed, total_of
from extractor.report import Figure, Report

_STOPS = "。；！？;!?"
_CONTEXT = 160
"""Characters of a sentence shown before and after a figure at most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `numbers` are those of the figures that it states, empty for plain text."""

    text: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph or a part of it; `paragraph` counts from 1."""

    paragraph: int
    pieces: tuple[Piece, ...]


def numbered(report: Report) -> dict[int, Figure]:
    """The figures with numbers from 1, in the order of the text."""
    ordered = sorted(range(len(report.figures)), key=lambda index: (report.figures[index].span, index))
    return {number: report.figures[index] for number, index in enumerate(ordered, start=1)}


def passages(report: Report, figures: dict[int, Figure]) -> list[Passage]:
    """The paragraphs that state any of `figures`, whole."""
    by_paragraph: dict[int, list[int]] = {}
    for number, figure in figures.items():
        by_paragraph.setdefault(figure.span[0], []).append(number)
    return [Passage(index + 1, _cut(report.paragraphs[index], numbers, figures, 0, len(report.paragraphs[index])))
            for index, numbers in sorted(by_paragraph.items()) if index < len(report.paragraphs)]


def sentence(report: Report, number: int, figures: dict[int, Figure]) -> Passage | None:
    """The sentence that states a figure, with all figures in it; None if the report does not hold its paragraph."""
    index, start, end = figures[number].span
    if index >= len(report.paragraphs):
        return None
    text = report.paragraphs[index]
    first = max((text.rfind(stop, 0, start) for stop in _STOPS), default=-1) + 1
    stops = [at for stop in _STOPS if (at := text.find(stop, end)) >= 0]
    last = min(stops, default=len(text) - 1) + 1
    first, last = max(first, start - _CONTEXT), min(last, end + _CONTEXT)
    return Passage(index + 1, _cut(text, [number], figures, first, last))


def _cut(text: str, numbers: Sequence[int], figures: dict[int, Figure], first: int, last: int) -> tuple[Piece, ...]:
    """`text` from `first` to `last` in pieces; figures that overlap share one piece."""
    runs: list[tuple[int, int, list[int]]] = []
    for number in sorted(numbers, key=lambda number: figures[number].span[1:]):
        _, start, end = figures[number].span
        start, end = max(start, first), min(end, last)
        if start >= end:
            continue
        if runs and start < runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]), [*runs[-1][2], number])
        else:
            runs.append((start, end, [number]))
    pieces: list[Piece] = []
    at = first
    for start, end, stated in runs:
        pieces += [Piece(text[at:start]), Piece(text[start:end], tuple(stated))]
        at = end
    return tuple(piece for piece in (*pieces, Piece(text[at:last])) if piece.text)


def in_table(figure: Figure, report: Report) -> Decimal | None:
    """What the tables say to a figure, by its definition or else its field; None where anything of it is blank."""
    terms = definition_terms(figure) or ([(1, figure.field)] if figure.field else [])
    parts: list[Decimal] = []
    for sign, name in terms:
        numbers = [report.values[cell].value for cell in cells_of(name, report)]
        known = [signed(sign, number) for number in numbers if number is not None]
        if not known or len(known) < len(numbers):
            return None
        parts += known
    return total_of(parts) if parts else None


def verdict_of(figure: Figure) -> str:
    """The key of the word for how a figure stands to the tables; empty where nothing judged it."""
    return figure.verdict.replace(" ", "_") if figure.verdict is not None else ""
