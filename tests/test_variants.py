"""Ways in which offices and converters set the statutory tables: each is read right, or what is unknown is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pytest

from extractor import extract
from extractor.report import Report, ValueStatus
from tests.forms import (
    BODY,
    DISPUTES,
    HEADER,
    HEADINGS,
    NAMES,
    PROSE,
    REQUESTS,
    RESULTS,
    Rows,
    Sheet,
    Values,
    dump,
    expected,
    flat3,
    lines3,
    markup,
    page,
    printed,
    slots,
    spanned,
    table2,
    table3,
    table4,
    texts,
    wide,
)


def values_of(report: Report) -> Values:
    return {name: value.value for name, value in report.values.items()}


def check(data: bytes, wanted: Values) -> Report:
    report = extract(data, name="variant")
    found = values_of(report)
    assert {name: (wanted.get(name), found.get(name)) for name in {*wanted, *found}
            if wanted.get(name) != found.get(name)} == {}
    assert report.agency == BODY and report.year == 2022
    return report


def missing(report: Report, start: str) -> bool:
    return all(value.status is ValueStatus.MISSING for name, value in report.values.items() if name.startswith(start))


# ------------------------------------------------------------------------------------------------- spans that are wrong

def respanned(change: Callable[[str, list[tuple[str, int, int]]], list[tuple[str, int, int]]]) -> str:
    return markup([*HEADER, *([*change(row_id, labels), *values] for row_id, labels, values in lines3())])


@pytest.mark.parametrize("width", [1, 2, 4])
def test_a_label_that_spans_too_few_or_too_many_columns(width: int) -> None:
    check(page(third=respanned(lambda _, labels: [(labels[0][0], 1, width)] if labels[0][2] == 3 else labels)), expected())


def test_a_label_within_a_group_that_spans_too_few_columns() -> None:
    check(page(third=respanned(lambda _, labels: [(text, down, 1) for text, down, _ in labels])),
          expected())


def test_a_header_corner_that_spans_too_few_columns() -> None:
    header: Rows = [[("", 3, 2), ("申请人情况", 1, 7)], *HEADER[1:]]
    check(page(third=markup([*header, *table3()[3:]])), expected())


def test_a_shifted_row_with_a_value_lost_is_missing() -> None:
    rows: Rows = [*HEADER, *([("一、本年新收政府信息公开申请数量", 1, 2), *values[:6]] if row_id == "requests.received"
                       else [*labels, *values] for row_id, labels, values in lines3())]
    report = check(page(third=markup(rows)), expected(requests__received=None))
    assert missing(report, "requests.received.")


def test_a_zero_over_all_columns_stands_for_all_but_another_number_for_none() -> None:
    spread = {"requests.refused.state_secret": "0", "requests.granted": "15"}
    rows: Rows = list(HEADER)
    for row_id, labels, values in lines3():
        rows.append([*labels, (spread[row_id], 1, 7)] if row_id in spread else [*labels, *values])
    check(page(third=markup(rows)), expected(requests__granted=None))


# ------------------------------------------------------------------------------------------- tables turned, split, twice

def test_table_3_with_applicants_down_and_results_across() -> None:
    turned: Rows = [list(column) for column in zip(*flat3(), strict=True)]
    check(page(third=markup(turned)), expected())


def test_table_3_in_two_tables_of_columns() -> None:
    rows = flat3()
    left: Rows = [row[:5] for row in rows]
    right: Rows = [[row[0], *row[5:]] for row in rows]
    check(page(third=markup(left) + markup(right)), expected())


def test_another_years_table_behind_is_not_mixed_in_where_its_labels_are_better() -> None:
    poorer = markup(table3()).replace("四、结转下年度继续办理", "四、结转下一年办理")
    check(page(third=f"{poorer}<p>上一年度情况：</p>{markup(table3(more=100))}"), expected())


def test_blanks_are_not_filled_from_another_years_tables() -> None:
    second, fourth = table2(), table4()
    second[2][2], fourth[3][1] = "", ""
    other2: Rows = [[(re.sub(r"^\d+$", "77", text), down, across) for text, down, across in map(spanned, row)]
                    for row in table2()]
    check(page(markup(second) + "<p>上一年度：</p>" + markup(other2), None,
               markup(fourth) + "<p>上一年度：</p>" + markup([*table4()[:3], ["88"] * 15])),
          expected(disclosure__regulations__repealed=None, review__corrected=None))


def test_a_row_and_a_column_of_last_year_are_left_out() -> None:
    second = markup([["信息内容", "上年制发件数", *table2()[1][1:]], ["规章", "9", *table2()[2][1:]],
                     ["行政规范性文件", "9", *table2()[3][1:]]]) + markup(table2()[4:])
    rows = table4()
    fourth: Rows = [[("年度", 3, 1), *rows[0]], *rows[1:3], ["上年", *["9"] * 15], ["本年", *rows[3]]]
    check(page(second, None, markup(fourth)), expected())


def test_a_table_of_other_counts_in_a_section_of_prose_is_left_out() -> None:
    first = f"<p>{PROSE}</p>" + markup([["类别", "数量"], ["行政许可", "77"], ["行政处罚", "88"]])
    check(page(first=first), expected())


def test_sums_of_groups_are_left_out() -> None:
    rows: Rows = [["项目", *NAMES]]
    for row_id, labels, values in lines3():
        if row_id.endswith(("state_secret", "not_held", "petition", "not_corrected")):
            group = REQUESTS.row(row_id).under or ""
            rows.append([REQUESTS.group(group).labels[0], *["7"] * 7])
        rows.append([labels[-1][0], *values])
    check(page(third=markup(rows)), expected())


def test_a_group_with_one_row_is_the_row_of_the_older_form() -> None:
    rows: Rows = [*HEADER]
    for row_id, labels, values in lines3():
        if row_id == "requests.other.other":
            rows.append([("（六）其他处理", 1, 1), "其他", "3", "0", "0", "0", "0", "0", "3"])
        elif not row_id.startswith("requests.other."):
            rows.append([*labels, *values])
    found = values_of(extract(page(third=markup(rows))))
    assert found["requests.other.total"] == 3 and "requests.other.other.total" not in found


def test_outcomes_down_and_kinds_of_dispute_across() -> None:
    rows: Rows = [["", "行政复议", "未经复议直接起诉", "复议后起诉"]]
    rows += [[name, *(str(line[i]) for line in DISPUTES.values())] for i, name in enumerate(RESULTS)]
    check(page(fourth=markup(rows)), expected())


def test_lawsuits_that_are_not_split_are_nobodys() -> None:
    rows: Rows = [[("行政复议", 1, 5), ("行政诉讼", 1, 5)], RESULTS * 2, ["2", "1", "0", "3", "6", "5", "0", "2", "1", "8"]]
    report = check(page(fourth=markup(rows)), expected(litigation=None))
    assert missing(report, "litigation.")


def test_an_abridged_label() -> None:
    check(page(third=markup(table3()).replace("二、上年结转政府信息公开申请数量", "二、上年结转")), expected())


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_table_flattened_into_paragraphs_beside_real_ones(number: int) -> None:
    rows = {2: table2, 3: table3, 4: table4}[number]()
    flat = "".join(f"<p>{text}</p>" for row in texts(rows) for text in row)
    check(page(**{{2: "second", 3: "third", 4: "fourth"}[number]: flat}), expected())


# ------------------------------------------------------------------------------------------------------------ text dumps

def cells(rows: Rows, between: str, row: str = "\n") -> str:
    return row.join(between.join(line) for line in texts(rows))


def as_printed(rows: Rows) -> str:
    """Columns kept apart by blanks, as tools print PDF pages."""
    grid = slots(rows)
    widths = [max(wide(line[c]) for line in grid) + 3 for c in range(len(grid[0]))]
    return "\n".join("".join(text + " " * (width - wide(text)) for text, width in zip(line, widths, strict=True)).rstrip()
                     for line in grid)


def drawn_grid(rows: Rows, width: int = 7) -> str:
    """A grid of +, - and | whose cells are broken over lines."""
    grid = slots(rows)
    rule = "+" + "+".join("-" * (2 * width + 2) for _ in grid[0]) + "+"
    made = [rule]
    for line in grid:
        broken = [[text[i:i + width] for i in range(0, len(text), width)] or [""] for text in line]
        for i in range(max(map(len, broken))):
            made.append("|" + "|".join(f" {part[i] if i < len(part) else ''} " for part in broken) + "|")
        made.append(rule)
    return "\n".join(made)


def bold_bars(rows: Rows) -> str:
    return "\n".join("| " + " | ".join(f"**{text}**" if text else "" for text in line) + " |" for line in slots(rows))


def escaped_bars(rows: Rows) -> str:
    return "\n".join("| " + " | ".join(text.replace(".", "\\.") for text in line) + " |" for line in slots(rows))


def boxed(rows: Rows) -> str:
    return "\n".join("│" + "│".join(line) + "│\n├" + "─┼" * len(line) for line in slots(rows))


def bar_behind(rows: Rows) -> str:
    """A cell a line, a bar behind each; more bars for the columns that a spanning cell covers."""
    made = []
    for row in rows:
        made += [f"{text} |" if text else "|" for text in texts([row])[0]]
        filling = sum(across - 1 for _, _, across in map(spanned, row))
        made += ["|" * filling] if filling else []
    return "\n".join(made)


def bars_around(rows: Rows) -> str:
    """A cell a line between bars, as converters of indented HTML write it."""
    return "\n".join("| \n " + "".join(f"{text}  | \n " for text in line)[:-3] for line in texts(rows))


@pytest.mark.parametrize("write", [bar_behind, bars_around], ids=["behind", "around"])
def test_blanks_of_a_dump_with_a_cell_and_a_bar_a_line_keep_their_columns(write: Callable[[Rows], str]) -> None:
    rows = table3()
    rows[5] = [*rows[5][:-6], "", "", *rows[5][-4:-1], ""]
    found = [f"requests.granted.{column}" for column in ("business", "research", "total")]
    report = check(dump(write, third=rows), expected() | dict.fromkeys(found))
    assert all(report.values[name].status is ValueStatus.BLANK for name in found)


@pytest.mark.parametrize("write", [
    lambda rows: cells(rows, "\n"), lambda rows: cells(rows, "\n\n", "\n\n"), lambda rows: cells(rows, " ", " "),
    lambda rows: cells(rows, "\t") + "\t", as_printed, drawn_grid, bold_bars, escaped_bars, boxed,
    bar_behind, bars_around,
], ids=["a cell a line", "blank lines between", "all in one line", "tabs", "as printed", "drawn grid", "bold", "escaped", "boxed",
        "a bar behind each", "a cell a line between bars"])
def test_a_dump(write: Callable[[Rows], str]) -> None:
    check(dump(write), expected())


def test_table_3_in_one_line_without_blanks() -> None:
    check(dump(lambda rows: cells(rows, "", "") if len(rows) > 20 else cells(rows, "\t")), expected())


@pytest.mark.parametrize("values_beside", ["between", "first"])
def test_labels_broken_around_their_values(values_beside: str) -> None:
    def write(rows: Rows) -> str:
        lines = []
        for line in texts(rows):
            label = next((text for text in reversed(line) if not text.isdigit()), "")
            values = "     ".join(text for text in line if text.isdigit())
            if len(line) < 8 or len(label) < 12:
                lines.append("     ".join(line))
            elif values_beside == "between":
                lines += [label[:len(label) // 2 + 1], f"      {values}", label[len(label) // 2 + 1:]]
            else:
                lines += [f"{label[:len(label) // 2 + 1]}    {values}", label[len(label) // 2 + 1:]]
        return "\n".join(lines)
    check(dump(write), expected())


def test_marks_of_pages_between_rows() -> None:
    def write(rows: Rows) -> str:
        lines = [" ".join(line) for line in texts(rows)]
        return "\n".join([*lines[:9], "- 4 -", *lines[9:14], "\f", "第 5 页 共 9 页", *lines[14:]])
    check(dump(write), expected())


def test_blank_columns_are_found_by_their_place() -> None:
    def write(rows: Rows) -> str:
        return as_printed([[("", *spanned(cell)[1:]) if row[0] == ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", 1, 2)
                            and cell == "0" else cell for cell in row] for row in rows])
    names = [f"requests.partially_granted.{column}" for column in ("research", "social", "legal_service", "other_org")]
    report = check(dump(write), expected() | dict.fromkeys(names))
    assert all(report.values[name].status is ValueStatus.BLANK for name in names)


def test_blank_values_at_either_end_keep_their_columns() -> None:
    rows = table3()
    rows[5] = [*rows[5][:-7], "", *rows[5][-6:]]
    check(dump(lambda rows: "\n".join("\t".join(line) + "\t" for line in slots(rows)), third=rows),
          expected(requests__granted__natural_person=None))


def test_columns_of_a_dump_follow_the_one_line_that_names_them() -> None:
    rows = flat3([NAMES[-1], *NAMES[:-1]], lambda values: [values[-1], *values[:-1]])
    check(dump(lambda rows: cells(rows, "\t"), third=rows), expected())


def test_a_row_with_a_value_lost_is_missing() -> None:
    second, third = table2(), table3()
    second[2], third[5] = ["规章", "1", "13"], third[5][:-1]
    for between in ("\t", "\n"):
        report = check(dump(lambda rows, between=between: cells(rows, between), second, third),  # type: ignore[misc]
                       expected(disclosure__regulations=None, requests__granted=None))
        assert missing(report, "disclosure.regulations.") and missing(report, "requests.granted.")


@pytest.mark.parametrize("keep", [slice(0, 14), slice(5, 15)])
def test_disputes_with_numbers_lost_are_missing(keep: slice) -> None:
    rows = table4()
    rows[3] = rows[3][keep]
    for between in ("\t", "\n"):
        report = check(dump(lambda rows, between=between: cells(rows, between), fourth=rows),  # type: ignore[misc]
                       expected(review=None, litigation=None))
        assert missing(report, "review.") and missing(report, "litigation.")


# --------------------------------------------------------------------------------------------------------------- pages

@pytest.mark.parametrize("lines", ["all", "double", "horizontal", "outer", "none"])
def test_pages_with_lines(lines: str) -> None:
    check(printed(Sheet(lines=lines)), expected())


@pytest.mark.parametrize("lines", ["horizontal", "none"])
@pytest.mark.parametrize("number", [2, 3, 4])
def test_one_table_without_lines_between_ruled_ones(number: int, lines: str) -> None:
    check(printed(Sheet(), **{{2: "second", 3: "third", 4: "fourth"}[number]: lines}), expected())  # type: ignore[arg-type]


@pytest.mark.parametrize("gap", range(0, 120, 16))
def test_a_page_break_anywhere_in_table_4(gap: int) -> None:
    sheet = Sheet(wide=True)
    check(printed(sheet, gap=float(gap)), expected())


# ----------------------------------------------------------------------------------------------------- body and year

def facts(lines: Iterable[str], preamble: str = "根据有关要求，编制本报告。", prose: str = PROSE) -> tuple[str | None, int | None]:
    body = "\n".join([*lines, preamble, HEADINGS[0], prose, HEADINGS[3], cells(table4(), "\t"), HEADINGS[4], PROSE])
    report = extract(body.encode())
    return report.agency, report.year


@pytest.mark.parametrize("title", [
    f"{BODY}二〇二二年政府信息公开工作年度报告", f"{BODY}二○二二年度政府信息公开年度报告", f"2022年度{BODY}政府信息公开年报",
    f"{BODY}政府信息公开工作年度报告（2022年度）", f"{BODY}政府信息公开年度报告(2022)", f"《{BODY}2022年政府信息公开工作年度报告》",
    f"【年报】{BODY}2022年政府信息公开工作年度报告", f"{BODY}\n政府信息公开工作年度报告\n（2022年）", f"{BODY}2022年政务公开年报",
    f"2022年政府信息公开工作年度报告\n来源：{BODY}", f"现公布{BODY}2022年度政府信息公开工作年度报告。",
    "\n".join([*(f"栏目{n}" for n in "甲乙丙丁戊己庚辛壬癸子丑"), f"{BODY}2022年政府信息公开工作年度报告"])])
def test_body_and_year_of_a_title(title: str) -> None:
    assert facts(title.split("\n")) == (BODY, 2022)


@pytest.mark.parametrize(("preamble", "prose"), [
    ("统计期限自2022.1.1至2022.12.31止。", PROSE.replace("2022年，", "")), ("根据《2021年工作要点》，编制本报告。", PROSE)])
def test_the_year_where_the_title_names_none(preamble: str, prose: str) -> None:
    assert facts([f"{BODY}政府信息公开工作年度报告"], preamble, prose) == (BODY, 2022)


@pytest.mark.parametrize("name", ["淮北市发展和改革委员会（粮食和物资储备局）", "中国人民银行淮北市中心支行", "农业农村部"])
def test_names_of_bodies(name: str) -> None:
    assert facts([f"{name}2022年政府信息公开工作年度报告"]) == (name, 2022)


def test_a_year_in_the_name_of_a_document_is_not_the_reports() -> None:
    preamble = "根据《关于印发2019年政府信息公开工作年度报告格式的通知》，编制本报告。"
    assert facts(["政府信息公开工作年度报告"], preamble, "全年工作平稳有序，成效明显。")[1] is None


# ------------------------------------------------------------------------------------------------------ signs in words

@pytest.mark.parametrize(("written", "value"), [("减3", -3), ("减少3", -3), ("增3", 3), ("負3", -3), ("+3", 3), ("0", 0)])
def test_a_change_written_with_a_word_is_a_number_of_its_row(written: str, value: int) -> None:
    lines = [f"{BODY}2020年政府信息公开工作年度报告", "二、主动公开政府信息情况",
             "信息内容\t上一年项目数量\t本年增/减\t处理决定数量", f"行政许可\t37\t{written}\t1125",
             "其他对外管理服务事项\t2\t0\t不涉及", "信息内容\t上一年项目数量\t本年增/减\t处理决定数量",
             "行政处罚\t0\t0\t0", "行政强制\t0\t0\t0"]
    found = values_of(extract("\n".join(lines).encode()))
    row = [found[f"disclosure.licences.{name}"] for name in ("items_last_year", "change", "decisions")]
    assert row == [37, value, 1125]
