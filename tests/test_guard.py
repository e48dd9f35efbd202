"""Time and memory of one document are bounded, and everything is put back afterwards."""

from __future__ import annotations

import signal
import sys
import threading
import time
from dataclasses import dataclass

import pytest

from extractor.errors import LimitExceeded
from extractor.guard import guard

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux only")


@dataclass(frozen=True)
class Limits:
    max_seconds: float = 30.0
    max_memory_bytes: int = 0


def spin(seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_a_block_within_its_limits_just_runs() -> None:
    with guard(Limits(max_memory_bytes=2**30)):
        result = sum(range(10))
    assert result == 45


def test_time() -> None:
    start = time.monotonic()
    with pytest.raises(LimitExceeded, match=r"0\.2 seconds"), guard(Limits(0.2)):
        spin()
    assert time.monotonic() - start < 5


def test_a_library_that_swallows_exceptions_does_not_swallow_the_alarm() -> None:
    def stubborn() -> None:
        for _ in range(10):
            try:
                spin(2)
            except Exception:
                continue
    with pytest.raises(LimitExceeded), guard(Limits(0.2)):
        stubborn()


def test_an_alarm_that_is_lost_rings_again() -> None:
    start = time.monotonic()
    with pytest.raises(LimitExceeded), guard(Limits(0.2)):
        try:
            spin(2)
        except BaseException:
            spin(20)
    assert time.monotonic() - start < 5


def test_no_alarm_rings_later_and_the_old_handler_is_back() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with guard(Limits(0.3)):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


@linux
def test_memory() -> None:
    with pytest.raises(LimitExceeded, match="64 MiB"), guard(Limits(max_memory_bytes=2**26)):
        bytearray(2**28)
    assert len(bytearray(2**28)) == 2**28


@linux
def test_memory_that_the_process_holds_already_does_not_count() -> None:
    held = bytearray(2**28)
    with guard(Limits(max_memory_bytes=2**27)):
        more = bytearray(2**24)
    assert len(held) > len(more)


def test_endless_nesting() -> None:
    def nest() -> None:
        nest()
    with pytest.raises(LimitExceeded, match="nested"), guard(Limits()):
        nest()


def test_other_threads_run_without_an_alarm() -> None:
    seen: list[str] = []

    def work() -> None:
        with guard(Limits(0.05)):
            time.sleep(0.2)
        seen.append("done")
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert seen == ["done"]
