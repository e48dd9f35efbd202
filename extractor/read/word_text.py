"""The text of a Word paragraph as it prints: accepted changes, no hidden text, no field codes, boxes set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extractor.read.decode import strip_invisible
from extractor.read.wordml import MC, Element, R, Styles, W, child_value, is_on, is_placeholder, whole

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_V = "{urn:schemas-microsoft-com:vml}"
_O = "{urn:schemas-microsoft-com:office:office}"
BOX = W + "txbxContent"
REMOVED = frozenset({W + "del", W + "moveFrom"})
ADDED = frozenset({W + "ins", W + "moveTo"})
_DRAWN = frozenset({W + "drawing", W + "pict", W + "object"})
_SKIPPED = frozenset({W + "pPr", W + "rPr", W + "sdtPr", W + "sdtEndPr", W + "instrText", W + "delText",
                      W + "delInstrText", W + "rt", W + "rubyPr", W + "fldData", W + "footnoteReference",
                      W + "endnoteReference", W + "annotationRef", W + "smartTagPr", W + "customXmlPr"})
_SIGNS = {W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
_NOTE_MARK = re.compile(r"\s*[\[［(（]?(\d{1,3}|\*{1,3})[)）\]］]?\s*")


@dataclass(slots=True)
class Inline:
    """What a paragraph holds: its text, text boxes anchored in it, pictures, embedded objects, tracked changes."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    pictures: int = 0
    objects: list[str] = field(default_factory=list)
    changes: int = 0

    @property
    def text(self) -> str:
        """Its lines without blanks at their ends; blank lines at its ends are left out."""
        text = strip_invisible("".join(self.pieces)).replace("\xa0", " ")
        return "\n".join(line.strip() for line in text.split("\n")).strip("\n")


def inline(paragraph: Element, styles: Styles) -> Inline:
    """Everything in a paragraph, as printed once all tracked changes are accepted.

    Raised numbers become `[1]`, lest they join the number before them; struck-out and hidden text is left out.
    """
    found = Inline()
    _Collector(found, styles, child_value(paragraph, "pPr", "pStyle")).collect(paragraph)
    return found


def chosen(alternatives: Element) -> Element | None:
    """The branch of `mc:AlternateContent` that a current Word shows: the first choice, else the fallback."""
    choice = alternatives.find(MC + "Choice")
    return choice if choice is not None else alternatives.find(MC + "Fallback")


class _Collector:
    """Walks the inside of one paragraph; XML parsed without `huge_tree` nests no deeper than 256."""

    def __init__(self, found: Inline, styles: Styles, paragraph_style: str | None) -> None:
        self.found = found
        self.styles = styles
        self.paragraph_style = paragraph_style

    def collect(self, parent: Element) -> None:
        for child in parent:
            self.one(child)

    def one(self, child: Element) -> None:
        tag = child.tag
        if tag == W + "r":
            self.run(child)
        elif tag == W + "t" or tag == _M + "t":
            self.found.pieces.append((child.text or "").replace("\n", " "))
        elif tag in _SIGNS:
            self.found.pieces.append(_SIGNS[tag])
        elif tag == W + "sym":
            self.found.pieces.append(_symbol(child))
        elif tag == MC + "AlternateContent":
            branch = chosen(child)
            if branch is not None:
                self.collect(branch)
        elif tag in _DRAWN:
            self.drawn(child)
        elif tag in REMOVED:
            self.found.changes += 1
        elif tag not in _SKIPPED and not is_placeholder(child):
            self.found.changes += tag in ADDED
            self.collect(child)

    def run(self, run: Element) -> None:
        properties = run.find(W + "rPr")
        hidden = is_on(properties, "vanish")
        if hidden is None:
            hidden = self.styles.is_hidden(child_value(properties, "rStyle"), self.paragraph_style)
        if hidden or is_on(properties, "strike") or is_on(properties, "dstrike"):
            return
        start = len(self.found.pieces)
        self.collect(run)
        if child_value(properties, "vertAlign") == "superscript":
            mark = _NOTE_MARK.fullmatch("".join(self.found.pieces[start:]))
            if mark:
                self.found.pieces[start:] = [f"[{mark.group(1)}]"]

    def drawn(self, drawing: Element) -> None:
        """Sets text boxes aside; counts pictures; names objects, whose content is in another part of the file."""
        pending = [drawing]
        while pending:
            element = pending.pop()
            tag = element.tag
            if tag == BOX:
                self.found.boxes.append(element)
                continue
            if tag == MC + "AlternateContent":
                branch = chosen(element)
                pending += [branch] if branch is not None else []
                continue
            if tag == _V + "textpath" and element.get("string"):
                self.found.titles.append(element.get("string"))
            elif tag == _O + "OLEObject":
                self.found.objects.append(element.get("ProgID") or "OLE object")
            elif tag == _V + "imagedata" or (element.get(R + "embed") and str(tag).endswith("}blip")):
                self.found.pictures += 1
            pending += reversed(element)


def _symbol(element: Element) -> str:
    """A character given by its code; codes of the private use area are pictures of a symbol font."""
    code = element.get(W + "char") or ""
    value = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code) else 0
    return chr(value) if value >= 0x20 and not 0xD800 <= value <= 0xF8FF else ""


def span(properties: Element | None, name: str, default: int, most: int) -> int:
    """A whole number among a cell's or row's properties, kept between `default` and `most`."""
    number = whole(child_value(properties, name))
    return default if number is None else min(max(number, default), most)
