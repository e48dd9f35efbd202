"""A bounded cache of what is costly to make again: the least recently used goes first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Content = TypeVar("Content")


class Cache(Generic[Content]):
    """At most `most` entries, each for at most `seconds`; may be used from any thread.

    What changes is part of the key; `seconds` is for what other programs change. Two threads that miss the same key at
    once both make it: that is rarer and cheaper than making others wait.
    """

    def __init__(self, most: int, seconds: float = float("inf")) -> None:
        self._most, self._seconds = most, seconds
        self._kept: OrderedDict[Hashable, tuple[float, Content]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Content]) -> Content:
        """The entry of `key`, made if it is not there or too old."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None and time.monotonic() - found[0] < self._seconds:
                self._kept.move_to_end(key)
                return found[1]
        made = make()
        with self._lock:
            self._kept[key] = (time.monotonic(), made)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
