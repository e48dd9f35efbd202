"""Grids of scans: how many ruled tables have exactly the rows, columns and spans that were printed; no OCR is run.

    python -m bench.scan_grids --levels clean office harsh fax --first 1000 --count 20
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from extractor.document import Page, Ruling
from extractor.layout.grid import Grid, find_grids
from extractor.read.render import PageImage, decode_image, render_pdf
from extractor.read.scan.grid import straighten_lines
from extractor.read.scan.page import straighten, to_points
from extractor.read.scan.seals import to_grey
from extractor.read.scan.words import PIXEL
from extractor.settings import default_settings
from training.corpus.labels import CellLabel, CorpusLabel
from training.corpus.make import draw_sample
from training.corpus.pages.made import Sample

Slot = tuple[int, int, int, int]
"""First and last boundary of a cell, across and down."""


def right_tables(corpus: CorpusLabel, pages: Sequence[Page]) -> tuple[int, int]:
    """(right, all) ruled tables of a sample. One that goes on over a page break is right if each of its parts is.

    Tables without rulings at their sides are left out: layout finds their outer columns, not the grid.
    """
    if not corpus.layout.get("ruled") or corpus.layout.get("family") == "open_sides":
        return 0, 0
    parts: dict[tuple[int, int], list[tuple[CellLabel, tuple[float, float]]]] = defaultdict(list)
    for cell in corpus.cells:
        for area in cell.areas:
            x0, top, x1, bottom = area.box
            parts[cell.table, area.page].append((cell, ((x0 + x1) / 2, (top + bottom) / 2)))
    by_number = {page.number: page for page in pages}
    wrong = {table for (table, number), cells in parts.items()
             if number not in by_number or not _right(cells, by_number[number])}
    tables = {table for table, _ in parts}
    return len(tables) - len(wrong), len(tables)


def _right(cells: Sequence[tuple[CellLabel, tuple[float, float]]], page: Page) -> bool:
    """True if the part of a table that stands on a page is found with just its cells, in just their order."""
    centres = np.array([centre for _, centre in cells])
    if page.to_original:
        back = np.linalg.inv(np.array(page.to_original).reshape(3, 3))
        moved = back @ np.column_stack([centres, np.ones(len(centres))]).T
        centres = (moved[:2] / moved[2]).T
    for grid in find_grids(page.rulings):
        hit = [_slot_at(grid, x, y) for x, y in centres.tolist()]
        found = [slot for slot in hit if slot is not None]
        if not found:
            continue
        return (len(found) == len(cells) == len(set(found)) == _inside(grid, found)
                and _ranks(found) == _ranks(_printed([cell for cell, _ in cells])))
    return False


def _printed(cells: Sequence[CellLabel]) -> list[Slot]:
    """The slots of cells that stand on one page; one that goes on over a page break has only the rows of this page."""
    rows = [cell.row for cell in cells if cell.rowspan == 1] or [cell.row for cell in cells]
    first, last = min(rows), max(rows) + 1
    return [(c.column, c.column + c.colspan, max(first, c.row), max(first + 1, min(last, c.row + c.rowspan)))
            for c in cells]


def _slot_at(grid: Grid, x: float, y: float) -> Slot | None:
    for cell in grid.cells:
        if cell.box.contains(x, y):
            return cell.column, cell.column + cell.colspan, cell.row, cell.row + cell.rowspan
    return None


def _inside(grid: Grid, found: Sequence[Slot]) -> int:
    """How many of the grid's cells lie within the hull of those that were hit."""
    left, right = min(slot[0] for slot in found), max(slot[1] for slot in found)
    top, bottom = min(slot[2] for slot in found), max(slot[3] for slot in found)
    return sum(left <= cell.column and cell.column + cell.colspan <= right and top <= cell.row
               and cell.row + cell.rowspan <= bottom for cell in grid.cells)


def _ranks(slots: Sequence[Slot]) -> list[Slot]:
    """The slots with boundaries counted without gaps: a column that no cell of the part begins or ends at is none."""
    across = {at: rank for rank, at in enumerate(sorted({at for slot in slots for at in slot[:2]}))}
    down = {at: rank for rank, at in enumerate(sorted({at for slot in slots for at in slot[2:]}))}
    return [(across[a], across[b], down[c], down[d]) for a, b, c, d in slots]


def ruled_pages(sample: Sample) -> list[Page]:
    """The pages of a scan with their rulings and nothing else."""
    corpus, settings = sample.label.corpus, default_settings()
    numbers = range(1, len(corpus.page_sizes) + 1)
    images = (render_pdf(sample.data, numbers, settings) if sample.suffix == ".pdf" else
              decode_image(sample.data, dict(zip(numbers, corpus.page_sizes, strict=True)), settings))
    turns = corpus.scan.turns if corpus.scan else ()
    return [_ruled(image, -turns[image.number - 1] if image.number <= len(turns) else 0) for image in images]


def _ruled(image: PageImage, quarters: int) -> Page:
    straight, grids = straighten(to_grey(image.pixels, image.dpi), image.dpi, quarters % 4)
    rulings = tuple(Ruling(*(value * PIXEL for value in line)) for grid in grids for line in straighten_lines(grid))
    return Page(image.number, image.width, image.height, rulings=rulings, to_original=to_points(image, straight))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", nargs="+", default=["clean", "office", "harsh", "fax"])
    parser.add_argument("--first", type=int, default=900_000)
    parser.add_argument("--count", type=int, default=10)
    options = parser.parse_args()
    for level in options.levels:
        right = tables = 0
        wrong = []
        for seed in range(options.first, options.first + options.count):
            sample = draw_sample(seed, scan=level)
            if sample.label.corpus.scan and sample.label.corpus.scan.container in ("png", "jpg"):
                continue  # long images are cut into pages while they are read
            good, of = right_tables(sample.label.corpus, ruled_pages(sample))
            right, tables = right + good, tables + of
            wrong += [f"{seed} ({of - good})"] if good < of else []
        print(f"{level:9} ruled tables right {right}/{tables} = {right / max(1, tables):.4f}; wrong in", *wrong)


if __name__ == "__main__":
    main()
