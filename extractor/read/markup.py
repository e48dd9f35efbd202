"""Walks the elements of a web page: what its reader would see, as passages and raw tables, each with its region.

The walk keeps its own stacks instead of recursing: pages nest as deep as the parser allows (2048). It stops as soon as
a limit is reached, long before a hostile page is walked to its end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree

from extractor.errors import LimitExceeded
from extractor.read.decode import strip_invisible
from extractor.read.flow import (
    MAX_NESTING,
    Kind,
    Passage,
    RawTable,
    Span,
    check_cells,
    check_objects,
    lay_out,
    numbered,
)
from extractor.read.ordinals import ordinal
from extractor.settings import Settings

Element = Any
"""An element of lxml, which carries no types."""

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS = HEADINGS | {
    "html", "body", "div", "p", "pre", "table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "ul",
    "ol", "li", "dl", "dt", "dd", "section", "article", "main", "header", "form", "fieldset", "legend",
    "blockquote", "center", "address", "figure", "figcaption", "details", "summary", "hr", "dir", "menu",
    "marquee", "listing", "xmp", "v:textbox",
}
DROPPED = frozenset({
    "head", "script", "style", "noscript", "template", "xml", "svg", "canvas", "audio", "video", "map", "nav",
    "footer", "select", "button", "datalist", "object", "embed", "iframe", "frame", "applet", "rt", "rp", "rtc",
    "del", "s", "strike", "noframes", "title", "meta", "link", "base",
})
EMBEDDING = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}
PREFORMATTED = frozenset({"pre", "listing", "xmp"})

_GONE = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|mso-element\s*:\s*(?:comment-list|header|footer)|"
                   r"mso-(?:foot|end)note-id|text-decoration[^;]*line-through", re.IGNORECASE)
_INVISIBLE = re.compile(r"visibility\s*:\s*hidden", re.IGNORECASE)
_COMMENT_CLASS = re.compile(r"\bMsoComment", re.IGNORECASE)
_NOTE_MARK = re.compile(r"[\[［(（【]?\s*(\d{1,3}|\*{1,3})\s*[)）\]］】]?")
_BREAKING_SPACE = re.compile(r"[ \t\f]*[\r\n][ \t\f\r\n]*")
_SPACES = re.compile(r"[ \t\f]+")
# Characters between which a line break in the source is no space (CSS Text 3, segment break transformation).
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_SOURCE_BREAK = re.compile(f"(?<=[{_WIDE}])\r(?=[{_WIDE}])")
_SMALL = 60
"""Pixels: smaller pictures are icons."""
_FILE = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|zip|rar)(?:$|[?#&])", re.IGNORECASE)
_LIST_STYLES = {
    "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "1": "decimal",
    "lower-alpha": "lowerLetter", "lower-latin": "lowerLetter", "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter", "lower-roman": "lowerRoman", "upper-roman": "upperRoman",
    "cjk-ideographic": "chineseCounting", "simp-chinese-informal": "chineseCounting",
    "trad-chinese-informal": "chineseCounting", "cjk-decimal": "ideographDigital", "none": "none",
    "disc": "none", "circle": "none", "square": "none",
}
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)


@dataclass(slots=True)
class Region:
    """A block element, numbered in document order: the region it lies in, and the last region within it."""

    parent: int
    last: int


@dataclass(slots=True)
class Page:
    """What a walk found. Passages and tables have the number of their region as `origin`.

    `pictures` and `files` (embedded or linked documents) are named with their region.
    """

    content: list[Passage | RawTable] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Target:
    """Where text goes: the page itself or a cell. `pieces` is the text since the last block began or ended."""

    content: list[Passage | RawTable]
    preformatted: int = 0
    pieces: list[str] = field(default_factory=list)
    letters: int = 0
    linked: int = 0
    label: str = ""


@dataclass(slots=True)
class _OpenTable:
    """A table whose end has not come yet; `cell` is the open cell's element, `cells` counts all."""

    element: Element
    region: int
    rows: list[list[Span]] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    group: int = 0
    cell: Element = None
    cells: int = 0

    def new_row(self) -> None:
        self.rows.append([])
        self.groups.append(self.group)


