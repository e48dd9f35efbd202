"""What is a report and what only speaks of reports, where no statutory table settles it."""

from __future__ import annotations

import pytest

from extractor import extract
from extractor.errors import NotAReport, UnsupportedTemplate


def year_of(text: str) -> int | None:
    return extract(text.encode()).year


@pytest.mark.parametrize("text", [
    "某县水务局2023年政府信息公开工作年度报告\n全年收到申请5件。",
    "某县水务局2023年度政府\n信息公开工作年度报告\n全年收到申请5件。",
    "根据《政府信息公开条例》，现公布某县水务局2023年政府信息公开工作年度报告。\n全年收到申请5件。",
    "根据《政府信息公开条例》要求，编制本报告。\n一、总体情况\n2023年，全年收到申请5件。",
    "本年度报告中所列数据的统计期限自2023年1月1日至2023年12月31日。\n一、总体情况\n全年收到政府信息公开申请5件。",
    "本報（bào）告中所列數（shù）據（jù）的統(tǒng)計（jì）期限自2023年1月1日至2023年12月31日。政府信息公開",
    "一、总体情况\n2023年，政府信息公开工作平稳有序。\n二、主动公开政府信息情况\n无。\n三、收到和处理政府信息公开申请情况\n无。",
])
def test_a_title_a_preamble_or_the_sections_make_a_report(text: str) -> None:
    assert year_of(text) == 2023


@pytest.mark.parametrize("text", [
    "# Reader\nReads annual reports (政府信息公开工作年度报告): six sections of prose and three tables.\n",
    "各级行政机关每年都要发布《政府信息公开工作年度报告》：六个部分的文字和三张法定表格。",
    "第一条 为规范政府信息公开工作，制定本办法。\n第二条 各单位应当于每年1月31日前公布上年度的政府信息公开工作年度报告。\n"
    "（一）行政机关主动公开政府信息的情况；\n（二）行政机关收到和处理政府信息公开申请的情况；",
    "关于做好2023年政府信息公开工作年度报告编制工作的通知\n各镇、各部门：请于1月20日前报送。",
    "首页\n政府信息公开年报\n政府信息公开指南\n政府信息公开制度",
    "2023年，全县粮食产量稳中有升，水利工程建设加快推进。",
])
def test_what_only_speaks_of_reports_is_none(text: str) -> None:
    with pytest.raises(NotAReport):
        extract(text.encode())


def test_a_report_of_the_time_before_the_tables_is_told_as_such() -> None:
    with pytest.raises(UnsupportedTemplate):
        extract("某县文化局2013年度信息公开工作\n年度报告\n一、主动公开政府信息的情况\n全年主动公开信息5条。".encode())


@pytest.mark.parametrize(("text", "agency", "year"), [
    ("编制《某某县新河镇2022年政府信息公开工作年度报告》，所列数据统计期限为2022年1月1日到12月31日。", "某某县新河镇", 2022),
    ("2022年度螺镇政府信息公开工作年度报告", "螺镇", 2022),
    ("根据条例，编制我局2022年度政府信息公开年度报告。", None, 2022),
    ("根据条例，编制青山市自然资源局2022年政府信息公开工作年度报告。", "青山市自然资源局", 2022),
    ("现向社会公布青山市水利局2022年政府信息公开工作年度报告。", "青山市水利局", 2022),
    ("现公布青山县人民政府办公室政府信息公开工作年度报告。所列数据截止日期为2022年12月31日。", "青山县人民政府办公室", 2022),
    ("本年度报告由青山区河东街道办事处编制，数据统计期限自2022年1月1日至12月31日。信息公开", "青山区河东街道办事处", 2022),
    ("2022年青山市人民政府参事室政府信息公开工作年度报告", "青山市人民政府参事室", 2022),
])
def test_body_and_year_in_the_words_of_preambles(text: str, agency: str | None, year: int) -> None:
    report = extract(f"{text}\n一、总体情况\n各项工作平稳有序。\n".encode())
    assert (report.agency, report.year) == (agency, year)


def test_the_year_that_the_first_section_names_most_where_nothing_else_does() -> None:
    text = ("编制本报告。\n一、总体情况\n（一）主动公开政府信息。2022年公开信息31条，比2021年增加2条。\n"
            "（二）依申请公开。2022年收到政府信息公开申请5件。\n")
    assert year_of(text) == 2022
