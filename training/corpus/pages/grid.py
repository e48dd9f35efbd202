"""A table's cells by row, for formats that write tables row by row."""

from __future__ import annotations

from training.corpus.pages.tables import TableCell, TableModel


def starting(table: TableModel) -> list[list[TableCell]]:
    """The cells that start in each row, left to right."""
    rows: list[list[TableCell]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row].append(cell)
    return [sorted(row, key=lambda cell: cell.column) for row in rows]


def slots(table: TableModel) -> list[list[tuple[int, TableCell | None, bool]]]:
    """For each row its slots left to right: (column, cell or None, True where the cell starts in this row).

    A cell that spans columns has one slot; one that spans rows has a slot in each of them.
    """
    made: list[list[tuple[int, TableCell | None, bool]]] = []
    for row in range(table.rows):
        line: list[tuple[int, TableCell | None, bool]] = []
        column = 0
        while column < table.columns:
            cell = next((c for c in table.cells if c.row <= row < c.row + c.rowspan
                         and c.column <= column < c.column + c.colspan), None)
            line.append((column, cell, cell is not None and cell.row == row))
            column += cell.colspan if cell is not None else 1
        made.append(line)
    return made
