"""The fixed guard set: what a model must not score worse on than the one it is to replace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extractor.label.headers import HeaderMatcher, LabelMatcher
from extractor.label.interface import ProseLabeller
from extractor.label.model.agreed import AgreedProse
from extractor.label.model.headers import ModelMatcher
from extractor.label.model.release import Network
from extractor.label.prose import PatternLabeller
from training.samples import Level
from training.scoring.cases import corpus_cases
from training.scoring.headers import score_headers
from training.scoring.prose import score

REPORTS = range(1_700_000_000, 1_700_000_150)
TABLES = range(1_700_000_000, 1_700_000_050)
NOISE: tuple[Level, ...] = ("none", "office", "harsh")
TOLERANCE = 0.002
"""How much lower a score may be before it counts as worse: what chance makes of the guard set."""

Scores = dict[str, dict[str, Any]]


def scores(prose: ProseLabeller, matcher: HeaderMatcher) -> Scores:
    """The scores of a labeller and a matcher on reports with the patterns and wordings kept for testing."""
    found: Scores = {"prose": score(prose, corpus_cases(REPORTS, reserved=True)).summary()}
    for level in NOISE:
        found[f"headers {level}"] = score_headers(matcher, TABLES, level).summary()
    return found


def scores_of_model(network: Network) -> Scores:
    """The scores of a released or candidate model as the product uses it, together with patterns and text matching."""
    return scores(AgreedProse(network), ModelMatcher(network))


def scores_of_patterns() -> Scores:
    """The scores of patterns and text matching alone."""
    return scores(PatternLabeller(), LabelMatcher())


def headline(found: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """The score that each task is judged by: F1 of core figures, share of cells with the right field."""
    return {name: float(part["core"]["f1"] if name == "prose" else part["all"]["right"]) for name, part in found.items()}


def worse(candidate: Scores, current: Scores) -> list[str]:
    """What the candidate does worse, in words; empty if nothing."""
    new, old = headline(candidate), headline(current)
    return [f"{name}: {new[name]:.4f} after {old[name]:.4f}" for name in old if new.get(name, 0.0) < old[name] - TOLERANCE]
