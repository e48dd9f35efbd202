"""Deviations of statutory tables: rows missing, renamed or of an office's own, labels run together or torn apart."""

from __future__ import annotations

import hashlib
import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from training.corpus.pages.tables import TableCell, TableModel
from training.corpus.prose.grammar import RESERVED_SHARE

TABLES = {2: "disclosure", 3: "requests", 4: "disputes"}


@dataclass(frozen=True, slots=True)
class Wordings:
    """Other wordings of headers by kind and id, those that training may use and those kept for testing."""

    open: dict[tuple[str, str], tuple[str, ...]]
    reserved: dict[tuple[str, str], tuple[str, ...]]
    unknown: dict[str, tuple[str, ...]]

    def of(self, rng: random.Random, kind: str, target: str, reserved: bool) -> str | None:
        """Another wording of a header, None if there is none."""
        found = (self.reserved if reserved else self.open).get((kind, target)) or self.open.get((kind, target))
        return rng.choice(found) if found else None


@lru_cache(maxsize=1)
def wordings() -> Wordings:
    """The wordings of `headers.toml`."""
    raw = tomllib.loads(resources.files(__package__).joinpath("headers.toml").read_text("utf8"))
    every = {("row", name): texts for name, texts in (raw["rows"] | raw["groups"]).items()}
    every |= {("column", name): texts for name, texts in raw["columns"].items()}
    kept = {name: tuple(text for text in texts if _is_reserved(name[1], text)) for name, texts in every.items()}
    free = {name: tuple(text for text in texts if text not in kept[name]) for name, texts in every.items()}
    return Wordings(free, kept, {name: tuple(texts) for name, texts in raw["unknown"].items()})


def _is_reserved(name: str, text: str) -> bool:
    return hashlib.sha256(f"{name}|{text}".encode()).digest()[-1] < RESERVED_SHARE


@dataclass(frozen=True, slots=True)
class Headed:
    """A cell of a table with what it names: see `HeaderCell`; values have no kind, and a `field` of their own."""

    cell: TableCell
    kind: str | None
    target: str | None


@dataclass(slots=True)
class Draft:
    """A table about to deviate; `features` names what was done to it."""

    model: TableModel
    cells: list[Headed]
    features: set[str]

    @property
    def table(self) -> str:
        return TABLES[self.model.number]

    def rows_of(self, kind: str) -> list[Headed]:
        """Header cells of a kind that name something."""
        return [headed for headed in self.cells if headed.kind == kind and headed.target is not None]

    def remove_row(self, row: int) -> None:
        """Takes a row out of the grid; cells that span it shrink, or go if nothing is left of them."""
        kept = []
        for headed in self.cells:
            cell = headed.cell
            end = cell.row + cell.rowspan
            if cell.row <= row < end:
                if cell.rowspan == 1:
                    continue
                cell = replace(cell, rowspan=cell.rowspan - 1)
            elif cell.row > row:
                cell = replace(cell, row=cell.row - 1)
            kept.append(replace(headed, cell=cell))
        self.cells = kept
        self.model = replace(self.model, rows=self.model.rows - 1)

    def insert_row(self, row: int, cells: Sequence[Headed]) -> None:
        """Puts a row of cells above `row`; cells that span the place grow, and no cell is put under them."""
        grown = []
        covered: set[int] = set()
        for headed in self.cells:
            cell = headed.cell
            if cell.row < row < cell.row + cell.rowspan:
                cell = replace(cell, rowspan=cell.rowspan + 1)
                covered |= set(range(cell.column, cell.column + cell.colspan))
            elif cell.row >= row:
                cell = replace(cell, row=cell.row + 1)
            grown.append(replace(headed, cell=cell))
        self.cells = grown
        self.model = replace(self.model, rows=self.model.rows + 1)
        self.cells += [fitted for headed in cells if (fitted := _beside(headed, covered)) is not None]

    def change(self, old: Headed, new: Headed) -> None:
        """Puts one cell in place of another."""
        self.cells[self.cells.index(old)] = new


def _beside(headed: Headed, covered: set[int]) -> Headed | None:
    """The cell without the columns that others cover; None if nothing is left."""
    columns = [c for c in range(headed.cell.column, headed.cell.column + headed.cell.colspan) if c not in covered]
    if not columns:
        return None
    return replace(headed, cell=replace(headed.cell, column=columns[0], colspan=len(columns)))


