"""Header cells of statutory tables with what they name, drawn without pages: templates, hybrids, deviations, noise."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extractor.document import Cell, Place, Table
from extractor.fields import load
from training.corpus.bodies import draw_body
from training.corpus.figures import HYBRIDS, draw_figures, draw_hybrid, draw_printed
from training.corpus.pages.layout import Layout, draw_layout
from training.corpus.pages.tables import TableCell, TableModel, build_tables
from training.corpus.types import SyntheticReport
from training.samples.deviations import (
    TABLES,
    Draft,
    Headed,
    add_rows,
    join_headers,
    leave_out_rows,
    merge_labels,
    rename,
    tear_group,
)
from training.samples.noise import Level, joined_share, noisy_header
from training.samples.types import BoxOf1000, HeaderCell, HeaderSample, Kind

_YEARS = {"2019": (2019, 2020), "2021": (2021, 2022, 2023, 2024, 2025)}
_LEADING = 1.25


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A table as layout would hand it on, its header sample, and the field of each value cell by (row, column).

    A value of an office's own row has no entry in `fields`. `features` names how the table deviates from its template:
    `hybrid`, `missing`, `renamed`, `added`, `merged`, `torn`, and, by noise, `joined`.
    """

    sample: HeaderSample
    table: Table
    fields: dict[tuple[int, int], str]
    features: frozenset[str]


def header_samples(seeds: Iterable[int], noise: Level = "none", reserved: bool = False) -> Iterator[HeaderSample]:
    """The header cells of all tables of the reports `seeds`; see `drawn_tables`."""
    for drawn in drawn_tables(seeds, noise, reserved):
        yield drawn.sample


def drawn_tables(seeds: Iterable[int], noise: Level = "none", reserved: bool = False) -> Iterator[DrawnTable]:
    """All tables of the reports `seeds`, two in three of them deviating in some way.

    `reserved` words renamed headers in ways that training must not see. The same arguments give the same tables; the
    same seed gives the same tables under another noise but for the noise.
    """
    for tables in drawn_reports(seeds, noise, reserved):
        yield from tables


def drawn_reports(seeds: Iterable[int], noise: Level = "none",
                  reserved: bool = False) -> Iterator[tuple[DrawnTable, ...]]:
    """The tables of each of the reports `seeds`; see `drawn_tables`."""
    for seed in seeds:
        rng = random.Random(f"headers {seed}")
        report = _report(rng, seed)
        layout = draw_layout(seed)
        noises = random.Random(f"noise {noise} {seed}")
        drafts = [_deviated(rng, Draft(model, _headed(model), _features(report)), reserved)
                  for model in build_tables(report, layout)]
        yield tuple(_drawn(noises, draft, report, layout, noise, number) for number, draft in enumerate(drafts, 1))


def _features(report: SyntheticReport) -> set[str]:
    layouts = {name for names in HYBRIDS.values() for name in names}
    return {"hybrid"} if layouts & set(report.hybrid.split("+")) else set()


def _report(rng: random.Random, seed: int) -> SyntheticReport:
    """A report of numbers only; hybrids of the templates are more frequent than in life."""
    body = draw_body(rng, None)
    template = rng.choices(("2021", "2019"), (70, 30))[0]
    year = rng.choice(_YEARS[template])
    hybrid = rng.choice(HYBRIDS[template]) if rng.random() < 0.3 else draw_hybrid(rng, template)
    values = draw_figures(rng, body, year, template, hybrid)
    return SyntheticReport(seed, body, year, template, hybrid, values, printed=draw_printed(rng, values))


def _deviated(rng: random.Random, draft: Draft, reserved: bool) -> Draft:
    if rng.random() < 0.3:
        leave_out_rows(rng, draft)
    if rng.random() < 0.4:
        rename(rng, draft, rng.choice((0.08, 0.25, 0.6)), reserved)
    if rng.random() < 0.25:
        add_rows(rng, draft, rng.choice((1, 1, 2)))
    if rng.random() < 0.3:
        merge_labels(rng, draft)
    if rng.random() < 0.1:
        tear_group(rng, draft)
    return draft


def _headed(model: TableModel) -> list[Headed]:
    """The cells of a statutory table with what they name, which follows from the values beside and below them."""
    fields = {(cell.row, at): cell.field for cell in model.cells if cell.field
              for at in range(cell.column, cell.column + cell.colspan)}
    naming = _names_group_columns if model.number == 4 else _names_rows
    return [Headed(cell, None, None) if cell.role == "value" else Headed(cell, *naming(cell, model, fields))
            for cell in model.cells]


def _names_rows(cell: TableCell, model: TableModel, fields: dict[tuple[int, int], str]) -> tuple[str | None, str | None]:
    """Kind and target of a header of tables 2 and 3."""
    if cell.role == "header":
        return "column", _column_below(cell, model, fields)
    if cell.role != "label":
        return None, None
    covered = range(cell.row, cell.row + cell.rowspan)
    named = list(dict.fromkeys(field.rpartition(".")[0] for (row, _), field in fields.items() if row in covered))
    first = min((at for _, at in fields), default=0)
    if cell.column + cell.colspan > first or not named:
        return "row", "result" if model.number == 3 else None
    spec = load().table(TABLES[model.number])
    if cell.column + cell.colspan == first:
        return "row", named[0]
    groups = {spec.row(row).under for row in named}
    return "row", "result" if len(groups) > 1 or "result" in groups else groups.pop()


