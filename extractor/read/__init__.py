"""Reading: the bytes of a file in any known format become a `Document`; the format is told by content alone."""

from __future__ import annotations

from extractor.document import Document
from extractor.errors import LimitExceeded
from extractor.read.sniff import Format, detect
from extractor.settings import Settings


def read(data: bytes, settings: Settings) -> Document:
    """The document in `data`, whatever its format.

    Raises `UnreadableDocument` (empty, damaged, no document), `EncryptedDocument`, `UnsupportedFormat` (known, but not
    read; the advice says how to convert it) or `LimitExceeded`.
    """
    if len(data) > settings.max_file_bytes:
        raise LimitExceeded(f"The file has {len(data)} bytes; the limit is {settings.max_file_bytes}.",
                            "Give the report alone, or raise GOUJI_MAX_FILE_BYTES.")
    # Each reader is imported when a file needs it: the libraries behind them are slow to load.
    match detect(data, settings):
        case Format.PDF:
            from extractor.read.pdf import read_pdf
            return read_pdf(data, settings)
        case Format.WORD:
            from extractor.read.word import read_word
            return read_word(data, settings)
        case Format.IMAGE:
            from extractor.read.image import read_image
            return read_image(data, settings)
        case Format.WEB:
            from extractor.read.web import read_web
            return read_web(data, settings)
        case Format.SAVED_PAGE:
            from extractor.read.saved_page import read_saved_page
            return read_saved_page(data, settings)
        case Format.TEXT:
            from extractor.read.text import read_text
            return read_text(data, settings)
