"""Plain lines become tables and paragraphs, in each of the shapes that converters leave behind."""

from __future__ import annotations

from extractor.document import Paragraph, Table, TextLine
from extractor.layout.text import text_blocks


def blocks(text: str) -> list[Paragraph | Table]:
    return text_blocks([TextLine(number, line) for number, line in enumerate(text.split("\n"), 1)])


def rows(text: str) -> list[list[str]]:
    [table] = [block for block in blocks(text) if isinstance(block, Table)]
    return [[cell.text for cell in row] for row in table.by_row()]


def paragraphs(text: str) -> list[str]:
    return [block.text for block in blocks(text) if isinstance(block, Paragraph)]


def test_a_cell_a_line_with_leading_tabs() -> None:
    dump = "\t信息内容\n\t本年制发件数\n\n\t规章\n\t0\n\n\t行政规范性文件\n\t65\n"
    assert rows(dump) == [["信息内容", "本年制发件数"], ["规章", "0"], ["行政规范性文件", "65"]]


def test_a_cell_that_goes_on_in_the_next_line() -> None:
    assert rows("\t商业\n企业\n\t科研\n机构\n\t总计\n") == [["商业\n企业", "科研\n机构", "总计"]]


def test_an_empty_cell_a_line_stays_a_cell() -> None:
    assert rows("\t\n\t自然人\n\t总计\n\n\t\n\t1\n\t2\n") == [["", "自然人", "总计"], ["", "1", "2"]]


def test_tab_separated_rows() -> None:
    assert rows("规章\t0\t0\t0\n行政规范性文件\t1\t\t3\n") == [["规章", "0", "0", "0"], ["行政规范性文件", "1", "", "3"]]


def test_markdown_rows_without_their_rule() -> None:
    assert rows("| 规章 | 0 | 1 |\n|---|---|---|\n| 文件 | 2 | |\n") == [["规章", "0", "1"], ["文件", "2", ""]]


def test_several_rows_on_one_line_and_a_label_with_its_first_number() -> None:
    assert rows("行政复议: 5 | 0 | 7 ; 行政诉讼: 8 | 1 | 9") == [["行政复议", "5", "0", "7"], ["行政诉讼", "8", "1", "9"]]


def test_labels_with_numbers_at_the_end_of_the_line_between_the_headings_of_tables() -> None:
    dump = "二、主动公开政府信息情况\n行政许可 97\n行政处罚 1,203\n五、存在的主要问题\n网站 3 个栏目 5"
    assert rows(dump) == [["行政许可", "97"], ["行政处罚", "1,203"]]
    assert paragraphs(dump)[-1] == "网站 3 个栏目 5"


def test_one_value_a_line_goes_on_the_row_of_its_label() -> None:
    dump = "三、收到和处理政府信息公开申请情况\n1.属于国家秘密\n0\n0\n3\n3\n2.重复申请\n1\n0\n0\n1"
    assert rows(dump) == [["1.属于国家秘密", "0", "0", "3", "3"], ["2.重复申请", "1", "0", "0", "1"]]


def test_digits_that_run_together_stay_together() -> None:
    dump = "三、收到和处理政府信息公开申请情况\n一、本年新收政府信息公开申请数量21710000218"
    assert rows(dump) == [["一、本年新收政府信息公开申请数量", "21710000218"]]


def test_prose_between_table_rows_is_a_paragraph() -> None:
    note = "注：本表所列数据为全市各级行政机关汇总数，统计口径与上年一致，包含所属街道办事处和有关事业单位，特此说明以备查考。"
    dump = f"二、主动公开政府信息情况\n行政许可 97\n{note}\n行政处罚 5"
    assert note in paragraphs(dump)


def test_lines_broken_at_a_width_are_joined() -> None:
    text = "各级行政机关认真落实条例要求持续推进主动公开工作取得明显成效" * 6 + "。"
    wrapped = "\n".join(text[i:i + 20] for i in range(0, len(text), 20))
    assert paragraphs(wrapped + "\n一、总体情况") == [text, "一、总体情况"]


def test_a_paragraph_a_line_stays_a_paragraph_a_line() -> None:
    lines = [f"第{i}段" + "认真落实政府信息公开条例" * (2 + 3 * (i % 5)) + "。" for i in range(20)]
    assert paragraphs("\n".join(lines)) == lines


def test_traces_of_converters_are_dropped() -> None:
    assert paragraphs("[bookmark: _GoBack]本年度没有收取费用。<!-- 注 -->") == ["本年度没有收取费用。"]


