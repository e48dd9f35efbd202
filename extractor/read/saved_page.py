"""Reads web pages saved with everything in one file (MHTML, .mht; also Word's "single file web page")."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from extractor.document import Document
from extractor.errors import UnreadableDocument
from extractor.read.text import check_text_size
from extractor.read.web import read_web
from extractor.settings import Settings


def read_saved_page(data: bytes, settings: Settings) -> Document:
    """The page that the file was saved from; of several HTML parts (frames) the largest.

    Raises `UnreadableDocument` if there is no such part, and what `read_web` raises.
    """
    check_text_size(data, settings)
    try:
        message = BytesParser(policy=compat32).parsebytes(data)
        pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
        contents = [(_payload(part), part.get_content_charset() or "") for part in pages]
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError) as error:
        # the mail parser answers malformed headers with whatever error its code happens to meet
        raise UnreadableDocument("The saved web page is damaged.", "Save it again as HTML or PDF.") from error
    content, charset = max(contents, key=lambda item: len(item[0]), default=(b"", ""))
    if not content.strip():
        raise UnreadableDocument("The saved web page holds no page.", "Save it again as HTML or PDF.")
    return read_web(content, settings, charset)


def _payload(part: Message) -> bytes:
    """The part's bytes, its transfer encoding undone."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
