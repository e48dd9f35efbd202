"""Rows and columns taken for their neighbours, told by the numbers alone where no place is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from eval.compare.numbers import Kind
from extractor.fields import load

Numbers = Mapping[str, Decimal | None]
REACH = 4
"""How many rows, or columns, a shift may reach."""


@lru_cache(maxsize=1)
def _grids() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The fields of each table, row by row as printed; a table whose rows stand in its header is one row."""
    grids: list[tuple[tuple[str, ...], ...]] = []
    for table in load().tables:
        if table.rows_in_header:
            grids.append((tuple(field.id for field in table.fields),))
            continue
        by_row: dict[str, list[str]] = {row.id: [] for row in table.rows}
        for field in table.fields:
            by_row[field.row].append(field.id)
        grids.append(tuple(tuple(row) for row in by_row.values()))
    return tuple(grids)


def shifted(wanted: Numbers, got: Numbers) -> dict[str, Kind]:
    """The wrong fields whose answer is what the label has in another row, or column, of the whole row."""
    found: dict[str, Kind] = {}
    for grid in _grids():
        rows = [[name for name in row if name in got] for row in grid]
        rows = [row for row in rows if row]
        wrong = [any(wanted.get(name) != got[name] for name in row) for row in rows]
        if not any(wrong):
            continue
        for at, offset in _shifted_rows(rows, wrong, wanted, got).items():
            found |= {name: Kind.SHIFTED_ROW for name in rows[at] if offset and wanted.get(name) != got[name]}
        for at, row in enumerate(rows):
            if wrong[at] and not any(name in found for name in row) and _column_shift(row, wanted, got):
                found |= {name: Kind.SHIFTED_COLUMN for name in row if wanted.get(name) != got[name]}
    return found


def _shifted_rows(rows: Sequence[list[str]], wrong: Sequence[bool], wanted: Numbers, got: Numbers) -> dict[int, int]:
    """The wrong rows that hold the numbers of a row `offset` further up; rows of zeros only beside such a row."""
    offsets: dict[int, int] = {}
    for at, row in enumerate(rows):
        if not wrong[at] or not any(got[name] for name in row):
            continue
        for offset in sorted((o for o in range(-REACH, REACH + 1) if o), key=abs):
            if _equal_to(rows, at, at - offset, wanted, got):
                offsets[at] = offset
                break
    for at in sorted(range(len(rows)), key=lambda i: min((abs(i - known) for known in offsets), default=0)):
        if wrong[at] and at not in offsets:
            beside = {offsets[n] for n in (at - 1, at + 1) if n in offsets}
            for offset in beside:
                emptied = not any(got[name] for name in rows[at])
                if emptied or _equal_to(rows, at, at - offset, wanted, got):
                    offsets[at] = offset
    return offsets


def _equal_to(rows: Sequence[list[str]], at: int, other: int, wanted: Numbers, got: Numbers) -> bool:
    if not 0 <= other < len(rows) or len(rows[at]) != len(rows[other]) or len(rows[at]) < 2:
        return False
    return all(got[a] == wanted.get(b) for a, b in zip(rows[at], rows[other], strict=True))


def _column_shift(row: Sequence[str], wanted: Numbers, got: Numbers) -> bool:
    """Whether each wrong cell holds the number `step` columns before it, and a number that is not 0 moved."""
    wrong = [at for at, name in enumerate(row) if wanted.get(name) != got[name]]
    if len(wrong) < 2:
        return False
    for step in (1, -1, 2, -2):
        moved = False
        for at in wrong:
            before = at - step
            expected = wanted.get(row[before]) if 0 <= before < len(row) else None
            if got[row[at]] != expected and not (not expected and not got[row[at]]) and not _edge(at, row, got):
                break
            moved = moved or bool(got[row[at]] and got[row[at]] == expected)
        else:
            if moved:
                return True
    return False


def _edge(at: int, row: Sequence[str], got: Numbers) -> bool:
    """The first or last cells of a shifted run are filled with nothing."""
    return not got[row[at]]
