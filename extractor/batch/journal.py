"""The log of a run: one JSON object a line for each document, with its name and SHA-256."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extractor.batch.tally import Event, Tally
from extractor.errors import OutputError


class Journal:
    """Adds to the file at `path`, so that a resumed run goes on in the same log. Raises `OutputError`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("a", encoding="utf8")
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror or error}.") from error

    def listed(self, tally: Tally) -> None:
        pass

    def tick(self, tally: Tally) -> None:
        pass

    def landed(self, event: Event, tally: Tally) -> None:
        self._write("document", asdict(event))

    def ended(self, state: str, tally: Tally) -> None:
        self._write("run", {"state": state, "listed": tally.listed, "outcomes": dict(tally.outcomes),
                            "pages": tally.pages, "seconds": round(tally.seconds, 3)})
        self._file.close()

    def _write(self, event: str, content: dict[str, Any]) -> None:
        record = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **content}
        try:
            self._file.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")
            self._file.flush()
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written: {error.strerror or error}.") from error
