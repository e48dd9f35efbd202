"""Compared with an earlier run: better, worse, or within noise, by resampling the documents that both runs saw.

The same resamples are drawn of both runs (paired bootstrap), so that a hard document weighs on both alike. A change
counts if the 95 % interval of the difference leaves out 0 and the change is larger than one error more or less. What
cannot be paired (calibration, means over fields) is compared only if both runs saw the same documents, and counts if it
moved by more than half an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from eval.evaluate import comparable_metrics
from eval.metrics.base import TOLERANCE, Floats, resamples
from eval.result import HEADLINES, DocumentResult, Evaluation, Headline


class Verdict(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    SAME = "within noise"


@dataclass(frozen=True, slots=True)
class Change:
    """A headline figure now and before, over the documents that both runs saw; `difference` with its 95 % interval."""

    headline: Headline
    before: float
    now: float
    low: float
    high: float
    verdict: Verdict

    @property
    def difference(self) -> float:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes; `shared` documents were in both runs, the others only in one of them."""

    changes: tuple[Change, ...]
    shared: int
    only_now: int
    only_before: int

    @property
    def worse(self) -> list[Change]:
        return [change for change in self.changes if change.verdict is Verdict.WORSE]


def against(now: Evaluation, before: Evaluation, headlines: Sequence[Headline] = HEADLINES) -> Changes:
    """How `now` differs from `before`."""
    mine, theirs = ({_key(document): document for document in run.documents} for run in (now, before))
    shared = [key for key in mine if key in theirs]
    figures = _paired([mine[key] for key in shared], [theirs[key] for key in shared], now, before) if shared else {}
    changes = []
    for headline in headlines:
        if headline.name in figures:
            pair, differences, of = figures[headline.name]
            low, high = (float(edge) for edge in np.quantile(differences, (0.025, 0.975)))
            step = 1.0 / of if of else 1.0
            sure = (low > 0 or high < 0) and abs(pair[0] - pair[1]) > step + TOLERANCE
            changes.append(_change(headline, pair[1], pair[0], low, high, sure))
            continue
        one, other = now.scores.get(headline.name), before.scores.get(headline.name)
        if mine.keys() != theirs.keys() or one is None or other is None or one.value is None or other.value is None:
            continue
        difference = one.value - other.value
        noise = max(one.noise, other.noise)
        changes.append(_change(headline, other.value, one.value, difference - noise, difference + noise,
                               abs(difference) > noise + TOLERANCE))
    return Changes(tuple(changes), len(shared), len(mine) - len(shared), len(theirs) - len(shared))


def _key(document: DocumentResult) -> str:
    return document.sha256 or document.name


def _change(headline: Headline, before: float, now: float, low: float, high: float, sure: bool) -> Change:
    gained = now > before if headline.better == "higher" else now < before
    verdict = Verdict.SAME if not sure else Verdict.BETTER if gained else Verdict.WORSE
    return Change(headline, before, now, low, high, verdict)


def _paired(mine: Sequence[DocumentResult], theirs: Sequence[DocumentResult], now: Evaluation,
            before: Evaluation) -> dict[str, tuple[tuple[float, float], Floats, float]]:
    """Each figure of both runs: (now, before), the resampled differences, and what the figure is a share of."""
    weights = resamples(len(mine))
    found = {}
    for metric in comparable_metrics():
        if metric.name not in now.columns or metric.name not in before.columns:
            continue
        one, other = (_table(documents, metric.name, run.columns[metric.name], metric.columns)
                      for documents, run in ((mine, now), (theirs, before)))
        exact_one, exact_other = metric.of_documents(one, weights), metric.of_documents(other, weights)
        drawn_one, drawn_other = metric.ratios_of(weights @ one), metric.ratios_of(weights @ other)
        for name, score in exact_one.items():
            past = exact_other[name]
            if score.value is None or past.value is None:
                continue
            kept = (drawn_one[name][1] > 0) & (drawn_other[name][1] > 0)
            if not kept.any():
                continue
            differences = (drawn_one[name][0][kept] / drawn_one[name][1][kept]
                           - drawn_other[name][0][kept] / drawn_other[name][1][kept])
            found[f"{metric.name}.{name}"] = (score.value, past.value), differences, min(score.of, past.of)
    return found


def _table(documents: Sequence[DocumentResult], name: str, stored: Sequence[str], wanted: Sequence[str]) -> Floats:
    """The stored counts in the order of today's columns; a column that an older run did not have is 0."""
    rows = [dict(zip(stored, document.counts.get(name, ()), strict=False)) for document in documents]
    return np.array([[row.get(column, 0.0) for column in wanted] for row in rows])
