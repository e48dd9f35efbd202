"""Reads plain text: every line as it stands, tabs kept, in whatever encoding Chinese text is found."""

from __future__ import annotations

from extractor.document import Document, Notice, Page, Source, TextLine
from extractor.errors import LimitExceeded, UnreadableDocument
from extractor.read.decode import decode
from extractor.settings import Settings


def read_text(data: bytes, settings: Settings) -> Document:
    """A document whose flow is the file's lines, blank ones included, numbered from 1.

    Raises `UnreadableDocument` if the bytes are no text or hold nothing but blanks, `LimitExceeded` if there are more
    than `max_text_bytes` bytes or `max_page_objects` lines.
    """
    check_text_size(data, settings)
    decoded = decode(data)
    if not decoded.text.strip():
        raise UnreadableDocument("The file holds no text.", "Check that it is the report, downloaded completely.")
    if decoded.text.count("\n") >= settings.max_page_objects:
        raise LimitExceeded(f"The text has more than {settings.max_page_objects} lines.",
                            "Give the report alone, or raise GOUJI_MAX_PAGE_OBJECTS.")
    lines = decoded.text.removesuffix("\n").split("\n")
    flow = tuple(TextLine(number, line) for number, line in enumerate(lines, start=1))
    return Document(Source.TEXT, (Page(1, 0.0, 0.0, source=Source.TEXT),), flow, damage_notice(decoded.damaged))


def check_text_size(data: bytes, settings: Settings) -> None:
    """Raises `LimitExceeded` if a text or web page is larger than `max_text_bytes`."""
    if len(data) > settings.max_text_bytes:
        raise LimitExceeded(f"The text has {len(data)} bytes; the limit is {settings.max_text_bytes}.",
                            "Give the report alone, or raise GOUJI_MAX_TEXT_BYTES.")


def damage_notice(damaged: int) -> tuple[Notice, ...]:
    """A notice that `damaged` characters could not be decoded; none if there are none."""
    return (Notice("damaged_text", detail=str(damaged)),) if damaged else ()
