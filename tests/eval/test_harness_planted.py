"""Errors planted into perfect answers: each kind and each stage that the harness claims to tell apart is told apart."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from eval.compare import compare
from eval.compare.cells import CellOutcome
from eval.compare.numbers import Kind
from eval.compare.stages import Stage
from eval.types import Answer, Area, Truth
from extractor.document import Source
from extractor.report import Report, Value, ValueStatus
from tests.eval.conftest import answered, lost, moved, spoilt

RECEIVED = "requests.received.natural_person"


def wrong_cells(truth: Truth, report: Report) -> dict[str, CellOutcome]:
    cells = compare(truth, Answer(report)).cells
    assert cells is not None
    return {cell.field: cell for cell in cells if not cell.right}


def one_wrong(truth: Truth, value: Value) -> CellOutcome:
    """The outcome of the one cell that is answered by `value`; no other is wrong."""
    found = wrong_cells(truth, spoilt(truth.report, value))
    assert list(found) == [value.field]
    return found[value.field]


def by_ocr(value: Value) -> dict[str, object]:
    return {"evidence": tuple(piece.model_copy(update={"source": Source.OCR}) for piece in value.evidence)}


@pytest.mark.parametrize(("wanted", "got", "kind"), [
    ("3119", "1119", Kind.DIGIT), ("3119", "3191", Kind.DIGIT), ("31", "311", Kind.LENGTH), ("311", "31", Kind.LENGTH),
    ("0", "6", Kind.DIGIT), ("5", "50", Kind.SCALE), ("7730.28", "77302800", Kind.SCALE), ("120", "12", Kind.SCALE),
    ("12", "987", Kind.OTHER), ("-3", "3", Kind.DIGIT)])
def test_kinds_of_wrong_numbers(unplaced: Truth, wanted: str, got: str, kind: Kind) -> None:
    field = unplaced.report.values["disclosure.licences.decisions"]
    truth = Truth("t", spoilt(unplaced.report, answered(field, Decimal(wanted))))
    assert one_wrong(truth, answered(field, Decimal(got))).kind is kind


def test_blank_and_zero_are_told_apart(unplaced: Truth) -> None:
    field = unplaced.report.values["disclosure.coercions.decisions"]
    zero, blank = answered(field, 0), answered(field, None, status=ValueStatus.BLANK)
    of_blank, of_zero = (Truth("t", spoilt(unplaced.report, value)) for value in (blank, zero))
    assert one_wrong(of_blank, zero).kind is Kind.BLANK_AS_ZERO
    assert one_wrong(of_blank, answered(field, 7)).kind is Kind.SPURIOUS
    assert one_wrong(of_zero, blank).kind is Kind.ZERO_AS_BLANK
    assert one_wrong(of_zero, lost(field)).kind is Kind.MISSING
    assert one_wrong(of_blank, lost(field)).kind is Kind.MISSING


def test_an_amount_in_another_unit_is_the_same_amount(unplaced: Truth) -> None:
    field = unplaced.report.values["disclosure.fees.amount"]
    truth = Truth("t", spoilt(unplaced.report, answered(field, Decimal("26.8"), unit="万元")))
    assert not wrong_cells(truth, spoilt(unplaced.report, answered(field, 268000, unit="元")))
    assert one_wrong(truth, answered(field, 268000, unit="万元")).kind is Kind.SCALE


def test_a_number_where_no_cell_is_labelled_is_spurious(unplaced: Truth) -> None:
    extra = Value(field="disclosure.procurement.items", value=Decimal(3), read=Decimal(3))
    cell = one_wrong(unplaced, extra)
    assert cell.kind is Kind.SPURIOUS and not cell.labelled


def filled_row(report: Report) -> str:
    """A result row of table 3 that differs from its neighbours."""
    names = [name.rpartition(".")[0] for name, value in report.values.items()
             if name.startswith("requests.") and name.endswith(".total") and value.value]
    return next(name for name in names if name.startswith(("requests.granted", "requests.unavailable")))


COLUMNS = ("natural_person", "business", "research", "social", "legal_service", "other_org", "total")


@pytest.mark.parametrize("with_places", [True, False])
def test_a_shifted_row_is_told_from_wrong_digits(placed: Truth, unplaced: Truth, with_places: bool) -> None:
    truth = placed if with_places else unplaced
    source = filled_row(truth.report)
    rows = [name.rpartition(".")[0] for name in truth.report.values if name.endswith(".total") and name.startswith("requests.")]
    below = rows[rows.index(source) + 1]
    report = spoilt(truth.report, *(moved(truth.report, f"{below}.{column}", f"{source}.{column}") for column in COLUMNS))
    found = wrong_cells(truth, report)
    assert found
    assert {cell.kind for cell in found.values()} == {Kind.SHIFTED_ROW}
    assert {cell.stage for cell in found.values()} == {Stage.LABEL}


@pytest.mark.parametrize("with_places", [True, False])
def test_a_shifted_column_is_told_from_a_shifted_row(placed: Truth, unplaced: Truth, with_places: bool) -> None:
    truth = placed if with_places else unplaced
    row = filled_row(truth.report)
    report = spoilt(truth.report, *(moved(truth.report, f"{row}.{after}", f"{row}.{before}")
                                    for before, after in pairwise(COLUMNS[:6])),
                    answered(truth.report.values[f"{row}.natural_person"], 0, evidence=()))
    found = wrong_cells(truth, report)
    shifted = [cell for cell in found.values() if not cell.field.endswith("natural_person")]
    assert shifted and {cell.kind for cell in shifted} == {Kind.SHIFTED_COLUMN}


def test_the_place_tells_which_cell_was_read_even_if_only_one_is_wrong(placed: Truth) -> None:
    source = f"{filled_row(placed.report)}.total"
    cell = one_wrong(placed, moved(placed.report, "review.total", source))
    assert (cell.kind, cell.stage, cell.from_field) == (Kind.ELSEWHERE, Stage.LABEL, source)
    assert cell.placed is False


def test_stage_read_digits_of_the_right_cell_of_a_scan_are_wrong(placed: Truth) -> None:
    field = placed.report.values[RECEIVED]
    cell = one_wrong(placed, answered(field, (field.value or 0) + 1, **by_ocr(field)))
    assert (cell.stage, cell.placed) == (Stage.READ, True)


def test_stage_read_a_page_was_not_read_at_all(placed: Truth) -> None:
    page = placed.cells[RECEIVED][0].page
    pages = tuple(info.model_copy(update={"needs_ocr": "no_text"}) if info.number == page else info
                  for info in placed.report.pages)
    report = spoilt(placed.report, lost(placed.report.values[RECEIVED])).model_copy(update={"pages": pages})
    assert wrong_cells(placed, report)[RECEIVED].stage is Stage.READ


def test_stage_layout_two_cells_are_read_as_one(placed: Truth) -> None:
    left, right = placed.report.values[RECEIVED], placed.report.values["requests.received.business"]
    boxes = [Area(piece.page, piece.box) for value in (left, right) for piece in value.evidence if piece.box]
    around = (boxes[0].box[0], boxes[0].box[1], boxes[1].box[2], boxes[1].box[3])
    joined = left.evidence[0].model_copy(update={"box": around})
    cell = one_wrong(placed, answered(left, int(f"{left.raw}{right.raw}"), evidence=(joined,)))
    assert cell.stage is Stage.LAYOUT


def test_stage_layout_a_whole_table_is_lost(placed: Truth) -> None:
    report = spoilt(placed.report, *(lost(value) for name, value in placed.report.values.items()
                                     if name.startswith("requests.")))
    found = wrong_cells(placed, report)
    assert len(found) == 175
    assert {(cell.kind, cell.stage) for cell in found.values()} == {(Kind.MISSING, Stage.LAYOUT)}


def test_stage_label_a_row_is_lost_though_its_table_was_found(placed: Truth) -> None:
    row = filled_row(placed.report)
    found = wrong_cells(placed, spoilt(placed.report, *(lost(placed.report.values[f"{row}.{c}"]) for c in COLUMNS)))
    assert {cell.stage for cell in found.values()} == {Stage.LABEL}


def test_stage_label_the_right_text_became_another_number(placed: Truth) -> None:
    field = placed.report.values[RECEIVED]
    wrong = field.model_copy(update={"value": Decimal(10) * (field.value or 1), "read": Decimal(10) * (field.value or 1)})
    cell = one_wrong(placed, wrong)
    assert (cell.kind, cell.stage) == (Kind.SCALE, Stage.LABEL)


def test_stage_reconcile_a_right_reading_was_changed(placed: Truth) -> None:
    field = placed.report.values[RECEIVED]
    cell = one_wrong(placed, field.model_copy(update={"value": (field.value or 0) + 1, "status": ValueStatus.REPAIRED}))
    assert (cell.stage, cell.silent) == (Stage.RECONCILE, True)


@pytest.mark.parametrize(("error", "stage"), [("unreadable", Stage.READ), ("not_a_report", Stage.LABEL)])
def test_a_document_that_failed_misses_everything(placed: Truth, error: str, stage: Stage) -> None:
    cells = compare(placed, Answer(None, error)).cells
    assert cells is not None
    assert {(cell.kind, cell.stage, cell.flagged) for cell in cells} == {(Kind.MISSING, stage, True)}
