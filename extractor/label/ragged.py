"""Rows of tables whose columns are lost (text dumps): labels come first, values are counted from the right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractor.document import Cell, Table
from extractor.fields import TableSpec
from extractor.label.headers import HeaderMatcher
from extractor.label.reading import Line, fitted, is_label, is_value, runs_together

FEWEST_NAMES = 3
"""Column names in one row, the first column's among them, that make it the header of all columns."""
REMEMBERED = 3
"""Lines of a torn label that are looked at before and after its values."""

Columns = tuple[str | None, ...]


@dataclass(slots=True)
class _Torn:
    """Lines without values since the last values, and the line of values without a label that waits for the rest."""

    before: list[str]
    waiting: int | None = None


def ragged_lines(table: Table, spec: TableSpec, matcher: HeaderMatcher) -> list[Line]:
    """The rows with values. A row with fewer or more values than there are columns is left out.

    The columns are the statutory ones in their order, unless one row of the header names them otherwise.
    """
    rows = table.by_row()
    columns = _columns(rows, spec, matcher)
    behind = _blanks_behind(rows, len(columns))
    lines: list[Line] = []
    torn = _Torn([])
    for row in rows:
        labels, after = _taken_apart(row)
        values = _values(after, len(columns), behind)
        blank = not any(cell.text.strip() for cell in values)
        if blank and (not labels or len(values) != len(columns) or _names_columns(labels, spec, matcher)):
            _go_on("".join(labels), torn, lines)
            continue
        line = _line(labels, values, columns)
        if line is not None:
            lines.append(replace(line, wordings=_wordings(torn.before, labels)))
        torn = _Torn([], len(lines) - 1 if line is not None else None)
    return lines


def _taken_apart(row: Sequence[Cell]) -> tuple[tuple[str, ...], list[Cell]]:
    """A row's labels, and the cells behind the last of them."""
    last_label = max((i for i, cell in enumerate(row) if is_label(cell)), default=-1)
    return tuple(cell.text for cell in row[:last_label + 1] if is_label(cell)), list(row[last_label + 1:])


def _line(labels: tuple[str, ...], values: Sequence[Cell], columns: Columns) -> Line | None:
    if len(values) == len(columns):
        return Line(labels, tuple(values), columns)
    if len(values) == 1 and runs_together(values[0].text, len(columns)):
        return Line(labels, tuple(values), (None,))
    return None


def _values(after: Sequence[Cell], count: int, behind: int) -> list[Cell]:
    """The values of a row; several in one cell, parted by blanks, are taken apart."""
    filled = [cell for cell in after if cell.text.strip()]
    if len(filled) == 1 and len(parts := filled[0].text.split()) == count:
        return [replace(filled[0], text=part) for part in parts]
    return fitted(after, count, behind)


def _blanks_behind(rows: Sequence[Sequence[Cell]], count: int) -> int:
    """How many empty cells follow the last column, by the rows whose cells at both ends leave no doubt."""
    votes: Counter[int] = Counter()
    for row in rows:
        values = _taken_apart(row)[1]
        filled = [i for i, cell in enumerate(values) if cell.text.strip()]
        if filled and filled[-1] - filled[0] + 1 == count:
            votes[len(values) - 1 - filled[-1]] += 1
    return votes.most_common(1)[0][0] if votes else 0


def _columns(rows: Sequence[Sequence[Cell]], spec: TableSpec, matcher: HeaderMatcher) -> Columns:
    """The columns that one row of the header names, if more rows fit them than fit the statutory ones."""
    statutory: Columns = tuple(column.id for column in spec.columns)
    for row in rows:
        named = _header(row, spec, matcher)
        if named is None or (len(named) == len(statutory) and all(
                name in (None, other) for name, other in zip(named, statutory, strict=True))):
            continue
        fits = [sum(len(_values(_taken_apart(other)[1], count, 0)) == count for other in rows)
                for count in (len(named), len(statutory))]
        if fits[0] > fits[1] or (fits[0] and len(named) == len(statutory)):
            return named
    return statutory


def _header(row: Sequence[Cell], spec: TableSpec, matcher: HeaderMatcher) -> Columns | None:
    """The columns in the order of a row that names them, the unknown ones among them as None; else None."""
    if any(is_value(cell) for cell in row):
        return None
    found: list[str | None] = []
    for cell in row:
        scores = matcher.column(cell.text, spec) if cell.text.strip() else {}
        best = max(scores, key=lambda c: scores[c]) if scores else None
        if found or best is not None:
            found.append(best)
    names = [name for name in found if name is not None]
    while found and found[-1] is None:
        found.pop()
    whole = len(names) >= FEWEST_NAMES and len(set(names)) == len(names) and spec.columns[0].id in names
    return tuple(found) if whole else None


def _names_columns(labels: Sequence[str], spec: TableSpec, matcher: HeaderMatcher) -> bool:
    """True for a line of the header, whose blanks only fill up spans: 自然人 | 法人或其他组织 | 总计 | | |."""
    return sum(bool(matcher.column(label, spec)) for label in labels) >= 2


def _go_on(text: str, torn: _Torn, lines: list[Line]) -> None:
    """A line of labels alone: it may go on the label whose values stood above, and begin that of the values below."""
    if torn.waiting is not None and len(torn.before) < REMEMBERED:
        line = lines[torn.waiting]
        longer = tuple(begun + "".join(torn.before) + text for begun in line.wordings[:2 * REMEMBERED])
        lines[torn.waiting] = replace(line, wordings=line.wordings + longer)
    torn.before.append(text)


def _wordings(before: Sequence[str], labels: Sequence[str]) -> tuple[str, ...]:
    """The ways in which the last lines before values, with the text beside these, may make up their label."""
    last = list(before)[-REMEMBERED:]
    begun = ["".join(last[-count:]) for count in range(1, len(last) + 1)]
    return tuple(dict.fromkeys([text + labels[-1] for text in begun] if labels else [])) + tuple(begun)
