"""Exports hold every value with its place, keep what was printed, run no formula, and are the same bytes each time."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from extractor import export
from extractor.export.csv import COLUMNS, inert
from extractor.export.form import Region, label_regions
from extractor.messages import Language
from extractor.report import Evidence, Report

HOSTILE = ["=2+3", "+1条", "-cmd|' /C calc'!A0", "@SUM(A1)", "=HYPERLINK(\"file\")", "\t=1"]


def rows_of(report: Report) -> dict[str, dict[str, str]]:
    text = export.to_csv(report).decode("utf-8-sig")
    return {row["field"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def book_of(report: Report, language: Language = "en") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(export.to_xlsx(report, language)))


def with_raw(report: Report, field: str, raw: str) -> Report:
    changed = report.values[field].model_copy(update={"raw": raw})
    return report.model_copy(update={"values": report.values | {field: changed}})


def test_json_survives_a_round_trip(contradictory: Report) -> None:
    again = Report.from_json(export.to_json(contradictory, timings=True))
    assert again == contradictory


def test_csv_has_a_row_a_value_with_the_place_on_the_page(contradictory: Report) -> None:
    rows = rows_of(contradictory)
    assert set(rows) == set(contradictory.values)
    assert rows["requests.received.natural_person"] == dict(zip(COLUMNS, [
        "requests.received.natural_person", "一、本年新收政府信息公开申请数量·自然人",
        "18", "18", "18", "件", "read", "0.99", "2",
        "200.00", "120.00", "240.00", "138.00", ""], strict=True))


def test_csv_opens_in_a_spreadsheet_as_utf8(contradictory: Report) -> None:
    assert export.to_csv(contradictory).startswith(b"\xef\xbb\xbffield,label_zh,")


def test_csv_keeps_a_blank_blank_and_an_amount_exact(contradictory: Report) -> None:
    rows = rows_of(contradictory)
    blank = rows["requests.refused.state_secret.social"]
    assert (blank["value"], blank["read"], blank["raw"], blank["status"]) == ("", "", "", "blank")
    assert Decimal(rows["disclosure.fees.amount"]["value"]) == Decimal("7730.28")


def test_csv_keeps_what_was_printed_beside_what_was_read(contradictory: Report) -> None:
    row = rows_of(contradictory)["disclosure.regulations.issued"]
    assert (row["raw"], row["value"]) == ("/", "0")


def test_csv_names_the_place_where_there_are_no_pages(contradictory: Report) -> None:
    field = "review.total"
    there = contradictory.values[field].model_copy(update={"evidence": (Evidence(place="line 120", text="0"),)})
    row = rows_of(contradictory.model_copy(update={"values": {field: there}}))[field]
    assert (row["page"], row["x0"], row["place"]) == ("", "", "line 120")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_csv_is_taken_for_a_formula(contradictory: Report, text: str) -> None:
    raw = rows_of(with_raw(contradictory, "review.total", text))["review.total"]["raw"]
    assert raw == "'" + text


@pytest.mark.parametrize("text", ["-", "—", "-3", "+4", "1,234", "", "无", "22（其中修订16件）", "--"])
def test_harmless_text_in_csv_is_kept_as_printed(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_a_workbook_is_a_formula(contradictory: Report, text: str) -> None:
    report = with_raw(contradictory, "review.total", text).model_copy(update={"agency": text, "source": text})
    cells = [cell for sheet in book_of(report) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert sum(cell.value == text for cell in cells) >= 3


def test_a_workbook_has_all_values_findings_figures_and_notes(contradictory: Report) -> None:
    book = book_of(contradictory)
    assert book.sheetnames == ["Values", "List", "Findings", "Prose figures", "Notes"]
    assert book_of(contradictory, "zh").sheetnames == ["数据", "清单", "核对结果", "文字中的数字", "说明"]
    assert [row[0].value for row in book["List"].iter_rows(min_row=2)] == list(contradictory.values)
    findings = list(book["Findings"].iter_rows(min_row=2, values_only=True))
    assert len(findings) == len(contradictory.findings)
    assert findings[1][:5] == ("violated", "requests.applicant_sum", "（一）予以公开", 0, 6)
    assert "（一）予以公开·自然人: 4" in findings[1][9] and "p. 2 (200, 156, 240, 174): 4" in findings[1][10]
    assert len(list(book["Prose figures"].iter_rows(min_row=2))) == len(contradictory.figures)


def test_a_workbook_lays_table_3_out_as_in_the_form(contradictory: Report) -> None:
    sheet = book_of(contradictory)["Values"]
    header = next(row for row in sheet.iter_rows() if row[3].value == "自然人")
    assert [cell.value for cell in header[3:10]] == [
        "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
    first = sheet[header[0].row + 1]
    assert [cell.value for cell in first[:10]] == [
        "一、本年新收政府信息公开申请数量", None, None, 18, 2, 0, 0, 0, 0, 20]
    assert f"A{header[0].row + 3}:A{header[0].row + 24}" in {str(merged) for merged in sheet.merged_cells.ranges}


def test_a_workbook_lays_table_4_out_in_one_line_of_numbers(contradictory: Report) -> None:
    rows = list(book_of(contradictory)["Values"].iter_rows(values_only=True))
    start = next(index for index, row in enumerate(rows) if row[0] == "政府信息公开行政复议、行政诉讼情况")
    assert rows[start + 1][:6] == ("行政复议", None, None, None, None, "行政诉讼")
    assert rows[start + 4] == (10, 1, *[0] * 13)


def test_a_workbook_shows_blank_as_blank_and_marks_what_is_doubtful_or_violated(contradictory: Report) -> None:
    sheet = book_of(contradictory)["Values"]
    fills = {cell.fill.fgColor.rgb for row in sheet.iter_rows(max_row=44) for cell in row}
    assert {"FFF8CBCB", "FFFFF2B3"} <= fills
    secret = next(row for row in sheet.iter_rows(values_only=True) if row[2] == "1.属于国家秘密")
    assert secret[3:10] == (0, 0, 0, None, 0, 0, 0)


def test_numbers_that_a_spreadsheet_would_round_are_text(contradictory: Report) -> None:
    field = "disclosure.fees.amount"
    long = contradictory.values[field].model_copy(update={"value": Decimal("12345678901234567.89")})
    book = book_of(contradictory.model_copy(update={"values": {field: long}}))
    assert book["List"]["C2"].value == "12345678901234567.89"


def test_a_report_of_the_other_template_shows_its_own_rows_and_columns(contradictory: Report) -> None:
    names = [f"disclosure.regulations.{column}" for column in ("created", "published", "published_total")]
    values = {name: contradictory.values["review.total"].model_copy(update={"field": name}) for name in names}
    rows = list(book_of(contradictory.model_copy(update={"values": values, "findings": ()}))["Values"].values)
    assert rows[1][1:4] == ("本年新制作数量", "本年新公开数量", "对外公开总数量") and rows[2][0] == "规章"


def test_a_report_without_values_still_exports(contradictory: Report) -> None:
    empty = contradictory.model_copy(update={"values": {}, "figures": (), "findings": ()})
    assert rows_of(empty) == {}
    assert book_of(empty).sheetnames[0] == "Values"


def test_a_workbook_is_the_same_bytes_in_every_process(contradictory: Report, project: Path, tmp_path: Path) -> None:
    script = ("import sys; from pathlib import Path; from extractor import export\n"
              "from extractor.report import Report\n"
              "report = Report.from_json(Path(sys.argv[1]).read_bytes())\n"
              "Path(sys.argv[2]).write_bytes(export.to_xlsx(report))")
    for name, seed in (("1.xlsx", "1"), ("2.xlsx", "2")):
        subprocess.run([sys.executable, "-c", script, project / "tests" / "data" / "contradictory.json",
                        tmp_path / name], check=True, env={"PYTHONHASHSEED": seed, "TZ": f"UTC-{seed}"}, cwd=project)
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()
    dates = {entry.date_time for entry in zipfile.ZipFile(tmp_path / "1.xlsx").infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_labels_with_levels_are_merged_down_groups_and_across_short_paths() -> None:
    assert list(label_regions([["a"], ["g", "b"], ["g", "h", "c"], ["g", "h", "d"]], 5, 3)) == [
        Region(5, 0, 5, 2, "a"), Region(6, 0, 8, 0, "g"), Region(6, 1, 6, 2, "b"), Region(7, 1, 8, 1, "h"),
        Region(7, 2, 7, 2, "c"), Region(8, 2, 8, 2, "d")]
