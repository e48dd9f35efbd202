"""Table headers by the trained model: what a misread, cut, renamed or lost header names, from its text and its place.

The model sees all headers of a table at once. A header that it knows and that no label of the dictionary equals is read
as the dictionary's label; the text matcher and the structural decoder then go on as with any other table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from extractor.document import Cell, Table
from extractor.fields import TableSpec
from extractor.label.headers import LabelMatcher, bare, take_apart
from extractor.label.model.release import Network, Row
from extractor.label.model.tokens import Box, header_tokens
from extractor.label.reading import is_label, is_spoilt_number, is_value

NONE = "none"
SURE = 0.8
"""Chance from which a header is read as what the model takes it for."""
MAX_HEADERS = 400
"""Header cells of a table that the model is shown; a larger table is no statutory one."""
LABELS = 0.6
"""Share of texts among a column's cells that makes it one of labels."""


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
        """The tables with the headers that the model knows in the dictionary's words; see `HeaderMatcher`.

        Tables whose columns are lost have no grid that the model could see, and stay as they are.
        """
        self._certain[spec.id] = {}
        if any(table.ragged for table in tables):
            return tables
        headers = sorted(self._read(tables, spec), key=lambda header: -header.chance)
        words, bodies = _words(spec), _bodies(spec)
        certain = self._certain[spec.id] = dict[str, float]()
        rows = {f"row:{row.id}" for row in spec.rows}  # columns and groups may stand there several times
        taken = {header.label for header in headers if header.label in bodies.get(_body(header), ())} & rows
        changed: dict[int, Cell] = {}
        for header in headers:
            if _plain(header, bodies, spec):
                continue
            text = words.get(header.label)
            if text is None:
                certain[bare(header.cell.text)] = 1.0 - header.chance if header.label == NONE else 1.0
            elif header.chance >= SURE and header.label not in taken:
                changed[id(header.cell)] = replace(header.cell, text=text)
                certain[bare(text)] = header.chance
                taken |= {header.label} & rows
        return [replace(table, cells=tuple(changed.get(id(cell), cell) for cell in table.cells)) if changed else table
                for table in tables]

    def row(self, path: Sequence[str], spec: TableSpec) -> dict[str, float]:
        scores = super().row(path, spec)
        last = next((text for text in reversed(path) if bare(text)), "")
        told = take_apart(last).body != ""  # of a label without words only its ordinal and its place speak
        sure = self._certain.get(spec.id, {}).get(bare(last), 1.0) if told else 1.0
        return {row: score * sure for row, score in scores.items() if score * sure >= self.threshold}

    def _read(self, tables: Sequence[Table], spec: TableSpec) -> Iterator[_Header]:
        """All header cells with the model's best label for each and its chance."""
        headers = [_Header(part, cell) for part, table in enumerate(tables) for cell in header_cells(table)
                   if not (spec.rows_in_header and is_value(cell))  # such a table has no column of labels
                   and not (cell.column > 0 and is_spoilt_number(cell))]
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
    """The cells of a table that hold no value, in reading order: texts, and what stands where nearly all others are texts.

    Blanks are lost headers above the first value, or in a column of labels beside the values; elsewhere they are values left blank. A number
    in a column of labels is what is left of one (`2.` of `2.重复申请`).
    """
    first_value = min((cell.row for cell in table.cells if is_value(cell)), default=table.rows)
    labels, held = [0] * table.columns, [0] * table.columns
    for cell in table.cells:
        if cell.row >= first_value:
            held[cell.column] += 1
            labels[cell.column] += is_label(cell)
    beside = next((at for at in range(table.columns) if labels[at] < LABELS * held[at]), 0)
    kept = [cell for cell in table.cells if is_label(cell) or (first_value < table.rows and (
        cell.column < beside or (cell.row < first_value and not cell.text.strip())))]
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


def _body(header: _Header) -> str:
    return take_apart(header.cell.text).body


def _plain(header: _Header, bodies: Mapping[str, set[str]], spec: TableSpec) -> bool:
    """True for a header whose text says what it is: a label of the dictionary, that of one thing or of what it is.

    In table 4 also one that holds a group's label, if the model does not take it for another's (未经行政复议直接起诉);
    where it holds several, that table's reader tells them apart.
    """
    body = _body(header)
    known = bodies.get(body, set())
    if known:
        return len(known) == 1 or header.label in known
    held = {f"row:{row.id}" for row in (*spec.rows, *spec.groups) if any(bare(label) in body for label in row.labels)}
    return spec.rows_in_header and bool(held) and (header.label in held or header.label == NONE or header.chance < SURE)


def _bodies(spec: TableSpec) -> dict[str, set[str]]:
    """The model's labels that each text of the dictionary may stand for: 其他 is a row, a group and a column."""
    found: dict[str, set[str]] = {}
    for row in (*spec.rows, *spec.groups):
        for label in row.labels:
            found.setdefault(take_apart(label).body, set()).add(f"row:{row.id}")
    for column in spec.columns:
        for label in column.labels:
            found.setdefault(take_apart(label).body, set()).add(f"column:{column.id}")
    return found


def _words(spec: TableSpec) -> dict[str, str]:
    """The dictionary's text for each label of the model that this table can have."""
    words = {f"row:{item.id}": item.labels[0] for item in (*spec.groups, *spec.rows)}
    return words | {f"column:{column.id}": column.labels[0] for column in spec.columns}
