"""Layout: what was read from a file becomes tables and paragraphs in reading order, each in its section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from extractor.document import Block, Document, Notice, Page, Paragraph, Place, Structure, Table, TextLine, Word
from extractor.layout.doubts import as_sure_as_read
from extractor.layout.first_report import first_report
from extractor.layout.lines import TextRun, is_turned, to_lines, without_watermark
from extractor.layout.paragraphs import Placed, drop_marginalia, grouped, to_paragraphs
from extractor.layout.sections import Headings
from extractor.layout.tables import RuledTable, continues, join, page_tables
from extractor.layout.text import TABLE_SECTIONS, is_tabular, text_blocks


def structure(document: Document) -> Structure:
    """Tables and paragraphs of a document, in reading order, with their sections."""
    blocks = _flow_blocks(document.flow) if document.flow else _page_blocks(document.pages)
    if not any(isinstance(block, Table) and not block.ragged for block in blocks):
        blocks = _unruled(document)
    kept, further = first_report(_with_sections(as_sure_as_read(blocks, document.pages)))
    notices = (Notice("further_report", detail=further),) if further else ()
    return Structure(document.source, tuple(kept), notices)


def _unruled(document: Document) -> list[Paragraph | Table]:
    """The blocks of a document without any ruled or marked-up table; wide gaps between words part columns."""
    if any(isinstance(block, Table) for block in document.flow):
        return _flow_blocks(document.flow)
    if document.flow:
        return text_blocks([TextLine(i, block.text, _place(block)) for i, block in enumerate(document.flow, 1)
                            if not isinstance(block, Table)])
    found = [(page, without_watermark(page.words)) for page in document.pages if not page.needs_ocr]
    lines, parted = _lines(found)
    kept = drop_marginalia(lines, document.pages)
    return _RunningText(parted, _headings(kept), everywhere=True).blocks(kept)


def _lines(pages: Sequence[tuple[Page, Sequence[Word]]]) -> tuple[list[Placed], dict[int, TextRun]]:
    """The lines of pages' words, and by the identity of each the same line with its wide gaps as tabs."""
    lines = [Placed(page.number, run) for page, words in pages for run in to_lines(words)]
    columned = (run for _, words in pages for run in to_lines(words, columns=True))
    return lines, {id(line.run): run for line, run in zip(lines, columned, strict=True)}


def _headings(lines: Sequence[Placed]) -> Headings:
    return Headings.of(line.run.text for line in lines)


def _columned(lines: Sequence[Placed], section: int, headings: Headings) -> list[Paragraph | Table]:
    """Tables and paragraphs in lines in which wide gaps are tabs; `section` is the one they begin in."""
    numbered = [TextLine(i, line.run.text, Place(line.page, line.run.box)) for i, line in enumerate(lines, 1)]
    return text_blocks(numbered, {i: line.run.edges for i, line in enumerate(lines, 1)}, section, headings)


def _place(block: Paragraph | TextLine) -> Place | None:
    if isinstance(block, TextLine):
        return block.place
    return block.pieces[0].place if block.pieces else None


def _flow_blocks(flow: Iterable[Block]) -> list[Paragraph | Table]:
    """Blocks as the reader gave them; runs of plain lines are searched for tables."""
    flow = tuple(flow)
    headings = Headings.of(block.text for block in flow if not isinstance(block, Table))
    blocks: list[Paragraph | Table] = []
    lines: list[TextLine] = []
    for block in flow:
        if isinstance(block, TextLine):
            lines.append(block)
            continue
        blocks += text_blocks(lines, headings=headings)
        lines = []
        blocks.append(block)
    return _flattened_tables(blocks + text_blocks(lines, headings=headings), headings)


def _flattened_tables(blocks: list[Paragraph | Table], headings: Headings) -> list[Paragraph | Table]:
    """Tables made of the paragraphs under a table's heading, where these are its cells and no table follows."""
    parts: list[list[Paragraph | Table]] = [[]]
    sections = [0]
    for block in blocks:
        opened = headings.opened(block.text, sections[-1]) if isinstance(block, Paragraph) else None
        if opened is not None:
            parts.append([])
            sections.append(opened)
        parts[-1].append(block)
    return [block for section, part in zip(sections, parts, strict=True) for block in _unflattened(part, section, headings)]


