"""The structural decoder: statutory order, each row once, unlabelled rows only where they fit in exactly one way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractor.label.align import Placement, align, settle

ORDER = ["received", "carried_in", "granted", "refused.a", "refused.b", "other.x", "other.y", "other", "handled"]
EXCLUSIVE = {"other": ("other.x", "other.y")}
PLAIN = [row for row in ORDER if row != "other"]


def placed(scores: list[dict[str, float] | None]) -> list[str | None]:
    return [placement.row for placement in align(scores, ORDER, EXCLUSIVE)]


def test_exact_labels_are_taken() -> None:
    assert placed([{row: 1.0} for row in PLAIN]) == PLAIN


def test_a_missing_row_leaves_a_hole() -> None:
    assert placed([{"received": 1.0}, {"granted": 1.0}, {"handled": 1.0}]) == ["received", "granted", "handled"]


def test_order_decides_between_equal_labels() -> None:
    same = {"refused.a": 0.9, "refused.b": 0.9}
    assert placed([{"granted": 1.0}, same, same, {"handled": 1.0}]) == ["granted", "refused.a", "refused.b", "handled"]


def test_an_unknown_row_is_none() -> None:
    assert placed([{"received": 1.0}, {}, {"granted": 1.0}]) == ["received", None, "granted"]


def test_a_row_without_a_label_takes_the_only_place_left() -> None:
    assert placed([{"received": 1.0}, None, {"granted": 1.0}]) == ["received", "carried_in", "granted"]


def test_a_row_without_a_label_is_not_forced_where_two_places_are_left() -> None:
    assert placed([{"received": 1.0}, None, {"refused.a": 1.0}]) == ["received", None, "refused.a"]


def test_a_table_without_any_label_is_placed_only_if_the_count_fits() -> None:
    assert placed([None] * len(PLAIN)) == PLAIN
    assert placed([None] * 3) == [None, None, None]


def test_a_row_that_stands_in_for_others_excludes_them() -> None:
    scores: list[dict[str, float] | None] = [{"granted": 1.0}, {"other": 1.0, "other.x": 0.7}, {"handled": 1.0}]
    assert placed(scores) == ["granted", "other", "handled"]


def test_a_single_unlabelled_row_becomes_the_row_that_stands_in_for_the_others() -> None:
    scores: list[dict[str, float] | None] = [{row: 1.0} for row in PLAIN[:5]]
    assert placed([*scores, None, {"handled": 1.0}]) == [*PLAIN[:5], "other", "handled"]


def test_an_exact_label_out_of_order_still_counts() -> None:
    rows = placed([{"handled": 1.0}, {"received": 1.0}, {"carried_in": 1.0}, {"granted": 1.0}])
    assert rows == ["handled", "received", "carried_in", "granted"]


SCORES = st.one_of(st.none(), st.dictionaries(st.sampled_from(ORDER), st.floats(0.6, 1.0), max_size=3))


@given(st.lists(SCORES, max_size=14))
def test_no_row_is_used_twice_and_stand_ins_exclude(scores: list[dict[str, float] | None]) -> None:
    rows = [row for row in placed(scores) if row is not None]
    assert len(rows) == len(set(rows))
    assert not ("other" in rows and {"other.x", "other.y"} & set(rows))


@given(st.sets(st.sampled_from(PLAIN), min_size=1))
def test_any_subset_of_labelled_rows_is_recovered(rows: set[str]) -> None:
    present = [row for row in PLAIN if row in rows]
    assert placed([{row: 1.0} for row in present]) == present


def settled(rows: list[str | None], hints: list[dict[str, float]]) -> list[str | None]:
    placed = [Placement(row, 1.0 if row else 0.0) for row in rows]
    return [placement.row for placement in settle(placed, hints, ORDER, EXCLUSIVE)]


def test_hints_place_rows_within_their_gap() -> None:
    assert settled(["received", None, None, "handled"], [{}, {"granted": 0.9}, {"refused.b": 1.0}, {}]) == [
        "received", "granted", "refused.b", "handled"]


def test_hints_out_of_order_place_nothing() -> None:
    assert settled(["received", None, None, "handled"], [{}, {"refused.b": 0.9}, {"granted": 1.0}, {}]) == [
        "received", None, None, "handled"]


def test_a_hint_beyond_the_gap_places_nothing() -> None:
    assert settled(["received", None, "granted"], [{}, {"refused.b": 1.0}, {}]) == ["received", None, "granted"]


def test_the_sum_of_a_group_beside_its_rows_is_none_of_the_rows() -> None:
    scores: list[dict[str, float] | None] = [{"granted": 1.0}, {"other": 1.0}, {"other.x": 1.0}, {"other.y": 1.0}, {"handled": 1.0}]
    assert placed(scores) == ["granted", None, "other.x", "other.y", "handled"]


def test_a_group_tells_which_of_two_places_a_row_without_a_label_has() -> None:
    scores: list[dict[str, float] | None] = [{"refused.b": 1.0}, None, {"other.y": 1.0}]
    order = ["refused.b", "refused.c", "other.x", "other.y"]
    assert [p.row for p in align(scores, order, {})] == ["refused.b", None, "other.y"]
    allowed = [None, {"other.x", "other.y"}, None]
    assert [p.row for p in align(scores, order, {}, allowed)] == ["refused.b", "other.x", "other.y"]


def test_a_group_without_a_free_place_leaves_a_row_without_a_label_out() -> None:
    scores: list[dict[str, float] | None] = [{"refused.b": 1.0}, None, {"other.x": 1.0}]
    order = ["refused.b", "refused.c", "other.x", "other.y"]
    assert [p.row for p in align(scores, order, {}, [None, {"other.x", "other.y"}, None])][1] is None
