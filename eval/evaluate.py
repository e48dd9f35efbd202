"""Compares answers with truths, document by document, and sums up: scores, slices, the worst documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import version

from eval.compare import Comparison, compare
from eval.compare.cells import CellOutcome
from eval.compare.figures import FigureOutcome, is_core
from eval.compare.places import areas_of
from eval.metrics import (
    Calibration,
    CellScores,
    CountMetric,
    DigitErrorRate,
    DocumentScores,
    ErrorKinds,
    EvidenceScores,
    FieldScores,
    FigureScores,
    FindingScores,
    RowConfusion,
    RowScores,
    Speed,
)
from eval.metrics.base import Floats, resamples
from eval.result import SLICE_SCORES, DocumentResult, Evaluation, Mistake, ReliabilityBin, Score, SliceResult
from eval.slices import groups, keys_of
from eval.types import Answer, Problem, Truth
from extractor.report import Figure, plain

MOST_MISTAKES = 60
"""Wrong cells of one document that a result lists."""
CURVE_POINTS = 200


def comparable_metrics() -> list[CountMetric]:
    """The metrics whose counts a result keeps by document, so that a later run can be compared with it pair by pair."""
    return [CellScores(), RowScores(), DocumentScores(), DigitErrorRate(), EvidenceScores(), FigureScores(), FindingScores()]


class Evaluator:
    """Is updated with one document after the other; `result` sums up what it has seen."""

    def __init__(self, system: str, samples: str) -> None:
        self.system = system
        self.samples = samples
        self._comparable = comparable_metrics()
        self._fields = FieldScores()
        self._kinds = ErrorKinds()
        self._calibration = Calibration()
        self._confusion = RowConfusion()
        self._speed = Speed()
        self._truths: list[Truth] = []
        self._documents: list[DocumentResult] = []

    def update(self, truth: Truth, answer: Answer) -> None:
        """Compares one document."""
        comparison = compare(truth, answer)
        for metric in (*self._comparable, self._fields, self._kinds, self._calibration):
            metric.update(comparison)
        self._confusion.update(comparison)
        self._speed.update(comparison)
        self._truths.append(truth)
        self._documents.append(_document(comparison))

    def result(self, problems: Iterable[Problem] = (), slices: Sequence[str] = ()) -> Evaluation:
        """All figures; `slices` are the keys to slice by, by default the usual ones."""
        weights = resamples(len(self._truths))
        scores = {f"{metric.name}.{name}": Score.of_estimate(found)
                  for metric in (*self._comparable, self._fields, self._kinds, self._calibration)
                  for name, found in metric.summary(weights).items()}
        tables = {metric.name: metric.table for metric in self._comparable}
        documents = tuple(
            document.model_copy(update={"counts": {name: tuple(table[at].tolist()) for name, table in tables.items()}})
            for at, document in enumerate(self._documents))
        findings = next(metric for metric in self._comparable if isinstance(metric, FindingScores))
        return Evaluation(
            product_version=version("gouji"), system=self.system, samples=self.samples, scores=scores,
            fields=self._fields.by_field(), errors=self._kinds.crossed(), row_confusion=self._confusion.summary(),
            rules=findings.by_rule(), reliability=tuple(
                ReliabilityBin(confidence=b.confidence, accuracy=b.accuracy, count=b.count)
                for b in self._calibration.reliability()),
            risk_coverage=tuple(_thinned(self._calibration.risk_coverage())),
            slices={key: self._slice(key, tables) for key in keys_of(self._truths, slices)},
            speed=self._speed.summary(), problems=tuple(str(problem) for problem in problems),
            columns={metric.name: metric.columns for metric in self._comparable}, documents=documents)

    def _slice(self, key: str, tables: dict[str, Floats]) -> dict[str, SliceResult]:
        found = {}
        told = [metric for metric in self._comparable if any(name.startswith(f"{metric.name}.") for name in SLICE_SCORES)]
        for value, chosen in groups(self._truths, key).items():
            weights = resamples(len(chosen))
            scores = {}
            for metric in told:
                for name, estimate in metric.of_documents(tables[metric.name][chosen], weights).items():
                    if f"{metric.name}.{name}" in SLICE_SCORES:
                        scores[f"{metric.name}.{name}"] = Score.of_estimate(estimate)
            found[value] = SliceResult(documents=len(chosen), scores=scores)
        return found


def evaluate(pairs: Iterable[tuple[Truth, Answer]], *, system: str = "gouji", samples: str = "",
             problems: Iterable[Problem] = (), slices: Sequence[str] = ()) -> Evaluation:
    """The result of comparing all pairs."""
    evaluator = Evaluator(system, samples)
    for truth, answer in pairs:
        evaluator.update(truth, answer)
    return evaluator.result(problems, slices)


def _document(comparison: Comparison) -> DocumentResult:
    truth, answer = comparison.truth, comparison.answer
    cells = comparison.cells or ()
    wrong = [cell for cell in cells if not cell.right]
    figures = comparison.figures.outcomes if comparison.figures else ()
    findings = comparison.findings.outcomes if comparison.findings else ()
    return DocumentResult(
        name=truth.name, sha256=truth.report.sha256, error=answer.error, facts=dict(truth.facts),
        seconds=answer.seconds, pages=len(answer.report.pages) if answer.report else 0,
        cells=sum(cell.labelled for cell in cells), wrong=len(wrong), silent=sum(cell.silent for cell in wrong),
        mistakes=tuple(_mistake(cell, comparison) for cell in wrong[:MOST_MISTAKES]),
        missed_figures=tuple(_told(pair) for pair in figures if _missed(pair)),
        false_figures=tuple(_figure(pair.given) for pair in figures if _false(pair) and pair.given is not None),
        missed_findings=tuple(f"{f.rule} {f.where}" for f in findings if f.wanted and not f.given),
        false_findings=tuple(f"{f.rule} {f.where} ({f.cause})" for f in findings if f.given and not f.wanted))


def _mistake(cell: CellOutcome, comparison: Comparison) -> Mistake:
    report = comparison.answer.report
    value = report.values.get(cell.field) if report else None
    read = areas_of(value.evidence) if value else ()
    right = comparison.truth.cells.get(cell.field, ())
    return Mistake(
        field=cell.field, kind=cell.kind, stage=cell.stage or "", wanted=None if cell.wanted is None else plain(cell.wanted),
        got=None if cell.got is None else plain(cell.got), raw=cell.got_raw, confidence=cell.confidence,
        flagged=cell.flagged, page=right[0].page if right else None, box=right[0].box if right else None,
        read_page=read[0].page if read else None, read_box=read[0].box if read else None)


def _missed(pair: FigureOutcome) -> bool:
    return pair.wanted is not None and is_core(pair.wanted) and not pair.right


def _false(pair: FigureOutcome) -> bool:
    return pair.given is not None and is_core(pair.given) and not pair.right


def _told(pair: FigureOutcome) -> str:
    assert pair.wanted is not None
    return _figure(pair.wanted) + (f" → {_figure(pair.given)}" if pair.given is not None else "")


def _figure(figure: Figure) -> str:
    value = "" if figure.value is None else plain(figure.value)
    return f"{figure.text} [{figure.field} = {value}, {figure.period}, {figure.scope}]"


def _thinned(curve: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most `CURVE_POINTS` points, the first and the last among them."""
    if len(curve) <= CURVE_POINTS:
        return list(curve)
    step = (len(curve) - 1) / (CURVE_POINTS - 1)
    return [curve[round(at * step)] for at in range(CURVE_POINTS)]
