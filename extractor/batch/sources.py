"""Where documents come from: a folder, a list of files, a zip, or a prefix of an object store (fsspec).

Listing tells names and sizes only; `fetch` then gives a file with the bytes of one document and their SHA-256, reading
in pieces, so that no document is ever held whole.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from unicodedata import category

from extractor.errors import (
    EncryptedDocument,
    ExitCode,
    FileAccessError,
    GoujiError,
    LimitExceeded,
    UnreadableDocument,
)

CHUNK = 1024 * 1024
LISTS = (".txt", ".lst", ".list")
_OFFICE = "[Content_Types].xml"
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1


class SourceError(GoujiError):
    """What was named as an archive is none, or the package that reads it is not installed."""

    code = ExitCode.USAGE
    category = "usage"


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in an archive: the name it is reported by, how the source finds it, its size in bytes (0: unknown).

    `error` says why it cannot be had at all, for folders that may not be listed.
    """

    name: str
    key: bytes
    size: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a document as a file; `temporary` files are removed when the document is done."""

    path: str
    sha256: str
    size: int
    temporary: bool = False


class Source(Protocol):
    """An archive."""

    def entries(self) -> Iterator[Entry]:
        """Every document, in any order."""

    def fetch(self, entry: Entry, folder: Path, limit: int) -> Fetched:
        """The document as a file, below `folder` unless it is one already. Raises `GoujiError`s, among them
        `LimitExceeded` if it has more than `limit` bytes. May be called from several threads."""


def open_source(archive: str) -> Source:
    """The source that `archive` names. Raises `SourceError`, `FileAccessError`."""
    if "://" in archive:
        return Remote(archive)
    path = Path(archive)
    if path.is_dir():
        return Folder(path)
    if not path.exists():
        raise FileAccessError(f"{archive} does not exist.", "Name a folder, a list, a zip or a URL.")
    if zipfile.is_zipfile(path) and not _is_office(path):
        return Zip(path)
    if path.suffix.lower() in LISTS:
        return NameList(path)
    raise SourceError(f"{printable(archive)} is no archive.",
                      "Name a folder, a zip, a URL, or a list of files ending in .txt, .lst or .list.")


def printable(name: str) -> str:
    """`name` as text that every screen and database can hold; different names stay different.

    Bytes that are no UTF-8 and control characters become `\\xNN`, a backslash is doubled.
    """
    raw = os.fsencode(name).decode("utf8", "surrogateescape").replace("\\", "\\\\")
    return "".join(_escaped(character) if category(character) in ("Cc", "Cs") else character for character in raw)


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@dataclass(frozen=True, slots=True)
class Folder:
    """All files below a folder. Links to files are followed, links to folders are not: they could lead in circles."""

    root: Path

    def entries(self) -> Iterator[Entry]:
        pending = [os.path.abspath(self.root)]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(folder) as items:
                    for item in items:
                        if item.is_dir(follow_symlinks=False):
                            pending.append(item.path)
                        else:
                            yield _file_entry(item.path)
            except OSError as error:
                yield Entry(printable(folder), b"", 0, f"The folder cannot be listed: {error.strerror or error}.")

    def fetch(self, entry: Entry, folder: Path, limit: int) -> Fetched:
        return hashed(os.fsdecode(entry.key), entry.name, limit)


@dataclass(frozen=True, slots=True)
class NameList:
    """The files and URLs that a text file names, one a line; paths are relative to the list's folder."""

    path: Path

    def entries(self) -> Iterator[Entry]:
        base = os.fsencode(os.path.abspath(self.path.parent))
        with self.path.open("rb") as lines:
            for line in lines:
                name = line.rstrip(b"\r\n")
                if not name.strip():
                    continue
                if b"://" in name:
                    yield Entry(printable(os.fsdecode(name)), name, 0)
                else:
                    yield _file_entry(os.fsdecode(os.path.normpath(os.path.join(base, name))))

    def fetch(self, entry: Entry, folder: Path, limit: int) -> Fetched:
        if b"://" in entry.key:
            return Remote(os.fsdecode(entry.key)).fetch(entry, folder, limit)
        return hashed(os.fsdecode(entry.key), entry.name, limit)


