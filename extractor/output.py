"""Writes a result whole or not at all: a temporary file beside the destination, synced, then renamed over it."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from extractor.errors import OutputError

_ADVICE = "Choose another place with -o, or make room or permission there."


def write_atomically(path: Path, data: bytes) -> None:
    """Writes `data` to `path`, which holds either its old content or all of the new, even if the machine stops.

    A link is followed; a device or pipe is written to directly. Raises `OutputError`, and leaves nothing behind.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            _write_through(target, data)
        else:
            _replace(target, data)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}.", _ADVICE) from error


def write_to_stdout(data: bytes) -> None:
    """Writes `data` to standard output, whatever encoding the terminal claims; raises `OutputError`, or
    `BrokenPipeError` where the reader has gone."""
    if sys.stdout is None:
        raise OutputError("Standard output is closed.", _ADVICE)
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"Standard output cannot be written: {error.strerror or error}.", _ADVICE) from error


def _write_through(target: Path, data: bytes) -> None:
    with target.open("wb") as file:
        file.write(data)


def _replace(target: Path, data: bytes) -> None:
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied")
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:64]}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or those that a new file would get here."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself durable where the system can; the file is in place by now, so failing is no error."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
