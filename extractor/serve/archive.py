"""The originals: each file under its SHA-256, whatever it was called; no name of a user ever becomes a path."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from unicodedata import category

from extractor.errors import OutputError
from extractor.serve.errors import StartError, TooLarge

CHUNK = 1024 * 1024
LONGEST_NAME = 200
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the archive."""

    sha256: str
    size: int


class Archive:
    """Files below `folder`, two levels deep by the first digits of their hash; never changed once they are there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._claim: IO[str] | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise OutputError(f"{folder}: {error.strerror or error}.", "Name another folder with --data.") from error

    def claim(self) -> None:
        """Keeps other services off this folder for the life of this object. Raises `StartError` if one has it."""
        self._claim = (self._folder / ".lock").open("w")
        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._claim.close()
            raise StartError(f"Another service works on {self._folder.parent}.", "Stop it, or name another folder.") from error

    def release(self) -> None:
        if self._claim is not None:
            self._claim.close()

    def put(self, stream: IO[bytes], limit: int, name: str = "") -> Kept:
        """Keeps the bytes of `stream`, at most `limit` of them, read in pieces; the same bytes are kept once.

        Raises `TooLarge`, and `OutputError` if there is no room; then nothing is left behind.
        """
        try:
            return self._put(stream, limit, name)
        except OSError as error:
            raise OutputError(f"The archive cannot be written: {error.strerror or error}.", "Make room.") from error

    def _put(self, stream: IO[bytes], limit: int, name: str) -> Kept:
        digest, size = hashlib.sha256(), 0
        descriptor, part = tempfile.mkstemp(prefix=".part-", dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge("file_size", name=name, most=limit)
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            kept = Kept(digest.hexdigest(), size)
            place = self._path(kept.sha256)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, place)
            return kept
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise

    def path(self, sha256: str) -> Path | None:
        """Where the file with this hash lies, or None."""
        if not _SHA256.fullmatch(sha256):
            return None
        path = self._path(sha256)
        return path if path.is_file() else None

    def sweep(self) -> None:
        """Removes what uploads left behind that a killed process never finished."""
        for part in self._folder.glob(".part-*"):
            part.unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / sha256


def file_name(given: str) -> str:
    """A name to show: the last part of what a client called its file, without control characters; never empty."""
    last = re.split(r"[/\\]", given)[-1]
    shown = "".join(c for c in last if category(c) not in ("Cc", "Cs", "Cf")).strip()
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        shown = f"{stem[:LONGEST_NAME - 12]}…{dot}{ending}" if dot and len(ending) < 10 else shown[:LONGEST_NAME]
    return shown if shown.strip(".") else "document"


