"""Two runs compared: a planted change is told from noise, and only what both runs saw is compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eval.against import Verdict, against
from eval.evaluate import evaluate
from eval.result import Evaluation, ResultError, read_result
from eval.types import Answer, Truth
from extractor.report import Report
from tests.eval.conftest import answered, spoilt

DOCUMENTS = 30


def run(truth: Truth, spoil: Callable[[int, Report], Report], documents: range = range(DOCUMENTS)) -> Evaluation:
    copies = [replace(truth, name=f"{at}", report=truth.report.model_copy(update={"sha256": f"{at}"})) for at in documents]
    return evaluate((copy, Answer(spoil(int(copy.name), copy.report))) for copy in copies)


def with_wrong_cells(report: Report, count: int) -> Report:
    names = [name for name in report.values if name.startswith("requests.")][:count]
    return spoilt(report, *(answered(report.values[name], 4711) for name in names))


def verdicts(now: Evaluation, before: Evaluation) -> dict[str, Verdict]:
    return {change.headline.name: change.verdict for change in against(now, before).changes}


def test_the_same_run_twice_is_within_noise(unplaced: Truth) -> None:
    result = run(unplaced, lambda at, report: with_wrong_cells(report, at % 5))
    assert set(verdicts(result, result).values()) == {Verdict.SAME}


def test_a_clear_change_is_better_one_way_and_worse_the_other(unplaced: Truth) -> None:
    good, bad = run(unplaced, lambda at, report: report), run(unplaced, lambda at, report: with_wrong_cells(report, 3 + at % 4))
    assert verdicts(good, bad)["cells.exact"] is Verdict.BETTER
    assert verdicts(good, bad)["cells.silent"] is Verdict.BETTER, "lower is better here"
    found = against(bad, good)
    assert {change.headline.name for change in found.worse} >= {"cells.exact", "cells.silent", "documents.perfect", "rows.f1"}
    exact = next(change for change in found.changes if change.headline.name == "cells.exact")
    assert exact.low < exact.difference < exact.high < 0


def test_other_errors_of_the_same_number_are_noise(unplaced: Truth) -> None:
    one = run(unplaced, lambda at, report: with_wrong_cells(report, 2) if at % 2 else report)
    other = run(unplaced, lambda at, report: report if at % 2 else with_wrong_cells(report, 2))
    assert verdicts(one, other)["cells.exact"] is Verdict.SAME


def test_one_error_more_is_noise_however_sure(unplaced: Truth) -> None:
    clean = run(unplaced, lambda at, report: report)
    one = run(unplaced, lambda at, report: with_wrong_cells(report, 1) if at == 0 else report)
    assert verdicts(one, clean)["cells.exact"] is Verdict.SAME


def test_pairing_sees_a_change_that_hard_documents_would_hide(unplaced: Truth) -> None:
    """Documents differ much more from each other than the two runs do."""
    before = run(unplaced, lambda at, report: with_wrong_cells(report, 5 * at))
    now = run(unplaced, lambda at, report: with_wrong_cells(report, max(0, 5 * at - 1)))
    score = before.scores["cells.exact"]
    change = next(c for c in against(now, before).changes if c.headline.name == "cells.exact")
    assert change.verdict is Verdict.BETTER
    assert change.difference < score.noise


def test_only_shared_documents_are_compared(unplaced: Truth) -> None:
    before = run(unplaced, lambda at, report: with_wrong_cells(report, 9) if at < 10 else report)
    now = run(unplaced, lambda at, report: report, range(10, 40))
    found = against(now, before)
    assert (found.shared, found.only_now, found.only_before) == (20, 10, 10)
    assert not [change for change in found.changes if change.verdict is not Verdict.SAME
                and not change.headline.name.startswith("calibration")]


def test_a_result_survives_its_file_and_a_broken_one_is_named(unplaced: Truth, tmp_path: Path) -> None:
    result = run(unplaced, lambda at, report: with_wrong_cells(report, at % 3))
    path = tmp_path / "result.json"
    path.write_text(result.to_json(), "utf8")
    assert read_result(path) == result
    path.write_text('{"result_version": "1"}')
    with pytest.raises(ResultError, match="is no result of `gouji eval`: product_version"):
        read_result(path)
    with pytest.raises(ResultError, match="cannot be read"):
        read_result(tmp_path / "none.json")
