"""Prose against itself: lists, percentages, the same field said twice, words that exclude a number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from extractor.document import Paragraph
from extractor.label.prose import PatternLabeller
from extractor.reconcile.prose import CheckedProse
from extractor.report import Cause, Figure, Finding, FindingStatus, Severity, Verdict
from tests.reconcile.test_prose_table import Number, check, says, violated


def read(*paragraphs: str, year: int = 2023, **cells: Number) -> CheckedProse:
    """The check of paragraphs as the pattern labeller reads them; cells by field id, dots as double underscores."""
    figures = PatternLabeller().label([Paragraph(text, section=1) for text in paragraphs], year)
    return check(figures, {name.replace("__", "."): number for name, number in cells.items()}, paragraphs)


def of(result: CheckedProse, rule: str) -> list[Finding]:
    return [finding for finding in result.findings if finding.rule == rule]


def share(value: str, unit: str, field: str, **more: Any) -> Figure:
    """A percentage with the interval of what rounds or is cut to it; `unit` is its last decimal."""
    number, place = Decimal(value), Decimal(unit)
    return says(field, value, low=number - place / 2, high=number + place, unit="%", **more)


# ----------------------------------------------------------------------------------------------------------------- lists
def test_parts_that_add_up_are_a_partition() -> None:
    (finding,) = of(read("全年主动公开信息206条，其中：政策法规100条，规划计划106条。"), "prose.parts")
    assert finding.status is FindingStatus.SATISFIED


def test_parts_below_the_whole_are_no_error() -> None:
    (finding,) = of(read("全年主动公开信息206条，其中：政策法规100条，规划计划6条。"), "prose.parts")
    assert finding.status is FindingStatus.UNDECIDED


def test_parts_above_the_whole_are_an_error() -> None:
    (finding,) = of(read("全年主动公开信息206条，其中：政策法规100条，规划计划108条。"), "prose.parts")
    assert (finding.status, finding.where) == (FindingStatus.VIOLATED, "prose.disclosed_items")
    assert (finding.expected, finding.actual) == (Decimal(208), Decimal(206))
    assert "多出2" in finding.message.zh and "2 more than the whole" in finding.message.en


def test_a_list_may_belong_to_the_greater_number_that_another_paragraph_states() -> None:
    """A number in the middle of a list of all that was disclosed may be taken for the whole of what follows it."""
    listed = "主动公开信息304条，其中文化旅游信息204条，视频信息443条。"
    assert of(read(listed), "prose.parts")[0].status is FindingStatus.VIOLATED
    assert not [f for f in of(read("今年公开信息2487条。", listed), "prose.parts") if f.status is FindingStatus.VIOLATED]


def test_an_approximate_whole_bears_parts_within_its_interval() -> None:
    assert not violated(read("全年主动公开信息200余条，其中：政策法规150条，规划计划105条。"))


def test_two_partitions_of_the_same_whole_are_judged_each() -> None:
    text = "公开信息10条，A类4条，B类6条，网站7条，微信3条。"
    places = [(7, 12), (13, 18), (19, 23), (24, 28)]
    parts = [says(None, number, span=(0, *place), part_of="prose.disclosed_items", unit="条")
             for number, place in zip((4, 6, 7, 3), places, strict=True)]
    whole = says("prose.disclosed_items", 10, span=(0, 0, 7), unit="条")
    found = of(check([whole, *parts], {}, [text]), "prose.parts")
    assert [finding.status for finding in found] == [FindingStatus.SATISFIED] * 2


def test_parts_of_a_part_are_no_parts_of_the_whole() -> None:
    text = "公开信息10条，其中A类9条（规章8条、规划1条），B类1条。"
    spans = {"A类9条": 9, "规章8条": 8, "规划1条": 1, "B类1条": 1}
    parts = [says(None, number, span=(0, text.index(words), text.index(words) + 4), unit="条",
                  part_of="prose.disclosed_items") for words, number in spans.items()]
    whole = says("prose.disclosed_items", 10, span=(0, 0, 7), unit="条")
    (finding,) = of(check([whole, *parts], {}, [text]), "prose.parts")
    assert (finding.status, finding.expected) == (FindingStatus.SATISFIED, Decimal(10))


LIST = "公开信息12条，其中通知7条，目录共1条，补贴3条，振兴信息共2条，采购信息为1条。"


def listed(text: str, *found: str) -> Finding:
    """The check of a list of which the labeller has found only these words, the first of them the whole."""
    figures = [says("prose.disclosed_items" if words is found[0] else None, int(words[:-1]), unit="条",
                    part_of=None if words is found[0] else "prose.disclosed_items",
                    span=(0, text.index(words), text.index(words) + len(words))) for words in found]
    (finding,) = of(check(figures, {}, [text]), "prose.parts")
    return finding


def test_numbers_of_a_list_that_were_not_found_are_parts_as_well() -> None:
    finding = listed(LIST, "12条", "7条", "3条")
    assert (finding.status, finding.expected) == (FindingStatus.VIOLATED, Decimal(14))


def test_another_statement_behind_a_list_is_none_of_its_parts() -> None:
    finding = listed("公开信息10条，其中通知7条，目录3条，微信发布信息5条。", "10条", "7条", "3条")
    assert (finding.status, finding.expected) == (FindingStatus.SATISFIED, Decimal(10))


def test_the_list_ends_with_its_sentence() -> None:
    finding = listed("公开信息10条，其中通知7条，目录3条。采购信息5条，处罚信息8条。", "10条", "7条", "3条")
    assert finding.status is FindingStatus.SATISFIED


def test_a_whole_said_twice_is_surely_the_whole() -> None:
    again = "共公开信息206条。全年主动公开信息206条，其中：政策法规100条，规划计划108条。"
    def cause(*confidence: float) -> Cause:
        figures = [says("prose.disclosed_items", 206, span=(0, 6, 10), unit="条", confidence=sure) for sure in confidence]
        figures += [says(None, number, span=(0, start, start + 4), unit="条", part_of="prose.disclosed_items")
                    for number, start in ((100, 30), (108, 39))]
        (finding,) = of(check(figures, {}, [again]), "prose.parts")
        return finding.cause
    assert (cause(0.5), cause(0.5, 1.0)) == (Cause.UNCLEAR, Cause.REPORT)


def test_applicants_and_results_split_the_same_requests_each_in_its_own_way() -> None:
    whole = says("requests.received.total", 10, span=(0, 0, 4))
    parts = [says(field, 10, span=(0, 5 + index, 6 + index), part_of="requests.received.total")
             for index, field in enumerate(("requests.received.natural_person", "requests.granted.total"))]
    assert not of(check([whole, *parts], {}, ["收到10件，自然人，公开"]), "prose.parts")


# ---------------------------------------------------------------------------------------------------------------- shares
@pytest.mark.parametrize(("printed", "place", "printing"), [
    ("4.35", "0.01", "rounded"), ("4.34", "0.01", "truncated"), ("4.3", "0.1", "rounded"), ("4", "1", "rounded"),
    ("4.36", "0.01", None), ("4.33", "0.01", None), ("5", "1", None)])
def test_a_share_may_be_rounded_or_cut(printed: str, place: str, printing: str | None) -> None:
    whole = says("requests.handled.total", 805, span=(0, 0, 4))
    part = says("requests.refused.total", 35, span=(0, 5, 9))
    result = check([whole, part, share(printed, place, "requests.refused.total", part_of="requests.handled.total",
                                       span=(0, 10, 15))], {}, ["办结805件，不予公开35件，占4.34%"])
    (finding,) = of(result, "prose.share")
    assert (finding.status is FindingStatus.VIOLATED) == (printing is None)
    assert result.figures[-1].definition == (printing or "")
    assert result.figures[-1].verdict is (Verdict.MISMATCH if printing is None else Verdict.MATCH)
    assert finding.expected is not None and round(finding.expected) == 4


def test_about_so_much_may_still_be_rounded_or_cut() -> None:
    """约0.1% for 1 of 559, which is 0.179 %: about does not make a share more exact than its decimals."""
    whole, part = says("requests.handled.total", 559, span=(0, 0, 4)), says("requests.refused.total", 1, span=(0, 5, 9))
    about = says("requests.refused.total", "0.1", low=Decimal("0.095"), high=Decimal("0.105"), unit="%", qualifier="about",
                 part_of="requests.handled.total", span=(0, 10, 15))
    (finding,) = of(check([whole, part, about], {}, ["办结559件，不予公开1件，约0.1%"]), "prose.share")
    assert finding.status is FindingStatus.SATISFIED


def test_a_share_right_behind_its_count_is_read() -> None:
    text = "收到政府信息公开申请805件，办结805件。不予公开35件，占4.34%；无法提供265件，占32.9%；予以公开258件，占33.9%。"
    found = of(read(text), "prose.share")
    assert {finding.where: finding.status for finding in found} == {
        "requests.refused.total": FindingStatus.SATISFIED, "requests.unavailable.total": FindingStatus.SATISFIED,
        "requests.granted.total": FindingStatus.VIOLATED}
    assert "截去尾数" in next(finding.message.zh for finding in found if finding.where == "requests.refused.total")


def test_a_share_of_what_came_in_is_no_error() -> None:
    text = "收到政府信息公开申请100件，办结80件。予以公开50件，占50%。"
    (finding,) = of(read(text), "prose.share")
    assert finding.status is FindingStatus.SATISFIED


def test_a_share_may_be_one_of_what_is_left_when_some_are_carried_forward() -> None:
    """18 of 82 less 3: the number of those closed is not stated."""
    text = "应办理政府信息公开申请82件。予以公开18件，占22.78%。结转下年度继续办理3件。"
    found = of(read(text), "prose.share")
    assert [finding.status for finding in found] == [FindingStatus.SATISFIED]


def test_a_share_of_another_number_of_the_paragraph_accuses_nobody() -> None:
    """35 of 805 is 4.35 per cent; but 4.57 is that of 35 in the 765 that are stated as well."""
    figures = [says("requests.handled.total", 805, span=(0, 0, 4)), says("requests.refused.total", 35, span=(0, 5, 9)),
               share("4.57", "0.01", "requests.refused.total", part_of="requests.handled.total", span=(0, 10, 15)),
               says("prose.messages", 765, span=(0, 16, 20))]
    (finding,) = of(check(figures, {}, ["甲" * 30]), "prose.share")
    assert finding.status is FindingStatus.UNDECIDED


def test_a_rate_of_other_things_is_no_share() -> None:
    assert not of(read("收到政府信息公开申请80件，按时答复率100%，群众满意度98.6%。"), "prose.share")


# ---------------------------------------------------------------------------------------------------------------- growth
@pytest.mark.parametrize(("words", "status"), [("1.08", FindingStatus.SATISFIED), ("1.07", FindingStatus.SATISFIED),
                                               ("1.05", FindingStatus.VIOLATED)])
def test_growth_agrees_with_the_number_of_last_year_beside_it(words: str, status: FindingStatus) -> None:
    text = f"收到政府信息公开申请3750件，比2022年的3710件增长{words}%。"
    now = says("requests.received.total", 3750, span=(0, 0, 15))
    last = says("requests.received.total", 3710, span=(0, 16, 27), period="last_year")
    growth = share(words, "0.01", "requests.received.total", period="growth", span=(0, 27, 34))
    (finding,) = of(check([now, last, growth], {}, [text]), "prose.growth")
    assert finding.status is status
    if status is FindingStatus.VIOLATED:
        assert "3710" in finding.message.zh and "1.078" in finding.message.en


def test_a_decrease_is_negative() -> None:
    now = says("requests.received.total", 50, span=(0, 0, 4))
    last = says("requests.received.total", 100, span=(0, 5, 9), period="last_year")
    fall = share("50", "1", "requests.received.total", period="growth", span=(0, 10, 15))
    fell = fall.model_copy(update={"value": Decimal(-50), "low": Decimal(-51), "high": Decimal("-49.5")})
    assert [finding.status for finding in of(check([now, last, fell], {}, ["甲" * 20]), "prose.growth")] == [
        FindingStatus.SATISFIED]
    assert violated(check([now, last, fall], {}, ["甲" * 20]))


# --------------------------------------------------------------------------------------------------- said twice, statements
def test_the_same_field_said_twice_must_agree() -> None:
    figures = [says("requests.granted.total", number, span=(index, 0, 4)) for index, number in enumerate((5, 6))]
    (finding,) = of(check(figures, {}, ["公开5件。", "公开6件。"]), "prose.prose")
    assert (finding.status, finding.where) == (FindingStatus.VIOLATED, "requests.granted.total")
    assert "“公开5件”" in finding.message.zh and "“公开6件”" in finding.message.zh


def test_two_numbers_that_both_fit_no_table_contradict_only_if_both_are_surely_read() -> None:
    def cause(confidence: float) -> Cause | None:
        figures = [says("requests.granted.total", number, span=(0, number, number + 1), confidence=sure)
                   for number, sure in ((50, 0.9999), (90, confidence))]
        (finding,) = of(check(figures, {"requests.granted.total": 7}, ["甲" * 99]), "prose.prose")
        return finding.cause if finding.status is FindingStatus.VIOLATED else None

    assert [cause(0.9999), cause(0.9)] == [Cause.REPORT, None]


def test_the_whole_of_a_list_does_not_stand_among_its_parts() -> None:
    """322项…其中，财政11条；信用69条；退役军人242条: one of the parts was taken for the whole."""
    parts = [says(None, number, unit="条", part_of="prose.disclosed_items", span=(0, start, start + 3))
             for number, start in ((11, 0), (242, 20))]
    whole = says("prose.disclosed_items", 69, unit="条", span=(0, 10, 13))
    (finding,) = of(check([parts[0], whole, parts[1]], {}, ["甲" * 30]), "prose.parts")
    assert finding.status is FindingStatus.UNDECIDED


def test_two_numbers_that_each_fit_the_table_in_their_own_way_agree() -> None:
    figures = [says("requests.received.total", number, span=(index, 0, 4)) for index, number in enumerate((713, 749))]
    result = check(figures, {"requests.received.total": 713, "requests.carried_in.total": 36})
    assert not violated(result)


def test_counts_that_no_table_holds_are_compared_only_in_the_same_words() -> None:
    assert not violated(read("召开新闻发布会9场。", "参加市新闻发布会2场。"))
    result = read("举办在线访谈29期。", "举办在线访谈28期。")
    (finding,) = violated(result)
    assert (finding.rule, finding.cause) == ("prose.prose", Cause.UNCLEAR)


CARRIED = "收到政府信息公开申请34件，所有申请均已按要求办理完成。同意公开33件，转下一年度办理答复的有1件。"


def test_all_closed_excludes_a_request_carried_forward() -> None:
    (finding,) = violated(read(CARRIED))
    assert (finding.rule, finding.where) == ("prose.prose", "requests.carried_out.total")
    assert (finding.cause, finding.severity) == (Cause.UNCLEAR, Severity.WARNING)
    assert "所有申请均已按要求办理完成" in finding.message.zh


def test_all_closed_excludes_a_table_that_carries_some_forward() -> None:
    text = "收到政府信息公开申请34件，所有申请均已办结。"
    (finding,) = violated(read(text, requests__received__total=34, requests__carried_out__total=2))
    assert (finding.rule, finding.expected, finding.actual) == ("prose.table", Decimal(2), Decimal(0))
    assert not violated(read(text, requests__received__total=34, requests__carried_out__total=0))


@pytest.mark.parametrize("text", [
    "收到政府信息公开申请34件，除1件结转下年外，其余申请已全部办结。",
    "收到政府信息公开申请34件，均在法定期限内答复。结转下年度1件。",
    "收到政府信息公开申请34件。办理人大代表建议、政协提案5件，全部办结。结转下年度办理1件。",
    "收到政府信息公开申请34件，答复33件，均已按时办结，结转下年度1件。",
    "全部申请办结率100%，结转下年度办理申请1件。"])
def test_words_that_leave_room_exclude_nothing(text: str) -> None:
    assert not violated(read(text, requests__carried_out__total=1))
