"""A bounded cache of what is costly to make again: the least recently used goes first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Content = TypeVar("Content")


class Cache(Generic[Content]):
    """At most `most` entries, each for at most `seconds`; may be used from any thread.

    What changes is part of the key; `seconds` is for what other programs change. Threads that miss the same key at once
    wait for the first of them to make it, and for its error if it fails. What was begun before a `clear` is not kept.
    """

    def __init__(self, most: int, seconds: float = float("inf")) -> None:
        self._most, self._seconds = most, seconds
        self._kept: OrderedDict[Hashable, tuple[float, Content]] = OrderedDict()
        self._making: dict[Hashable, Future[Content]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Content]) -> Content:
        """The entry of `key`, made if it is not there or too old."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None and time.monotonic() - found[0] < self._seconds:
                self._kept.move_to_end(key)
                return found[1]
            making = self._making.get(key)
            if making is None:
                own = self._making[key] = Future[Content]()
        return making.result() if making is not None else self._made(key, own, make)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._making.clear()

    def _made(self, key: Hashable, own: Future[Content], make: Callable[[], Content]) -> Content:
        began = time.monotonic()
        try:
            made = make()
        except BaseException as error:
            with self._lock:
                if self._making.get(key) is own:
                    del self._making[key]
            own.set_exception(error)
            raise
        with self._lock:
            if self._making.get(key) is own:
                del self._making[key]
                self._keep(key, began, made)
        own.set_result(made)
        return made

    def _keep(self, key: Hashable, began: float, made: Content) -> None:
        self._kept[key] = (began, made)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
