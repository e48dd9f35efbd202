"""Findings: how many accusations are deserved, and how many errors are found, by rule and by cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from eval.compare import Comparison
from eval.metrics.base import CountMetric, Floats, Ratio, f1, share_or_zero
from extractor.report import Cause


class FindingScores(CountMetric):
    """Violated rules. `report_*` counts only findings that accuse the report; `located` is the share of planted errors
    whose field the likeliest suspect names."""

    name = "findings"
    columns = ("right", "given", "wanted", "report_right", "report_given", "planted", "located")

    def __init__(self) -> None:
        super().__init__()
        self._rules: Counter[tuple[str, str]] = Counter()

    def count(self, comparison: Comparison) -> Mapping[str, float]:
        findings = comparison.findings
        if findings is None:
            return {}
        outcomes = findings.outcomes
        for outcome in outcomes:
            state = "right" if outcome.wanted and outcome.given else "missed" if outcome.wanted else "false"
            self._rules[outcome.rule, state] += 1
            if outcome.cause is not None:
                self._rules[f"cause {outcome.cause}", state] += 1
        accused = [outcome for outcome in outcomes if outcome.cause is Cause.REPORT]
        return {"wanted": sum(o.wanted for o in outcomes), "given": sum(o.given for o in outcomes),
                "right": sum(o.wanted and o.given for o in outcomes), "report_given": len(accused),
                "report_right": sum(o.wanted for o in accused), "planted": findings.planted,
                "located": findings.located}

    def ratios(self, sums: Mapping[str, Floats]) -> dict[str, Ratio]:
        return {"precision": share_or_zero(sums["right"], sums["given"], sums["wanted"]),
                "recall": (sums["right"], sums["wanted"]), "f1": f1(sums["right"], sums["given"], sums["wanted"]),
                "report_precision": share_or_zero(sums["report_right"], sums["report_given"], sums["wanted"]),
                "report_recall": (sums["report_right"], sums["wanted"]),
                "located": (sums["located"], sums["planted"])}

    def by_rule(self) -> dict[str, dict[str, int]]:
        """Right, missed and false findings of each rule, and of each cause that was given."""
        rules: dict[str, dict[str, int]] = {}
        for (rule, state), count in sorted(self._rules.items()):
            rules.setdefault(rule, {"right": 0, "missed": 0, "false": 0})[state] = count
        return rules

    def reset(self) -> None:
        super().reset()
        self._rules.clear()
