"""Loads a file's bytes: ordinary files only, never more than the limit, each failure named."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from extractor.errors import FileAccessError, LimitExceeded
from extractor.settings import Settings

_CHUNK = 1024 * 1024


def load(path: str | Path, settings: Settings) -> bytes:
    """The bytes of the file at `path`, at most `max_file_bytes`.

    Raises `FileAccessError` (missing, directory, not an ordinary file, not readable) or `LimitExceeded`.
    """
    try:
        _check_kind(path, os.stat(path).st_mode)
        return _read(path, settings.max_file_bytes)
    except OSError as error:
        raise _explained(path, error) from error
    except ValueError as error:  # a NUL character in the path
        raise FileAccessError(f"Not a file name: {str(path)!r}.", "Check the path.") from error


def _read(path: str | Path, limit: int) -> bytes:
    # Without O_NONBLOCK, a pipe put in the file's place after the check would block for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    with open(os.open(path, flags), "rb", closefd=True) as file:
        status = os.fstat(file.fileno())
        _check_kind(path, status.st_mode)
        if status.st_size > limit:
            raise _too_large(path, f"has {status.st_size} bytes", limit)
        chunks: list[bytes] = []
        left = limit + 1
        while left > 0 and (chunk := file.read(min(left, _CHUNK))):
            chunks.append(chunk)
            left -= len(chunk)
    if left <= 0:  # it grew meanwhile, or its size was not known beforehand
        raise _too_large(path, f"has more than {limit} bytes", limit)
    return b"".join(chunks)


def _check_kind(path: str | Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise FileAccessError(f"{path} is a directory.", "Name a file in it.")
    if not stat.S_ISREG(mode):
        raise FileAccessError(f"{path} is not an ordinary file.", "Save its content to a file and name that.")


def _too_large(path: str | Path, size: str, limit: int) -> LimitExceeded:
    return LimitExceeded(f"{path} {size}; the limit is {limit}.",
                         "Give the report alone, or raise GOUJI_MAX_FILE_BYTES.")


def _explained(path: str | Path, error: OSError) -> FileAccessError:
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return FileAccessError(f"{path} does not exist.", "Check the path.")
        case errno.EACCES | errno.EPERM:
            return FileAccessError(f"{path} may not be read.", "Ask for permission to read it, or copy it.")
        case errno.ELOOP:
            return FileAccessError(f"{path} is a link that leads back to itself.", "Name the file itself.")
        case errno.ENAMETOOLONG:
            return FileAccessError(f"The path {str(path)[:80]}… is too long.", "Move the file to a shorter path.")
    return FileAccessError(f"{path} cannot be read: {error.strerror or error}.", "Check the disk or the connection.")
