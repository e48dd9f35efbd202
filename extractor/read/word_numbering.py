"""Automatic list numbers of Word documents: computed as Word does, since the file states only their definition."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractor.read.ordinals import ordinal
from extractor.read.wordml import LEVELS, VAL, Element, Styles, W, child_number, child_value, is_on, whole

_LONGEST_LINK = 5


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is numbered; `restart`: the level (from 1) after which it starts anew, 0 for never."""

    start: int = 1
    style: str = "decimal"
    text: str = ""
    arabic: bool = False
    restart: int | None = None
    linked_style: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class _List:
    """A list as paragraphs refer to it: the definition it uses, and what it changes of it."""

    definition: str
    starts: dict[int, int]
    levels: dict[int, _Level]


class Numbering:
    """The counters of all lists of a document; lists that share a definition share its counters, as in Word."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._definitions: dict[str, dict[int, _Level]] = {}
        self._links: dict[str, str] = {}
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is not None:
            self._load(root)

    def _load(self, root: Element) -> None:
        for element in root.iterchildren(W + "abstractNum"):
            name = element.get(W + "abstractNumId") or ""
            self._definitions[name] = dict(map(_level, element.iterchildren(W + "lvl")))
            link = child_value(element, "numStyleLink")
            if link:
                self._links[name] = link
        for element in root.iterchildren(W + "num"):
            starts: dict[int, int] = {}
            levels: dict[int, _Level] = {}
            for override in element.iterchildren(W + "lvlOverride"):
                index = whole(override.get(W + "ilvl")) or 0
                start = child_number(override, "startOverride")
                if start is not None:
                    starts[index] = start
                levels.update(map(_level, override.iterchildren(W + "lvl")))
            definition = child_value(element, "abstractNumId") or ""
            self._lists[element.get(W + "numId") or ""] = _List(definition, starts, levels)

    def level_of(self, num_id: str, style_id: str) -> int:
        """The level of a list that is linked to a paragraph style, 0 if none is."""
        levels = self._levels(num_id)
        return next((index for index, level in levels.items() if level.linked_style == style_id), 0)

    def next_label(self, num_id: str, index: int) -> str:
        """Counts a paragraph on level `index` (from 0) of a list and returns its number as printed: `（一）`, `3.`.

        Empty for bullets, for hidden numbers, and where the list is not defined.
        """
        levels = self._levels(num_id)
        level = levels.get(index)
        if level is None:
            return ""
        counters = self._counters.setdefault(self._definition(num_id), [None] * LEVELS)
        self._count(num_id, index, level, counters)
        for deeper in range(index + 1, LEVELS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or index < restart:
                counters[deeper] = None
        return "" if level.hidden else _printed(level, levels, counters)

    def _count(self, num_id: str, index: int, level: _Level, counters: list[int | None]) -> None:
        override = self._lists[num_id].starts.get(index)
        current = counters[index]
        if override is not None and (num_id, index) not in self._begun:
            counters[index] = override
        else:
            counters[index] = level.start if current is None else current + 1
        self._begun.add((num_id, index))

    def _definition(self, num_id: str) -> str:
        """The definition that a list uses in the end: a list style refers to another list."""
        for _ in range(_LONGEST_LINK):
            found = self._lists.get(num_id)
            if found is None:
                return ""
            linked = self._styles.list_of(self._links.get(found.definition, ""))
            if linked is None or linked == num_id:
                return found.definition
            num_id = linked
        return ""

    def _levels(self, num_id: str) -> dict[int, _Level]:
        found = self._lists.get(num_id)
        return {**self._definitions.get(self._definition(num_id), {}), **found.levels} if found else {}


def _level(element: Element) -> tuple[int, _Level]:
    index = min(max(whole(element.get(W + "ilvl")) or 0, 0), LEVELS - 1)
    start = child_number(element, "start")
    text = element.find(W + "lvlText")
    return index, _Level(
        start=1 if start is None else start,
        style=child_value(element, "numFmt") or "decimal",
        text=(text.get(VAL) or "") if text is not None else "",
        arabic=bool(is_on(element, "isLgl")),
        restart=child_number(element, "lvlRestart"),
        linked_style=child_value(element, "pStyle") or "",
        hidden=bool(is_on(element, "rPr", "vanish")))


def _printed(level: _Level, levels: dict[int, _Level], counters: list[int | None]) -> str:
    """The level's text, each `%n` replaced by the number of level n in its own style."""
    if level.style == "bullet":
        return ""

    def number(found: re.Match[str]) -> str:
        index = int(found.group(1)) - 1
        other = levels.get(index, _Level())
        count = counters[index]
        return ordinal(other.start if count is None else count, "decimal" if level.arabic else other.style)

    return re.sub(r"%([1-9])", number, level.text).strip()