def test_every_cell_knows_its_line() -> None:
    [table] = [b for b in blocks("规章\t0\n文件\t5") if isinstance(b, Table)]
    assert [cell.place.name for cell in table.cells] == ["line 1 column 1", "line 1 column 2", "line 2 column 1", "line 2 column 2"]


def test_strokes_before_numbers_are_numbers_of_the_row() -> None:
    assert rows("四、政府信息公开行政复议、行政诉讼情况\n1 / 1 1 3 － －\n") == [["1", "/", "1", "1", "3", "－", "－"]]


def test_a_word_for_nothing_is_a_value_only_between_blanks() -> None:
    dump = "三、收到和处理政府信息公开申请情况\n（四）无\n法提供 无 无 2\n"
    assert rows(dump) == [["（四）无"], ["法提供", "无", "无", "2"]]


def test_a_label_with_its_characters_spaced_out_is_one() -> None:
    assert rows("二、主动公开政府信息情况\n规  章 0 0 0\n") == [["规 章", "0", "0", "0"]]


def test_a_heading_under_the_first_section_is_no_row_of_a_table() -> None:
    text = "一、总体情况\n（一）主动公开政府信息情况\n（二）依申请公开办理情况\n收到申请5件。\n二、主动公开政府信息情况\n规章\n0\n0\n0\n"
    assert paragraphs(text)[:4] == text.split("\n")[:4]
    assert rows(text) == [["规章", "0", "0", "0"]]


def test_a_lone_bar_that_opens_each_row_leaves_a_blank_at_the_end_of_another() -> None:
    dump = ["信息内容", "制发", "废止", "有效", "规章", "0", "0", "", "文件", "5", "2", "8", "许可", "7", "处罚", "3", "强制", "0", "收费", "1",
            "采购", "4"]
    lines = [line for cell in dump for line in (["|"] if cell and not cell.isdigit() else []) + [f"{cell} |".strip()]]
    assert rows("\n".join(lines))[4:6] == [["规章", "0", "0", ""], ["文件", "5", "2", "8"]]


ONE_LINE = ("某县水务局2023年政府信息公开工作年度报告 根据有关要求，编制本报告。 一、总体情况 2023年，我局认真落实各项要求，"
            "依法做好各项工作。 （一）主动公开。全年公开信息31条。 （二）依申请公开。全年收到申请5件，均已按期答复，"
            "申请人没有提出异议，各项工作平稳有序，群众对办理结果表示满意，没有发生投诉和举报。 二、主动公开政府信息情况 "
            "信息内容 本年制发件数 本年废止件数 现行有效件数 规章 0 0 2 行政规范性文件 3 1 40 行政许可 15 五、存在的主要问题及改进情况 无。")


def test_a_page_in_one_line_is_parted_at_its_title_and_headings() -> None:
    found = blocks(ONE_LINE)
    texts = [block.text.strip() for block in found if isinstance(block, Paragraph)]
    assert texts[0] == "某县水务局2023年政府信息公开工作年度报告"
    assert ["一、总体情况" in texts, any(text.startswith("（二）依申请公开") for text in texts)] == [True, True]
    assert {cell.place.name.partition(" column")[0] for block in found if isinstance(block, Table) for cell in block.cells} <= {"line 1"}


def test_a_long_paragraph_with_a_list_in_it_stays_whole() -> None:
    text = "主要做法如下。" + "一是健全机制，明确责任；二是加强培训，提升能力；三是强化监督，狠抓落实。" * 9
    assert paragraphs(text) == [text]


def test_digits_run_together_with_strokes_behind_them_are_one_cell() -> None:
    text = "三、收到和处理政府信息公开申请情况\n一、本年新收政府信息公开申请数量4600070-\n（一）予以公开3400040-\n（七）总计4600070-\n"
    assert rows(text)[0] == ["一、本年新收政府信息公开申请数量", "4600070-"]


def test_a_stroke_within_a_label_is_no_number_of_a_row_in_one_line() -> None:
    text = ("二、主动公开政府信息情况\n信息内容 上一年项目数量 本年增/减 处理决定数量 行政许可 7 1 9 其他对外管理服务事项 2 / 3 "
            "信息内容 上一年项目数量 本年增/减 处理决定数量 行政处罚 4 0 5\n")
    found = rows(text)
    assert [row for row in found if row[0] in ("行政许可", "其他对外管理服务事项", "行政处罚")] == [
        ["行政许可", "7", "1", "9"], ["其他对外管理服务事项", "2", "/", "3"], ["行政处罚", "4", "0", "5"]]
    assert ["本年增/减"] in found
