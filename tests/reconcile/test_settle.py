"""Cells in doubt are taken for an alternative only where that mends relations and breaks none."""

from __future__ import annotations

from decimal import Decimal

from extractor.reconcile.settle import settled
from extractor.reconcile.structure import Relation
from extractor.report import Alternative, Value, ValueStatus

ROW = Relation("row", {"a": 1, "b": 1, "c": 1, "total": -1})
COLUMN = Relation("column", {"a": 1, "d": 1, "sum": -1})


def cell(name: str, number: int, confidence: float = 0.6, *others: tuple[int | None, float],
         status: ValueStatus = ValueStatus.READ) -> Value:
    return Value(field=name, value=Decimal(number), read=Decimal(number), confidence=confidence, status=status,
                 alternatives=tuple(Alternative(value=None if other is None else Decimal(other), probability=chance)
                                    for other, chance in others))


def taken(*cells: Value, **sure: int) -> dict[str, int]:
    values = {value.field: value for value in cells}
    numbers = sure | {name: int(value.value or 0) for name, value in values.items()}
    return settled(values, numbers, [ROW, COLUMN])


def test_an_alternative_that_mends_a_relation_is_taken() -> None:
    assert taken(cell("b", 8, 0.6, (3, 0.2), (0, 0.1)), a=1, c=2, total=3, d=4, sum=5) == {"b": 0}


def test_an_alternative_that_breaks_a_relation_is_not() -> None:
    assert taken(cell("a", 8, 0.6, (1, 0.3)), b=0, c=2, total=3, d=4, sum=12) == {}


def test_two_cells_of_one_row_are_settled_together() -> None:
    assert taken(cell("b", 8, 0.6, (0, 0.3)), cell("c", 7, 0.5, (2, 0.3)), a=1, total=3, d=4, sum=5) == {"b": 0, "c": 2}


def test_a_blank_counts_as_nothing() -> None:
    assert taken(cell("b", -1, 0.02, (None, 0.97)), a=1, c=2, total=3, d=4, sum=5) == {"b": 0}


def test_sure_and_confirmed_cells_stay() -> None:
    assert taken(cell("b", 8, 0.95, (0, 0.05)), a=1, c=2, total=3, d=4, sum=5) == {}
    confirmed = cell("b", 8, 0.6, (0, 0.3), status=ValueStatus.CONFIRMED)
    assert taken(confirmed, a=1, c=2, total=3, d=4, sum=5) == {}


def test_the_order_does_not_matter() -> None:
    cells = [cell("b", 8, 0.6, (0, 0.3)), cell("c", 7, 0.5, (2, 0.3))]
    assert list(taken(*cells, a=1, total=3, d=4, sum=5)) == list(taken(*cells[::-1], total=3, sum=5, d=4, a=1))
