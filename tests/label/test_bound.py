"""Whose result a dispute's is, where both kinds are named before."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractor.label.bound import bound_results
from extractor.report import Figure

Stated = tuple[str, int]


def figures(*stated: Stated, paragraph: int = 0) -> list[Figure]:
    return [Figure(field=field, value=Decimal(value), low=Decimal(value), high=Decimal(value), unit="件",
                   span=(paragraph, 10 * at, 10 * at + 2), text=f"{value}件", confidence=0.9, evidence=())
            for at, (field, value) in enumerate(stated)]


def bound(*stated: Stated) -> list[Stated]:
    return [(str(figure.field), int(figure.value or 0)) for figure in bound_results(figures(*stated))]


def test_results_of_a_kind_that_had_no_case_are_those_of_the_other() -> None:
    assert bound(("review.total", 5), ("litigation.total", 0), ("litigation.upheld", 3), ("litigation.pending", 2)) == [
        ("review.total", 5), ("litigation.total", 0), ("review.upheld", 3), ("review.pending", 2)]


@pytest.mark.parametrize("stated", [
    (("review.total", 5), ("litigation.total", 3), ("litigation.upheld", 3)),  # fits
    (("review.total", 2), ("litigation.total", 0), ("litigation.upheld", 3)),  # fits neither
    (("litigation.total", 1), ("litigation.upheld", 3)),  # the other kind is not named
    (("review.total", 5), ("litigation.total", 0), ("litigation.upheld", 0)),  # a nought is its own
])
def test_results_stay_where_nothing_speaks_for_the_other_kind(stated: tuple[Stated, ...]) -> None:
    assert bound(*stated) == list(stated)


def test_a_number_read_as_a_result_of_both_is_told_once() -> None:
    both = figures(("review.total", 5), ("litigation.total", 0), ("litigation.upheld", 3), ("review.upheld", 3))
    both[3] = both[3].model_copy(update={"span": both[2].span})
    assert [figure.field for figure in bound_results(both)] == ["review.total", "litigation.total", "review.upheld"]


def test_totals_of_another_paragraph_do_not_count() -> None:
    here = figures(("review.total", 5), ("litigation.total", 0))
    there = figures(("litigation.upheld", 3), paragraph=1)
    assert [figure.field for figure in bound_results([*here, *there])][-1] == "litigation.upheld"
