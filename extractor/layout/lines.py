"""Words to lines of text: what stands on one line, in order, with a space only where one belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.document import Box, Word


@dataclass(frozen=True, slots=True)
class TextRun:
    """A line of text; `edges` are the n + 1 borders of its n characters (joining spaces included)."""

    text: str
    box: Box
    edges: tuple[float, ...]
    size: float
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()


LARGE = 2.0
"""How many times a page's usual size a character of a watermark has at least."""
FEWEST_SLANTING = 3
"""Large characters on lines of their own that make a watermark."""
STEP = 1.5
"""Points by which the characters of a slanting text lie below each other at least."""
COLUMN_GAP = 1.0
"""A gap wider than this many character sizes separates columns."""


def without_watermark(words: Sequence[Word]) -> list[Word]:
    """The words without the single large characters of a slanting text, each of which stands on a line of its own.

    Digits and marks stay: a number is as large as its cell where a seal is read with it, and must not become a blank.
    """
    if not words:
        return []
    size = sorted(word.size for word in words)[len(words) // 2]
    large = [word for word in words if word.size >= LARGE * size and len(word.text) == 1 and word.text.isalpha()]

    def alone(word: Word) -> bool:
        return not any(other is not word and abs(other.box.top - word.box.top) < STEP for other in large)

    slanting = {id(word) for word in large if alone(word)}
    return [word for word in words if id(word) not in slanting] if len(slanting) >= FEWEST_SLANTING else list(words)


def to_lines(words: Sequence[Word], columns: bool = False) -> list[TextRun]:
    """Lines top to bottom. Words belong to one line if they overlap vertically by half of the smaller one.

    With `columns`, wide gaps are kept as tabs.
    """
    turned = [word for word in words if is_turned(word)]
    lines: list[list[Word]] = []
    for word in sorted((word for word in words if not is_turned(word)), key=lambda w: (w.box.centre[1], w.box.x0)):
        for line in reversed(lines[-3:]):
            if _same_line(line, word):
                line.append(word)
                break
        else:
            lines.append([word])
    runs = [join(sorted(line, key=lambda w: w.box.x0), columns) for line in lines]
    runs += [join([word]) for word in turned]
    return sorted(runs, key=lambda run: run.box.centre[1])


def is_turned(word: Word | TextRun) -> bool:
    """True for a word set downwards or sideways: it would tie the lines beside it together."""
    return len(word.text) > 1 and word.size > 0 and word.box.height > 2 * word.size


def _same_line(line: list[Word], word: Word) -> bool:
    """Overlap is judged against the line's last words, so that a slanting line does not drift into its neighbour."""
    near = line[-1]
    overlap = min(near.box.bottom, word.box.bottom) - max(near.box.top, word.box.top)
    return overlap >= 0.5 * min(near.box.height, word.box.height)


def join(words: Sequence[Word], columns: bool = False) -> TextRun:
    """Words of one line, left to right, as one run; a gap becomes a space only between Latin letters or digits."""
    text: list[str] = []
    edges: list[float] = []
    for word in words:
        size = max(word.size, word.box.height * 0.6)
        gap = word.box.x0 - edges[-1] if edges else 0.0
        if columns and gap > COLUMN_GAP * size:
            text.append("\t")
        elif gap > 0.2 * size and _needs_space(text[-1], word.text):
            text.append(" ")
        elif edges:
            edges.pop()
        text += word.text
        edges += word.edges if len(word.edges) == len(word.text) + 1 else _even(word)
    alternatives = words[0].alternatives if len(words) == 1 else ()
    return TextRun("".join(text), Box.around(word.box for word in words), tuple(edges),
                   max(word.size for word in words), min(word.confidence for word in words), alternatives)


def _even(word: Word) -> list[float]:
    """Borders of characters of equal width, where a reader knows no better."""
    step = word.box.width / max(1, len(word.text))
    return [word.box.x0 + step * i for i in range(len(word.text) + 1)]


def _needs_space(before: str, after: str) -> bool:
    return bool(after) and before.isascii() and after[0].isascii() and before.isalnum() and after[0].isalnum()
