"""Time and memory: latency of a document, pages a second, peak memory, seconds by stage."""

from __future__ import annotations

import numpy as np

from eval.compare import Comparison


class Speed:
    """Wall times as measured by the runner; without them, the seconds of the stages in the reports, if any."""

    name = "speed"

    def __init__(self) -> None:
        self._seconds: list[float] = []
        self._pages: list[int] = []
        self._peak = 0
        self._stages: dict[str, float] = {}

    def update(self, comparison: Comparison) -> None:
        answer = comparison.answer
        timings = answer.report.timings if answer.report is not None else {}
        seconds = answer.seconds if answer.seconds is not None else sum(timings.values())
        if seconds:
            self._seconds.append(seconds)
            self._pages.append(max(1, len(answer.report.pages)) if answer.report is not None else 0)
        for stage, spent in timings.items():
            self._stages[stage] = self._stages.get(stage, 0.0) + spent
        self._peak = max(self._peak, answer.peak_bytes or 0)

    def summary(self) -> dict[str, float]:
        """`p50_s`, `p95_s`, `pages_per_s` of one process, `peak_mib`, and `stage.*` as shares; empty if not measured."""
        if not self._seconds:
            return {}
        p50, p95 = np.quantile(self._seconds, (0.5, 0.95))
        found = {"p50_s": float(p50), "p95_s": float(p95), "pages_per_s": sum(self._pages) / sum(self._seconds)}
        if self._peak:
            found["peak_mib"] = self._peak / 2**20
        total = sum(self._stages.values())
        return found | {f"stage.{name}": spent / total for name, spent in self._stages.items() if total}

    def reset(self) -> None:
        self._seconds.clear()
        self._pages.clear()
        self._stages.clear()
        self._peak = 0
