"""Metrics as small objects: `update` with one compared document after the other, then `summary`; `reset` to begin anew."""

from eval.metrics.base import CountMetric, Estimate, Metric
from eval.metrics.calibration import Calibration
from eval.metrics.cells import CellScores, DigitErrorRate, DocumentScores, EvidenceScores, FieldScores, RowScores
from eval.metrics.findings import FindingScores
from eval.metrics.kinds import ErrorKinds, RowConfusion
from eval.metrics.prose import FigureScores
from eval.metrics.speed import Speed

__all__ = [
    "Calibration", "CellScores", "CountMetric", "DigitErrorRate", "DocumentScores", "ErrorKinds", "Estimate",
    "EvidenceScores", "FieldScores", "FigureScores", "FindingScores", "Metric", "RowConfusion", "RowScores", "Speed",
]
