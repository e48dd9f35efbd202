"""A zip archive of document parts (.docx), opened with distrust: limits first, then every part read within them."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

from extractor.errors import EncryptedDocument, LimitExceeded, UnreadableDocument
from extractor.settings import Settings

_CHUNK = 64 * 1024
_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_LONGEST_TAIL = 22 + 65535
_LARGEST_ENTRY_RECORD = 46 + 512
"""Bytes of a directory record with an ample name; bounds the directory where its entry count lies."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, OverflowError,
           NotImplementedError, KeyError, IndexError)
"""What `zipfile` and the decompressors raise on damaged or exotic archives."""


class Package:
    """The parts of an archive by name; names are compared without case, `\\` counts as `/`."""

    def __init__(self, data: bytes, settings: Settings) -> None:
        """Reads the directory only. Raises `LimitExceeded` or `UnreadableDocument`."""
        self._limit = settings.max_text_bytes
        _check_directory(data, settings)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            entries = self._archive.infolist()
        except _DAMAGE as error:
            raise _damaged() from error
        total = sum(entry.file_size for entry in entries)
        if len(entries) > settings.max_archive_entries:
            raise _too_many(settings)
        if total > settings.max_unpacked_bytes:
            raise LimitExceeded(f"The archive unpacks to {total} bytes; the limit is {settings.max_unpacked_bytes}.",
                                "It is probably made to do harm; otherwise raise GOUJI_MAX_UNPACKED_BYTES.")
        self._entries = {_normal(entry.filename): entry for entry in entries}

    @property
    def names(self) -> frozenset[str]:
        """The names of all parts, in lower case."""
        return frozenset(self._entries)

    def __contains__(self, name: str) -> bool:
        return _normal(name) in self._entries

    def read(self, name: str) -> bytes:
        """The unpacked bytes of a part, at most `max_text_bytes`, read in small steps.

        `zipfile` stops at the size that the directory declares and then checks the sum: a part that lies about its size
        fails here before it has unpacked more than it declared.
        Raises `LimitExceeded`, `EncryptedDocument`, or `UnreadableDocument` (also if there is no such part).
        """
        entry = self._entries.get(_normal(name))
        if entry is None:
            raise UnreadableDocument(f"The archive has no part {name}.", "Save the document again.")
        if entry.file_size > self._limit:
            raise LimitExceeded(f"The part {name} has {entry.file_size} bytes; the limit is {self._limit}.",
                                "It is probably made to do harm; otherwise raise GOUJI_MAX_TEXT_BYTES.")
        if entry.flag_bits & 0x1:
            raise EncryptedDocument("The archive is encrypted.", "Save it without a password and try again.")
        chunks: list[bytes] = []
        try:
            with self._archive.open(entry) as part:
                while chunk := part.read(_CHUNK):
                    chunks.append(chunk)
        except (*_DAMAGE, RuntimeError) as error:
            raise _damaged() from error
        return b"".join(chunks)


def _normal(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _check_directory(data: bytes, settings: Settings) -> None:
    """Refuses a directory with too many entries before a single one is parsed."""
    end = data.rfind(_END, max(0, len(data) - _LONGEST_TAIL))
    if end < 0 or end + 22 > len(data):
        raise _damaged()
    count, size = struct.unpack_from("<HI", data, end + 10)
    end64 = data.rfind(_END64, max(0, end - 20 - 56 - 1024), end)
    if end64 >= 0 and end64 + 48 <= len(data):
        wide_count, wide_size = struct.unpack_from("<QQ", data, end64 + 32)
        count, size = max(count if count < 0xFFFF else 0, wide_count), max(size if size < 0xFFFFFFFF else 0, wide_size)
    if count > settings.max_archive_entries or size > settings.max_archive_entries * _LARGEST_ENTRY_RECORD:
        raise _too_many(settings)


def _too_many(settings: Settings) -> LimitExceeded:
    return LimitExceeded(f"The archive has more than {settings.max_archive_entries} entries.",
                         "It is probably made to do harm; otherwise raise GOUJI_MAX_ARCHIVE_ENTRIES.")


def _damaged() -> UnreadableDocument:
    return UnreadableDocument("The document's archive is damaged or cut short.",
                              "Download it again, or open it in Word or WPS and save it again.")