@dataclass(slots=True)
class _List:
    """An open list: the style of its numbers and the next one."""

    style: str
    next: int


def walk(root: Element, settings: Settings, preformatted: bool = False) -> Page:
    """Everything visible under `root`; with `preformatted`, line ends of the source outside cells count as such.

    Raises `LimitExceeded` for tables that are too large or nested too deeply.
    """
    walker = _Walker(root, settings, preformatted)
    return walker.walk()


class _Walker:
    def __init__(self, root: Element, settings: Settings, preformatted: bool) -> None:
        self.root = root
        self.settings = settings
        self.page = Page(regions=[Region(0, 0)])
        self.targets = [_Target(self.page.content, int(preformatted))]
        self.tables: list[_OpenTable] = []
        self.lists: list[_List] = []
        self.region = 0
        self.anchors = 0
        self.headings = 0

    def walk(self) -> Page:
        steps = etree.iterwalk(self.root, events=("start", "end"))
        skipped = None
        for event, element in steps:
            if event == "start":
                if self._gone(element):
                    skipped = element
                    steps.skip_subtree()
                    continue
                self._open(element)
                if _INVISIBLE.search(element.get("style") or ""):
                    steps.skip_subtree()
                else:
                    self._text(element.text)
                continue
            if element is skipped:
                skipped = None
            else:
                self._close(element)
            if element is not self.root:
                self._text(element.tail)
        self._flush()
        return self.page

    def _gone(self, element: Element) -> bool:
        """True if nothing of the element is to be walked; what it stands for is noted here."""
        tag = element.tag
        if not isinstance(tag, str):
            return True
        if tag in EMBEDDING and element.get(EMBEDDING[tag]):
            self.page.files.append((self.region, element.get(EMBEDDING[tag])[:500]))
        if tag in DROPPED or element.get("hidden") is not None:
            return True
        if _GONE.search(element.get("style") or "") or _COMMENT_CLASS.search(element.get("class") or ""):
            return True
        return tag == "sup" and self._note_mark(element)

    def _note_mark(self, element: Element) -> bool:
        """Writes a raised number as `[1]`: joined to the number before it, it would make a larger one."""
        mark = _NOTE_MARK.fullmatch("".join(islice(element.itertext(), 8)).strip())
        if mark:
            self._text(f"[{mark.group(1)}]")
        return mark is not None

    def _open(self, element: Element) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self._flush()
            check_objects(len(self.page.regions), self.settings)
            self.page.regions.append(Region(self.region, len(self.page.regions)))
            self.region = len(self.page.regions) - 1
            self._open_block(element, tag)
        elif tag == "br":
            self.targets[-1].pieces.append("\n")
        elif tag == "a" and element.get("href") is not None:
            self.anchors += 1
            if _FILE.search(element.get("href")):
                self.page.files.append((self.region, element.get("href")[:500]))
        elif tag == "img" and not _is_icon(element):
            self.page.pictures.append(self.region)
        elif tag == "input" and self.tables and (element.get("type") or "text").lower() in ("text", "number"):
            self._text(element.get("value"))

    def _open_block(self, element: Element, tag: str) -> None:
        if tag in HEADINGS:
            self.headings += 1
        elif tag in PREFORMATTED:
            self.targets[-1].preformatted += 1
        elif tag in ("ol", "ul"):
            self.lists.append(_opened_list(element))
        elif tag == "li":
            self.targets[-1].label = self._item_label(element)
        elif tag == "table":
            if len(self.tables) >= MAX_NESTING:
                raise LimitExceeded(f"Tables are nested more than {MAX_NESTING} deep.",
                                    "Save the report in a simpler form.")
            self.tables.append(_OpenTable(element, self.region))
        elif self.tables and self.tables[-1].cell is None:
            self._open_table_part(element, tag)

    def _open_table_part(self, element: Element, tag: str) -> None:
        table = self.tables[-1]
        if tag in ("thead", "tbody", "tfoot"):
            table.group += 1
        elif tag == "tr":
            table.new_row()
        elif tag in ("td", "th"):
            if not table.rows:
                table.new_row()
            span = Span(_integer(element.get("rowspan"), 1), max(1, _integer(element.get("colspan"), 1)))
            table.rows[-1].append(span)
            table.cell = element
            table.cells += 1
            check_cells(table.cells, self.settings)
            self.targets.append(_Target(span.content))

    def _close(self, element: Element) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self._flush()
            self._close_block(element, tag)
            region = self.page.regions[self.region]
            region.last = len(self.page.regions) - 1
            self.region = region.parent
        elif tag == "a" and element.get("href") is not None:
            self.anchors -= 1

    def _close_block(self, element: Element, tag: str) -> None:
        if tag in HEADINGS:
            self.headings -= 1
        elif tag in PREFORMATTED:
            self.targets[-1].preformatted -= 1
        elif tag in ("ol", "ul"):
            self.lists.pop()
        elif tag in ("td", "th"):
            if self.tables and self.tables[-1].cell is element:
                self.tables[-1].cell = None
                self.targets.pop()
        elif tag == "table":
            table = self.tables.pop()
            raw = lay_out(table.rows, table.groups, self.settings, origin=table.region)
            if raw.cells:
                self.targets[-1].content.append(raw)

    def _text(self, text: str | None) -> None:
        if not text:
            return
        target = self.targets[-1]
        if not target.preformatted:
            # "\r" stands for white space with a line end until its neighbours are known
            text = _SPACES.sub(" ", _BREAKING_SPACE.sub("\r", text))
        target.pieces.append(text)
        letters = len(text.strip())
        target.letters += letters
        target.linked += letters if self.anchors else 0

    def _flush(self) -> None:
        """Ends the running text: a paragraph or heading, or lines where it breaks lines by hand."""
        target = self.targets[-1]
        if not target.pieces:
            return
        lines = _lines(target.pieces, bool(target.preformatted))
        check_objects(len(lines), self.settings)
        linked = target.letters > 0 and target.linked * 5 >= target.letters * 4
        if target.label and lines:
            lines[0] = numbered(target.label, lines[0])
            target.label = ""
        if lines:
            kind = Kind.LINES if target.preformatted or len(lines) > 1 else Kind.PARAGRAPH
            kind = Kind.HEADING if self.headings else kind
            target.content.append(Passage("\n".join(lines), kind, linked=linked, origin=self.region))
        target.pieces, target.letters, target.linked = [], 0, 0

    def _item_label(self, element: Element) -> str:
        """The number before a list item, empty in lists without numbers."""
        if not self.lists:
            return ""
        current = self.lists[-1]
        number = _integer(element.get("value"), current.next)
        current.next = number + 1
        text = ordinal(number, current.style)
        return text + ("、" if current.style.startswith(("chinese", "ideograph")) else ".") if text else ""


