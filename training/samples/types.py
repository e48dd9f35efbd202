"""What one training or test sample is: a paragraph with its figures, or a table's header cells with what they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from training.corpus.types import LabelledFigure

Kind = Literal["row", "column"]
BoxOf1000 = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class ProseSample:
    """A paragraph of section 0 to 6 of a report of `year`; `heading` is the heading it stands under.

    Figures are in reading order, distractors among them (`distractor` names their kind); spans are offsets into `text`.
    """

    text: str
    section: int
    year: int
    heading: str
    figures: tuple[LabelledFigure, ...]


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """A cell without a value: a header, a row's label, a title, the corner.

    `box` is (x0, y0, x1, y1) in thousandths of the table's width and height, as a page shows it; `place` the same cell
    as (row, column, rowspan, colspan) of the grid, for formats without pages. `target` is a row id, a column id or a
    group id of the dictionary, None for headers of no canonical field; `kind` then says nothing of the dictionary, only
    whether the cell heads a row or a column (None: neither).
    """

    text: str
    box: BoxOf1000
    kind: Kind | None
    target: str | None
    place: tuple[int, int, int, int] = (0, 0, 1, 1)


@dataclass(frozen=True, slots=True)
class HeaderSample:
    """The header cells of one table in reading order; `template` is 2019 or 2021, `table` the id of its kind."""

    template: str
    table: str
    cells: tuple[HeaderCell, ...]
