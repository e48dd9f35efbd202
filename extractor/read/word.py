"""Reads Word documents (.docx): paragraphs and tables in reading order, merged cells at their exact place in the grid.

The parts are parsed here rather than by python-docx: that unpacks every part of the archive without a bound, refuses
strict documents and dangling references that Word and WPS open, and shows neither tracked changes, content controls,
text boxes nor list numbers, so all of this would have to be read from the XML besides.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extractor.document import Document, Notice, Page, Source
from extractor.errors import UnreadableDocument
from extractor.read.flow import (
    MAX_SPAN,
    Kind,
    Passage,
    RawCell,
    RawTable,
    assemble,
    dissolve,
    grid,
    is_dump,
    numbered,
)
from extractor.read.package import Package
from extractor.read.word_numbering import Numbering
from extractor.read.word_text import ADDED, REMOVED, chosen, inline, span
from extractor.read.wordml import MC, Element, R, Styles, W, child_number, child_value, is_on, is_placeholder, parse
from extractor.settings import Settings

CELL_ROW_TABS = 2
"""Tabs inside a paragraph that make it a row of a table typed with tabs."""

_P, _TBL, _TR, _TC, _SDT, _CHUNK = (W + name for name in ("p", "tbl", "tr", "tc", "sdt", "altChunk"))
_WRAPPERS = frozenset({W + "customXml", W + "smartTag", W + "sdtContent"}) | ADDED


def read_word(data: bytes, settings: Settings) -> Document:
    """The body of a document; headers, footers, notes and comments are left out, tracked changes taken as accepted.

    Text boxes follow the paragraph they are anchored in. Notices: `needs_ocr` (no table, but pictures),
    `embedded_file` (an embedded object or imported file stands where a table might be), `tracked_changes`.
    Raises `UnreadableDocument`, `EncryptedDocument` or `LimitExceeded`.
    """
    package = Package(data, settings)
    main = _main_part(package)
    body = parse(package, main).find(W + "body")
    if body is None:
        raise UnreadableDocument("The Word document has no body.", "Open it in Word or WPS and save it again.")
    related = _related(package, main)
    styles = Styles(_optional(package, related.get("styles")))
    reader = _Reader(styles, Numbering(_optional(package, related.get("numbering")), styles), settings)
    items = list(dissolve(reader.content(body)))
    flow = assemble(items, settings)
    return Document(Source.WORD, (Page(1, 0.0, 0.0, source=Source.WORD),), flow, tuple(reader.notices(items)))


def _main_part(package: Package) -> str:
    """The part that the package names as its document, else the usual one."""
    if "_rels/.rels" in package:
        for element in parse(package, "_rels/.rels"):
            name = (element.get("Target") or "").lstrip("/")
            if (element.get("Type") or "").endswith("/officeDocument") and name in package:
                return name
    return next((name for name in sorted(package.names) if name.startswith("word/document") and name.endswith(".xml")),
                "word/document.xml")


def _related(package: Package, main: str) -> dict[str, str]:
    """The parts that the document refers to, by the last word of the relationship's type; usual names where absent."""
    folder, name = posixpath.split(main)
    found = {kind: posixpath.join(folder, f"{kind}.xml") for kind in ("styles", "numbering")}
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations in package:
        for element in parse(package, relations):
            kind = (element.get("Type") or "").rpartition("/")[2]
            target = element.get("Target") or ""
            if kind in found and element.get("TargetMode") != "External":
                found[kind] = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
    return found


def _optional(package: Package, name: str | None) -> Element | None:
    return parse(package, name) if name and name in package else None


@dataclass(slots=True)
class _Slot:
    """A cell that may still grow downwards."""

    row: int
    column: int
    colspan: int
    content: list[Passage | RawTable] = field(default_factory=list)
    rowspan: int = 1

    def cell(self) -> RawCell:
        return RawCell(self.row, self.column, self.rowspan, self.colspan, tuple(self.content))


