"""Reads PDF: words, rulings and images of each page, and why a page's text cannot be used where it cannot."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import pdfplumber
import pypdfium2
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.page import Page as PlumberPage
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import PdfminerException
from pypdfium2 import raw as pdfium

from extractor.document import Box, Document, Notice, Page, Ruling, Source, Word
from extractor.errors import EncryptedDocument, LimitExceeded, UnreadableDocument
from extractor.settings import Settings

THIN = 3.0
"""Points: a filled rectangle no wider than this is a drawn line."""
SHORTEST_RULING = 3.0
"""Points: shorter strokes are dots, dashes of text or decoration."""
TAIL = 65_536
"""Bytes at the end of a file in which the mark of its end must stand."""
COVERING = 0.6
"""Share of a page that images must cover for its text to be suspected of being a hidden OCR layer."""
UNMAPPED = 0.1
"""Share of characters without a meaning above which a page's text is useless."""


def read_pdf(data: bytes, settings: Settings) -> Document:
    """All pages of a PDF. Pages whose text cannot be used have `needs_ocr` set and no words.

    Raises `EncryptedDocument`, `UnreadableDocument` or `LimitExceeded`.
    """
    pages, notices = [], []
    with _opened(data, settings) as rendered, _parsed(data) as parsed:
        for index, plumber_page in enumerate(parsed.pages):
            try:
                page = _page(plumber_page, rendered, index, settings)
            except (PdfminerException, ArithmeticError, AssertionError, AttributeError, IndexError, KeyError,
                    OSError, RecursionError, TypeError, ValueError) as error:
                # pdfminer answers damaged objects with whatever error its code happens to meet
                page = Page(index + 1, *_size(plumber_page), needs_ocr="damaged")
                notices.append(Notice("page_damaged", index + 1, f"{type(error).__name__}: {error}"[:200]))
            pages.append(page)
            plumber_page.close()
    if not pages:
        raise UnreadableDocument("The PDF has no pages.", "Check that the file was downloaded completely.")
    return Document(Source.PDF, tuple(pages), notices=tuple(notices))


def _opened(data: bytes, settings: Settings) -> pypdfium2.PdfDocument:
    """The PDF in PDFium, after the checks that must come before any page is parsed."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise EncryptedDocument("The PDF is encrypted and asks for a password.",
                                    "Save it without a password and try again.") from error
        if b"%%EOF" not in data[-TAIL:]:
            raise UnreadableDocument("The PDF is cut off: its end is missing.", "Download it again.") from error
        raise _damaged() from error
    if len(document) > settings.max_pages:
        count = len(document)
        document.close()
        raise LimitExceeded(f"The PDF has {count} pages; the limit is {settings.max_pages}.",
                            "Split it, or raise GOUJI_MAX_PAGES.")
    return document


def _parsed(data: bytes) -> PDF:
    try:
        parsed = pdfplumber.open(io.BytesIO(data))
        _ = parsed.pages
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise EncryptedDocument("The PDF is encrypted and asks for a password.",
                                    "Save it without a password and try again.") from error
        raise _damaged() from error
    except (ArithmeticError, AssertionError, AttributeError, IndexError, KeyError, OSError, RecursionError,
            TypeError, ValueError) as error:
        raise _damaged() from error
    return parsed


def _damaged() -> UnreadableDocument:
    return UnreadableDocument("The PDF is damaged: it cannot be opened.",
                              "Download it again, or print it to a new PDF.")


def _size(page: PlumberPage) -> tuple[float, float]:
    return float(page.width), float(page.height)


def _page(page: PlumberPage, rendered: pypdfium2.PdfDocument, index: int, settings: Settings) -> Page:
    width, height = _size(page)
    if max(width, height) > settings.max_page_inches * 72:
        raise LimitExceeded(f"Page {index + 1} is {max(width, height) / 72:.0f} inches long; the limit is "
                            f"{settings.max_page_inches:g}.", "Check the page size, or raise GOUJI_MAX_PAGE_INCHES.")
    count = sum(len(found) for found in page.objects.values())
    if count > settings.max_page_objects:
        raise LimitExceeded(f"Page {index + 1} has {count} objects; the limit is {settings.max_page_objects}.",
                            "Print the file to a new PDF, or raise GOUJI_MAX_PAGE_OBJECTS.")
    images = tuple(_box(image) for image in page.images)
    reason = _unusable(page, images, rendered, index)
    if reason:
        return Page(index + 1, width, height, images=images, needs_ocr=reason)
    return Page(index + 1, width, height, tuple(_words(page)), tuple(_rulings(page)), images)


def _box(item: dict[str, Any]) -> Box:
    return Box(float(item["x0"]), float(item["top"]), float(item["x1"]), float(item["bottom"]))


def _unusable(page: PlumberPage, images: tuple[Box, ...], rendered: pypdfium2.PdfDocument, index: int) -> str:
    """Why the page's text cannot be trusted, or an empty string."""
    characters = [char["text"] for char in page.chars if not char["text"].isspace()]
    if not characters:
        drawn = len(page.curves) > 50
        return "no_text" if images else "outlined_text" if drawn else ""
    if sum(map(_meaningless, characters)) > UNMAPPED * len(characters):
        return "unmapped_glyphs"
    covered = sum(box.width * box.height for box in images)
    if covered >= COVERING * float(page.width) * float(page.height) and _invisible(rendered, index):
        return "hidden_text_layer"
    return ""


