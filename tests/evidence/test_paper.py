"""A working paper holds what the page holds, with room for the auditor's decision, and runs no text as a formula."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from PIL import Image

from extractor import evidence
from extractor.messages import Language
from extractor.report import Evidence, Figure, Report, Text

HOSTILE = ["=2+3", "+1条", "-cmd|' /C calc'!A0", "@SUM(A1)", "=HYPERLINK(\"file\")", "{=1}", "http://example.invalid"]


def book_of(report: Report, language: Language = "en", data: bytes | None = None) -> Any:
    return openpyxl.load_workbook(io.BytesIO(evidence.to_xlsx(report, language, data)))


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    lines = list(sheet.iter_rows(values_only=True))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def test_a_working_paper_has_its_sheets_in_both_languages(contradictory: Report) -> None:
    assert book_of(contradictory).sheetnames == ["Summary", "Findings", "Values", "Tables", "Prose figures"]
    assert book_of(contradictory, "zh").sheetnames == ["摘要", "核对结果", "数据", "统计表", "文字中的数字"]


def test_each_case_is_a_row_with_its_arithmetic_and_operands(contradictory: Report) -> None:
    rows = rows_of(book_of(contradictory)["Findings"])
    assert [row["no."] for row in rows] == list(range(1, len(rows) + 1))
    review = next(row for row in rows if row["rule id"] == "review.sum")
    assert review["arithmetic"] == "10 + 1 = 11 ≠ 0"
    assert (review["computed"], review["stated"], review["difference"], review["pages"]) == (11, 0, 11, "3")
    finding = next(finding for finding in contradictory.violated if finding.rule == "review.sum")
    assert len(review["operands"].splitlines()) == len(finding.operands)
    assert "2 corrected: 1 (p. 3)" in review["operands"]


def test_an_auditor_chooses_a_decision_from_a_list(contradictory: Report) -> None:
    sheet = book_of(contradictory, "zh")["核对结果"]
    rule = sheet.data_validations.dataValidation[0]
    assert rule.type == "list" and rule.formula1 == '"确认报告有误,排除,读取有误,待核实"'
    assert str(rule.sqref) == f"B2:B{sheet.max_row}"
    assert sheet["B1"].value == "审核判断" and sheet["B2"].value is None
    assert sheet.auto_filter.ref is not None and sheet.freeze_panes == "D2"


def test_each_case_has_a_picture_of_its_page(county: Report, county_bytes: bytes) -> None:
    sheet = book_of(county, "en", county_bytes)["Findings"]
    pictures = {image.anchor._from.row: image for image in sheet._images}
    assert sorted(pictures) == list(range(1, sheet.max_row))
    for row, picture in pictures.items():
        assert (sheet.row_dimensions[row + 1].height or 0) <= 409
        with Image.open(io.BytesIO(picture._data())) as image:
            assert image.format == "JPEG" and 300 < image.width <= 1_100 and image.height <= 1_500


def test_a_case_on_a_page_that_is_not_at_hand_has_no_picture(county: Report) -> None:
    assert not book_of(county)["Findings"]._images


def test_values_are_listed_with_reading_confidence_page_and_box(contradictory: Report) -> None:
    rows = rows_of(book_of(contradictory)["Values"])
    assert [row["field"] for row in rows] == list(contradictory.values)
    value = contradictory.values["requests.received.natural_person"]
    assert rows[[row["field"] for row in rows].index(value.field)] == {
        "field": value.field, "label": "1. newly received this year, natural persons", "value": 18, "unit": "件",
        "status": "read", "read": 18, "as printed": "18", "confidence": 0.99, "implied": None, "page": 2,
        "box (points)": "200.0, 120.0, 240.0, 138.0", "where": None}


def test_prose_figures_stand_beside_the_table_with_their_verdict(mismatching: Report) -> None:
    rows = rows_of(book_of(mismatching)["Prose figures"])
    assert len(rows) == len(mismatching.figures)
    wrong = next(row for row in rows if row["verdict"] == "mismatch")
    assert wrong["value"] - wrong["table"] == 34


def test_a_fingerprint_is_shown_where_a_finding_has_one(contradictory: Report) -> None:
    rows = rows_of(book_of(contradictory)["Findings"])
    assert {row["fingerprint"] for row in rows} == {None}
    marked = tuple(finding.model_copy(update={"fingerprint": f"mark{index}"})
                   for index, finding in enumerate(contradictory.findings))
    rows = rows_of(book_of(contradictory.model_copy(update={"findings": marked}))["Findings"])
    assert {row["fingerprint"] for row in rows} == {f.fingerprint for f in marked if f.status == "violated"}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_a_formula_or_a_link(contradictory: Report, text: str) -> None:
    field = "review.total"
    there = contradictory.values[field].model_copy(update={
        "raw": text, "unit": text, "evidence": (Evidence(place=text, text=text),)})
    finding = contradictory.violated[0].model_copy(update={"message": Text(zh=text, en=text), "rule": text, "where": text})
    figure = Figure(field=text, value=Decimal(1), unit=text, text=text, period=text, scope=text)
    book = book_of(contradictory.model_copy(update={
        "agency": text, "source": text, "figures": (figure,), "values": contradictory.values | {field: there},
        "findings": (finding, *contradictory.findings)}))
    formulas = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(formulas) == 1 and formulas[0].startswith("=COUNTA('Findings'!$B$2:")
    links = [cell.hyperlink for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert all(link.target is None and link.location.startswith("'Findings'!") for link in links)
    assert sum(cell.value == text for sheet in book for row in sheet.iter_rows() for cell in row) >= 6


def test_a_report_without_findings_still_makes_a_paper(consistent: Report) -> None:
    empty = consistent.model_copy(update={"values": {}, "figures": (), "findings": ()})
    assert book_of(empty)["Findings"].max_row == 1


def test_the_same_report_gives_the_same_bytes(county: Report, county_bytes: bytes) -> None:
    made = [evidence.to_xlsx(county, "zh", county_bytes) for _ in range(2)]
    assert made[0] == made[1]
    assert {entry.date_time[0] for entry in zipfile.ZipFile(io.BytesIO(made[0])).infolist()} == {1980}
