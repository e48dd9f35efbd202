"""Layout: what was read from a file becomes tables and paragraphs in reading order, each in its section."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from extractor.document import Block, Document, Page, Paragraph, Place, Structure, Table, TextLine
from extractor.layout.lines import to_lines
from extractor.layout.paragraphs import Placed, drop_marginalia, to_paragraphs
from extractor.layout.sections import section_of
from extractor.layout.tables import RuledTable, continues, join, page_tables
from extractor.layout.text import text_blocks


def structure(document: Document) -> Structure:
    """Tables and paragraphs of a document, in reading order, with their sections."""
    blocks = _flow_blocks(document.flow) if document.flow else _page_blocks(document.pages)
    if not any(isinstance(block, Table) for block in blocks):
        blocks = text_blocks(_as_lines(document))
    return Structure(document.source, tuple(_with_sections(blocks)), document.notices)


def _as_lines(document: Document) -> list[TextLine]:
    """A document without any ruled or marked-up table as plain lines; wide gaps between words become tabs."""
    if document.flow:
        return [TextLine(i, block.text, _place(block)) for i, block in enumerate(document.flow, 1)
                if not isinstance(block, Table)]
    lines = [Placed(page.number, run) for page in document.pages if not page.needs_ocr
             for run in to_lines(page.words, columns=True)]
    return [TextLine(i, line.run.text, Place(line.page, line.run.box))
            for i, line in enumerate(drop_marginalia(lines, document.pages), 1)]


def _place(block: Paragraph | TextLine) -> Place | None:
    if isinstance(block, TextLine):
        return block.place
    return block.pieces[0].place if block.pieces else None


def _flow_blocks(flow: Iterable[Block]) -> list[Paragraph | Table]:
    """Blocks as the reader gave them; runs of plain lines are searched for tables."""
    blocks: list[Paragraph | Table] = []
    lines: list[TextLine] = []
    for block in flow:
        if isinstance(block, TextLine):
            lines.append(block)
            continue
        blocks += text_blocks(lines)
        lines = []
        blocks.append(block)
    return blocks + text_blocks(lines)


def _page_blocks(pages: tuple[Page, ...]) -> list[Paragraph | Table]:
    """The blocks of all pages, tables joined over page breaks, running text joined between tables."""
    found = [(page, *page_tables(page)) for page in pages if not page.needs_ocr]
    lines = [Placed(page.number, run) for page, _, words in found for run in to_lines(words)]
    kept = drop_marginalia(lines, pages)
    blocks: list[Paragraph | RuledTable] = []
    text: list[Placed] = []
    for page, tables, _ in found:
        on_page = [line for line in kept if line.page == page.number]
        for table in tables:
            above = [line for line in on_page if line.run.box.centre[1] < table.box.top]
            on_page = on_page[len(above):]
            text += above
            last = blocks[-1] if blocks else None
            if not text and isinstance(last, RuledTable) and continues(last, table):
                blocks[-1] = join(last, table)
                continue
            blocks += [*to_paragraphs(text), table]
            text = []
        text += on_page
    blocks += to_paragraphs(text)
    return [block.table if isinstance(block, RuledTable) else block for block in blocks]


def _with_sections(blocks: list[Paragraph | Table]) -> list[Paragraph | Table]:
    """Each block with the section of the last section heading before it; a table also gets the nearest title above."""
    section, title = 0, ""
    placed: list[Paragraph | Table] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            opened = section_of(block.text)
            if opened is not None:
                section = opened
            title = block.text
            placed.append(replace(block, section=section, heading=block.heading or opened is not None))
        else:
            placed.append(replace(block, section=section, title=block.title or title[:200]))
    return placed
