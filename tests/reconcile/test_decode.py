"""The decoder: all least costly explanations, no others, and the truth about what cannot be told."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.reconcile import engine_of_product
from extractor.reconcile.decode import Decoding, Equation, Outcome, Reading, decode

Build = Callable[..., Any]
ROWS, COLUMNS = ("a", "b", "t"), ("x", "y", "t")
GRID = [Equation(f"row {r}", {f"{r}x": 1, f"{r}y": 1, f"{r}t": -1}) for r in ROWS] + [
    Equation(f"column {c}", {f"a{c}": 1, f"b{c}": 1, f"t{c}": -1}) for c in COLUMNS]


def grid(ax: int, ay: int, bx: int, by: int) -> dict[str, int]:
    """A table of two by two with its totals."""
    return {"ax": ax, "ay": ay, "at": ax + ay, "bx": bx, "by": by, "bt": bx + by,
            "tx": ax + bx, "ty": ay + by, "tt": ax + ay + bx + by}


def readings_of(numbers: Mapping[str, int], **special: Reading) -> dict[str, Reading]:
    return {name: special.get(name, Reading(number)) for name, number in numbers.items()}


def changes_of(decoding: Decoding) -> list[dict[str, int]]:
    return [dict(solution.changes) for solution in decoding.solutions]


def brute_force(readings: Mapping[str, Reading], equations: Sequence[Equation], size: int) -> list[dict[str, int]]:
    """All cheapest changes of at most `size` cells, by trying every set of them."""
    names = sorted(readings)
    matrix = np.array([[equation.coefficients.get(name, 0) for name in names] for equation in equations], float)
    base = np.array([readings[name].base for name in names], float)
    found: dict[tuple[tuple[str, int], ...], float] = {}
    options = [(i, target, cost) for i, name in enumerate(names) if not readings[name].fixed
               for target, cost in [*readings[name].alternatives, (None, readings[name].weight)]]
    for count in range(size + 1):
        for chosen in itertools.combinations(options, count):
            cells = [i for i, _, _ in chosen]
            if len(set(cells)) < count:
                continue
            numbers = base.copy()
            for i, target, _ in chosen:
                numbers[i] = numbers[i] if target is None else target
            free = [i for i, target, _ in chosen if target is None]
            if free:
                numbers[free] += np.linalg.lstsq(matrix[:, free], -matrix @ numbers, rcond=None)[0]
            whole = np.round(numbers)
            if np.abs(numbers - whole).max() > 1e-6 or (whole < 0).any() or np.abs(matrix @ whole).max() > 1e-6:
                continue
            changes = tuple((names[i], int(whole[i])) for i in range(len(names)) if whole[i] != base[i])
            found[changes] = min(found.get(changes, 1e9), sum(cost for _, _, cost in chosen))
    best = min(found.values(), default=0.0)
    return [dict(changes) for changes in sorted(found) if found[changes] <= best + 1e-6]


def test_consistent_readings_are_one_answer_without_changes() -> None:
    assert decode(readings_of(grid(1, 2, 3, 4)), GRID) == decode({}, [])
    assert decode(readings_of(grid(0, 0, 0, 0)), GRID).outcome is Outcome.ONE


def test_one_wrong_cell_is_located_with_its_right_number() -> None:
    for name, right in grid(5, 7, 11, 13).items():
        decoding = decode(readings_of(grid(5, 7, 11, 13) | {name: right + 100}), GRID)
        assert decoding.outcome is Outcome.ONE
        assert changes_of(decoding) == [{name: right}]


def test_two_explanations_as_good_are_both_named() -> None:
    equations = [Equation("sum", {"a": 1, "b": 1, "t": -1})]
    decoding = decode(readings_of({"a": 1, "b": 2, "t": 5}), equations)
    assert decoding.outcome is Outcome.SEVERAL
    assert changes_of(decoding) == [{"a": 3}, {"b": 4}, {"t": 3}]


def test_an_explanation_that_needs_a_negative_number_is_none() -> None:
    equations = [Equation("sum", {"a": 1, "b": 1, "t": -1})]
    assert changes_of(decode(readings_of({"a": 1, "b": 9, "t": 5}), equations)) == [{"b": 4}, {"t": 10}]
    signed = readings_of({"a": 1, "b": 9, "t": 5}, a=Reading(1, signed=True))
    assert {"a": -4} in changes_of(decode(signed, equations))


def test_an_explanation_that_needs_a_fraction_is_none() -> None:
    equations = [Equation("double", {"a": 2, "b": -1})]
    assert changes_of(decode(readings_of({"a": 2, "b": 5}), equations)) == [{"b": 4}]


def test_a_confirmed_cell_is_never_changed() -> None:
    equations = [Equation("sum", {"a": 1, "b": 1, "t": -1})]
    fixed = {"a": Reading(1, fixed=True), "b": Reading(2, fixed=True), "t": Reading(5)}
    assert changes_of(decode(fixed, equations)) == [{"t": 3}]
    everything = {name: Reading(reading.base, fixed=True) for name, reading in fixed.items()}
    decoding = decode(everything, equations)
    assert (decoding.outcome, decoding.solutions) == (Outcome.NOT_IDENTIFIABLE, ())
    assert "no change" in decoding.reason


def test_an_alternative_reading_is_preferred_to_any_other_number() -> None:
    equations = [Equation("sum", {"a": 1, "b": 1, "t": -1})]
    readings = {"a": Reading(1, 5.0), "b": Reading(2, 5.0, ((4, 1.0), (8, 0.5))), "t": Reading(5, 5.0)}
    assert changes_of(decode(readings, equations)) == [{"b": 4}]


def test_uncertain_cells_are_changed_before_certain_ones() -> None:
    equations = [Equation("sum", {"a": 1, "b": 1, "t": -1})]
    assert changes_of(decode({"a": Reading(1, 9.0), "b": Reading(2, 1.0), "t": Reading(5, 9.0)}, equations)) == [{"b": 4}]


def test_a_relation_that_may_be_broken_is_given_up_where_that_is_cheaper() -> None:
    readings = readings_of({"a": 1, "b": 2, "t": 5})
    cheap = decode(readings, [Equation("sum", {"a": 1, "b": 1, "t": -1}, weight=0.5)])
    assert (cheap.outcome, cheap.solutions[0].broken, changes_of(cheap)) == (Outcome.ONE, ("sum",), [{}])
    dear = decode(readings, [Equation("sum", {"a": 1, "b": 1, "t": -1}, weight=1.5)])
    assert all(not solution.broken for solution in dear.solutions)


def test_an_explanation_that_leaves_numbers_open_is_not_identifiable() -> None:
    """The parts must lose 5; none has 5 to lose, and any two may share the loss in several ways."""
    equations = [Equation("sum", {"a": 1, "b": 1, "c": 1, "t": -1})]
    readings = {"a": Reading(3), "b": Reading(3), "c": Reading(4), "t": Reading(5, fixed=True)}
    decoding = decode(readings, equations)
    assert decoding.outcome is Outcome.NOT_IDENTIFIABLE
    assert "leaves numbers open" in decoding.reason
    assert len(decoding.solutions) == 3
    for solution in decoding.solutions:
        assert not solution.determined
        assert sum(({"a": 3, "b": 3, "c": 4} | dict(solution.changes)).values()) == 5


def test_more_explanations_than_help_are_not_identifiable() -> None:
    equations = [Equation("sum", {f"c{i}": 1 for i in range(20)} | {"t": -1})]
    decoding = decode(readings_of({f"c{i}": 0 for i in range(20)} | {"t": 5}), equations, most=8)
    assert decoding.outcome is Outcome.NOT_IDENTIFIABLE
    assert "more than 8" in decoding.reason


def test_a_table_that_is_wrong_throughout_is_given_up_at_once() -> None:
    equations = [Equation(f"e{i}", {f"a{i}": 1, f"b{i}": -1}) for i in range(40)]
    readings = {f"{side}{i}": Reading(i if side == "a" else i + 1) for i in range(40) for side in "ab"}
    assert "relations are violated" in decode(readings, equations).reason


def test_an_impossible_reading_is_always_changed() -> None:
    decoding = decode(readings_of(grid(5, 7, 11, 13) | {"ax": -5}), GRID)
    assert changes_of(decoding) == [{"ax": 5}]


@pytest.mark.parametrize("scale", [1, 10**4, 10**7, 10**11])
def test_the_size_of_the_numbers_does_not_matter(scale: int) -> None:
    numbers = grid(5 * scale + 1, 7 * scale, 11 * scale, 13 * scale + 2)
    wrong = numbers | {"ax": numbers["ax"] + 1, "bt": numbers["bt"] // 10}
    expected = brute_force(readings_of(wrong), GRID, 2) if scale < 10**6 else [{"ax": numbers["ax"], "bt": numbers["bt"]}]
    assert {"ax": numbers["ax"], "bt": numbers["bt"]} in expected
    assert changes_of(decode(readings_of(wrong), GRID)) == expected


def test_numbers_of_any_size_are_decoded_exactly() -> None:
    numbers = grid(5, 7, 11, 13)
    assert changes_of(decode(readings_of(numbers | {"ax": 10**400}), GRID)) == [{"ax": 5}]
    assert changes_of(decode(readings_of(numbers | {"ax": 10**400, "by": 10**300}), GRID)) == [{"ax": 5, "by": 13}]


def test_a_search_that_takes_too_long_is_given_up_with_a_reason() -> None:
    decoding = decode(readings_of(grid(5, 7, 11, 13) | {"ax": 1, "by": 2, "tx": 50}), GRID, nodes=2)
    assert decoding.outcome is Outcome.NOT_IDENTIFIABLE
    assert "too many steps" in decoding.reason


def test_an_explanation_dearer_than_the_ceiling_is_none() -> None:
    readings = readings_of(grid(5, 7, 11, 13) | {"ax": 1, "by": 2})
    assert decode(readings, GRID, ceiling=1.5).solutions == ()
    assert changes_of(decode(readings, GRID, ceiling=2.0)) == changes_of(decode(readings, GRID))


def test_two_errors_in_one_relation_are_found_beside_its_blanks() -> None:
    """A blank that stands for a number costs less than a wrong cell: every equal explanation is still found."""
    equations = [Equation("one", {"a": 1, "b": 1, "t": -1}), Equation("two", {"a": 1, "c": 1, "u": -1}),
                 Equation("three", {"b": 1, "d": 1, "u": -1})]
    readings = {"a": Reading(4, 2.0), "b": Reading(4, 2.0), "t": Reading(None, 0.5), "c": Reading(1, 2.0),
                "d": Reading(2, 2.0), "u": Reading(9, 2.0)}
    assert changes_of(decode(readings, equations)) == brute_force(readings, equations, 3)


def test_a_cell_without_a_reading_or_a_cost_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="no reading"):
        decode({}, [Equation("e", {"a": 1})])
    with pytest.raises(ValueError, match="positive"):
        decode({"a": Reading(1, 0.0)}, [Equation("e", {"a": 1})])


CELL = st.integers(0, 12)


@settings(max_examples=80, deadline=None)
@given(cells=st.tuples(CELL, CELL, CELL, CELL), data=st.data())
def test_answers_are_those_of_trying_everything(cells: tuple[int, int, int, int], data: st.DataObject) -> None:
    right = grid(*cells)
    names = sorted(right)
    wrong = right | {name: data.draw(CELL) for name in data.draw(st.sets(st.sampled_from(names), max_size=2))}
    # Costs of 3 to 4: two changes cost less than any three.
    readings = {}
    for name, number in wrong.items():
        alternatives = data.draw(st.lists(st.tuples(CELL, st.sampled_from([3.0, 3.25])), max_size=2,
                                          unique_by=lambda pair: pair[0]))
        readings[name] = Reading(number, data.draw(st.sampled_from([3.5, 4.0])),
                                 tuple(pair for pair in alternatives if pair[0] != number))
    decoding = decode(readings, GRID, most=100)
    assert changes_of(decoding) == brute_force(readings, GRID, 2)
    assert decoding.outcome is (Outcome.ONE if len(decoding.solutions) == 1 else Outcome.SEVERAL)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), errors=st.integers(0, 3))
def test_errors_in_real_sized_tables_are_found_or_named_or_admitted(seed: int, errors: int, build: Build,
                                                                    draw: Build) -> None:
    rng = random.Random(seed)
    numbers = {name: number for name, number in draw(seed).items() if name.startswith("requests.")}
    equations = [Equation(f"{i.rule.id} {i.where}", i.coefficients)
                 for i in engine_of_product().instances("2021", build(numbers).values)]
    changed = {name: numbers[name] + rng.randint(1, 99) for name in rng.sample(sorted(numbers), errors)}
    readings = readings_of(numbers | changed)
    decoding = decode(readings, equations)
    for solution in decoding.solutions:
        fixed = {name: reading.base for name, reading in readings.items()} | dict(solution.changes)
        assert all(sum(c * fixed[name] for name, c in e.coefficients.items()) == 0 for e in equations)
        assert solution.cost <= errors, "the truth is an explanation, so that none that costs more is an optimum"
    if decoding.outcome is not Outcome.NOT_IDENTIFIABLE and decoding.solutions[0].cost == errors:
        assert {name: numbers[name] for name in changed} in changes_of(decoding)
    order = list(readings.items())
    rng.shuffle(order)
    rng.shuffle(equations)
    assert decode(dict(order), equations) == decoding


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), errors=st.integers(1, 2))
def test_rows_that_change_places_change_places_in_the_answer(seed: int, errors: int, build: Build, draw: Build) -> None:
    rng = random.Random(seed)
    numbers = {name: number for name, number in draw(seed).items() if name.startswith("requests.")}
    equations = [Equation(f"{i.rule.id} {i.where}", i.coefficients)
                 for i in engine_of_product().instances("2021", build(numbers).values)]
    rows = sorted({name.rpartition(".")[0] for name in numbers}
                  - {f"requests.{row}" for row in ("received", "carried_in", "handled", "carried_out")})
    place = dict(zip(rows, rng.sample(rows, len(rows)), strict=True))

    def moved(cells: Mapping[str, int]) -> dict[str, int]:
        return {f"{place.get(row, row)}.{column}": number for name, number in cells.items()
                for row, _, column in [name.rpartition(".")]}

    wrong = numbers | {name: numbers[name] + rng.randint(1, 99) for name in rng.sample(sorted(numbers), errors)}
    before, after = decode(readings_of(wrong), equations), decode(readings_of(moved(wrong)), equations)
    assert after.outcome is before.outcome
    assert sorted(sorted(solution.changes.items()) for solution in after.solutions) == sorted(
        sorted(moved(solution.changes).items()) for solution in before.solutions)
