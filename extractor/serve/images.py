"""Images of pages on disk, drawn once: the oldest go when there are too many."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

SWEPT_EVERY = 100
"""New images between two looks at how many there are."""


class Images:
    """Files below `folder`, at most about `most`; all can be made again, so any of them may be deleted at any time."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._new = 0
        self._lock = threading.Lock()

    def get(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The image called `name`, made if it is not there; a full disk does not matter, it is then made every time."""
        path = self._folder / f"{name}.png"
        with suppress(OSError):
            return path.read_bytes()
        data = make()
        with suppress(OSError):
            self._keep(path, data)
        return data

    def _keep(self, path: Path, data: bytes) -> None:
        descriptor, part = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            os.replace(part, path)
        except OSError:
            Path(part).unlink(missing_ok=True)
            raise
        with self._lock:
            self._new += 1
            due = self._new % SWEPT_EVERY == 1
        if due:
            self._sweep()

    def _sweep(self) -> None:
        found = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in found[:max(0, len(found) - self._most)]:
            path.unlink(missing_ok=True)
