"""What stands on a page before it is written: runs of glyphs, lines, filled areas, and the areas of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from extractor.document import Box
from training.corpus.pages.typeset import Glyph

Weight = Literal["regular", "stroke", "overprint"]


class Owner(NamedTuple):
    """Whose text a glyph is: cell or paragraph `number`, counted over the whole report."""

    kind: Literal["cell", "paragraph"]
    number: int


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs on one line; (`x`, `y`) is the start of the baseline in points from the top left corner of the page.

    `angle` is 0 or 90 (read upwards). Glyphs of no owner are decoration: page numbers, repeated headers.
    """

    x: float
    y: float
    glyphs: tuple[Glyph, ...]
    size: float
    spacing: float = 0.0
    owner: Owner | None = None
    weight: Weight = "regular"
    color: str = "#000000"
    angle: int = 0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line, drawn as a line or, with `filled`, as a thin rectangle."""

    x0: float
    top: float
    x1: float
    bottom: float
    width: float
    color: str
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled rectangle under the text."""

    box: Box
    color: str


@dataclass(slots=True)
class Sheet:
    """A page under construction; everything is drawn in the order fills, strokes, runs."""

    runs: list[Run] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)


class Region(NamedTuple):
    """The area of a cell on a page (counted from 1); a cell that a page break cuts has several."""

    owner: Owner
    page: int
    box: Box


@dataclass(slots=True)
class Composed:
    """A laid-out report: its sheets, the areas of its cells, and the texts that owners' offsets count in."""

    sheets: list[Sheet]
    regions: list[Region]
    width: float
    height: float


def baseline(top: float, leading: float, size: float) -> float:
    """Baseline of a line whose box begins at `top`: the em box is centred in the leading, its baseline at 0.88 em."""
    return top + (leading - size) / 2 + 0.88 * size


def advance(glyphs: Sequence[Glyph], spacing: float = 0.0) -> float:
    """The width of glyphs in points."""
    return sum(glyph.advance for glyph in glyphs) + spacing * max(0, len(glyphs) - 1)
