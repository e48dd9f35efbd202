"""Reads web pages: the report among the page's navigation, its tables with their spans, its title and publisher."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

from extractor.document import Document, Notice, Page, Source
from extractor.errors import LimitExceeded, UnreadableDocument
from extractor.read import markup
from extractor.read.article import is_title, select
from extractor.read.decode import decode, strip_invisible
from extractor.read.flow import Kind, Passage, RawTable, assemble, dissolve, is_dump
from extractor.read.text import check_text_size, damage_notice
from extractor.settings import Settings

LITTLE = 300
"""Characters: a page with less text and no table only leads to the report."""
TITLE_WITHIN = 12
"""Lines at the start of the report in which its title is looked for before the page's own title is used."""

_TITLES = ("articletitle", "og:title", "dc.title", "citation_title")
_PUBLISHERS = ("contentsource", "source", "publisher")
_CHINESE_NAME = re.compile(r"[\u4e00-\u9fff（）()·、\s]{4,40}")
_SITE = re.compile(r"(?<=报告|年报)\s*[_|｜–—-].*")
"""What follows a report's title in the title of its page."""
_STRUCTURED = re.compile(r"<(?:html|body|p|div|br|span)[\s>/]", re.IGNORECASE)


def read_web(data: bytes, settings: Settings, charset: str = "") -> Document:
    """The report on a page; `charset` is what came with the page from outside, if anything did.

    Text stands in the flow as paragraphs, headings, and, where it breaks lines by hand, lines; frames made of tables
    are dissolved. Notices: `needs_ocr` (the report is pictures), `embedded_file` (it is a file the page shows or links
    to), `damaged_text`. Raises `UnreadableDocument` or `LimitExceeded`.
    """
    check_text_size(data, settings)
    decoded = decode(data, charset)
    root = _parsed(decoded.text)
    page = markup.walk(root, settings, preformatted=not _STRUCTURED.search(decoded.text))
    items, region = select(list(dissolve(page.content)), page.regions)
    notices = damage_notice(decoded.damaged) + tuple(_absences(items, page, region))
    if not items and not notices:
        raise UnreadableDocument("The page holds no text.", "Save the page after it has loaded completely.")
    flow = assemble([*_named_lines(root, items), *items], settings)
    return Document(Source.WEB, (Page(1, 0.0, 0.0, source=Source.WEB),), flow, notices)


def _parsed(text: str) -> markup.Element:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True)
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise UnreadableDocument("The page cannot be parsed.", "Save it again as HTML or PDF.") from error
    if root is None:
        raise UnreadableDocument("The page holds no text.", "Save the page after it has loaded completely.")
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        # the parser stops there and would lose the rest in silence
        raise LimitExceeded("The page nests elements too deeply.", "It is probably damaged; save it again.")
    return root


def _named_lines(root: markup.Element, items: Sequence[Passage | RawTable]) -> Iterator[Passage]:
    """The page's title and publisher, where the report itself does not begin with them."""
    texts = [line for item in items if isinstance(item, Passage) for line in item.lines]
    meta = {name.lower(): content for name, content in _metadata(root)}
    if not any(is_title(text) for text in texts[:TITLE_WITHIN]):
        stated = [meta[name] for name in _TITLES if name in meta]
        stated += [_SITE.sub("", _squeezed("".join(element.itertext()))) for element in root.iter("title", "h1")]
        title = next((text for text in stated if is_title(text)), next(filter(None, stated), ""))
        if title:
            yield Passage(title, Kind.HEADING, name="page title")
    for name in _PUBLISHERS:
        publisher = meta.get(name, "")
        if _CHINESE_NAME.fullmatch(publisher):
            if not any(publisher in text for text in texts):
                yield Passage(publisher, name=f"page {name}")
            return


def _metadata(root: markup.Element) -> Iterator[tuple[str, str]]:
    for element in root.iter("meta"):
        name, content = element.get("name") or element.get("property"), _squeezed(element.get("content") or "")
        if name and content:
            yield name, content


def _squeezed(text: str) -> str:
    return " ".join(strip_invisible(text).split())[:500]


def _absences(items: Sequence[Passage | RawTable], page: markup.Page, region: int) -> Iterator[Notice]:
    """What is missing from a page without tables: they are in a picture or in another file."""
    if any(isinstance(item, RawTable) for item in items) or is_dump(items):
        return
    little = sum(len(item.text) for item in items if isinstance(item, Passage)) < LITTLE
    last = page.regions[region].last
    files = [name for at, name in page.files if little or region <= at <= last]
    pictures = [at for at in page.pictures if little or region <= at <= last]
    if files:
        yield Notice("embedded_file", detail=files[0])
    elif pictures:
        yield Notice("needs_ocr", detail=f"{len(pictures)} pictures, no table")