class _Reader:
    """Turns elements into passages and raw tables; list numbers count on from call to call."""

    def __init__(self, styles: Styles, numbering: Numbering, settings: Settings) -> None:
        self.styles = styles
        self.numbering = numbering
        self.settings = settings
        self.pictures = 0
        self.objects: list[str] = []
        self.changes = 0

    def content(self, parent: Element) -> list[Passage | RawTable]:
        """The paragraphs and tables of a body, a cell or a text box."""
        found: list[Passage | RawTable] = []
        carried = ""
        for element in self.unwrapped(parent, (_P, _TBL, _CHUNK)):
            if element.tag == _TBL:
                found.append(self.table(element))
            elif element.tag == _CHUNK:
                self.objects.append(f"imported file {element.get(R + 'id') or ''}".strip())
            else:
                carried = self.paragraph(element, carried, found)
        if carried:
            found.append(Passage(carried))
        return found

    def unwrapped(self, parent: Element, wanted: Sequence[str]) -> Iterator[Element]:
        """The elements with a wanted name, also from inside content controls, insertions and alternatives."""
        for element in parent:
            tag = element.tag
            if tag in wanted:
                yield element
            elif tag == _SDT:
                inside = element.find(W + "sdtContent")
                prompt = _P in wanted and is_placeholder(element)
                if inside is not None and not prompt and not _is_contents(element):
                    yield from self.unwrapped(inside, wanted)
            elif tag == MC + "AlternateContent":
                branch = chosen(element)
                if branch is not None:
                    yield from self.unwrapped(branch, wanted)
            elif tag in _WRAPPERS:
                self.changes += tag in ADDED
                yield from self.unwrapped(element, wanted)
            elif tag in REMOVED:
                self.changes += 1

    def paragraph(self, element: Element, carried: str, found: list[Passage | RawTable]) -> str:
        """Appends a paragraph and its text boxes to `found`.

        A paragraph whose mark is deleted runs on into the next one: its text is returned, to be passed as `carried`.
        """
        properties = element.find(W + "pPr")
        style = child_value(properties, "pStyle")
        parts = inline(element, self.styles)
        self.pictures += parts.pictures
        self.objects += parts.objects
        self.changes += parts.changes
        text = carried + parts.text
        runs_on = properties is not None and properties.find(f"{W}rPr/{W}del") is not None
        if not runs_on and not self.styles.is_contents(style):
            label = self.label(properties, style)
            if text.strip():
                found.append(Passage(numbered(label, text), self.kind(text, properties, style)))
        found += [Passage(title) for title in parts.titles]
        for box in parts.boxes:
            found += self.content(box)
        return text if runs_on else ""

    def kind(self, text: str, properties: Element | None, style: str | None) -> Kind:
        outline = child_number(properties, "outlineLvl")
        if self.styles.is_heading(style) if outline is None else 0 <= outline < 9:
            return Kind.HEADING
        by_hand = "\n" in text or text.count("\t") >= CELL_ROW_TABS
        return Kind.LINES if by_hand else Kind.PARAGRAPH

    def label(self, properties: Element | None, style: str | None) -> str:
        """The automatic number of a paragraph, by its own properties or its style's; counts in any case."""
        num_id, level = child_value(properties, "numPr", "numId"), child_number(properties, "numPr", "ilvl")
        inherited = self.styles.numbering(style)
        if num_id is None and inherited is not None:
            num_id, stated, owner = inherited
            linked = self.numbering.level_of(num_id, owner)
            level = level if level is not None else stated if stated is not None else linked
        if not num_id or num_id == "0":
            return ""
        return self.numbering.next_label(num_id, min(max(level or 0, 0), 8))

    def table(self, element: Element) -> RawTable:
        """The grid of a table: cells merged downwards continue the cell above that starts in the same column."""
        slots: list[_Slot] = []
        above: dict[int, _Slot] = {}
        row = 0
        for line in self.unwrapped(element, (_TR,)):
            properties = line.find(W + "trPr")
            if properties is not None and (properties.find(W + "del") is not None or is_on(properties, "hidden")):
                continue
            above = self.row(line, row, above, slots)
            row += 1
        return grid([slot.cell() for slot in slots], row, self.settings)

    def row(self, line: Element, row: int, above: dict[int, _Slot], slots: list[_Slot]) -> dict[int, _Slot]:
        """Adds a row's cells to `slots`; returns them by column, for the next row to continue.

        What a merged cell holds besides its first part is not shown by Word, and not read.
        """
        current: dict[int, _Slot] = {}
        column = span(line.find(W + "trPr"), "gridBefore", 0, MAX_SPAN)
        last: _Slot | None = None
        for cell in self.unwrapped(line, (_TC,)):
            properties = cell.find(W + "tcPr")
            width = span(properties, "gridSpan", 1, MAX_SPAN)
            content = self.content(cell)
            upper = above.get(column)
            if child_value(properties, "hMerge") in ("continue", "") and last is not None and last.row == row:
                last.colspan += width
            elif child_value(properties, "vMerge") in ("continue", "") and upper and upper.colspan == width:
                upper.rowspan += 1
                current[column] = last = upper
            else:
                current[column] = last = _Slot(row, column, width, content)
                slots.append(last)
            column += width
        return current

    def notices(self, items: Sequence[Passage | RawTable]) -> Iterator[Notice]:
        """What a person should know: tables that are pictures or objects, changes that nobody has accepted."""
        if not any(isinstance(item, RawTable) for item in items) and not is_dump(items):
            if self.objects:
                yield Notice("embedded_file", detail=self.objects[0])
            elif self.pictures:
                yield Notice("needs_ocr", detail=f"{self.pictures} pictures, no table")
        if self.changes:
            yield Notice("tracked_changes", detail=str(self.changes))


def _is_contents(control: Element) -> bool:
    """True for a content control that holds a table of contents."""
    gallery = child_value(control, "sdtPr", "docPartObj", "docPartGallery") or ""
    return gallery.lower() == "table of contents"
