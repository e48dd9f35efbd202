"""Slips of structure are named where they mend several relations at once, and never applied to what was read."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.fields import load
from extractor.reconcile import Reconciled, engine_of_product, reconcile
from extractor.reconcile.cause import constants
from extractor.reconcile.locate import locate
from extractor.reconcile.structure import Grid, Relation, explained
from extractor.report import FindingStatus

Build = Callable[..., Any]
COLUMNS = ("natural_person", "business", "research", "social", "legal_service", "other_org")
ROWS = [row.id for row in load().table("requests").rows if row.id != "requests.other"]


def headline(result: Reconciled) -> Any:
    [found] = [finding for finding in result.findings if finding.headline]
    return found


def kinds(build: Build, numbers: dict[str, Any]) -> list[str]:
    conflicts = locate(engine_of_product(), "2021", build(numbers).values).conflicts
    return [explanation.kind for conflict in conflicts for explanation in conflict.explanations]


def test_a_row_shifted_by_one_column_is_named_and_left_as_printed(build: Build, draw: Build) -> None:
    right = draw(1)
    row = {f"requests.granted.{c}": n for c, n in zip(COLUMNS, (9, 4, 0, 2, 0, 0), strict=True)}
    right |= _with_row(right, row)
    shifted = right | {f"requests.granted.{after}": right[f"requests.granted.{before}"] for before, after in pairwise(COLUMNS)}
    shifted["requests.granted.natural_person"] = 0
    result = reconcile(build(shifted))
    found = headline(result)
    assert "appears shifted by one column" in found.explanation.en
    assert "整体错开一列" in found.explanation.zh
    assert {name: value.value for name, value in result.values.items()} == shifted
    assert all(result.values[name].implied == right[name] for name in right if right[name] != shifted[name])


def _with_row(numbers: dict[str, int], row: dict[str, int]) -> dict[str, int]:
    """`numbers` with a row of results in place of another, all sums kept."""
    changed = dict(row)
    for column in COLUMNS:
        more = row[f"requests.granted.{column}"] - numbers[f"requests.granted.{column}"]
        changed[f"requests.handled.{column}"] = numbers[f"requests.handled.{column}"] + more
        changed[f"requests.received.{column}"] = numbers[f"requests.received.{column}"] + max(more, 0)
        changed[f"requests.carried_out.{column}"] = numbers[f"requests.carried_out.{column}"] + max(-more, 0)
    for name in ("granted", "handled", "received", "carried_out"):
        changed[f"requests.{name}.total"] = sum(changed[f"requests.{name}.{column}"] for column in COLUMNS)
    return changed


def test_a_total_column_that_was_never_filled_in_is_one_cause(build: Build, draw: Build) -> None:
    numbers = draw(1)
    empty = numbers | {name: 0 for name in numbers if name.startswith("requests.") and name.endswith(".total")}
    result = reconcile(build(empty))
    assert "never to have been filled in" in headline(result).explanation.en
    violated = [finding for finding in result.findings if finding.status is FindingStatus.VIOLATED]
    assert len(violated) > 3
    assert len({finding.cause_id for finding in violated}) == 1
    assert result.values["requests.handled.total"].implied == numbers["requests.handled.total"]


def test_a_row_left_out_is_named_with_its_numbers(build: Build, draw: Build) -> None:
    numbers = _full(draw)
    row = next(r for r in ROWS[2:-2] if numbers[f"{r}.natural_person"] and numbers[f"{r}.business"])
    left_out = numbers | {f"{row}.{column}": 0 for column in (*COLUMNS, "total")}
    found = locate(engine_of_product(), "2021", build(left_out).values).conflicts
    assert len(found) == 1
    truth = {f"{row}.{column}": numbers[f"{row}.{column}"] for column in (*COLUMNS, "total") if numbers[f"{row}.{column}"]}
    assert truth in [dict(explanation.changes) for explanation in found[0].explanations]


@pytest.mark.parametrize("length", [2, 3])
@pytest.mark.parametrize("down", [True, False])
def test_rows_moved_by_one_line_are_among_the_places_of_the_lost_numbers(down: bool, length: int, build: Build,
                                                                         draw: Build) -> None:
    """The relations tell the numbers of the row that is gone, and not where it stood: every place is named."""
    right = _full(draw)
    results = ROWS[2:-2]
    full = results.index(next(r for r in results if right[f"{r}.natural_person"] and right[f"{r}.business"]))
    block = list(range(full - length + 1, full + 1) if down else range(full + length - 1, full - 1, -1))
    assert min(block) >= 0 and max(block) < len(results)
    moved = dict(right)
    for column in (*COLUMNS, "total"):
        moved[f"{results[block[0]]}.{column}"] = 0
        for before, after in pairwise(block):
            moved[f"{results[after]}.{column}"] = right[f"{results[before]}.{column}"]
    [conflict] = locate(engine_of_product(), "2021", build(moved).values).conflicts
    truth = {name: number for name, number in right.items() if number != moved[name]}
    assert truth in [dict(explanation.changes) for explanation in conflict.explanations]
    lost = right[f"{results[block[-1]]}.natural_person"]
    assert f"自然人{lost}、" in headline(reconcile(build(moved))).explanation.zh


def _full(draw: Build) -> dict[str, int]:
    """A report with a result row that holds several numbers."""
    for seed in range(50):
        numbers: dict[str, int] = draw(seed)
        if any(numbers[f"{row}.natural_person"] and numbers[f"{row}.business"] for row in ROWS[2:-2]):
            return numbers
    raise AssertionError


def test_neighbours_exchanged_are_named(build: Build, draw: Build) -> None:
    numbers = draw(7)
    row = next(r for r in ROWS[2:-2] if numbers[f"{r}.business"] != numbers[f"{r}.research"])
    swapped = numbers | {f"{row}.business": numbers[f"{row}.research"], f"{row}.research": numbers[f"{row}.business"]}
    assert set(kinds(build, swapped)) & {"cells_swapped", "row_shifted", "digits_recut"}


def test_digits_that_belong_to_the_next_cell_are_named(build: Build, draw: Build) -> None:
    right = draw(3)
    right |= _with_row(right, {f"requests.granted.{c}": n for c, n in zip(COLUMNS, (12, 34, 5, 0, 0, 0), strict=True)})
    wrong = right | {"requests.granted.natural_person": 123, "requests.granted.business": 4}
    assert kinds(build, wrong) == ["digits_recut"]


def test_a_single_wrong_cell_is_no_slip_of_structure(build: Build, draw: Build) -> None:
    for seed in range(6):
        numbers = draw(seed)
        assert kinds(build, numbers | {"requests.granted.business": numbers["requests.granted.business"] + 7}) == ["cells"]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), wrong=st.dictionaries(st.integers(0, 174), st.integers(0, 50), max_size=3))
def test_what_a_hypothesis_says_it_mends_it_mends_and_breaks_nothing(seed: int, wrong: dict[int, int], build: Build,
                                                                     draw: Build) -> None:
    numbers = {name: number for name, number in draw(seed).items() if name.startswith("requests.")}
    names = sorted(numbers)
    numbers |= {names[i]: number for i, number in wrong.items()}
    relations = [Relation(f"{i.rule.id} {i.where}", i.coefficients)
                 for i in engine_of_product().instances("2021", build(numbers).values)]
    grid = Grid.of(load().table("requests"), numbers)
    for item in explained(grid, numbers, relations, 0.04, constants().structure):
        after = numbers | dict(item.changes)
        for relation in relations:
            before, now = (sum(c * table[name] for name, c in relation.coefficients.items()) for table in (numbers, after))
            assert not (relation.id in item.mended and now)
            assert not (now and not before)


@pytest.mark.parametrize("number", [0, None])
def test_a_table_without_numbers_has_no_slips(number: int | None, build: Build, draw: Build) -> None:
    assert kinds(build, dict.fromkeys(draw(1), number)) == []