class Zip:
    """The files in a zip; zips within it are documents of an unsupported format."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise SourceError(f"{printable(str(path))} cannot be opened as a zip: {error}.", "Pack it again.") from error

    def entries(self) -> Iterator[Entry]:
        prefix = printable(os.path.abspath(self._path))
        for number, item in enumerate(self._zip.infolist()):
            if not item.is_dir():
                yield Entry(f"{prefix}!/{printable(_zip_name(item))}", str(number).encode(), item.file_size)

    def fetch(self, entry: Entry, folder: Path, limit: int) -> Fetched:
        item = self._zip.infolist()[int(entry.key)]
        if item.flag_bits & _ENCRYPTED:
            raise EncryptedDocument(f"{entry.name} is encrypted in its zip.", "Unpack the zip with its password.")
        try:
            with self._zip.open(item) as stream:
                return spooled(stream, entry.name, folder, limit)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
            raise UnreadableDocument(f"{entry.name} is damaged in its zip: {error}.", "Pack it again.") from error


class Remote:
    """The objects below a URL that fsspec can read, such as `s3://bucket/reports/`."""

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            from fsspec.core import url_to_fs  # type: ignore[import-untyped]

            self._system, self._root = url_to_fs(url)
        except ImportError as error:
            raise SourceError(f"{url} cannot be read: {error}.",
                              "pip install 'gouji[cluster]' and the fsspec package of that store.") from error
        except Exception as error:  # each store has its own errors
            raise FileAccessError(f"{url} cannot be opened: {error}.", "Check the address and its credentials.") from error

    def entries(self) -> Iterator[Entry]:
        def stop(error: Exception) -> None:
            raise FileAccessError(f"{self._url} cannot be listed: {error}.",
                                  "Check the address and its credentials.") from error

        for _, _, files in self._system.walk(self._root, detail=True, on_error=stop):
            for item in files.values():
                name = self._system.unstrip_protocol(item["name"])
                yield Entry(printable(name), os.fsencode(item["name"]), int(item.get("size") or 0))

    def fetch(self, entry: Entry, folder: Path, limit: int) -> Fetched:
        path = self._root if b"://" in entry.key else os.fsdecode(entry.key)
        try:
            stream: Any = self._system.open(path, "rb")
            with stream:
                return spooled(stream, entry.name, folder, limit)
        except GoujiError:
            raise
        except Exception as error:  # each store has its own errors
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise FileAccessError(f"{entry.name} cannot be fetched: {error}.", "Check the connection.") from error


def hashed(path: str, name: str, limit: int) -> Fetched:
    """The ordinary file at `path` with its SHA-256. Raises `FileAccessError`, `LimitExceeded`."""
    digest = hashlib.sha256()
    size = 0
    try:
        # without O_NONBLOCK a pipe would block for ever
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileAccessError(f"{name} is not an ordinary file.", "Save its content to a file.")
            while chunk := file.read(CHUNK):
                size += len(chunk)
                _check_size(size, name, limit)
                digest.update(chunk)
    except OSError as error:
        raise FileAccessError(f"{name} cannot be read: {error.strerror or error}.", "Check its permissions.") from error
    return Fetched(path, digest.hexdigest(), size)


def spooled(stream: IO[bytes], name: str, folder: Path, limit: int) -> Fetched:
    """The bytes of `stream` in a temporary file below `folder`, which is removed if anything fails."""
    digest = hashlib.sha256()
    size = 0
    descriptor, path = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                _check_size(size, name, limit)
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        os.unlink(path)
        raise
    return Fetched(path, digest.hexdigest(), size, temporary=True)


def _check_size(size: int, name: str, limit: int) -> None:
    if size > limit:
        raise LimitExceeded(f"{name} has more than {limit} bytes.", "Raise GOUJI_MAX_FILE_BYTES if it is a report.")


def _file_entry(path: str) -> Entry:
    try:
        size = os.stat(path).st_size
    except OSError:
        size = 0  # fetching it will say what is wrong
    return Entry(printable(path), os.fsencode(path), size)


def _is_office(path: Path) -> bool:
    with zipfile.ZipFile(path) as package:
        return _OFFICE in package.namelist()


def _zip_name(item: zipfile.ZipInfo) -> str:
    """The name as it was packed: Chinese systems write GBK where the format says code page 437."""
    if item.flag_bits & _UTF8_NAME:
        return item.filename
    try:
        return item.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return item.filename
