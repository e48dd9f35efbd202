"""Table headers by the trained model: what a misread, cut, renamed or lost header names, from its text and its place.

The model sees all headers of a table at once. A header that it knows and that no label of the dictionary equals is read
as the dictionary's label; the text matcher and the structural decoder then go on as with any other table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from extractor.document import Cell, Table
from extractor.fields import TableSpec
from extractor.label.headers import LabelMatcher, bare
from extractor.label.model.release import Network, Row
from extractor.label.model.tokens import Box, header_tokens
from extractor.label.reading import is_label, is_value

NONE = "none"
SURE = 0.8
"""Chance from which a header is read as what the model takes it for."""
MAX_HEADERS = 400
"""Header cells of a table that the model is shown; a larger table is no statutory one."""
_VALUES = 0.4
"""Share of values among a column's filled cells that makes it a column of values."""


@dataclass(frozen=True, slots=True)
class _Header:
    """A header cell of part `part` of a table, and what the model takes it for."""

    part: int
    cell: Cell
    label: str = NONE
    chance: float = 0.0


class ModelMatcher(LabelMatcher):
    """Matches by text what the model has read; made anew for each report, since it keeps what it was sure of."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._certain: dict[str, dict[str, float]] = {}

    def restored(self, tables: Sequence[Table], spec: TableSpec) -> Sequence[Table]:
        """The tables with the headers that the model knows in the dictionary's words; see `HeaderMatcher`."""
        headers = list(self._read(tables, spec))
        words = _words(spec)
        labels = [label for row in (*spec.rows, *spec.groups) for label in row.labels]
        labels += [label for column in spec.columns for label in column.labels]
        exact = {bare(text) for text in (*words.values(), *labels)}
        certain = self._certain[spec.id] = dict[str, float]()
        known = {bare(header.cell.text) for header in headers} & exact
        changed: dict[int, Cell] = {}
        for header in sorted(headers, key=lambda header: -header.chance):
            text = words.get(header.label)
            own = bare(header.cell.text)
            if own in exact:
                continue
            if text is None:
                certain[own] = 1.0 - header.chance if header.label == NONE and own else 1.0
            elif header.chance >= SURE and (header.label.startswith("column:") or bare(text) not in known):
                known.add(bare(text))
                changed[id(header.cell)] = replace(header.cell, text=text)
                certain[bare(text)] = header.chance
        return [replace(table, cells=tuple(changed.get(id(cell), cell) for cell in table.cells)) if changed else table
                for table in tables]

    def row(self, path: Sequence[str], spec: TableSpec) -> dict[str, float]:
        scores = super().row(path, spec)
        last = next((text for text in reversed(path) if bare(text)), "")
        sure = self._certain.get(spec.id, {}).get(bare(last), 1.0)
        return {row: score * sure for row, score in scores.items() if score * sure >= self.threshold}

    def _read(self, tables: Sequence[Table], spec: TableSpec) -> Iterator[_Header]:
        """All header cells with the model's best label for each and its chance."""
        headers = [_Header(part, cell) for part, table in enumerate(tables) for cell in header_cells(table)]
        if not headers or len(headers) > MAX_HEADERS:
            return
        boxes = _boxes(tables, headers)
        parts = list(header_tokens(spec.id, [(header.cell.text, box)
                                             for header, box in zip(headers, boxes, strict=True)]))
        rows = [Row(self._network.vocabulary.numbers(part.tokens), part.boxes) for part in parts]
        labels = self._network.heads["header"]
        for part, scores in zip(parts, self._network.run(rows), strict=True):
            means = np.stack([scores[start:end].mean(0) for start, end in part.cells])
            chances = self._network.probabilities(means, "header")
            for header, row in zip(headers[part.first:], chances, strict=False):
                best = int(np.argmax(row))
                chance = self._network.calibration.probability("header", float(row[best]))
                yield replace(header, label=labels[best], chance=chance)


def header_cells(table: Table) -> list[Cell]:
    """The cells of a table that hold no value: texts, and blanks beside or above the values, in reading order."""
    filled, values = [0] * table.columns, [0] * table.columns
    first_row = table.rows
    for cell in table.cells:
        if cell.text.strip() and cell.column < table.columns:
            filled[cell.column] += 1
            if is_value(cell):
                values[cell.column] += 1
                first_row = min(first_row, cell.row)
    first_column = next((at for at in range(table.columns) if values[at] > _VALUES * filled[at]), table.columns)
    kept = [cell for cell in table.cells if is_label(cell) or (
        not cell.text.strip() and (cell.column < first_column or cell.row < first_row))]
    return sorted(kept, key=lambda cell: (cell.row, cell.column))


def _boxes(tables: Sequence[Table], headers: Sequence[_Header]) -> list[Box]:
    """Places in the grid in thousandths, the parts of a table one below the other."""
    above = [0, *accumulate(table.rows for table in tables)]
    rows, columns = max(1, above[-1]), max(1, *(table.columns for table in tables))
    found: list[Box] = []
    for header in headers:
        cell, top = header.cell, header.cell.row + above[header.part]
        found.append((1000 * cell.column // columns, 1000 * top // rows,
                      min(1000, 1000 * (cell.column + cell.colspan) // columns),
                      min(1000, 1000 * (top + cell.rowspan) // rows)))
    return found


def _words(spec: TableSpec) -> dict[str, str]:
    """The dictionary's text for each label of the model that this table can have."""
    words = {f"row:{item.id}": item.labels[0] for item in (*spec.groups, *spec.rows)}
    return words | {f"column:{column.id}": column.labels[0] for column in spec.columns}
