"""What is shown, logged and measured of a run."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from extractor.batch.journal import Journal
from extractor.batch.metrics import exposition
from extractor.batch.outcome import Category
from extractor.batch.screen import FAILURES_SHOWN, Screen, progress_line
from extractor.batch.tally import HISTORY, Event, Tally
from extractor.batch.wording import duration, say
from extractor.errors import OutputError


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Tally:
    """Ten of a hundred documents in twenty seconds, one of them encrypted."""
    clock = iter(range(1_000, 100_000, 2))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    made = Tally(listed=100, listed_bytes=100_000)
    for number in range(10):
        outcome = Category.ENCRYPTED if number == 4 else "done"
        made.add(Event(f"{number}.pdf", outcome, size=1_000, seconds=1.0, pages=6, values=200, doubtful=2))
    now = 1_020.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    return made


def test_the_line_tells_rate_time_left_failures_and_doubt(tally: Tally) -> None:
    line = progress_line(tally, "en")
    assert line.startswith("10/100 (10%)")
    rate = int(re.findall(r"(\d+) documents a minute", line)[0])
    assert 25 <= rate <= 35  # one every two seconds
    assert "1 failed (encrypted 1)" in line and "1.00% of values doubtful" in line
    minutes, seconds = re.findall(r"(\d+):(\d+) left", line)[0]
    assert 160 <= 60 * int(minutes) + int(seconds) <= 200  # ninety more


def test_known_documents_do_not_make_the_rate_look_better() -> None:
    tally = Tally(listed=1_000)
    for number in range(500):
        tally.add(Event(f"{number}", "known"))
    assert tally.rate == 0.0 and tally.left is None


def test_without_a_terminal_failures_and_the_end_are_lines(tally: Tally) -> None:
    out = io.StringIO()
    screen = Screen(Console(file=out), "en")
    for number in range(FAILURES_SHOWN + 3):
        screen.landed(Event(f"{number}.pdf", Category.CRASH, message="It [bold]crashed."), tally)
    screen.ended("partial", tally)
    lines = out.getvalue().splitlines()
    assert lines[0] == "failed crash  0.pdf  It [bold]crashed."
    assert len(lines) == FAILURES_SHOWN + 2 and "3 more" in lines[-2]
    assert lines[-1].startswith("partial: 9 extracted, 0 known, 0 duplicates, 1 failed; 60 pages in 0:20")


def test_a_dumb_terminal_gets_lines(tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = io.StringIO()
    screen = Screen(Console(file=out, force_terminal=True, width=120), "en")
    screen.landed(Event("1.pdf", Category.CRASH, message="It crashed."), tally)
    screen.ended("partial", tally)
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["failed", "partial:"]


def test_on_a_terminal_the_display_is_drawn_and_taken_away(tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = io.StringIO()
    screen = Screen(Console(file=out, force_terminal=True, width=120), "zh")
    screen.listed(tally)
    screen.tick(tally)
    screen.ended("complete", tally)
    assert "10/100" in out.getvalue() and "全部完成" in out.getvalue()


@pytest.mark.parametrize("category", list(Category))
def test_every_category_has_a_word_in_both_languages(category: Category) -> None:
    assert say(f"category.{category}", "zh") and say(f"category.{category}", "en")


def test_metrics_are_valid_exposition(tally: Tally) -> None:
    text = exposition(tally, running=True)
    sample = re.compile(r'gouji_batch_[a-z_]+(\{outcome="[a-z_]+"\})? -?[0-9.e+]+')
    for line in text.splitlines():
        assert line.startswith(("# HELP gouji_batch_", "# TYPE gouji_batch_")) or sample.fullmatch(line), line
    assert 'gouji_batch_names_total{outcome="encrypted"} 1' in text
    assert "gouji_batch_running 1" in text and "gouji_batch_pages_total 60" in text


def test_the_curve_stays_short_however_long_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    tally = Tally()
    for number in range(20_000):
        tally.add(Event(f"{number}", "done"))
    assert len(tally.curve) <= HISTORY + 1
    assert [count for _, count in tally.curve] == sorted(count for _, count in tally.curve)


def test_a_log_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        Journal(tmp_path / "nowhere" / "log")


@pytest.mark.parametrize(("seconds", "shown"), [(None, "–"), (59.6, "1:00"), (3_725, "1:02:05")])
def test_durations_are_read_like_a_clock(seconds: float | None, shown: str) -> None:
    assert duration(seconds) == shown
