"""The cells of the tables: right or how wrong, where the reading was taken from, and which stage went wrong first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from eval.compare.numbers import Kind, kind_of, normalised
from eval.compare.places import areas_of, best_overlap, owner, same_place
from eval.compare.shifts import shifted
from eval.compare.stages import Stage, StageJudge
from eval.types import Answer, Area, Truth
from extractor.fields import load
from extractor.report import Report, Value, ValueStatus

FLAGGED = (ValueStatus.DOUBTFUL, ValueStatus.MISSING)
"""A value with one of these is shown to a person before it is used."""


@dataclass(frozen=True, slots=True)
class CellOutcome:
    """One cell. `wanted` and `got` are numbers after normalisation, None for blank (or missing).

    `labelled` is false for a number that was answered where the label has no cell. `from_field` is the field in whose
    cell the answer was read, where evidence tells; `overlap` the fit of the evidence with the right cell (intersection
    over union), None where there are no boxes.
    """

    field: str
    kind: Kind
    wanted: Decimal | None
    got: Decimal | None
    wanted_raw: str
    got_raw: str
    confidence: float
    flagged: bool
    labelled: bool = True
    stage: Stage | None = None
    from_field: str | None = None
    overlap: float | None = None
    placed: bool | None = None

    @property
    def right(self) -> bool:
        return self.kind is Kind.RIGHT

    @property
    def silent(self) -> bool:
        """Wrong, and nothing says so."""
        return not self.right and not self.flagged


@lru_cache(maxsize=1)
def columns_of_fields() -> dict[str, tuple[str, str]]:
    """The row and column of every canonical field."""
    return {field.id: (field.row, field.column) for field in load().fields.values()}


def compare_cells(truth: Truth, answer: Answer) -> tuple[CellOutcome, ...]:
    """Every labelled cell, and every number that was answered where no cell is labelled, in the label's order."""
    report = answer.report
    answered: Mapping[str, Value] = report.values if report is not None else {}
    wanted = {name: normalised(value) for name, value in truth.report.values.items()
              if value.status is not ValueStatus.MISSING}
    extra = [name for name, value in answered.items() if name not in wanted and value.value is not None]
    got = {name: normalised(answered.get(name)) for name in (*wanted, *extra)}
    if all(got[name] == number and _claims(answered.get(name)) for name, number in wanted.items()) and not extra:
        return tuple(_right(truth, name, number, answered[name]) for name, number in wanted.items())
    moved = shifted(wanted, got)
    judge = StageJudge(truth, answer)
    return tuple(_outcome(truth, report, name, wanted, got, moved, judge) for name in (*wanted, *extra))


def _claims(value: Value | None) -> bool:
    """Whether the answer says something about the cell, even that it is blank."""
    return value is not None and value.status is not ValueStatus.MISSING


def _right(truth: Truth, name: str, number: Decimal | None, value: Value) -> CellOutcome:
    found, cells = areas_of(value.evidence), truth.cells.get(name, ())
    overlap = best_overlap(found, cells)
    return CellOutcome(name, Kind.RIGHT, number, number, truth.report.values[name].raw, value.raw, value.confidence,
                       value.status in FLAGGED, from_field=name, overlap=overlap,
                       placed=None if overlap is None else same_place(found, cells))


def _outcome(truth: Truth, report: Report | None, name: str, wanted: Mapping[str, Decimal | None],
             got: Mapping[str, Decimal | None], moved: Mapping[str, Kind], judge: StageJudge) -> CellOutcome:
    value = report.values.get(name) if report is not None else None
    status = value.status if value is not None else ValueStatus.MISSING
    labelled = name in wanted
    kind = kind_of(wanted.get(name), got[name], answered_blank=status is ValueStatus.BLANK)
    if labelled and kind is Kind.RIGHT and status is ValueStatus.MISSING:
        kind = Kind.MISSING  # a blank cell that was never looked at
    if value is not None and kind is Kind.RIGHT:
        return _right(truth, name, wanted.get(name), value)
    found = areas_of(value.evidence) if value is not None else ()
    source = _source(found, name, truth.cells)
    kind = _placed_kind(kind, name, source, moved)
    overlap = best_overlap(found, truth.cells.get(name, ()))
    label = truth.report.values.get(name)
    return CellOutcome(
        name, kind, wanted.get(name), got[name], label.raw if label else "", value.raw if value else "",
        value.confidence if value else 0.0, status in FLAGGED, labelled, judge.cell(name, kind, source), source, overlap,
        None if overlap is None else same_place(found, truth.cells[name]))


def _source(found: tuple[Area, ...], name: str, cells: Mapping[str, tuple[Area, ...]]) -> str | None:
    """The field whose cell was read; the right one where the evidence lies in it at all."""
    if not found or not cells:
        return None
    return name if same_place(found, cells.get(name, ())) else owner(found, cells)


def _placed_kind(kind: Kind, name: str, source: str | None, moved: Mapping[str, Kind]) -> Kind:
    """The kind with what is known of the place: evidence first, else the pattern of the whole row."""
    if kind is Kind.MISSING or source == name:
        return kind
    if source is None:
        return moved.get(name, kind)
    here, there = load().fields.get(name), load().fields.get(source)
    if here is None or there is None or here.table != there.table:
        return Kind.ELSEWHERE
    if here.row == there.row or load().table(here.table).rows_in_header:
        return Kind.SHIFTED_COLUMN
    return Kind.SHIFTED_ROW if here.column == there.column else Kind.ELSEWHERE
