"""Figures in prose: what the baseline patterns bind, what they leave alone, and what they say about it."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.document import Box, Paragraph, Piece, Place, Source
from extractor.label.interface import ProseLabeller
from extractor.label.patterns import PatternError, compile_all, load, parse
from extractor.label.periods import of_body_itself, yearly_sum
from extractor.label.prose import PatternLabeller
from extractor.label.skeleton import skeleton
from extractor.report import Figure, Qualifier

YEAR = 2022


def label(text: str, section: int = 1, year: int | None = YEAR) -> tuple[Figure, ...]:
    labeller: ProseLabeller = PatternLabeller(Source.TEXT)
    return labeller.label([Paragraph(text, section=section)], year)


def stated(text: str, **context: int) -> dict[str, str]:
    """Field and value of every bound figure of this year that is not limited to a channel."""
    return {f.field: format(f.value, "f") for f in label(text, **context)
            if f.field and f.value is not None and f.period == "this_year" and f.subset is None}


@pytest.mark.parametrize(("text", "expected"), [
    ("共收到政府信息公开申请331件。", {"requests.received.total": "331"}),
    ("新收政府信息公开申请３３１件。", {"requests.received.total": "331"}),
    ("受理依申请公开政府信息事项二十三件。", {"requests.received.total": "23"}),
    ("收到8份政府信息公开申请。", {"requests.received.total": "8"}),
    ("依申请信息公开数量1条。", {"requests.received.total": "1"}),
    ("收到申请9件，上年结转1件，共10件，均涉及信息公开。",
     {"requests.received.total": "9", "requests.carried_in.total": "1", "requests.to_handle.total": "10"}),
    ("共办理政府信息公开申请100件（含上年度结转3件）。",
     {"requests.to_handle.total": "100", "requests.carried_in.total": "3"}),
    ("答复政府信息公开申请805件（含上年度结转申请18件，另有72件申请顺延到下年度答复）。",
     {"requests.handled.total": "805", "requests.carried_in.total": "18", "requests.carried_out.total": "72"}),
    ("受理并办结政府信息公开申请6件。", {"requests.received.total": "6", "requests.handled.total": "6"}),
    ("收到信息公开申请176件，办结177件。", {"requests.received.total": "176", "requests.handled.total": "177"}),
    ("受理信息公开申请20件，结转下一年2件。", {"requests.received.total": "20", "requests.carried_out.total": "2"}),
    ("信息公开申请中，除2件结转外均已答复。", {"requests.carried_out.total": "2"}),
    ("我局共收到依申请公开件11件。", {"requests.received.total": "11"}),
    ("全年累计收到依申请公开信息7条。", {"requests.received.total": "7"}),
    ("接收到公开申请书55份。", {"requests.received.total": "55"}),
    ("收到12件信息依申请公开。", {"requests.received.total": "12"}),
    ("依申请公开受理和办结6件。", {"requests.received.total": "6", "requests.handled.total": "6"}),
])
def test_requests_received_carried_and_handled(text: str, expected: dict[str, str]) -> None:
    assert stated(text) == expected


def test_carried_over_in_or_out_follows_the_year() -> None:
    assert stated("办理信息公开申请时，结转2021年2件，结转2023年3件。") == {
        "requests.carried_in.total": "2", "requests.carried_out.total": "3"}


@pytest.mark.parametrize(("text", "expected"), [
    ("申请中予以公开209件，部分公开33件，不予公开10件，无法提供63件，不予处理的1件，其他12件。",
     {"requests.granted.total": "209", "requests.partially_granted.total": "33", "requests.refused.total": "10",
      "requests.unavailable.total": "63", "requests.not_processed.total": "1", "requests.other.total": "12"}),
    ("收到的申请中，4件为不予公开，1件为不予处理，4件为无法提供。",
     {"requests.refused.total": "4", "requests.not_processed.total": "1", "requests.unavailable.total": "4"}),
    ("申请办理中，同意公开5件，属于行政查询事项2件，本机关不掌握相关政府信息3件，重复公开申请0件，重复申请1件。",
     {"requests.granted.total": "5", "requests.refused.administrative_query.total": "2",
      "requests.unavailable.not_held.total": "3", "requests.not_processed.duplicate.total": "1"}),
    ("申请办理中，因本机关不掌握等原因无法提供265件。", {"requests.unavailable.total": "265"}),
    ("申请办理中，予以公开及部分公开258件，占33.9%。", {"prose.granted_or_partial": "258"}),
])
def test_outcomes_of_requests(text: str, expected: dict[str, str]) -> None:
    assert stated(text) == expected


def test_applicants_are_columns_of_what_was_named_before() -> None:
    figures = {f.field: f for f in label("受理政府信息公开申请749件，其中自然人申请741件，法人或其他组织申请8件。")}
    assert figures["requests.received.natural_person"].value == 741
    assert figures["requests.received.natural_person"].part_of == "requests.received.total"
    assert len(figures) == 2


def test_all_by_natural_persons_gives_the_column_the_whole() -> None:
    figures = label("受理政府信息公开申请331件，上年度结转2件，共计333件，均为自然人申请。")
    implied = [f for f in figures if f.implied]
    assert [(f.field, f.value, f.text) for f in implied] == [
        ("requests.to_handle.natural_person", Decimal(333), "均为自然人申请")]


@pytest.mark.parametrize(("text", "expected"), [
    ("因依申请公开产生的行政复议5件，行政诉讼1件。", {"review.total": "5", "litigation.total": "1"}),
    ("因信息公开引起的行政复议、行政诉讼分别为3件和5件。", {"review.total": "3", "litigation.total": "5"}),
    ("政府信息公开类行政复议10件，其中结果维持5件，结果纠正2件，其他结果1件，尚未审结2件；公开类行政诉讼3件，其中维持2件。",
     {"review.total": "10", "review.upheld": "5", "review.corrected": "2", "review.other": "1", "review.pending": "2",
      "litigation.total": "3", "litigation.upheld": "2"}),
    ("未经复议直接起诉3件，复议后起诉2件。", {"litigation.direct.total": "3", "litigation.after_review.total": "2"}),
    ("有1件涉及政府信息公开工作的行政复议。", {"review.total": "1"}),
])
def test_disputes(text: str, expected: dict[str, str]) -> None:
    assert stated(text) == expected


@pytest.mark.parametrize(("text", "fields"), [
    ("未收到政府信息公开申请。", {"requests.received.total"}),
    ("未收到公民、法人或者其他组织提出的政府信息公开申请。", {"requests.received.total"}),
    ("本机关没有收到任何形式的政府信息公开申请。", {"requests.received.total"}),
    ("今年无依申请公开事项。", {"requests.received.total"}),
    ("收到信息公开申请，无上年结转。", {"requests.carried_in.total"}),
    ("信息公开申请无结转2023年继续办理件。", {"requests.carried_out.total"}),
    ("未发生因政府信息公开引起的行政复议、行政诉讼。", {"review.total", "litigation.total"}),
    ("没有发生因政府信息公开申请行政复议、提起行政诉讼的情况。", {"review.total", "litigation.total"}),
    ("没有因政府信息公开引起的行政复议案件。", {"review.total"}),
    ("本年度没有产生信息公开处理费。", {"prose.processing_fee"}),
    ("未制发规范性文件。", {"disclosure.normative_documents.issued"}),
    ("未收到人大代表、政协委员提案。", {"prose.proposals"}),
])
def test_a_negation_states_a_nought_for_each_thing_named(text: str, fields: set[str]) -> None:
    figures = [f for f in label(text) if f.field]
    assert {f.field for f in figures} == fields
    assert all(f.value == 0 and f.negated for f in figures)


def test_a_nought_for_both_disputes_is_shared() -> None:
    assert stated("政府信息公开行政复议、行政诉讼均为0件。") == {"review.total": "0", "litigation.total": "0"}


@pytest.mark.parametrize("text", [
    "未出现因信息公开被撤销或败诉的行政复议、行政诉讼案件。",
    "信息公开方面，复议决定书34件，行政复议类信息24条。",
    "受理法律援助案件1213件，公开信息。",
    "依申请公开信息59条，不予公开信息46条。",
    "申请办理中，不予公开的4件中有2件涉密。",
    "与上年相比，信息公开申请增加3件。",
    "政务公开热线12345全年畅通，设2处公开栏。",
    "公示行政许可55条，行政许可事项20项。",
    "收到意见建议56条，信访件1200件。",
    "落实《政府信息公开信息处理费管理办法》和《收到政府信息公开申请3件》。",
])
def test_what_resembles_a_figure_is_bound_to_nothing(text: str) -> None:
    assert stated(text) == {}


@pytest.mark.parametrize(("text", "expected"), [
    ("梳理现行有效规章2部、规范性文件705件。",
     {"disclosure.regulations.in_force": "2", "disclosure.normative_documents.in_force": "705"}),
    ("制发行政规范性文件3件，废止2件，现行有效15件。",
     {"disclosure.normative_documents.issued": "3", "disclosure.normative_documents.repealed": "2",
      "disclosure.normative_documents.in_force": "15"}),
    ("主动公开市政府规章13件（含新制定5件，修改4件，废止4件）。", {"disclosure.regulations.repealed": "4"}),
    ("办理行政许可9110件，行政处罚12件，行政强制3件。",
     {"disclosure.licences.decisions": "9110", "disclosure.penalties.decisions": "12",
      "disclosure.coercions.decisions": "3"}),
    ("行政事业性收费26.8万元。", {"disclosure.fees.amount": "26.8"}),
])
def test_documents_and_decisions(text: str, expected: dict[str, str]) -> None:
    assert stated(text) == expected


def test_documents_made_in_2019_belong_to_the_columns_of_that_template() -> None:
    assert stated("制定行政规范性文件3件。", year=2019) == {"disclosure.normative_documents.created": "3"}


@pytest.mark.parametrize(("text", "expected"), [
    ("全年主动公开各类政府信息160余条。", {"prose.disclosed_items": "160"}),
    ("全年共公开内容20余次。", {"prose.disclosed_items": "20"}),
    ("召开新闻发布会5场，举办“在线访谈”29期，开展征集调查21期，回复留言997条。",
     {"prose.press_conferences": "5", "prose.interviews": "29", "prose.consultations": "21",
      "prose.responses": "997"}),
    ("全年发布政策解读信息248篇。", {"prose.interpretations": "248"}),
    ("收取政府信息公开信息处理费0元。", {"prose.processing_fee": "0"}),
])
def test_what_only_prose_speaks_about(text: str, expected: dict[str, str]) -> None:
    assert stated(text) == expected


def test_a_list_after_a_total_holds_its_parts() -> None:
    figures = label("主动公开信息206条，其中包括：政策法规19条，规划计划17条，政策解读14条。召开会议3次。")
    assert [(f.field, f.value, f.part_of) for f in figures] == [
        ("prose.disclosed_items", Decimal(206), None), (None, Decimal(19), "prose.disclosed_items"),
        (None, Decimal(17), "prose.disclosed_items"), (None, Decimal(14), "prose.disclosed_items")]


@pytest.mark.parametrize(("text", "period"), [
    ("2020年收到政府信息公开申请8件。", "year:2020"),
    ("2021年收到政府信息公开申请8件。", "last_year"),
    ("上年收到政府信息公开申请8件。", "last_year"),
    ("2022年收到政府信息公开申请8件。", "this_year"),
    ("上半年收到政府信息公开申请8件。", "part_of_year"),
    ("自网站开通以来累计主动公开政府信息8条。", "cumulative"),
    ("全年累计主动公开政府信息8条。", "this_year"),
    ("下一步，计划召开新闻发布会8场。", "plan"),
    ("截至2022年底，现行有效规范性文件8件。", "this_year"),
])
def test_the_period_of_a_figure(text: str, period: str) -> None:
    (figure,) = label(text)
    assert (figure.value, figure.period) == (Decimal(8), period)


@pytest.mark.parametrize(("text", "subset"), [
    ("收到依申请公开在线申请0件。", "online"), ("通过政府网站公开政府信息300条。", "website"),
    ("通过网站、微信公众号等平台主动公开政府信息300条。", None), ("收到政府信息公开申请3件。", None),
])
def test_a_figure_may_be_limited_to_a_channel(text: str, subset: str | None) -> None:
    (figure,) = label(text)
    assert figure.subset == subset


def test_qualifier_interval_and_unit_come_from_the_number_grammar() -> None:
    (figure,) = label("主动公开政府信息18万余条。")
    assert (figure.value, figure.low, figure.high) == (Decimal(180000), Decimal(180000), Decimal(190000))
    assert figure.unit == "条"
    assert figure.qualifier is Qualifier.ABOVE


def test_evidence_points_at_the_lines_and_boxes_of_the_phrase() -> None:
    text = "共收到政府信息公开申请331件"
    pieces = (Piece(0, 8, Place(3, Box(0, 10, 80, 20)), tuple(10.0 * i for i in range(9))),
              Piece(8, 15, Place(3, Box(0, 25, 70, 35)), tuple(10.0 * i for i in range(8))))
    (figure,) = PatternLabeller(Source.PDF).label([Paragraph("一段"), Paragraph(text, pieces, 1)], YEAR)
    assert figure.span == (1, 1, 15)
    assert figure.text == text[1:15]
    assert [(e.page, e.box) for e in figure.evidence] == [(3, (10, 10, 80, 20)), (3, (0, 25, 70, 35))]


def test_lists_that_share_numbers_are_written_out() -> None:
    assert skeleton("行政复议、行政诉讼分别为3件和5件").text == "行政复议为#、行政诉讼为#"
    assert skeleton("负责人解读、专家解读以及媒体解读各1篇").text == "负责人解读#、专家解读#、媒体解读#"
    assert skeleton("微信和微博分别发布120条、80条").text == "微信发布#、微博发布#"
    assert skeleton("自然人、法人或其他组织分别为3件、5件").text == "自然人为#、法人或其他组织为#"


def test_spaces_and_line_breaks_change_nothing() -> None:
    tight = "2022年全区受理政府信息公开申请21件，均为自然人申请"
    loose = "2022 年全区受理政府\n信息公开申 请 21 件 ，\n均为自然人申请"
    assert stated(loose) == stated(tight) == {"requests.received.total": "21", "requests.received.natural_person": "21"}


WORDS = st.sampled_from([
    "收到", "政府信息公开", "申请", "3件", "未", "行政复议", "行政诉讼", "分别", "各", "其中", "，", "。", "、", "（",
    "）", "废止", "上年结转", "2021年", "予以公开", "不予公开", "维持", "主动公开", "信息", "1.2万条", "《", "》",
    "均为", "自然人", " ", "规范性文件"])


@settings(deadline=None)
@given(st.lists(WORDS, max_size=25).map("".join) | st.text(max_size=60))
def test_any_text_gives_figures_that_lie_in_it(text: str) -> None:
    for figure in label(text):
        index, start, end = figure.span
        assert index == 0
        assert text[start:end] == figure.text != ""
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high or figure.qualifier is not Qualifier.EXACT


def test_every_shipped_pattern_compiles() -> None:
    compile_all(load())


@pytest.mark.parametrize(("rule", "problem"), [
    ("patterns = ['<nothing>N']", "unknown word"), ("patterns = ['(N']", "missing"),
    ("patterns = ['N']\nunits = 'x'", "x"), ("patterns = ['无']", "exclude"),
    ("patterns = ['N']\nnone = true", "exclude"), ("patterns = ['N']\nkind = 1", "kind"),
])
def test_a_faulty_rule_is_named(rule: str, problem: str) -> None:
    with pytest.raises(PatternError, match=f"'a'.*{problem}"):
        compile_all(parse(f"[words]\n[units]\n[[rules]]\nfield = 'a'\n{rule}\n"))


def test_gold_figures_are_found_without_false_ones(shared: Path, project: Path) -> None:
    """The four dumps served to check the patterns, so this guards against decay and proves no more."""
    script = project / "bench" / "prose_baseline.py"
    done = subprocess.run([sys.executable, str(script), str(shared / "gold"), str(shared / "seeds")],
                          capture_output=True, text=True, cwd=project, env={"PYTHONPATH": str(project)}, check=True)
    assert "recall 47/47" in done.stdout
    assert "precision 47/47" in done.stdout


@pytest.mark.parametrize(("text", "scope"), [
    ("各县区收到依申请公开20件。", "unit"), ("市直各部门共受理信息公开申请8件。", "unit"), ("本办受理信息公开申请8件。", "office"),
    ("我局共受理信息公开申请8件。", "own"), ("全市各级行政机关共受理信息公开申请8件。", "own")])
def test_what_others_did_is_not_the_bodys_own(text: str, scope: str) -> None:
    (figure,) = label(text)
    assert figure.scope == scope


@pytest.mark.parametrize(("before", "yearly"), [
    ("2022年度累计收到依申请公开", True), ("全年累计受理", True), ("自条例施行以来至2022年累计受理", False), ("截至2022年底，累计受理", False)])
def test_a_sum_over_one_year_is_not_over_all_years(before: str, yearly: bool) -> None:
    assert yearly_sum(before) is yearly


def test_what_a_body_says_of_itself_is_its_own() -> None:
    assert of_body_itself("2022年度，我局共收到依申请公开件")
    assert not of_body_itself("2022年度，我市各部门和本局共收到依申请公开件")
