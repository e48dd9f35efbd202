"""Elimination in whole numbers: exact, and honest about what is left open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractor.reconcile.elimination import Row, eliminate, without

COEFFICIENTS = st.dictionaries(st.integers(0, 5), st.integers(-3, 3).filter(bool), min_size=1)


def test_two_equations_give_two_unknowns() -> None:
    solved, left = eliminate([Row({0: 1, 1: 1}, 10), Row({0: 1, 1: -1}, 4)], [0, 1])
    assert left == []
    assert {unknown: (row.coefficients, row.constant) for unknown, row in solved.items()} in (
        {0: ({0: 2}, 14), 1: ({1: 2}, 6)}, {0: ({0: 1}, 7), 1: ({1: 1}, 3)}, {0: ({0: 2}, 14), 1: ({1: -2}, -6)})


def test_a_contradiction_is_left_over() -> None:
    _, left = eliminate([Row({0: 1, 1: 1}, 1), Row({0: 1, 1: 1}, 2)], [0, 1])
    assert [(row.coefficients, abs(row.constant)) for row in left] == [({}, 1)]


def test_an_unknown_that_depends_on_another_has_no_row_of_its_own() -> None:
    solved, _ = eliminate([Row({0: 1, 1: 1}, 5)], [0, 1])
    assert len(solved) == 1


def test_a_number_put_in_leaves_the_unknowns() -> None:
    row = Row({0: 2, 1: 1}, 10)
    assert row.with_known({0: 3, 7: 1}) == Row({1: 1}, 4)
    assert row.less(frozenset({0, 7})) == Row({1: 1}, 10)


@given(rows=st.lists(st.tuples(COEFFICIENTS), min_size=1, max_size=5),
       numbers=st.lists(st.integers(-50, 50), min_size=6, max_size=6), count=st.integers(1, 6))
def test_what_solves_the_equations_solves_what_elimination_makes_of_them(
        rows: list[tuple[dict[int, int]]], numbers: list[int], count: int) -> None:
    equations = [Row(c, sum(a * numbers[i] for i, a in c.items())) for c, in rows]
    solved, left = eliminate(equations, range(count))
    for row in (*solved.values(), *left):
        assert sum(a * numbers[i] for i, a in row.coefficients.items()) == row.constant
    for row in left:
        assert all(i >= count for i in row.coefficients)
    for unknown, row in solved.items():
        assert unknown in row.coefficients
        assert not (set(row.coefficients) - {unknown}) & set(solved)


@given(first=COEFFICIENTS, second=COEFFICIENTS)
def test_a_common_unknown_drops_out(first: dict[int, int], second: dict[int, int]) -> None:
    for unknown in first.keys() & second.keys():
        combined = without(Row(first, 0), Row(second, 0), unknown)
        assert unknown not in combined.coefficients
        assert 0 not in combined.coefficients.values()
