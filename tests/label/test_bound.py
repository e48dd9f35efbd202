"""Whose result a dispute's is, where both kinds are named before."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractor.document import Paragraph
from extractor.label.bound import bound as bound_by_words
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


def told(text: str, *stated: Stated) -> list[str]:
    """The fields of figures, given as (field, value), whose numbers stand in a text in this order."""
    found, at = [], 0
    for field, value in stated:
        number = f"{value}件"
        at = text.index(number, at)
        found.append(Figure(field=field, value=Decimal(value), low=Decimal(value), high=Decimal(value), unit="件",
                            span=(0, at, at + len(number)), text=number, confidence=0.9, evidence=()))
        at += len(number)
    return [str(figure.field) for figure in bound_by_words(found, [Paragraph(text)])]


def test_a_result_is_of_the_kind_that_its_own_clause_names() -> None:
    assert told("行政复议4件、行政诉讼3件，其中复议维持2件、撤销1件，诉讼维持3件。", ("review.total", 4), ("litigation.total", 3),
                ("litigation.upheld", 2), ("litigation.corrected", 1), ("review.upheld", 3)) == [
        "review.total", "litigation.total", "review.upheld", "review.corrected", "litigation.upheld"]


def test_results_after_one_way_to_court_are_of_that_way() -> None:
    assert told("未经复议直接起诉3件，其中维持2件；复议后起诉1件，维持1件。", ("litigation.after_review.total", 3),
                ("litigation.upheld", 2), ("litigation.after_review.total", 1), ("litigation.upheld", 1)) == [
        "litigation.direct.total", "litigation.direct.upheld", "litigation.after_review.total",
        "litigation.after_review.upheld"]


def test_results_after_both_ways_to_court_are_of_either() -> None:
    assert told("未经复议直接起诉54件，复议后起诉20件，维持34件。", ("litigation.direct.total", 54), ("litigation.after_review.total", 20),
                ("litigation.upheld", 34))[-1] == "litigation.upheld"


def test_results_behind_a_bracket_are_of_what_stands_before_it() -> None:
    assert told("行政诉讼5件（未经复议直接起诉3件，复议后起诉2件），维持4件。", ("litigation.total", 5), ("litigation.direct.total", 3),
                ("litigation.after_review.total", 2), ("litigation.upheld", 4))[-1] == "litigation.upheld"


def test_results_without_a_word_for_their_kind_stay() -> None:
    assert told("行政复议6件，维持3件。", ("review.total", 6), ("review.upheld", 3))[-1] == "review.upheld"


REPEALED, ISSUED = "disclosure.normative_documents.repealed", "disclosure.normative_documents.issued"


def test_a_bracket_without_a_name_tells_of_the_documents_before_it() -> None:
    assert told("主动公开规章9件（新制定2件，废止1件），行政规范性文件30件，废止4件。", (REPEALED, 1), (REPEALED, 4)) == [
        "disclosure.regulations.repealed", REPEALED]


def test_documents_named_together_have_their_numbers_in_turn() -> None:
    assert told("制发规章、规范性文件分别为2件和9件。", (ISSUED, 2), (REPEALED, 9)) == ["disclosure.regulations.issued", ISSUED]


def test_documents_named_beside_their_number_stay() -> None:
    assert told("废止规章2件，制定规范性文件3件。", ("disclosure.regulations.repealed", 2), (ISSUED, 3)) == [
        "disclosure.regulations.repealed", ISSUED]


RECEIVED, HANDLED, ITEMS = "requests.received.total", "requests.handled.total", "prose.disclosed_items"


def test_what_was_dealt_with_is_no_second_number_received() -> None:
    assert told("共收到申请57件，全年办理申请55件。", (RECEIVED, 57), (RECEIVED, 55)) == [RECEIVED, HANDLED]
    assert told("全年办理申请55件。", (RECEIVED, 55)) == [RECEIVED]
    assert told("收到申请57件，其中网络收到40件。", (RECEIVED, 57), (RECEIVED, 40)) == [RECEIVED, RECEIVED]


@pytest.mark.parametrize(("text", "part_of"), [
    ("公开信息310件，其中通知12件。", ITEMS), ("公开信息310件：通知12件。", ITEMS), ("公开信息310件（通知12件）。", ITEMS),
    ("公开信息310件。在公开的信息中，通知12件。", ITEMS), ("公开信息310件。同时发布新闻12件。", None), ("公开信息310件，公告12件。", None)])
def test_a_part_stands_in_a_list_that_something_opens(text: str, part_of: str | None) -> None:
    def figure(number: str, field: str | None, whole: str | None) -> Figure:
        at = text.index(number)
        value = Decimal(number[:-1])
        return Figure(field=field, value=value, low=value, high=value, unit="件", span=(0, at, at + len(number)),
                      text=number, confidence=0.9, evidence=(), part_of=whole)

    _, part = bound_by_words([figure("310件", ITEMS, None), figure("12件", None, ITEMS)], [Paragraph(text)])
    assert part.part_of == part_of