def _column_below(cell: TableCell, model: TableModel, fields: dict[tuple[int, int], str]) -> str | None:
    """The column id of the first value below a header, if it stands over one column only."""
    if model.number == 3 and cell.colspan > 1:
        return None
    titles = [other.row for other in model.cells if other.role == "title" and other.row > cell.row]
    end = min(titles, default=model.rows)
    below = [fields[row, cell.column] for row in range(cell.row + 1, end) if (row, cell.column) in fields]
    return below[0].rpartition(".")[2] if below else None


def _names_group_columns(cell: TableCell, model: TableModel,
                         fields: dict[tuple[int, int], str]) -> tuple[str | None, str | None]:
    """Kind and target of a header of table 4, whose groups are the rows of the ids."""
    row = model.rows - 1
    named = list(dict.fromkeys(fields[row, at].rpartition(".")[0]
                               for at in range(cell.column, cell.column + cell.colspan) if (row, at) in fields))
    if cell.colspan == 1:
        return "column", fields[row, cell.column].rpartition(".")[2]
    deep = any(other.row == cell.row + 1 and other.column == cell.column and other.colspan > 1 for other in model.cells)
    return "row", "litigation" if len(named) > 1 or deep else named[0]


def _drawn(rng: random.Random, draft: Draft, report: SyntheticReport, layout: Layout, noise: Level,
           number: int) -> DrawnTable:
    join_headers(rng, draft, joined_share(noise))
    headers: list[HeaderCell] = []
    cells: list[Cell] = []
    fields: dict[tuple[int, int], str] = {}
    boxes = _boxes(draft, layout)
    for headed in sorted(draft.cells, key=lambda h: (h.cell.row, h.cell.column)):
        cell = headed.cell
        value = cell.role == "value"
        text = cell.text if value else noisy_header(rng, cell.text, noise)
        box = boxes[cell.row, cell.column]
        place = Place(name=f"table {number} row {cell.row + 1} column {cell.column + 1}")
        cells.append(Cell(cell.row, cell.column, text, cell.rowspan, cell.colspan, place))
        if cell.field:
            fields[cell.row, cell.column] = cell.field
        if not value:
            headers.append(HeaderCell(text, _shaken(rng, box, noise), _kind(headed), headed.target,
                                      (cell.row, cell.column, cell.rowspan, cell.colspan)))
    table = Table(tuple(cells), draft.model.rows, draft.model.columns, section=draft.model.number)
    sample = HeaderSample(report.template, draft.table, tuple(headers))
    return DrawnTable(sample, table, fields, frozenset(draft.features))


def _kind(headed: Headed) -> Kind | None:
    return "row" if headed.kind == "row" else "column" if headed.kind == "column" else None


def _boxes(draft: Draft, layout: Layout) -> dict[tuple[int, int], BoxOf1000]:
    """The cells' boxes by (row, column): columns by their relative widths, rows as high as their texts need."""
    widths = [draft.model.widths[at] for at in range(draft.model.columns)]
    size = layout.table if draft.model.number == 2 else layout.table3
    per_width = layout.text_width / sum(widths) / size
    low = (layout.row_height if draft.model.number == 2 else layout.row_height3) / size
    heights = [low] * draft.model.rows
    for spanning in (False, True):
        for headed in draft.cells:
            cell = headed.cell
            room = sum(widths[cell.column:cell.column + cell.colspan]) * per_width - 0.7
            lines = sum(math.ceil(max(1, len(part)) / max(1.0, room)) for part in cell.text.split("\n"))
            rows = range(cell.row, cell.row + cell.rowspan)
            lacking = lines * _LEADING + 0.4 - sum(heights[row] for row in rows)
            if (cell.rowspan > 1) == spanning and lacking > 0:
                heights[rows[-1]] += lacking
    xs, ys = _edges(widths), _edges(heights)
    return {(c.row, c.column): (xs[c.column], ys[c.row], xs[c.column + c.colspan], ys[c.row + c.rowspan])
            for c in (headed.cell for headed in draft.cells)}


def _edges(sizes: list[float]) -> list[int]:
    """Borders of neighbouring sizes in thousandths of their sum."""
    total, at = sum(sizes), 0.0
    edges = [0]
    for size in sizes:
        at += size
        edges.append(round(1000 * at / total))
    return edges


def _shaken(rng: random.Random, box: BoxOf1000, noise: Level) -> BoxOf1000:
    """The box a little beside its place, as grids of scans are."""
    if noise == "none":
        return box
    x0, y0, x1, y1 = (min(1000, max(0, edge + rng.randint(-3, 3))) for edge in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
