"""The gate: no headline figure of a fixed small evaluation may fall below the record by more than its noise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eval.evaluate import evaluate
from eval.gate import RECORD, Gate, gate_truths, measure
from eval.result import ResultError
from eval.types import Answer, Truth
from extractor.report import Report, ValueStatus
from tests.eval.conftest import answered, spoilt


def test_nothing_fell_below_the_record() -> None:
    assert Gate.read(RECORD).fallen(measure(gate_truths())) == []


def copies(truth: Truth, *reports: Report) -> list[tuple[Truth, Answer]]:
    return [(replace(truth, name=f"{at}"), Answer(report)) for at, report in enumerate(reports)]


def wrong(report: Report, cells: int) -> Report:
    return spoilt(report, *(answered(value, 4711) for value in list(report.values.values())[:cells]))


def test_a_fall_beyond_the_noise_is_told_and_one_within_is_not(unplaced: Truth) -> None:
    record = Gate.of(evaluate(copies(unplaced, *(wrong(unplaced.report, at % 3) for at in range(12)))))
    same = evaluate(copies(unplaced, *(wrong(unplaced.report, (at + 1) % 3) for at in range(12))))
    assert record.fallen(same) == []
    worse = evaluate(copies(unplaced, *(wrong(unplaced.report, 20) for _ in range(12))))
    names = [line.partition(":")[0] for line in record.fallen(worse)]
    assert {"cells.exact", "cells.silent", "rows.f1", "documents.perfect"} <= set(names)
    better = evaluate(copies(unplaced, *(unplaced.report for _ in range(12))))
    assert record.fallen(better) == []


def test_a_figure_that_is_not_measured_any_more_is_a_fall(unplaced: Truth) -> None:
    full = Gate.of(evaluate(copies(unplaced, unplaced.report)))
    bare = replace(unplaced, parts=frozenset())
    assert "cells.exact is not measured any more (was 1.0000)" in full.fallen(evaluate(copies(bare, unplaced.report)))


def test_a_perfect_record_forgives_one_error_and_no_more(unplaced: Truth) -> None:
    record = Gate.of(evaluate(copies(unplaced, *(unplaced.report for _ in range(5)))))
    silent = [unplaced.report] * 4
    one = evaluate(copies(unplaced, *silent, wrong(unplaced.report, 1)))
    two = evaluate(copies(unplaced, *silent, wrong(unplaced.report, 2)))
    assert not [line for line in record.fallen(one) if line.startswith("cells.exact:")]
    assert [line for line in record.fallen(two) if line.startswith("cells.exact:")]


def test_flagging_everything_does_not_pass_for_quality(unplaced: Truth) -> None:
    record = Gate.of(evaluate(copies(unplaced, *(unplaced.report for _ in range(5)))))
    doubtful = {name: value.model_copy(update={"status": ValueStatus.DOUBTFUL}) for name, value in unplaced.report.values.items()}
    flagged = unplaced.report.model_copy(update={"values": doubtful})
    fallen = record.fallen(evaluate(copies(unplaced, *(flagged for _ in range(5)))))
    assert any(line.startswith("documents.straight_through:") for line in fallen)


def test_a_broken_record_is_named(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text("[]")
    with pytest.raises(ResultError, match="is no record of the gate"):
        Gate.read(path)
