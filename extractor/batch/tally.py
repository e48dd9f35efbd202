"""What a run has done so far, counted once for the screen, the metrics and the summary."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field

from extractor.batch.outcome import Category

RECENT_SECONDS = 120.0
"""The rate is that of the last two minutes: long documents come first, so the whole run's would mislead."""
HISTORY = 240
"""Most points of the curve kept for the summary."""

DONE, KNOWN, DUPLICATE = "done", "known", "duplicate"


@dataclass(frozen=True, slots=True)
class Event:
    """What became of one name: `done`, `known` (an earlier run had done it), `duplicate` or a category of failure."""

    name: str
    outcome: str
    sha256: str = ""
    size: int = 0
    seconds: float = 0.0
    pages: int = 0
    scanned_pages: int = 0
    values: int = 0
    doubtful: int = 0
    violated: int = 0
    attempts: int = 1
    message: str = ""
    resident: int = 0

    @property
    def failed(self) -> bool:
        return self.outcome in list(Category)


@dataclass(slots=True)
class Tally:
    """Counts of a run; `listed` names and bytes are known before work begins."""

    listed: int = 0
    listed_bytes: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    pages: int = 0
    scanned_pages: int = 0
    values: int = 0
    doubtful: int = 0
    violated: int = 0
    busy_seconds: float = 0.0
    peak_resident: int = 0
    stopping: bool = False
    started: float = field(default_factory=lambda: time.monotonic())
    curve: list[tuple[float, int]] = field(default_factory=list)
    _recent: deque[tuple[float, int]] = field(default_factory=deque)
    _every: float = 1.0

    def add(self, event: Event) -> None:
        self.outcomes[event.outcome] += 1
        self.bytes += event.size
        self.pages += event.pages
        self.scanned_pages += event.scanned_pages
        self.values += event.values
        self.doubtful += event.doubtful
        self.violated += event.violated
        self.busy_seconds += event.seconds
        self.peak_resident = max(self.peak_resident, event.resident)
        if event.outcome not in (KNOWN, DUPLICATE):
            self._note(time.monotonic(), event.size)

    @property
    def finished(self) -> int:
        return sum(self.outcomes.values())

    @property
    def failures(self) -> dict[str, int]:
        """How many failed in each way, most frequent first."""
        return {name: count for name, count in self.outcomes.most_common() if name in list(Category)}

    @property
    def failed(self) -> int:
        return sum(self.failures.values())

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    @property
    def rate(self) -> float:
        """Documents a second, of the last minutes."""
        if len(self._recent) < 2:
            return 0.0
        return (len(self._recent) - 1) / max(1e-3, time.monotonic() - self._recent[0][0])

    @property
    def left(self) -> float | None:
        """Seconds until the end, if the bytes that are left go as fast as those of the last minutes; None: unknown."""
        if len(self._recent) < 2:
            return None
        done = sum(size for _, size in self._recent) / max(1e-3, time.monotonic() - self._recent[0][0])
        by_bytes = (self.listed_bytes - self.bytes) / done if done else 0.0
        by_count = (self.listed - self.finished) / self.rate if self.rate else 0.0
        return max(0.0, (by_bytes + by_count) / 2)

    @property
    def doubtful_share(self) -> float:
        return self.doubtful / self.values if self.values else 0.0

    def _note(self, now: float, size: int) -> None:
        self._recent.append((now, size))
        while now - self._recent[0][0] > RECENT_SECONDS:
            self._recent.popleft()
        elapsed = now - self.started
        if not self.curve or elapsed - self.curve[-1][0] >= self._every:
            self.curve.append((elapsed, self.outcomes[DONE] + self.failed))
            if len(self.curve) > HISTORY:  # thinned out, so that a night is as long as a minute
                self.curve = self.curve[::2]
                self._every *= 2
