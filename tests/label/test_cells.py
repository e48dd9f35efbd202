"""Cells to fields: by labels and order, in aligned and ragged tables, with noise, missing rows and both templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from extractor.document import Cell, Place, Source, Structure, Table
from extractor.fields import load
from extractor.label import label
from extractor.label.cells import kinds, label_tables
from extractor.label.headers import LabelMatcher
from extractor.label.reading import TableReading
from extractor.report import ValueStatus

DICTIONARY = load()
REQUESTS = DICTIONARY.table("requests")
APPLICANTS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
PLAIN_ROWS = [row for row in REQUESTS.rows if row.id != "requests.other"]


def grid(rows: Sequence[Sequence[str | tuple[str, int, int]]], section: int = 0) -> Table:
    """An aligned table; a cell is a text, or a text with its rowspan and colspan. Covered slots are left out."""
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(rows):
        column = 0
        for item in row:
            text, down, across = item if isinstance(item, tuple) else (item, 1, 1)
            while (r, column) in taken:
                column += 1
            cells.append(Cell(r, column, text, down, across, Place(1, name=f"row {r} column {column}")))
            taken |= {(r + i, column + j) for i in range(down) for j in range(across)}
            column += across
    return Table(tuple(cells), len(rows), max(column for _, column in taken) + 1, section=section)


def ragged(rows: Iterable[Sequence[str]], section: int = 0) -> Table:
    listed = [list(texts) for texts in rows]
    cells = tuple(Cell(r, c, text, place=Place(name=f"line {r} column {c}")) for r, texts in enumerate(listed) for c, text in enumerate(texts))
    return Table(cells, len(listed), max(map(len, listed)), ragged=True, section=section)


def read(*tables: Table) -> TableReading:
    return label_tables(tables, DICTIONARY, LabelMatcher())


def fields(*tables: Table) -> dict[str, str]:
    return {cell.field: cell.cell.text for cell in read(*tables).cells}


HEADER: list[list[str | tuple[str, int, int]]] = [
    [("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3, 3), ("申请人情况", 1, 7)],
    [("自然人", 2, 1), ("法人或其他组织", 1, 5), ("总计", 2, 1)],
    ["商业\n企业", "科研\n机构", "社会公\n益组织", "法律服\n务机构", "其他"],
]


PLAIN_IDS = tuple(row.id for row in PLAIN_ROWS)


def statutory(rows: Sequence[str] = PLAIN_IDS) -> Table:
    """Table 3 as the statutory form draws it; the k-th row holds k, 0, 0, 0, 0, 0, k."""
    body: list[list[str | tuple[str, int, int]]] = []
    inner = [row for row in rows if REQUESTS.row(row).under is not None]
    for number, row_id in enumerate(rows):
        row = REQUESTS.row(row_id)
        values: list[str | tuple[str, int, int]] = [str(number), "0", "0", "0", "0", "0", str(number)]
        labels: list[str | tuple[str, int, int]] = []
        if row.under is None:
            labels = [(row.labels[0], 1, 3)]
        else:
            if row_id == inner[0]:
                labels.append(("三、本年度办理结果", len(inner), 1))
            group = REQUESTS.group(row.under)
            members = [r for r in rows if REQUESTS.row(r).under == row.under]
            if row.under == "result":
                labels.append((row.labels[0], 1, 2))
            else:
                if row_id == members[0]:
                    labels.append((group.labels[0], len(members), 1))
                labels.append(row.labels[0])
        body.append([*labels, *values])
    return grid([*HEADER, *body])


def test_the_statutory_form_is_read_cell_by_cell() -> None:
    found = fields(statutory())
    assert len(found) == 175
    for number, row in enumerate(PLAIN_ROWS):
        assert found[f"{row.id}.natural_person"] == found[f"{row.id}.total"] == str(number)
        assert found[f"{row.id}.research"] == "0"


def test_the_form_of_2019_has_one_row_for_other_results() -> None:
    rows = [row.id for row in REQUESTS.rows if "2019" in row.templates]
    found = fields(statutory(rows))
    assert len(found) == 161
    assert "requests.other.total" in found


@pytest.mark.parametrize("missing", ["requests.carried_in", "requests.refused.third_party_rights", "requests.handled"])
def test_a_missing_row_shifts_no_other(missing: str) -> None:
    rows = [row.id for row in PLAIN_ROWS if row.id != missing]
    found = fields(statutory(rows))
    assert not any(field.startswith(missing + ".") for field in found)
    assert all(found[f"{row}.total"] == str(number) for number, row in enumerate(rows))


def test_digit_errors_in_labels_do_no_harm() -> None:
    noisy = {"1.属于国家秘密": "1,属干国家秘密", "4.保护第三方合法权益": "4 保护第三方台法权益", "2.重复申请": "2重复申清",
             "（七）总计": "(七) 总 计", "四、结转下年度继续办理": "四、结转下年度继续小理"}
    table = statutory()
    cells = tuple(Cell(c.row, c.column, noisy.get(c.text, c.text), c.rowspan, c.colspan) for c in table.cells)
    assert fields(Table(cells, table.rows, table.columns)) == fields(table)


def test_an_added_row_is_left_out_and_reported() -> None:
    table = statutory()
    extra = [Cell(table.rows, 0, "补充：本年度电话咨询数量", colspan=3), *(Cell(table.rows, 3 + i, "9", place=Place(2)) for i in range(7))]
    reading = read(Table(table.cells + tuple(extra), table.rows + 1, table.columns))
    assert len(reading.cells) == 175
    assert [cell.text for cell in reading.unplaced] == ["9"]


def test_columns_in_another_order_follow_their_headers() -> None:
    names = ["总计", *APPLICANTS[:-1]]
    table = grid([["项目", *names], ["一、本年新收政府信息公开申请数量", "5", "3", "2", "0", "0", "0", "0"],
                  ["二、上年结转政府信息公开申请数量", "1", "1", "0", "0", "0", "0", "0"]])
    found = fields(table)
    assert (found["requests.received.total"], found["requests.received.natural_person"]) == ("5", "3")


def test_seven_columns_of_numbers_without_a_readable_header_are_taken_in_order() -> None:
    table = grid([["项目", *"ABCDEFG"], ["一、本年新收政府信息公开申请数量", "3", "2", "0", "0", "0", "0", "5"],
                  ["二、上年结转政府信息公开申请数量", "1", "0", "0", "0", "0", "0", "1"]], section=3)
    assert fields(table)["requests.received.total"] == "5"


def test_one_unreadable_header_is_filled_in_where_a_column_of_numbers_is_left() -> None:
    names = ["人", *APPLICANTS[1:]]
    table = grid([["项目", *names], ["一、本年新收政府信息公开申请数量", "3", "2", "0", "0", "0", "0", ""],
                  ["二、上年结转政府信息公开申请数量", "1", "0", "0", "0", "0", "0", ""]])
    assert fields(table)["requests.received.natural_person"] == "3"
    assert fields(table)["requests.received.total"] == ""


def test_a_table_in_two_unjoined_parts_is_read_as_one() -> None:
    table = statutory()
    cut = 15
    upper = Table(tuple(c for c in table.cells if c.row < cut), cut, table.columns)
    lower = Table(tuple(Cell(c.row - cut, c.column, c.text, c.rowspan, c.colspan) for c in table.cells if c.row >= cut),
                  table.rows - cut, table.columns)
    assert fields(upper, lower) == fields(table)


def test_a_mark_that_could_not_be_read_costs_its_own_cell_only() -> None:
    values = [str(number) for number in range(1, 8)]
    row = next(row for row in PLAIN_ROWS if row.id == "requests.received")
    whole = fields(ragged([["", *APPLICANTS], [row.labels[0], *values]], section=3))
    marked = fields(ragged([["", *APPLICANTS], [row.labels[0], "1", "?", *values[2:]]], section=3))
    assert len(whole) == 7
    assert marked == whole | {next(field for field, text in whole.items() if text == "2"): "?"}


def test_rows_of_a_text_dump_are_counted_from_the_right() -> None:
    rows = [["一、本年新收政府信息公开申请数量", "3", "0", "0", "0", "0", "0", "3"],
            ["三、本年度办理结果", "（一）予以公开", "1", "0", "0", "0", "0", "0", "1"],
            ["", "（三）不予公开", "1．属于国家秘密", "2", "0", "0", "0", "0", "0", "2"],
            ["", "（七）总计", "", "3", "0", "0", "0", "0", "0", "3"]]
    found = fields(ragged(rows, section=3))
    assert {k: v for k, v in found.items() if k.endswith("total")} == {
        "requests.received.total": "3", "requests.granted.total": "1", "requests.refused.state_secret.total": "2",
        "requests.handled.total": "3"}


def test_a_short_row_of_a_text_dump_is_not_guessed() -> None:
    rows = [["一、本年新收政府信息公开申请数量", "3", "0", "0", "3"],
            ["二、上年结转政府信息公开申请数量", "0", "0", "0", "0", "0", "0", "0"]]
    assert "requests.received.total" not in fields(ragged(rows, section=3))


def test_digits_run_together_are_handed_on_as_such() -> None:
    [glued] = read(ragged([["一、本年新收政府信息公开申请数量", "21710000218"]], section=3)).glued
    assert glued.cell.text == "21710000218"
    assert glued.fields == tuple(f"requests.received.{column.id}" for column in REQUESTS.columns)


def test_strokes_beside_digits_run_together_stand_for_a_column_each() -> None:
    reading = read(ragged([["一、本年新收政府信息公开申请数量", "4600070-"]], section=3))
    [glued] = reading.glued
    assert (glued.cell.text, glued.fields) == ("4600070", tuple(f"requests.received.{c.id}" for c in REQUESTS.columns[:-1]))
    assert {cell.field: cell.cell.text for cell in reading.cells} == {"requests.received.total": "-"}


DISPUTES_HEADER: list[list[str | tuple[str, int, int]]] = [
    [("行政复议", 1, 5), ("行政诉讼", 1, 10)],
    [("结果维持", 2, 1), ("结果纠正", 2, 1), ("其他结果", 2, 1), ("尚未审结", 2, 1), ("总计", 2, 1),
     ("未经复议直接起诉", 1, 5), ("复议后起诉", 1, 5)],
    ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"] * 2,
]


def test_disputes_are_read_by_their_two_headers() -> None:
    found = fields(grid([*DISPUTES_HEADER, [str(i) for i in range(15)]]))
    assert found["review.upheld"] == "0"
    assert found["litigation.direct.total"] == "9"
    assert found["litigation.after_review.pending"] == "13"
    assert len(found) == 15


def test_a_sliver_cut_off_below_a_header_is_no_blank_value() -> None:
    sliver: list[str | tuple[str, int, int]] = [""] * 15
    numbers: list[str | tuple[str, int, int]] = [str(number) for number in range(15)]
    assert fields(grid([*DISPUTES_HEADER, sliver, numbers])) == fields(grid([*DISPUTES_HEADER, numbers]))


def test_fifteen_numbers_without_headers_are_taken_in_order() -> None:
    found = fields(ragged([["行政复议", "行政诉讼"], [str(i) for i in range(15)]], section=4))
    assert found["litigation.after_review.upheld"] == "10"


def test_disputes_in_three_small_tables_follow_their_titles() -> None:
    parts = ragged([["行政复议"], ["1", "0", "0", "0", "1"], ["行政诉讼（复议后起诉）"], ["4", "0", "0", "0", "4"],
                    ["行政诉讼（未经复议直接起诉）"], ["3", "0", "0", "0", "3"]], section=4)
    found = fields(parts)
    assert (found["review.upheld"], found["litigation.direct.upheld"], found["litigation.after_review.upheld"]) == (
        "1", "3", "4")


def test_disputes_in_two_tables_one_above_the_other() -> None:
    lawsuits = ragged([["行政诉讼"], ["未经复议直接起诉", "", "", "", "", "复议后起诉"], ["结果维持", "结果纠正"],
                       [str(i) for i in range(10)]], section=4)
    found = fields(ragged([["行政复议"], ["结果维持", "结果纠正"], ["7", "0", "0", "0", "7"]], section=4), lawsuits)
    assert (found["review.total"], found["litigation.direct.total"], found["litigation.after_review.total"]) == (
        "7", "4", "9")


def test_disclosure_of_2021() -> None:
    found = fields(grid([
        [("第二十条第（一）项", 1, 4)], ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "1", "2", "3"], ["行政规范性文件", "4", "5", "6"],
        [("第二十条第（五）项", 1, 4)], ["信息内容", ("本年处理决定数量", 1, 3)], ["行政许可", ("7", 1, 3)],
        [("第二十条第（八）项", 1, 4)], ["信息内容", ("本年收费金额（单位：万元）", 1, 3)], ["行政事业性收费", ("8.5", 1, 3)]]))
    assert found == {
        "disclosure.regulations.issued": "1", "disclosure.regulations.repealed": "2",
        "disclosure.regulations.in_force": "3", "disclosure.normative_documents.issued": "4",
        "disclosure.normative_documents.repealed": "5", "disclosure.normative_documents.in_force": "6",
        "disclosure.licences.decisions": "7", "disclosure.fees.amount": "8.5"}


def test_disclosure_of_2019() -> None:
    found = fields(grid([
        ["信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"], ["规章", "1", "2", "3"],
        ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"], ["行政许可", "4", "-1", "5"],
        ["其他对外管理服务事项", "6", "0", "7"], ["信息内容", "采购项目数量", ("采购总金额", 1, 2)],
        ["政府集中采购", "8", ("26.8万元", 1, 2)]]))
    assert found["disclosure.regulations.published_total"] == "3"
    assert found["disclosure.licences.change"] == "-1"
    assert found["disclosure.other_services.decisions"] == "7"
    assert found["disclosure.procurement.amount"] == "26.8万元"


def test_the_unit_in_a_header_goes_with_the_value() -> None:
    reading = read(ragged([["信息内容", "本年收费金额（单位：元）"], ["行政事业性收费", "1200"]], section=2))
    assert [(cell.field, cell.unit) for cell in reading.cells] == [("disclosure.fees.amount", "元")]


def test_a_row_whose_header_is_lost_takes_its_columns_only_if_they_are_unique() -> None:
    assert fields(ragged([["行政强制", "5"], ["规章", "1", "2", "3"]], section=2)) == {
        "disclosure.coercions.decisions": "5"}


@pytest.mark.parametrize(("rows", "kind"), [
    ([["姓名", "职务"], ["甲", "主任"]], []),
    ([["一、本年新收政府信息公开申请数量", "1"], ["2.重复申请", "0"]], ["requests"]),
    ([["规章", "0", "0", "0"], ["行政规范性文件", "0", "0", "0"]], ["disclosure"]),
    ([["结果维持", "结果纠正", "其他结果"], ["0", "0", "0"]], ["disputes"]),
])
def test_tables_are_told_apart_by_their_labels(rows: list[list[str]], kind: list[str]) -> None:
    assert kinds(ragged(rows), DICTIONARY) == kind


def test_a_table_without_telling_labels_belongs_to_the_section_it_stands_in() -> None:
    assert kinds(ragged([["0", "1"]], section=4), DICTIONARY) == ["disputes"]
    assert kinds(ragged([["0", "1"]], section=5), DICTIONARY) == []


def test_two_statutory_tables_that_nothing_parts_are_both_read() -> None:
    rows = [["行政许可", "5"], ["行政处罚", "6"], ["一、本年新收政府信息公开申请数量", "3", "0", "0", "0", "0", "0", "3"],
            ["二、上年结转政府信息公开申请数量", "1", "0", "0", "0", "0", "0", "1"]]
    reading = read(ragged(rows, section=2))
    assert {cell.field for cell in reading.cells} >= {"disclosure.licences.decisions", "requests.received.total"}
    assert reading.unplaced == ()


def test_one_table_that_holds_two_statutory_tables_is_cut_at_the_heading() -> None:
    rows = [["行政许可", "5"], ["行政处罚", "6"], ["三、收到和处理政府信息公开申请情况"],
            ["一、本年新收政府信息公开申请数量", "3", "0", "0", "0", "0", "0", "3"]]
    found = fields(ragged(rows, section=2))
    assert (found["disclosure.licences.decisions"], found["requests.received.total"]) == ("5", "3")


def test_tables_cut_at_a_heading_do_not_keep_each_others_columns() -> None:
    """One grid on a scan: under two headers of five and seven columns all cells of the other are spans."""
    requests = [[(text, 1, 3) for text in ("项目", *APPLICANTS)],
                [(text, 1, 3) for text in ("一、本年新收政府信息公开申请数量", "3", "0", "0", "0", "0", "0", "3")],
                [(text, 1, 3) for text in ("二、上年结转政府信息公开申请数量", "1", "0", "0", "0", "0", "0", "1")]]
    disputes = [[("四、政府信息公开行政复议和行政诉讼情况\n行政复议", 1, 24)],
                [("结果维持", 1, 4), ("结果纠正", 1, 5), ("其他结果", 1, 5), ("尚未审结", 1, 5), ("总计", 1, 5)],
                [("4", 1, 4), ("3", 1, 5), ("2", 1, 5), ("1", 1, 5), ("10", 1, 5)]]
    found = fields(grid([*requests, *disputes], section=3))
    assert found["requests.received.natural_person"] == "3" and found["requests.carried_in.total"] == "1"
    assert [found[f"review.{column}"] for column in ("upheld", "corrected", "other", "pending", "total")] == ["4", "3", "2", "1", "10"]


def test_under_a_header_over_two_slots_the_one_that_is_filled_counts() -> None:
    found = fields(grid([["信息内容", "本年制发件数", "本年废止件数", ("现行有效件数", 1, 2)], ["规章", "1", "2", ("3", 1, 2)],
                         ["行政规范性文件", "4", "5", "", "51"]]))
    assert found["disclosure.normative_documents.in_force"] == "51"


def test_headers_run_together_name_no_column_and_the_row_takes_its_own() -> None:
    found = fields(grid([[("信息内容上一年项目数量", 1, 2), ("本年增/减处理决定数量", 1, 2)],
                         ["行政许可", "63", "-1", "0"], ["其他对外管理服务事项", "12", "0", "57073"]]))
    assert [found[f"disclosure.licences.{column}"] for column in ("items_last_year", "change", "decisions")] == ["63", "-1", "0"]
    assert found["disclosure.other_services.decisions"] == "57073"


def test_a_spoilt_number_is_a_value_that_could_not_be_read_and_no_label() -> None:
    rows: list[list[str | tuple[str, int, int]]] = [
        ["信息内容", "本年处理决定数量"], ["行政处罚", "/80455"], ["行政强制", "0一"],
        ["信息内容", "本年收费金额（单位：万元）"], ["行政事业性收费", "8.5"]]
    assert fields(grid(rows, section=2)) == {
        "disclosure.penalties.decisions": "/80455", "disclosure.coercions.decisions": "0一", "disclosure.fees.amount": "8.5"}


def test_a_label_of_a_block_of_which_only_a_speck_is_read_is_lost_too() -> None:
    rows: list[list[str | tuple[str, int, int]]] = [
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"], ["规章", "1", "2", "3"], ["?", "4", "5", "6"],
        ["信息内容", ("本年处理决定数量", 1, 3)], ["行政许可", ("7", 1, 3)]]
    assert fields(grid(rows, section=2))["disclosure.normative_documents.in_force"] == "6"


def torn(*header: str, values: Sequence[str] = ("3", "5", "40")) -> Table:
    return ragged([["第二十条第（一）项"], ["信息内容", *header], ["规章", "0", "0", "0"], ["规范性文件", *values],
                   ["第二十条第（五）项"], ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"],
                   ["行政许可", "7", "1", "9"], ["其他对外管理服务事项", "0", "0", "0"]], section=2)


@pytest.mark.parametrize("header", [
    ("本年新", "本年新", "对外公开总数量"), ("制作数量", "公开数量", "对外公开总数量"), ("对外公开总数量",)])
def test_headers_torn_in_a_dump_are_made_up_for_by_one_that_only_their_template_has(header: tuple[str, ...]) -> None:
    found = fields(torn(*header))
    for column, text in (("created", "3"), ("published", "5"), ("published_total", "40")):
        assert found[f"disclosure.normative_documents.{column}"] == text
    assert found["disclosure.licences.decisions"] == "9"


def test_noughts_that_fill_up_a_row_of_a_dump_do_not_hide_its_one_value() -> None:
    table = ragged([["第二十条第（六）项"], ["信息内容", "本年处理决定数量"], ["行政处罚", "2", "0", "0"], ["行政强制", "0", "0", "0"],
                    ["第二十条第（五）项"], ["信息内容", "本年处理决定数量"], ["行政许可", "0", "3", "0"]], section=2)
    assert fields(table) == {"disclosure.penalties.decisions": "2", "disclosure.coercions.decisions": "0"}


def test_blanks_that_fill_up_a_header_are_no_row_of_values() -> None:
    table = ragged([["自然人", "法人或其他组织", "总计", *[""] * 7], ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", *[""] * 5],
                    ["一、本年新收政府信息公开申请数量", *"1000001", "", ""], ["二、上年结转政府信息公开申请数量", *"0000000", "", ""]], section=3)
    assert {field.rpartition(".")[0] for field in fields(table)} == {"requests.received", "requests.carried_in"}


def test_digits_behind_a_zero_are_doubted_since_they_are_those_of_another_cell() -> None:
    whole = Structure(Source.PDF, (grid([["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
                                         ["规章", "1", "2", "3"], ["行政规范性文件", "4", "029", "0.5"]], section=2),), ())
    values = label(whole, labeller="patterns").values
    assert values["disclosure.normative_documents.repealed"].status is ValueStatus.DOUBTFUL
    assert values["disclosure.normative_documents.in_force"].status is ValueStatus.READ
    assert values["disclosure.regulations.issued"].status is ValueStatus.READ
