"""Writes a report as the plain text that exports leave of it: five habits of dumping tables."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from training.corpus.pages.compose import blocks_of
from training.corpus.pages.grid import slots, starting
from training.corpus.pages.layout import Layout
from training.corpus.pages.tables import TableModel
from training.corpus.types import LabelledParagraph, SyntheticReport

Dump = Literal["cell_a_line", "tabs", "markdown", "pdf_lines", "glued"]


def write_text(report: SyntheticReport, paragraphs: Sequence[LabelledParagraph], tables: Sequence[TableModel],
               layout: Layout) -> tuple[bytes, dict[str, Any]]:
    """The text's bytes (UTF-8, some with a mark, or GB18030), and what an evaluation slices by.

    `cell_a_line`: a cell a line behind a tab, a blank line between rows (word processors). `tabs`: a row a line, the
    second and later rows of a spanning cell begin with empty fields. `markdown`: pipe tables. `pdf_lines`: the
    innermost label and the numbers with blanks between (PDF to text). `glued`: as before without blanks (web pages).
    """
    rng = random.Random(f"text {layout.seed}")
    dump: Dump = rng.choices(("cell_a_line", "tabs", "markdown", "pdf_lines", "glued"), (34, 24, 18, 16, 8))[0]
    encoding = rng.choices(("utf-8", "utf-8-sig", "gb18030"), (80, 8, 12))[0]
    newline = rng.choice(("\n", "\n", "\r\n"))
    lines: list[str] = []
    for block in blocks_of(paragraphs, tables):
        if isinstance(block, TableModel):
            if block.caption:
                lines.append(block.caption)
            lines += _TABLES[dump](block)
            lines += [""] * rng.randint(1, 3)
        else:
            lines += _paragraph(block[1], dump, rng)
    text = newline.join(lines) + newline
    return text.encode(encoding, "replace"), {"slice": f"txt-{dump}", "dump": dump, "encoding": encoding}


def _paragraph(paragraph: LabelledParagraph, dump: Dump, rng: random.Random) -> Iterator[str]:
    if dump == "markdown" and paragraph.heading:
        yield from ("", "#" * (1 if paragraph.section == 0 else 2) + " " + paragraph.text.replace("\n", " "), "")
        return
    lead = "　　" if not paragraph.heading and dump != "markdown" and rng.random() < 0.3 else ""
    for line in paragraph.text.split("\n"):
        yield lead + line


def _cell_a_line(table: TableModel) -> Iterator[str]:
    """Continuations of a spanning cell are blank lines with a tab, as Word's filter writes them."""
    for line in slots(table):
        for _, cell, starts in line:
            yield "\t" + (cell.text if cell is not None and starts else "")
        yield ""


def _tabs(table: TableModel) -> Iterator[str]:
    for line in slots(table):
        fields = []
        for _, cell, starts in line:
            fields.append(cell.text.replace("\n", "") if cell is not None and starts else "")
            fields += [""] * ((cell.colspan if cell is not None else 1) - 1)
        yield "\t".join(fields)


def _markdown(table: TableModel) -> Iterator[str]:
    """A pipe table of all columns; a spanning cell's text stands in its first slot only."""
    for number, line in enumerate(_tabs(table)):
        yield "| " + " | ".join(line.split("\t")) + " |"
        if number == 0:
            yield "|" + "---|" * table.columns


def _pdf_lines(table: TableModel, between: str = " ") -> Iterator[str]:
    for line in starting(table):
        labels = [cell.text.replace("\n", "") for cell in line if cell.role != "value"]
        values = [cell.text.replace("\n", "") for cell in line if cell.role == "value"]
        text = " ".join(labels)
        if values:
            text = (text + " " if text and between else text) + between.join(values)
        if text:
            yield text


def _glued(table: TableModel) -> Iterator[str]:
    """Only table 3 is glued: the other tables have too few sums for anybody to take them apart."""
    return _pdf_lines(table, "" if table.number == 3 else " ")


_TABLES: dict[str, Callable[[TableModel], Iterator[str]]] = {
    "cell_a_line": _cell_a_line, "tabs": _tabs, "markdown": _markdown, "pdf_lines": _pdf_lines, "glued": _glued}