def leave_out_rows(rng: random.Random, draft: Draft) -> None:
    """One to six rows of table 3, or one of table 2, are missing, with their labels."""
    rows = [headed for headed in draft.rows_of("row") if headed.cell.rowspan == 1 and "." in (headed.target or "")]
    if draft.table == "disputes" or len(rows) < 4:
        return
    most = 6 if draft.table == "requests" else 1
    for headed in rng.sample(rows, rng.randint(1, most)):
        current = next(h for h in draft.cells if h.target == headed.target and h.kind == "row")
        draft.remove_row(current.cell.row)
    draft.features.add("missing")


def rename(rng: random.Random, draft: Draft, share: float, reserved: bool) -> None:
    """Some headers are worded as offices word them; one text stands for one header of a table only."""
    texts = {headed.cell.text for headed in draft.cells}
    for headed in list(draft.cells):
        if headed.target is None or headed.kind is None or rng.random() >= share:
            continue
        text = wordings().of(rng, headed.kind, headed.target, reserved)
        if text is not None and text not in texts and not _unclear(draft, headed):
            draft.change(headed, replace(headed, cell=replace(headed.cell, text=text)))
            texts.add(text)
            draft.features.add("renamed")


def _unclear(draft: Draft, headed: Headed) -> bool:
    """True for a wording that only its group or ordinal tells from others, in a table that has lost that."""
    depth = min((h.cell.column for h in draft.cells if h.cell.field), default=0)
    return depth == 1 and headed.target == "requests.other.other"


def add_rows(rng: random.Random, draft: Draft, number: int) -> None:
    """Rows of an office's own, with numbers that belong to no field."""
    values = [headed.cell for headed in draft.cells if headed.cell.field]
    names = wordings().unknown.get(draft.table, ())
    if draft.table == "disputes" or not values or not names:
        return
    first = min(cell.column for cell in values)
    rows = sorted({cell.row for cell in values})
    for name in rng.sample(names, number):
        row = rng.choice([*rows, draft.model.rows])
        cells = [Headed(TableCell(row, 0, name, "label", colspan=first), "row", None)]
        cells += [Headed(TableCell(row, at, str(rng.choice((0, 0, 0, 1, 2, 5, 17))), "value"), None, None)
                  for at in range(first, draft.model.columns)]
        draft.insert_row(row, cells)
    draft.features.add("added")


def merge_labels(rng: random.Random, draft: Draft) -> None:
    """A group with one row and that row's label stand in one cell; or every row names its group itself."""
    groups = [headed for headed in draft.rows_of("row") if "." not in (headed.target or ".") and headed.cell.rowspan == 1]
    for group in groups:
        beside = [headed for headed in draft.rows_of("row")
                  if headed.cell.row == group.cell.row and headed.cell.column == group.cell.column + group.cell.colspan]
        if beside and rng.random() < 0.5:
            label = beside[0]
            cell = replace(label.cell, column=group.cell.column, colspan=group.cell.colspan + label.cell.colspan,
                           text=group.cell.text + label.cell.text)
            draft.change(label, replace(label, cell=cell))
            draft.cells.remove(group)
            draft.features.add("merged")


def tear_group(rng: random.Random, draft: Draft) -> None:
    """A page break cuts a group's cell: its label is torn in two, the pieces in cells of their own."""
    groups = [headed for headed in draft.rows_of("row") if headed.cell.rowspan > 1 and len(headed.cell.text) > 3]
    if not groups:
        return
    group = rng.choice(groups)
    cell = group.cell
    upper = rng.randint(1, cell.rowspan - 1)
    at = rng.choice((0, len(cell.text), rng.randint(1, len(cell.text) - 1)))
    draft.change(group, replace(group, cell=replace(cell, rowspan=upper, text=cell.text[:at])))
    draft.cells.append(replace(group, cell=replace(cell, row=cell.row + upper, rowspan=cell.rowspan - upper,
                                                   text=cell.text[at:])))
    draft.features.add("torn")


def join_headers(rng: random.Random, draft: Draft, chance: float) -> None:
    """Header cells side by side are read as one, where the line between them is not seen: then they name nothing."""
    if draft.table == "requests":
        return
    for row in sorted({headed.cell.row for headed in draft.rows_of("column")}):
        run = sorted((h for h in draft.cells if h.cell.row == row and h.kind == "column"), key=lambda h: h.cell.column)
        if len(run) < 2 or rng.random() >= chance:
            continue
        first = run[0].cell
        end = run[-1].cell.column + run[-1].cell.colspan
        text = "".join(headed.cell.text for headed in run)
        draft.cells = [headed for headed in draft.cells if headed not in run]
        draft.cells.append(Headed(replace(first, colspan=end - first.column, text=text), "column", None))
        draft.features.add("joined")