def _unflattened(part: list[Paragraph | Table], section: int, headings: Headings) -> list[Paragraph | Table]:
    texts = [block for block in part if isinstance(block, Paragraph)]
    if section not in TABLE_SECTIONS or len(texts) < len(part) or not is_tabular([block.text for block in texts]):
        return part
    lines = [TextLine(i, block.text, _place(block)) for i, block in enumerate(texts, 1)]
    return text_blocks(lines, section=section, headings=headings)


def _page_blocks(pages: tuple[Page, ...]) -> list[Paragraph | Table]:
    """The blocks of all pages, tables joined over page breaks, running text joined between tables."""
    found: list[tuple[Page, list[RuledTable], list[Word]]] = []
    for page in (page for page in pages if not page.needs_ocr):
        found.append((page, *page_tables(page, found[-1][1][-1] if found and found[-1][1] else None)))
    lines, parted = _lines([(page, words) for page, _, words in found])
    kept = drop_marginalia(lines, pages)
    running = _RunningText(parted, _headings(kept))
    blocks: list[Paragraph | Table | RuledTable] = []
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
            blocks += [*running.blocks(text), table]
            text = []
        text += on_page
    blocks += running.blocks(text)
    return [block.table if isinstance(block, RuledTable) else block for block in blocks]


class _RunningText:
    """What stands between ruled tables: paragraphs, and tables without rulings.

    `parted` has, for each line, the same line with its wide gaps as tabs; `headings` is the document's habit. Tables are
    looked for under the headings of tables only, or `everywhere`.
    """

    def __init__(self, parted: dict[int, TextRun], headings: Headings, everywhere: bool = False) -> None:
        self.parted = parted
        self.headings = headings
        self.everywhere = everywhere
        self.section = 0

    def blocks(self, lines: Sequence[Placed]) -> list[Paragraph | Table]:
        """The blocks of consecutive lines; sections go on from one call to the next."""
        blocks: list[Paragraph | Table] = []
        part: list[Placed] = []
        for line in lines:
            opened = self.headings.opened(line.run.text, self.section)
            if opened is not None:
                blocks += self._of_section(part)
                self.section, part = opened, []
            part.append(line)
        return blocks + self._of_section(part)

    def _of_section(self, lines: Sequence[Placed]) -> list[Paragraph | Table]:
        if not self._may_hold_table(lines):
            return list(to_paragraphs(lines))
        blocks: list[Paragraph | Table] = []
        lines = [line for line in lines if not _stands_sideways(line.run)]
        for prose, groups in groupby(grouped(lines), self._is_prose):
            run = [line for group in groups for line in group]
            blocks += to_paragraphs(run) if prose else _columned(
                [Placed(line.page, self.parted[id(line.run)]) for line in run], self.section, self.headings)
        return blocks

    def _may_hold_table(self, lines: Sequence[Placed]) -> bool:
        """True if the lines look like a table, or stand where one belongs that is nowhere else in the document."""
        belongs = self.section in TABLE_SECTIONS
        return (belongs and self.everywhere) or ((belongs or self.everywhere) and is_tabular(self._parted(lines)))

    def _is_prose(self, group: Sequence[Placed]) -> bool:
        """True for the lines of a paragraph: whole sentences, no rows of numbers among them."""
        return any("。" in line.run.text for line in group) and not is_tabular(self._parted(group))

    def _parted(self, lines: Sequence[Placed]) -> list[str]:
        return [self.parted[id(line.run)].text for line in lines]


def _stands_sideways(run: TextRun) -> bool:
    """True for a label set sideways: it belongs to no row."""
    return is_turned(run) and run.box.width < 2 * run.size


def _with_sections(blocks: list[Paragraph | Table]) -> list[Paragraph | Table]:
    """Each block with the section of the last section heading before it; a table also gets the nearest title above."""
    headings = Headings.of(block.text for block in blocks if isinstance(block, Paragraph))
    section, title = 0, ""
    placed: list[Paragraph | Table] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            opened = headings.opened(block.text, section)
            if opened is not None:
                section = opened
            title = block.text
            placed.append(replace(block, section=section, heading=block.heading or opened is not None))
        else:
            placed.append(replace(block, section=section, title=block.title or title[:200]))
    return placed
