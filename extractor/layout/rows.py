"""Rows of tables in plain lines: fields parted by tabs, bars or wide gaps, a label and its numbers, a cell a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractor.document import Place, TextLine
from extractor.layout.sections import section_of

TRACES = re.compile(r"\[bookmark:[^\]]*\]|<!--.*?-->|\f")
"""What converters leave behind."""
PAGE_MARK = re.compile(r"\s*(?:[-—–－~·]{1,2}\s*\d{1,3}\s*[-—–－~·]{1,2}|第\s*\d{1,3}\s*页(?:\s*[,，/]?\s*共\s*\d{1,3}\s*页)?)\s*")
NUMBER = r"(?:[-+－＋]|(?<!\S)(?:[增减減]|增加|[减減]少|[负負]))?[\d０-９][\d０-９,，.．]*(?:万?元|件|项|%)?"
NOTHING = r"(?<!\S)(?:无|暂无|無|暫無|不涉及|不适用)(?!\S)"
"""What stands for a number only between blanks: elsewhere it is part of a label (（四）无法提供)."""
MARKED = r"[/／—–－-]*[\d０-９]{6,}[/／—–－-]+|[/／—–－-]+[\d０-９]{6,}"
"""Numbers run together, with strokes before or behind them for columns in which nothing stands: 4600070-."""
VALUE = rf"(?:{MARKED}|{NUMBER}(?:[（(][^（）()]{{1,20}}[）)])?|[/／—–－―_-]+|{NOTHING})"
TRAILING_NUMBERS = re.compile(rf"^(?P<label>.*?[^\d０-９\s,，.．+＋－-])??\s*(?P<numbers>{VALUE}(?:\s+{VALUE})*)$")
LONGEST_CELL = 60
"""Characters, blanks aside: a longer line between table rows is prose."""
SOME_NUMBERS = 3
"""Numbers in a row that are no coincidence."""
MANY_NUMBERS = 10
"""Numbers in a row that make a table of it alone."""
GLUED = 7
"""Digits in a row that are a row of numbers run together: table 3 has seven columns."""

_BARS = str.maketrans("│┃║", "|||")
_RULE = re.compile(r"[\s|+:=┌┬┐├┼┤└┴┘─━┏┳┓┣╋┫┗┻┛╔╦╗╠╬╣╚╩╝═-]*")
_CROSSING = re.compile(r"[+┌┬┐├┼┤└┴┘┏┳┓┣╋┫┗┻┛╔╦╗╠╬╣╚╩╝]")
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3})(?=\S)(.*?)(?<=\S)\1", re.DOTALL)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~（）])")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BEFORE_ORDINAL = re.compile(r"(?=\d[.．、]\s*[^\d\s])")
_LABEL_OPENS = re.compile(r"\s+|(?=[一二三四五六七]、)|(?=[（(][一二三四五六七][)）])")
_PLAIN = r"(?:[\d０-９]+(?:[.．,，][\d０-９]+)*|(?<!\S)[/／—](?!\S))"
_LABEL_AND_RUN = re.compile(rf"(?P<label>(?:\d[.．、])?[^\d０-９]*?)\s*(?P<numbers>{_PLAIN}(?:\s+{_PLAIN})*)(?![\d.．])")

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells' texts and the place where each stands.

    `edges` has for each cell the borders of its characters across, where they are known.
    """

    cells: tuple[tuple[str, Place], ...]
    edges: tuple[tuple[float, ...], ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """How far each cell reaches across."""
        return tuple((edges[0], edges[-1]) for edges in self.edges)


@dataclass(frozen=True, slots=True)
class Text:
    """A line that is no row; `edges` are the borders of its characters across, where known."""

    text: str
    place: Place
    edges: tuple[float, ...] = ()


def items(lines: Sequence[TextLine], edges: Mapping[int, Sequence[float]],
          known: Mapping[int, Row] | None = None) -> Iterator[Row | Text]:
    """Rows and other lines. In a dump with one cell a line, cells open with a tab and an empty line ends a row.

    `edges` gives the borders of a line's characters by its number, for lines whose places across are known; `known` the
    rows that need no telling any more.
    """
    cell_a_line = _one_cell_a_line(lines)
    cells: list[tuple[str, Place]] = []
    ruled: list[tuple[list[str], Place]] | None = None
    for line in lines:
        bars = line.text.strip().translate(_BARS)
        if ruled is not None and not bars.startswith("|"):
            yield from _merged(ruled)
            ruled = None
        if _RULE.fullmatch(bars) and _CROSSING.search(bars):
            yield from _merged(ruled or [])
            ruled = []
        elif ruled is not None:
            ruled.append((_bar_cells(bars), line.where))
        elif cell_a_line and line.text.startswith("\t"):
            cells.append((line.text[1:].strip(), line.where))
        elif cells and line.text.strip() and not _closes_row(line.text):
            text, place = cells[-1]
            cells[-1] = (f"{text}\n{line.text.strip()}".strip(), place)
        else:
            if cells:
                yield Row(tuple(cells))
                cells = []
            row = (known or {}).get(line.number)
            yield from [row] if row is not None else _line_items(line, tuple(edges.get(line.number, ())))
    yield from _merged(ruled or [])
    if cells:
        yield Row(tuple(cells))


def _merged(lines: Sequence[tuple[list[str], Place]]) -> Iterator[Row]:
    """The lines between two rules of a drawn grid are one row, its cells broken over them."""
    if len({len(cells) for cells, _ in lines}) > 1:
        yield from (Row(tuple((cell, place) for cell in cells)) for cells, place in lines)
    elif lines:
        columns = zip(*(cells for cells, _ in lines), strict=True)
        yield Row(tuple(("\n".join(filter(None, column)), lines[0][1]) for column in columns))


def _closes_row(text: str) -> bool:
    """True for a line that cannot go on a cell: a section heading, or a long line."""
    return section_of(text) is not None or len(text) > LONGEST_CELL


def _one_cell_a_line(lines: Sequence[TextLine]) -> bool:
    with_tab = [line.text for line in lines if "\t" in line.text]
    single = sum(text.startswith("\t") and "\t" not in text[1:].rstrip() for text in with_tab)
    return single > len(with_tab) / 2


def _line_items(line: TextLine, edges: tuple[float, ...]) -> Iterator[Row | Text]:
    text = line.text.rstrip("\r\n")
    stripped = text.strip()
    if not stripped or PAGE_MARK.fullmatch(stripped):
        return
    bars = stripped.translate(_BARS)
    if "|" in bars and (bars.startswith("|") or " | " in bars or bars.count("|") >= 2):
        for part in _bar_rows(bars):
            if not _RULE.fullmatch(part):
                yield Row(tuple((cell, line.where) for cell in _bar_cells(part)))
    elif "\t" in text.strip("\n"):
        yield _tab_row(text, line.where, edges)
    else:
        at = len(text) - len(text.lstrip())
        yield Text(stripped, line.where, edges[at:at + len(stripped) + 1] if edges else _columns_of(text)[at:])


def _columns_of(text: str) -> tuple[float, ...]:
    """The borders of characters in a text of fixed width, in which a Chinese character is as wide as two others."""
    at, borders = 0.0, [0.0]
    for char in text:
        at += 2.0 if char > "\u2e80" else 1.0
        borders.append(at)
    return tuple(borders)


def _tab_row(text: str, place: Place, edges: tuple[float, ...]) -> Row:
    """A row of fields parted by tabs; where places are known, several numbers in one field are several cells."""
    cells: list[tuple[str, Place]] = []
    borders: list[tuple[float, ...]] = []
    start = 0
    for content in text.split("\t"):
        parts = list(re.finditer(r"\S+", content)) if edges and re.fullmatch(rf"\s*{VALUE}(?:\s+{VALUE})+\s*", content) \
            else []
        if parts:
            cells += [(part[0], place) for part in parts]
            borders += [edges[start + part.start():start + part.end() + 1] for part in parts]
        else:
            bare = content.strip()
            at = start + (content.index(bare) if bare else 0)
            cells.append((bare, place))
            borders += [edges[at:at + len(bare) + 1]] if edges else []
        start += len(content) + 1
    return Row(tuple(cells), tuple(borders))


def _bar_rows(text: str) -> list[str]:
    """Several rows may share a line, separated by semicolons."""
    parts = re.split(r"\s[;；]\s", text)
    return parts if len(parts) > 1 and all("|" in part for part in parts) else [text]


def _bar_cells(text: str) -> list[str]:
    """Cells between bars; `label: 5` in one cell is a label and a number."""
    inner = text[1:] if text.startswith("|") else text
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    cells: list[str] = []
    for cell in re.split(r"(?<!\\)\|", inner):
        content = unmarked(cell.strip().replace("␣", ""))
        labelled = re.fullmatch(rf"(.*\D)[:：]\s*({NUMBER})?", content)
        cells += [labelled[1].strip(), labelled[2] or ""] if labelled and not cells else [content]
    return cells


def unmarked(text: str) -> str:
    """A text without the marks that Markdown puts into it: emphasis, escapes, line breaks."""
    return _EMPHASIS.sub(r"\2", _ESCAPED.sub(r"\1", _BREAK.sub("\n", text))).strip()


def loose_row(item: Text) -> Row | None:
    """A short line of a table region as a row: its labels, then the numbers at its end; None if it is prose."""
    text = re.sub(r"^#{1,6}\s*", "", unmarked(item.text))
    if len(re.sub(r"\s+", "", text)) > LONGEST_CELL or text.endswith("。"):
        return None
    found = TRAILING_NUMBERS.match(text)
    cells = [(label, item.place) for label in _labels(found["label"] or "" if found else text)]
    if not found:
        placed = len(cells) == 1 and text == item.text and len(item.edges) == len(text) + 1
        return Row(tuple(cells), (item.edges,) if placed else ())
    numbers = list(re.finditer(r"\S+", text[found.start("numbers"):]))
    cells += [(number[0], item.place) for number in numbers]
    if text != item.text or len(item.edges) != len(text) + 1:
        return Row(tuple(cells))
    first = found.start("numbers")
    end = len((found["label"] or "").rstrip())
    borders = [item.edges[:end + 1]] * (len(cells) - len(numbers))
    borders += [item.edges[first + number.start():first + number.end() + 1] for number in numbers]
    return Row(tuple(cells), tuple(borders))


def _labels(text: str) -> list[str]:
    """The labels that wide gaps part; single characters so parted are one label (总  计)."""
    labels: list[str] = []
    for part in re.split(r"\s{2,}", text.strip()):
        if labels and len(part) == 1 and len(labels[-1].split()[-1]) == 1:
            labels[-1] += " " + part
        elif part:
            labels.append(part)
    return labels


def rows_of_one_line(item: Text) -> list[Row]:
    """The rows of a table that was written into one line, labels and numbers in turn; none if the line is prose."""
    text = unmarked(item.text)
    if "。" in text or len(text) <= LONGEST_CELL:
        return []
    runs = [found for piece in _BEFORE_ORDINAL.split(text) for found in _LABEL_AND_RUN.finditer(piece)]
    sizes = [len(found["numbers"].split()) for found in runs]
    glued = sum(size == 1 and len(found["numbers"]) >= GLUED for size, found in zip(sizes, runs, strict=True))
    several = sum(size >= SOME_NUMBERS for size in sizes)
    if several < 2 and glued < SOME_NUMBERS and max(sizes, default=0) < MANY_NUMBERS:
        return []
    rows: list[Row] = []
    for found in runs:
        labels = [label.strip() for label in _LABEL_OPENS.split(found["label"]) if label.strip()]
        rows += [Row(((label, item.place),)) for label in labels[:-1]]
        numbers = [(number, item.place) for number in found["numbers"].split()]
        rows.append(Row((*((label, item.place) for label in labels[-1:]), *numbers)))
    return rows
