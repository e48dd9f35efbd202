"""The joint choice is exact, and ends."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.reconcile.joint import Joint, TooMuchWork

VECTOR = st.tuples(st.integers(-4, 9), st.integers(-4, 9))


@given(options=st.lists(st.lists(VECTOR, min_size=1, max_size=4), min_size=1, max_size=4), constants=VECTOR)
def test_a_choice_is_found_exactly_where_there_is_one(options: list[list[tuple[int, int]]],
                                                      constants: tuple[int, int]) -> None:
    every = [choice for choice in itertools.product(*(range(len(row)) for row in options))
             if all(sum(options[r][i][k] for r, i in enumerate(choice)) == constants[k] for k in range(2))]
    found = Joint(options, constants, 10**6).search({})
    assert found is None if not every else tuple(found or ()) in every


def test_an_option_not_to_be_taken_is_not_taken() -> None:
    joint = Joint([[(1,), (2,)], [(2,), (1,)]], (3,), 1000)
    assert joint.search({}) == [0, 0]
    assert joint.search({0: 0}) == [1, 1]
    assert Joint([[(1,)]], (1,), 1000).search({0: 0}) is None


def test_too_much_work_is_refused() -> None:
    even = Joint([[(0,), (2,)]] * 40, (41,), 5000)
    with pytest.raises(TooMuchWork):
        even.search({})
