"""A page with several reports: the first is read, and that there is another is told."""

from __future__ import annotations

from extractor import extract

TABLES = """二、主动公开政府信息情况
信息内容\t本年制发件数\t本年废止件数\t现行有效件数
规章\t0\t0\t0
行政规范性文件\t{issued}\t0\t9
三、收到和处理政府信息公开申请情况
一、本年新收政府信息公开申请数量\t{received}\t0\t0\t0\t0\t0\t{received}
二、上年结转政府信息公开申请数量\t0\t0\t0\t0\t0\t0\t0
四、政府信息公开行政复议、行政诉讼情况
五、存在的主要问题及改进情况
主要问题是力量不足。
六、其他需要报告的事项
无其他需要报告的事项。
"""


def report(year: int, received: int, issued: int, title: str = "某县水务局{year}年政府信息公开工作年度报告") -> str:
    prose = f"{year}年，我局共收到政府信息公开申请{received}件。"
    return "\n".join([title.format(year=year), "一、总体情况", prose, TABLES.format(received=received, issued=issued)])


def test_the_first_of_two_reports_is_read_and_the_other_told() -> None:
    found = extract((report(2023, 5, 1) + report(2022, 8, 2)).encode())
    assert (found.year, found.values["requests.received.total"].value) == (2023, 5)
    assert found.values["disclosure.normative_documents.issued"].value == 1
    assert [figure.value for figure in found.figures if figure.field == "requests.received.total"] == [5]
    assert not [finding for finding in found.findings if finding.status == "violated"]
    assert "further_report" in {warning.code for warning in found.warnings}


def test_a_list_of_contents_before_a_report_is_none() -> None:
    contents = "某县水务局2023年政府信息公开工作年度报告\n目录\n一、总体情况\n二、主动公开政府信息情况\n六、其他需要报告的事项\n"
    found = extract((contents + report(2023, 5, 1)).encode())
    assert found.values["requests.received.total"].value == 5
    assert "further_report" not in {warning.code for warning in found.warnings}


def test_an_appendix_without_a_title_of_a_report_is_read_on() -> None:
    appendix = "附件：工作情况说明\n一、基本情况\n全年召开新闻发布会3场。\n"
    found = extract((report(2023, 5, 1) + appendix).encode())
    assert "prose.press_conferences" in {figure.field for figure in found.figures}


def test_the_title_of_a_page_with_long_menus_stands_next_to_its_first_section() -> None:
    menu = "\n".join(f"栏目{number}" for number in range(60)) + "\n主动公开政府信息情况\n"
    found = extract((menu + report(2023, 5, 1) + "主办：某县人民政府办公室\n").encode())
    assert (found.agency, found.year, found.values["requests.received.total"].value) == ("某县水务局", 2023, 5)
