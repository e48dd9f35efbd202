"""Which relations of a table hang together, and which of them tell anything of single cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from extractor.fields import TableSpec
from extractor.reconcile.counts import as_count
from extractor.reconcile.engine import Instance
from extractor.reconcile.structure import Grid
from extractor.report import Value, ValueStatus

_SEVERAL_BLANKS = 3
"""Blanks of one row or column, each in a relation that fails with it as 0, that show that they stand for numbers."""


def name_of(instance: Instance) -> str:
    """The relation as the decoder calls it: its rule and its place."""
    return f"{instance.rule.id} {instance.where}"


def telling(instances: Sequence[Instance], table: TableSpec, values: Mapping[str, Value]) -> list[Instance]:
    """Those that say anything of single cells: not those with blanks of a row or column that was left out on purpose or
    not read. That it was shows where several of its blanks stand in relations that fail with them as 0; the others of
    its blanks are then no zeros either, although a row of zeros adds up to them."""
    numbers = {name: _number(values.get(name)) for instance in instances for name in instance.operands}
    wrong = {name for instance in instances for name in instance.operands
             if sum(c * (numbers[name] or 0) for name, c in instance.coefficients.items())}
    blank = {name for name, number in numbers.items() if number is None}
    lines: dict[str, set[str]] = {}
    for column, members in Grid.of(table, numbers).columns:
        for name in members:
            lines.setdefault(f"column {column}", set()).add(name)
            lines.setdefault(f"row {name.rpartition('.')[0]}", set()).add(name)
    unknown = {name for line in lines.values() if len(line & blank & wrong) >= _SEVERAL_BLANKS for name in line & blank}
    return [instance for instance in instances if unknown.isdisjoint(instance.operands)]


def left_blank(name: str, values: Mapping[str, Value]) -> bool:
    """Whether most other cells of a cell's row or column are blank: then it is no likelier a 0 than a blank itself."""
    row, _, column = name.rpartition(".")
    group = row.partition(".")[0]
    others = {other: value for other, value in values.items() if other != name and other.partition(".")[0] == group}
    lines = ([value for other, value in others.items() if other.rpartition(".")[0] == row],
             [value for other, value in others.items() if other.rpartition(".")[2] == column])
    return any(2 * sum(value.status is ValueStatus.BLANK for value in line) > len(line) for line in lines)


def _number(value: Value | None) -> int | None:
    """The number that a cell holds; None for a blank, and for what is no count."""
    return None if value is None or value.value is None else as_count(value.value)


def components(changes: Mapping[str, int], instances: Mapping[str, Instance]) -> Iterator[set[str]]:
    """The relations that hold a changed cell, those together that share one."""
    parts: list[set[str]] = []
    for cell in changes:
        touched = {name for name, instance in instances.items() if cell in instance.operands}
        joined = [part for part in parts if not part.isdisjoint(touched)]
        parts = [part for part in parts if part.isdisjoint(touched)] + [touched.union(*joined)]
    yield from parts


def linked_groups(instances: Sequence[Instance]) -> Iterator[list[Instance]]:
    """The instances in groups that share no field with one another."""
    groups: list[tuple[set[str], list[Instance]]] = []
    for instance in instances:
        linked = [group for group in groups if not group[0].isdisjoint(instance.operands)]
        fields = set(instance.operands).union(*(group[0] for group in linked))
        members = [member for group in linked for member in group[1]] + [instance]
        groups = [group for group in groups if group not in linked] + [(fields, members)]
    yield from (members for _, members in groups)