def _lines(pieces: Sequence[str], preformatted: bool) -> list[str]:
    """The lines of running text, blank ones at its ends left out; tabs are kept in preformatted text only."""
    text = strip_invisible("".join(pieces))
    if preformatted:
        lines = [line.replace("\xa0", " ").rstrip() for line in text.split("\n")]
    else:
        text = re.sub(r"[ \r]*\r[ \r]*", "\r", text)
        text = _SOURCE_BREAK.sub("", text).replace("\r", " ").replace("\xa0", " ")
        lines = [re.sub(" {2,}", _shortened, line).strip() for line in text.split("\n")]
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return lines[filled[0]:filled[-1] + 1] if filled else []


def _shortened(spaces: re.Match[str]) -> str:
    """Runs of spaces stay recognisable as gaps, whatever their length."""
    return "  "


def _opened_list(element: Element) -> _List:
    if element.tag == "ul":
        return _List("none", 1)
    stated = _LIST_STYLE.search(element.get("style") or "")
    name = stated.group(1).lower() if stated else element.get("type") or "1"
    return _List(_LIST_STYLES.get(name, "decimal"), _integer(element.get("start"), 1))


def _is_icon(element: Element) -> bool:
    return any(0 < _integer(element.get(name), _SMALL) < _SMALL for name in ("width", "height"))


def _integer(text: str | None, default: int) -> int:
    """The whole number at the start of an attribute, as browsers read it."""
    found = re.match(r"\s*\+?(\d{1,9})", text or "")
    return int(found.group(1)) if found else default
