"""The result of an evaluation: a versioned JSON that later runs are compared with, and that the page is made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.metrics.base import Estimate
from extractor.errors import ExitCode, GoujiError

RESULT_VERSION = "1"
Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure that is shown first: its name in `Evaluation.scores`, what it is called, and which way is better."""

    name: str
    title: str
    better: Better = "higher"
    group: str = ""


HEADLINES = (
    Headline("cells.exact", "cells exactly right", group="tables"),
    Headline("cells.exact_nonzero", "cells that are not 0, exactly right", group="tables"),
    Headline("cells.silent", "cells wrong without a flag", "lower", "tables"),
    Headline("cells.f1", "numbers, F1 (micro)", group="tables"),
    Headline("fields.macro_f1", "numbers, F1 (mean over fields)", group="tables"),
    Headline("rows.f1", "rows, F1", group="tables"),
    Headline("digits.cer", "digits, error rate", "lower", "tables"),
    Headline("evidence.placed", "evidence in the right place", group="tables"),
    Headline("evidence.iou", "evidence, mean IoU", group="tables"),
    Headline("documents.perfect", "documents without any error", group="documents"),
    Headline("documents.straight_through", "documents straight through", group="documents"),
    Headline("documents.straight_through_right", "… of these without any error", group="documents"),
    Headline("documents.facts", "agency, year, template", group="documents"),
    Headline("figures.core_f1", "prose figures of table fields, F1", group="prose"),
    Headline("figures.bound_f1", "prose figures, field and value, F1", group="prose"),
    Headline("figures.span_f1", "prose figures, span, F1", group="prose"),
    Headline("figures.distractors", "look-alikes taken for figures", "lower", "prose"),
    Headline("findings.report_precision", "accusations deserved (precision)", group="findings"),
    Headline("findings.report_recall", "report errors found (recall)", group="findings"),
    Headline("findings.located", "wrong cell named", group="findings"),
    Headline("calibration.ece", "calibration error (adaptive ECE)", "lower", "confidence"),
    Headline("calibration.brier", "Brier score", "lower", "confidence"),
    Headline("calibration.aurc", "risk over coverage (AURC)", "lower", "confidence"),
    Headline("calibration.coverage_0.001", "coverage at 0.1 % error", group="confidence"),
)
SLICE_SCORES = ("cells.exact", "cells.exact_nonzero", "cells.silent", "documents.perfect", "figures.core_f1", "findings.f1")


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Score(Model):
    """A figure with its 95 % interval by documents; null where there was nothing to measure. `of`: share of how many."""

    value: float | None
    low: float | None = None
    high: float | None = None
    of: float = 0.0

    @staticmethod
    def of_estimate(estimate: Estimate) -> Score:
        return Score(value=estimate.value, low=estimate.low, high=estimate.high, of=estimate.of)

    @property
    def noise(self) -> float:
        return Estimate(self.value, self.low, self.high, self.of).noise


class Mistake(Model):
    """A wrong cell, with the place that was read and the place that should have been."""

    field: str
    kind: str
    stage: str
    wanted: str | None
    got: str | None
    raw: str
    confidence: float
    flagged: bool
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    read_page: int | None = None
    read_box: tuple[float, float, float, float] | None = None


class DocumentResult(Model):
    """One document: its facts, what went wrong, and the counts that later runs are compared by."""

    name: str
    sha256: str = ""
    error: str = ""
    facts: dict[str, str | float | bool] = {}
    seconds: float | None = None
    pages: int = 0
    cells: int = 0
    wrong: int = 0
    silent: int = 0
    mistakes: tuple[Mistake, ...] = ()
    missed_figures: tuple[str, ...] = ()
    false_figures: tuple[str, ...] = ()
    missed_findings: tuple[str, ...] = ()
    false_findings: tuple[str, ...] = ()
    counts: dict[str, tuple[float, ...]] = {}


class SliceResult(Model):
    """The documents that share a fact."""

    documents: int
    scores: dict[str, Score]


class ReliabilityBin(Model):
    confidence: float
    accuracy: float
    count: int


class Evaluation(Model):
    """Everything that a run found. `columns` names the columns of the documents' counts."""

    result_version: str = RESULT_VERSION
    product_version: str
    system: str
    samples: str
    scores: dict[str, Score]
    fields: dict[str, dict[str, float]] = {}
    errors: dict[str, dict[str, int]] = {}
    row_confusion: dict[str, dict[str, int]] = {}
    rules: dict[str, dict[str, int]] = {}
    reliability: tuple[ReliabilityBin, ...] = ()
    risk_coverage: tuple[tuple[float, float], ...] = ()
    slices: dict[str, dict[str, SliceResult]] = {}
    speed: dict[str, float] = {}
    problems: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = {}
    documents: tuple[DocumentResult, ...] = ()

    def to_json(self) -> str:
        return self.model_dump_json(indent=1) + "\n"

    @property
    def code(self) -> ExitCode:
        """`INCOMPLETE` if something could not be used as it was given."""
        return ExitCode.INCOMPLETE if self.problems else ExitCode.OK


class ResultError(GoujiError):
    """An earlier result that cannot be compared with."""

    code = ExitCode.USAGE
    category = "usage"


def read_result(path: Path) -> Evaluation:
    """A result written before; raises `ResultError`."""
    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ResultError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ResultError(f"{path} is no result of `gouji eval`: {place}: {first['msg']}.") from error
