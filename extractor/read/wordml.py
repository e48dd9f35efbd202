"""WordprocessingML: names, safe parsing of the parts of a .docx, and its styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from extractor.errors import UnreadableDocument
from extractor.read.package import Package

Element = Any
"""An element of lxml, which carries no types."""

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
VAL = W + "val"
LEVELS = 9
"""Levels of a list."""

# ISO/IEC 29500 strict documents use other namespaces for the same elements.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
)
_LONGEST_CHAIN = 20
"""Styles based on styles; longer chains go in a circle."""


def parse(package: Package, name: str) -> Element:
    """The root of a part. Entities are not resolved, and a document type, which the format forbids, is refused.

    Raises what `Package.read` raises, and `UnreadableDocument` if the part is no well-formed XML.
    """
    data = package.read(name)
    for strict, transitional in _STRICT:
        data = data.replace(strict, transitional)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
                             remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableDocument(f"The Word document is damaged: {name} is not well-formed.",
                                 "Open it in Word or WPS and save it again.") from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableDocument(f"The Word document is malformed: {name} declares a document type.",
                                 "Open it in Word or WPS and save it again.")
    return root


def child_value(element: Element | None, *path: str) -> str | None:
    """`w:val` of the descendant reached by `path` (names without prefix), empty if it has none; None if not there."""
    for name in path:
        if element is None:
            return None
        element = element.find(W + name)
    return None if element is None else element.get(VAL) or ""


def child_number(element: Element | None, *path: str) -> int | None:
    """Like `child_value`, as a whole number of at most nine digits; None if it is none."""
    return whole(child_value(element, *path))


def whole(text: str | None) -> int | None:
    """The whole number that an attribute states, or None."""
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,9}", text.strip()) else None


def is_on(element: Element | None, *path: str) -> bool | None:
    """An on-off property: None where it is not stated, true where it is stated without a value."""
    value = child_value(element, *path)
    return None if value is None else value.lower() not in ("0", "false", "off")


def is_placeholder(element: Element) -> bool:
    """True for a content control that still shows its prompt ("click here to enter text")."""
    return element.tag == W + "sdt" and bool(is_on(element, "sdtPr", "showingPlcHdr"))


@dataclass(frozen=True, slots=True)
class Style:
    """What this reader needs of a style; None where the style says nothing."""

    name: str
    parent: str
    num_id: str | None
    level: int | None
    outline: int | None
    hidden: bool | None


class Styles:
    """The styles of a document; a style inherits what it does not say from the one it is based on."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Style] = {}
        for element in root.iter(W + "style") if root is not None else ():
            properties = element.find(W + "pPr")
            self._styles[element.get(W + "styleId") or ""] = Style(
                name=(child_value(element, "name") or "").lower(),
                parent=child_value(element, "basedOn") or "",
                num_id=child_value(properties, "numPr", "numId"),
                level=child_number(properties, "numPr", "ilvl"),
                outline=child_number(properties, "outlineLvl"),
                hidden=is_on(element, "rPr", "vanish"))

    def chain(self, style_id: str | None) -> Iterator[tuple[str, Style]]:
        """A style and those it is based on, nearest first, each with its id."""
        for _ in range(_LONGEST_CHAIN):
            style = self._styles.get(style_id or "")
            if style is None or style_id is None:
                return
            yield style_id, style
            style_id = style.parent

    def is_heading(self, style_id: str | None) -> bool:
        """True for styles that Word shows in its outline, and for titles."""
        for _, style in self.chain(style_id):
            if style.outline is not None:
                return 0 <= style.outline < LEVELS
            if style.name == "title" or style.name.startswith("heading "):
                return True
        return False

    def is_contents(self, style_id: str | None) -> bool:
        """True for the styles of a table of contents."""
        return any(re.fullmatch(r"toc \d", style.name) for _, style in self.chain(style_id))

    def is_hidden(self, *style_ids: str | None) -> bool:
        """True if the first of the styles that says anything about it hides its text."""
        stated = (style.hidden for style_id in style_ids for _, style in self.chain(style_id))
        return next((hidden for hidden in stated if hidden is not None), False)

    def numbering(self, style_id: str | None) -> tuple[str, int | None, str] | None:
        """Number id and level that a paragraph style gives, and the id of the style that says so."""
        for owner, style in self.chain(style_id):
            if style.num_id is not None:
                return style.num_id, style.level, owner
        return None

    def list_of(self, style_id: str) -> str | None:
        """The number id that a list style stands for."""
        style = self._styles.get(style_id)
        return style.num_id if style else None
