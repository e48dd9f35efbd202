"""Bytes of a text or web page into characters: encoding found by evidence, damage counted, invisible marks removed."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from extractor.errors import UnreadableDocument

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
         (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_HEAD = 8192
"""Bytes searched for a declaration and for signs of UTF-16."""
_MISREAD = 0.1
"""Share of undecodable characters among the non-ASCII ones above which a text is not in the assumed encoding."""
_USUAL = 0.9
"""Share of ASCII, Chinese and full-width characters above which a text was read in the right encoding."""
_USUAL_CHARACTER = re.compile("[\t\n\r -~\u2010-\u2027\u3000-\u301f\u4e00-\u9fff\uff00-\uffef]")
_DAMAGED = 0.02
"""Share of undecodable and control characters above which bytes are no text."""

# Zero-width and bidirectional marks, soft hyphens, variation selectors, object placeholders: nothing a reader sees.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
                        "\ufe00-\ufe0f\ufeff\ufffc]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was read with, and how many of its characters stand for bytes that are no text."""

    text: str
    encoding: str
    damaged: int


def decode(data: bytes, declared: str = "") -> Decoded:
    """The text in `data`, its line ends as `\\n`, without invisible marks.

    UTF-8 wins wherever it fits, since text in another encoding hardly ever passes for it; then comes what a byte order
    mark, `declared` or the page itself says; GB2312 and GBK are read as their superset GB18030. Single bytes that are
    no text become U+FFFD and are counted, never dropped: a lost digit must not leave a plausible number behind.
    Raises `UnreadableDocument` if there are too many of them.
    """
    text, encoding = _raw(data, declared)
    text = _LINE_END.sub("\n", text).rstrip("\x1a")
    text = _CONTROL.sub(REPLACEMENT, text)
    damaged = text.count(REPLACEMENT)
    if damaged > _DAMAGED * len(text):
        raise UnreadableDocument("The file is neither a document nor text in a known encoding.",
                                 "Check that it is the report, downloaded completely.")
    return Decoded(strip_invisible(text), encoding, damaged)


def strip_invisible(text: str) -> str:
    """The text without zero-width and bidirectional marks, soft hyphens and the like."""
    return _INVISIBLE.sub("", text)


def _raw(data: bytes, declared: str) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark):].decode(encoding, errors="replace"), encoding
    wide = _wide(data[:_HEAD])
    if wide:
        return data.decode(wide, errors="replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _best(data, declared)


def _wide(head: bytes) -> str:
    """`utf-16-le` or `utf-16-be` if the bytes only make sense as that, else nothing. Other encodings hold no zeros."""
    if not head.count(0):
        return ""
    head = head[:len(head) // 2 * 2]
    shares = {name: _usual_share(head.decode(name, errors="replace")) for name in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] > _USUAL else ""


def _usual_share(text: str) -> float:
    """The share of characters that Chinese text is made of."""
    return len(_USUAL_CHARACTER.findall(text)) / max(1, len(text))


def _best(data: bytes, declared: str) -> tuple[str, str]:
    """The reading with the fewest undecodable characters, damaged UTF-8 before all."""
    text = data.decode("utf-8", errors="replace")
    foreign = sum(1 for char in text if char > "\x7f")
    if text.count(REPLACEMENT) <= _MISREAD * foreign:
        return text, "utf-8"
    names = dict.fromkeys([_known(declared), _known(_declaration(data)), "gb18030"])
    readings = [(data.decode(name, errors="replace"), name) for name in names if name and name != "utf-8"]
    return min(readings, key=lambda reading: reading[0].count(REPLACEMENT))


def _declaration(data: bytes) -> str:
    found = _DECLARED.search(data[:_HEAD])
    return found.group(1).decode("ascii") if found else ""


def _known(name: str) -> str:
    """The codec to use for a declared name, empty if there is none that yields text."""
    plain = name.strip().lower()
    if plain.startswith(("gb", "x-gb", "cp936", "ms936", "euc-cn", "chinese")):
        return "gb18030"
    if plain.startswith(("big5", "x-x-big5")):
        return "big5hkscs"
    try:
        info = codecs.lookup(plain)
    except (LookupError, ValueError):
        return ""
    # Single-byte codecs decode anything: a page that says latin-1 by template default would hide its real encoding.
    return info.name if info.name.startswith(("utf", "euc", "shift", "cp932", "cp950", "cp949")) else ""
