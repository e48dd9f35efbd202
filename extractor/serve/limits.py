"""Limits of requests: how many, how large, how slow."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import Message, Receive

from extractor.serve.errors import TimedOut, TooLarge, TooMany

MOST_BUCKETS = 10_000


class Rate:
    """Token buckets by key: `rate` requests a second in the long run, `burst` at once."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, float(burst), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Counts a request. Raises `TooMany` with the seconds after which another is taken."""
        now = self._clock()
        left, at = self._buckets.get(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        if left < 1.0:
            raise TooMany("rate", math.ceil((1.0 - left) / self._rate))
        self._buckets[key] = (left - 1.0, now)
        self._buckets.move_to_end(key)
        while len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)


class Bounded:
    """A request's body as it arrives, refused when it is too large or takes too long; nothing is held back.

    `refused` is why, once it was refused: an answer may have begun by then only if nobody waited for the body.
    """

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive, self._most, self._seconds = receive, most, seconds
        self._deadline = time.monotonic() + seconds
        self._complete = False
        self.bytes = 0
        self.refused: TimedOut | TooLarge | None = None

    async def __call__(self) -> Message:
        if self._complete:  # from here on it only waits for the client to go away
            return await self._receive()
        try:
            async with asyncio.timeout(max(0.0, self._deadline - time.monotonic())):
                message = await self._receive()
        except TimeoutError:
            self.refused = TimedOut("slow", seconds=round(self._seconds))
            raise self.refused from None
        if message["type"] == "http.request":
            self.bytes += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if self.bytes > self._most:
                self.refused = TooLarge("body_size", most=self._most)
                raise self.refused
        return message
