"""The cache of what is costly to make: made once, never older than what was said after it was begun."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from extractor.serve.cache import Cache


def test_what_several_threads_ask_for_at_once_is_made_once() -> None:
    cache: Cache[int] = Cache(4)
    made: list[int] = []
    asked = threading.Barrier(8)

    def make() -> int:
        made.append(1)
        threading.Event().wait(0.05)
        return 7

    def ask() -> int:
        asked.wait()
        return cache.get("key", make)

    with ThreadPoolExecutor(8) as threads:
        assert [task.result() for task in [threads.submit(ask) for _ in range(8)]] == [7] * 8
    assert len(made) == 1


def test_what_was_begun_before_a_change_is_not_kept_after_it() -> None:
    cache: Cache[str] = Cache(4)

    def overtaken() -> str:
        cache.clear()  # somebody decides while the answer is being made
        return "old"

    assert cache.get("key", overtaken) == "old"
    assert cache.get("key", lambda: "new") == "new"


def test_a_failure_is_told_and_not_kept() -> None:
    cache: Cache[str] = Cache(4)

    def fail() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get("key", fail)
    assert cache.get("key", lambda: "made") == "made"


def test_the_least_recently_used_goes_first_and_the_old_are_made_again() -> None:
    cache: Cache[int] = Cache(2)
    for key in (1, 2, 1, 3):
        cache.get(key, lambda key=key: key)  # type: ignore[misc]
    assert [cache.get(key, lambda: 0) for key in (1, 3, 2)] == [1, 3, 0]
    short: Cache[int] = Cache(2, seconds=0.0)
    assert [short.get("key", lambda number=number: number) for number in (1, 2)] == [1, 2]  # type: ignore[misc]
