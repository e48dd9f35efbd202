"""Keeps one document within its time and memory, so that hostile or damaged input ends in an error, never in a hang."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Protocol

from extractor.errors import LimitExceeded

GRACE_SECONDS = 10.0
"""How long after the time limit a computation that cannot be interrupted is left alone before `on_hang` is called."""

_REPEAT_SECONDS = 0.5


class Limits(Protocol):
    """The part of `Settings` that this module needs."""

    @property
    def max_seconds(self) -> float: ...

    @property
    def max_memory_bytes(self) -> int: ...


class _TimeUp(BaseException):
    """Raised by the alarm; no `Exception`, so that a broad `except` in a library cannot swallow it."""


@contextmanager
def guard(limits: Limits, on_hang: Callable[[], None] | None = None) -> Iterator[None]:
    """Bounds the block by `limits`; what was set before is restored when it ends.

    Time is bounded in the main thread of systems with `setitimer`, memory on Linux: there `max_memory_bytes` (0: no
    limit) is what the block may take beyond what the process holds already. Elsewhere the block simply runs.
    `on_hang` is called from another thread if foreign code keeps the block from ending `GRACE_SECONDS` after its time;
    it should end the process.

    Raises `LimitExceeded` when a limit is reached, and also when the block nests deeper than the interpreter allows.
    """
    try:
        with ExitStack() as stack:
            stack.enter_context(_memory(limits.max_memory_bytes))
            if on_hang is not None:
                stack.enter_context(_watchdog(limits.max_seconds + GRACE_SECONDS, on_hang))
            stack.enter_context(_time(limits.max_seconds))
            yield
    except _TimeUp:
        raise LimitExceeded(f"The document took longer than {limits.max_seconds:g} seconds.",
                            "Raise GOUJI_MAX_SECONDS if it really is that large.") from None
    except MemoryError as error:
        raise LimitExceeded(f"The document needs more than {limits.max_memory_bytes / 2**20:,.0f} MiB of memory.",
                            "Raise GOUJI_MAX_MEMORY_BYTES if the machine has more to give.") from error
    except RecursionError as error:
        raise LimitExceeded("The document is nested too deeply.",
                            "It is probably damaged or made to do harm.") from error


@contextmanager
def _time(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    try:
        # It rings again, in case that the first exception is lost in a callback that ignores exceptions.
        signal.setitimer(signal.ITIMER_REAL, seconds, _REPEAT_SECONDS)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _watchdog(seconds: float, on_hang: Callable[[], None]) -> Iterator[None]:
    timer = threading.Timer(seconds, on_hang)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _memory(extra: int) -> Iterator[None]:
    if extra <= 0 or not sys.platform.startswith("linux"):
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = _address_space() + extra
    ceilings = [bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *ceilings]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space() -> int:
    """The address space of this process, in bytes (Linux: first figure of statm, in pages)."""
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
