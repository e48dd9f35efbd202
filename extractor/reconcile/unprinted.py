"""Tells rows that a report does not print from rows that were not read: sums run over what is printed.

Reports leave out rows of the form that they have nothing to say in. Such a row and one that was lost in reading look alike:
none of its cells was found. But a row that was lost would account for what the others lack, and keep its own sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extractor.fields import TableSpec
from extractor.reconcile.cause import scanned
from extractor.reconcile.counts import as_count
from extractor.reconcile.elimination import Row, eliminate
from extractor.reconcile.engine import Engine, Instance
from extractor.report import Value, ValueStatus


def unprinted_rows(engine: Engine, template: str, values: Mapping[str, Value]) -> frozenset[str]:
    """Rows without any cell of tables that were read from text, where a row that was lost cannot explain the rest.

    Empty where the relations hold anyway: then it does not matter.
    """
    found: set[str] = set()
    for table in engine.dictionary.tables:
        cells = _rows(table, values)
        lost = lost_rows(table, values)
        if not lost or len(lost) == len(cells) or any(scanned(value) for held in cells.values() for value in held):
            continue
        instances = [i for i in engine.instances(template, values) if i.rule.table == table.id]
        if not any(_accounts_for(cells[row], lost, cells, instances, values) for row in lost):
            found |= set(lost)
    return frozenset(found)


def lost_rows(table: TableSpec, values: Mapping[str, Value]) -> list[str]:
    """The rows of a table no cell of which was found."""
    return [row for row, held in _rows(table, values).items() if all(value.status is ValueStatus.MISSING for value in held)]


def _rows(table: TableSpec, values: Mapping[str, Value]) -> dict[str, list[Value]]:
    rows: dict[str, list[Value]] = {}
    for field in table.fields:
        if field.id in values:
            rows.setdefault(field.row, []).append(values[field.id])
    return rows


def _accounts_for(row: Sequence[Value], lost: Sequence[str], cells: Mapping[str, Sequence[Value]],
                  instances: Sequence[Instance], values: Mapping[str, Value]) -> bool:
    """Whether numbers in `row`, the other lost rows being 0, satisfy every relation that a lost row stands in."""
    gone = {value.field for name in lost for value in cells[name]}
    unknown = {value.field: i for i, value in enumerate(row)}
    rows = []
    for instance in instances:
        if gone.isdisjoint(instance.operands):
            continue
        constant = -sum(c * _number(values.get(name)) for name, c in instance.coefficients.items())
        rows.append(Row({unknown[name]: c for name, c in instance.coefficients.items() if name in unknown}, constant))
    solved, left = eliminate(rows, range(len(unknown)))
    if any(rest.constant for rest in left):
        return False
    return all(solution.constant * solution.coefficients[i] >= 0 and solution.constant % solution.coefficients[i] == 0
               for i, solution in solved.items())


def _number(value: Value | None) -> int:
    number = None if value is None or value.value is None else as_count(value.value)
    return number or 0
