"""What a person sees of a run: a live display on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import time

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from extractor.batch.tally import DONE, DUPLICATE, KNOWN, Event, Tally
from extractor.batch.wording import duration, reason, say
from extractor.messages import Language

LINE_SECONDS, DRAW_SECONDS = 10.0, 0.25
FAILURES_SHOWN = 50


class Screen:
    """Shows a run on standard error."""

    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language: Language = language
        drawable = console.is_terminal and not console.is_dumb_terminal  # a dumb one cannot take a line back
        self._live = Live(console=console, auto_refresh=False, transient=True) if drawable else None
        self._said = time.monotonic()
        self._failures = 0
        self._stopping = False
        if self._live is not None:
            self._live.start()

    def listed(self, tally: Tally) -> None:
        text = say("listing", self._language, count=tally.listed)
        if self._live is not None:
            if self._due(DRAW_SECONDS):
                self._live.update(text, refresh=True)
        elif self._due():
            self._line(text)

    def landed(self, event: Event, tally: Tally) -> None:
        self.tick(tally)  # a long stretch of known documents has no other occasion
        if not event.failed:
            return
        self._failures += 1
        if self._failures <= FAILURES_SHOWN:
            category = say(f"category.{event.outcome}", self._language)
            self._line(say("failed_line", self._language, category=category, name=event.name,
                           message=reason(event.outcome, event.message, self._language)))

    def tick(self, tally: Tally) -> None:
        if tally.stopping and not self._stopping:
            self._stopping = True
            self._line(say("stopping", self._language))
        if self._live is not None:
            if self._due(DRAW_SECONDS):
                self._live.update(self._picture(tally), refresh=True)
        elif self._due():
            self._line(progress_line(tally, self._language))

    def ended(self, state: str, tally: Tally) -> None:
        if self._live is not None:
            self._live.update(self._picture(tally), refresh=True)
            self._live.stop()
        if self._failures > FAILURES_SHOWN:
            self._line(say("more_failures", self._language, count=self._failures - FAILURES_SHOWN))
        counts = tally.outcomes
        self._line(say("ended", self._language, state=say(f"state.{state}", self._language), done=counts[DONE],
                       known=counts[KNOWN], duplicate=counts[DUPLICATE], failed=tally.failed, pages=tally.pages,
                       seconds=duration(tally.seconds)))

    def _due(self, every: float = LINE_SECONDS) -> bool:
        if time.monotonic() - self._said < every:
            return False
        self._said = time.monotonic()
        return True

    def _line(self, text: str) -> None:
        self._console.print(text, soft_wrap=True, markup=False, highlight=False, emoji=False)

    def _picture(self, tally: Tally) -> Table:
        grid = Table.grid(padding=(0, 1))
        grid.add_row(ProgressBar(total=max(1, tally.listed), completed=tally.finished, width=40))
        grid.add_row(progress_line(tally, self._language))
        return grid


def progress_line(tally: Tally, language: Language) -> str:
    """One line on where a run is."""
    named = ", ".join(f"{say(f'category.{name}', language)} {count}" for name, count in tally.failures.items())
    return say("line", language, finished=tally.finished, listed=tally.listed,
               percent=f"{100 * tally.finished / max(1, tally.listed):.0f}", rate=f"{60 * tally.rate:.0f}",
               left=duration(tally.left), failed=tally.failed, categories=f" ({named})" if named else "",
               doubtful=f"{100 * tally.doubtful_share:.2f}")