def _meaningless(text: str) -> bool:
    """True for `(cid:12)`, private-use, unassigned, control and replacement characters."""
    return text.startswith("(cid:") or any(
        unicodedata.category(char) in ("Co", "Cn", "Cc") or char == "\N{REPLACEMENT CHARACTER}" for char in text)


def _invisible(rendered: pypdfium2.PdfDocument, index: int) -> bool:
    """True if most text objects of the page are drawn in an invisible mode (as the text layer of a scanner is)."""
    page = rendered[index]
    modes = [pdfium.FPDFTextObj_GetTextRenderMode(item.raw)
             for item in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_TEXT,))]
    page.close()
    hidden = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
    return bool(modes) and sum(mode in hidden for mode in modes) > len(modes) / 2


def _words(page: PlumberPage) -> Iterator[Word]:
    """Runs of characters on a line; characters printed twice (fake bold) count once."""
    clean = page.filter(_Once())
    for word in clean.extract_words(return_chars=True, keep_blank_chars=False):
        chars = word["chars"]
        upright = bool(chars[0]["upright"])
        text, edges = [], []
        for char in chars:
            letters = _unify(char["text"])
            step = (char["x1"] - char["x0"]) / max(1, len(letters))
            for position, letter in enumerate(letters):
                text.append(letter)
                edges.append(float(char["x0"] + position * step))
        if text:
            edges.append(float(chars[-1]["x1"]))
            yield Word("".join(text), _box(word), tuple(edges), float(chars[0]["size"]), upright)


class _Once:
    """A filter that drops a character printed again within a point of the same one."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int, int]] = set()

    def __call__(self, item: dict[str, Any]) -> bool:
        if item["object_type"] != "char":
            return True
        text, x, y = item["text"], round(item["x0"]), round(item["top"])
        if not text.isspace() and any((text, x + dx, y + dy) in self.seen for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            return False
        self.seen.add((text, x, y))
        return True


def _unify(text: str) -> str:
    """Radicals and compatibility ideographs, which PDF fonts map to by mistake, as the characters they look like."""
    return "".join(unicodedata.normalize("NFKC", char) if "\u2e80" <= char <= "\u2fdf" or "\uf900" <= char <= "\ufaff"
                   or "\ufb00" <= char <= "\ufb06" else char for char in text)


def _rulings(page: PlumberPage) -> Iterator[Ruling]:
    """Drawn lines: strokes, thin filled rectangles, borders of stroked rectangles, straight parts of paths."""
    for line in page.lines:
        yield from _straight(line["x0"], line["top"], line["x1"], line["bottom"])
    for rect in page.rects:
        box = _box(rect)
        if min(box.width, box.height) <= THIN:
            yield from _straight(box.x0, box.top, box.x1, box.bottom)
        elif rect["stroke"]:
            yield from _straight(box.x0, box.top, box.x1, box.top)
            yield from _straight(box.x0, box.bottom, box.x1, box.bottom)
            yield from _straight(box.x0, box.top, box.x0, box.bottom)
            yield from _straight(box.x1, box.top, box.x1, box.bottom)
    for curve in page.curves:
        if curve["stroke"]:
            yield from _polyline(curve["pts"])


def _polyline(points: Iterable[tuple[float, float]]) -> Iterator[Ruling]:
    for (x0, y0), (x1, y1) in pairwise(points):
        yield from _straight(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _straight(x0: float, top: float, x1: float, bottom: float) -> Iterator[Ruling]:
    """A ruling through the middle of a thin box; nothing if the box is neither thin nor long."""
    width, height = x1 - x0, bottom - top
    if max(width, height) < SHORTEST_RULING or min(width, height) > THIN:
        return
    if width >= height:
        middle = (top + bottom) / 2
        yield Ruling(float(x0), float(middle), float(x1), float(middle))
    else:
        middle = (x0 + x1) / 2
        yield Ruling(float(middle), float(top), float(middle), float(bottom))
