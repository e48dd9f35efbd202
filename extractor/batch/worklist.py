"""The list of an archive's documents, largest first, kept on disk so that its length costs no memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from extractor.batch.sources import Entry

_BATCH = 1_000


class WorkList:
    """Entries sorted by falling size: long documents first keeps all workers busy to the end.

    They lie in a temporary database that the system removes with the process.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("")  # the empty name: a temporary file once it outgrows its cache
        self._database.execute("CREATE TABLE entries (size INTEGER, name TEXT, key BLOB, error TEXT)")
        self.count = 0
        self.size = 0

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._database.execute("INSERT INTO entries VALUES (?, ?, ?, ?)",
                                   (entry.size, entry.name, entry.key, entry.error))
            self.count += 1
            self.size += entry.size

    def __iter__(self) -> Iterator[Entry]:
        cursor = self._database.execute("SELECT size, name, key, error FROM entries ORDER BY size DESC, name")
        while rows := cursor.fetchmany(_BATCH):
            for size, name, key, error in rows:
                yield Entry(name, key, size, error)

    def close(self) -> None:
        self._database.close()
