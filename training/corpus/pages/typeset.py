"""Breaks Chinese text into lines: no closing mark begins a line, no opening mark ends one, numbers stay whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.corpus.pages import fonts

NOT_FIRST = frozenset("，。、；：？！）》〉】〕”’％%…·．,.;:?!)]}")
NOT_LAST = frozenset("（《〈【〔“‘([{")
HANG = 0.25
"""Ems by which a line is squeezed to keep a closing mark on it."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character in its font, with its advance in points; `offset` is its place in the text, -1 if it has none."""

    char: str
    font: str
    advance: float
    offset: int


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line of glyphs; `spacing` is added after each but the last."""

    glyphs: tuple[Glyph, ...]
    spacing: float = 0.0
    indent: float = 0.0
    last: bool = False

    @property
    def width(self) -> float:
        return sum(glyph.advance for glyph in self.glyphs) + self.spacing * max(0, len(self.glyphs) - 1)


def glyphs_of(text: str, font: str, western: str, size: float, start: int = 0) -> list[Glyph]:
    """The glyphs of a text without line breaks; `start` is the offset of its first character."""
    made = []
    for offset, char in enumerate(text, start):
        chosen = fonts.font_for(char, font, western)
        made.append(Glyph(char, chosen, fonts.width(char, chosen) * size, offset))
    return made


def break_lines(glyphs: Sequence[Glyph], width: float, size: float, indent: float = 0.0,
                split_numbers: bool = False, squeeze: bool = False) -> list[SetLine]:
    """Lines no wider than `width` points (the first one less `indent`), ragged at the right.

    With `squeeze` a closing mark may stand a little over, for `justify` to press the line together.
    """
    lines: list[SetLine] = []
    start = 0
    while start < len(glyphs):
        room = width - (indent if not lines else 0.0)
        end = _fit(glyphs, start, room)
        if end < len(glyphs):
            end = _legal(glyphs, start, end, room if squeeze else 0.0, size, split_numbers)
        lines.append(SetLine(tuple(glyphs[start:end]), indent=indent if not lines else 0.0, last=end >= len(glyphs)))
        start = end
    return lines or [SetLine((), last=True)]


def _fit(glyphs: Sequence[Glyph], start: int, room: float) -> int:
    used = 0.0
    for at in range(start, len(glyphs)):
        used += glyphs[at].advance
        if used > room + 0.01 and at > start:
            return at
    return len(glyphs)


def _legal(glyphs: Sequence[Glyph], start: int, end: int, room: float, size: float, split_numbers: bool) -> int:
    """The nearest place at or before `end` where a line may break; `end` itself if there is none.

    `room` is the width that a squeezed line is measured against, 0 if lines are not squeezed.
    """
    if room and glyphs[end].char in NOT_FIRST:
        used = sum(glyph.advance for glyph in glyphs[start:end + 1])
        after = glyphs[end + 1].char if end + 1 < len(glyphs) else ""
        if used - room <= HANG * size + size and after not in NOT_FIRST and used - room <= 0.04 * room:
            return end + 1
    at = end
    while at > start + 1 and not _may_break(glyphs[at - 1].char, glyphs[at].char, split_numbers):
        at -= 1
    return at if at > start + 1 else end


def _may_break(before: str, after: str, split_numbers: bool) -> bool:
    if after in NOT_FIRST or before in NOT_LAST:
        return False
    return split_numbers or not (_western(before) and _western(after))


def _western(char: str) -> bool:
    return "!" <= char <= "~" or "０" <= char <= "９"


def justify(lines: Sequence[SetLine], width: float) -> list[SetLine]:
    """All lines but the last one stretched or squeezed to `width`."""
    made = []
    for line in lines:
        gaps = len(line.glyphs) - 1
        slack = width - line.indent - line.width
        if (line.last and slack >= 0) or gaps < 1 or slack > 0.3 * width:
            made.append(line)
        else:
            made.append(SetLine(line.glyphs, slack / gaps, line.indent, line.last))
    return made
