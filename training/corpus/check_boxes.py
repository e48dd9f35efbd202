"""Checks by pixels that labelled boxes hold the ink of their cells: `python -m training.corpus.check_boxes`.

Each sample is scanned twice from one draw: with its geometry alone, where ink is plain to see, and with everything.
On the first, a cell's ink must lie inside its labelled text boxes. On the second, the patch around the text is
searched for what the first one shows there, and the place found must be the same.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated

import cv2
import numpy as np
import numpy.typing as npt
import typer

from training.corpus.labels import Area, CellLabel
from training.corpus.scan.presets import LEVELS, draw_scan
from training.corpus.scan.scanned import Page, moved_area, scan_pages
from training.corpus.scan.warp import Floats

Image = npt.NDArray[np.uint8]
DARKER = 40
"""Grey levels by which ink is darker than its cell, on a page that was only moved."""
OUTSIDE = 0.02
"""Share of a cell's ink that antialiasing may leave outside its text boxes."""
RULING = 1.6
"""Points at a cell's border that belong to its rulings."""
SEARCH = 4
"""Pixels around its place in which the text is searched for on the finished scan."""
LIKENESS = 0.6
"""Correlation below which a patch is too damaged to say where its text is."""


@dataclass(slots=True)
class Tally:
    """Cells that hold text: checked, failed, and, on the finished scans, found (within a pixel and a half) or not."""

    level: str
    cells: int = 0
    failed: list[str] = field(default_factory=list)
    compared: int = 0
    displaced: int = 0
    unreadable: int = 0


def check(seed: int, level: str) -> Tally:
    """Checks one sample at one level."""
    from training.corpus.make import draw_sample

    sample = draw_sample(seed)
    scan = draw_scan(level, seed)
    moved = scan_pages(sample, scan, seed, geometry_only=True).pages
    finished = scan_pages(sample, scan, seed).pages
    tally = Tally(level)
    for number, (plain, full) in enumerate(zip(moved, finished, strict=True), start=1):
        grey, other = _grey(plain.image), _grey(full.image)
        for index, cell in enumerate(sample.label.corpus.cells):
            if any(line.area.page == number for line in cell.lines):
                name = f"{seed} page {number} cell {index} {cell.text!r}"
                _check_cell(tally, name, cell, number, plain, grey, other, scan.dpi)
    return tally


def _grey(image: Image) -> Image:
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _check_cell(tally: Tally, name: str, cell: CellLabel, number: int, page: Page, grey: Image, other: Image,
                dpi: int) -> None:
    scale = dpi / 72

    def polygon(area: Area) -> Floats:
        def onto(at: int, points: Floats) -> tuple[int, Floats]:
            return at, page.warp.forward(points * scale)

        return np.array(moved_area(area, onto).polygon, dtype=np.float64)

    texts = [polygon(line.area) for line in cell.lines if line.area.page == number]
    areas = [polygon(area) for area in cell.areas if area.page == number]
    tally.cells += 1
    if not areas:
        tally.failed.append(f"{name}: text, but no area")
        return
    problem = _ink_outside(grey, areas[0], texts, round(RULING * scale) + 1)
    if problem:
        tally.failed.append(f"{name}: {problem}")
    if cell.role == "value":
        _compare(tally, texts[0], grey, other)


def _ink_outside(grey: Image, area: Floats, texts: list[Floats], border: int) -> str:
    """What is wrong with the ink of a cell, or an empty string."""
    everything = np.vstack([area, *texts])
    x0, y0 = np.floor(everything.min(axis=0)).astype(int) - 2
    x0, y0 = max(0, int(x0)), max(0, int(y0))
    x1, y1 = (int(v) + 3 for v in np.ceil(everything.max(axis=0)))
    patch = grey[y0:y1, x0:x1]
    inside, boxes = np.zeros_like(patch), np.zeros_like(patch)
    cv2.fillPoly(inside, [np.round(area - (x0, y0)).astype(np.int32)], (1,))
    for text in texts:
        cv2.fillPoly(boxes, [np.round(text - (x0, y0)).astype(np.int32)], (1,))
    inside = 1 - _grown(1 - inside, border)
    boxes = _grown(boxes, 1)
    paper = np.median(patch[inside > 0]) if inside.any() else np.median(patch)
    ink = patch < paper - DARKER
    if not (ink & (boxes > 0)).any():
        return "no ink in its box"
    held, spilt = int((ink & (inside > 0)).sum()), int((ink & (inside > 0) & (boxes == 0)).sum())
    return f"{spilt} of {held} ink pixels outside" if spilt > max(3, OUTSIDE * held) else ""


def _grown(mask: Image, pixels: int) -> Image:
    kernel = np.ones((2 * pixels + 1, 2 * pixels + 1), dtype=np.uint8)
    return np.asarray(cv2.dilate(mask, kernel), dtype=np.uint8)


def _compare(tally: Tally, text: Floats, grey: Image, other: Image) -> None:
    """Searches the finished scan around the text for what the moved page shows there."""
    (x0, y0), (x1, y1) = np.floor(text.min(axis=0)).astype(int) - 1, np.ceil(text.max(axis=0)).astype(int) + 1
    if x0 < SEARCH or y0 < SEARCH or x1 > grey.shape[1] - SEARCH or y1 > grey.shape[0] - SEARCH:
        return
    template, patch = grey[y0:y1, x0:x1], other[y0 - SEARCH:y1 + SEARCH, x0 - SEARCH:x1 + SEARCH]
    if template.std() < 5 or patch.std() < 1:
        tally.unreadable += 1
        return
    _, best, _, place = cv2.minMaxLoc(cv2.matchTemplate(patch, template, cv2.TM_CCOEFF_NORMED))
    if best < LIKENESS:
        tally.unreadable += 1
        return
    tally.compared += 1
    tally.displaced += max(abs(place[0] - SEARCH), abs(place[1] - SEARCH)) > 1


def main(count: Annotated[int, typer.Option(help="scans to check, over all levels in turn")] = 200,
         seed: Annotated[int, typer.Option(help="number of the first one")] = 0,
         workers: Annotated[int, typer.Option(help="processes")] = 2) -> None:
    """Prints, for each level, the share of cells whose ink lies in their labelled boxes."""
    levels = [LEVELS[n % len(LEVELS)] for n in range(count)]
    with ProcessPoolExecutor(workers) as pool:
        tallies = list(pool.map(check, range(seed, seed + count), levels, chunksize=2))
    for level in (*LEVELS, ""):
        mine = [t for t in tallies if t.level == level or not level]
        cells, failed = sum(t.cells for t in mine), sum(len(t.failed) for t in mine)
        compared, displaced = sum(t.compared for t in mine), sum(t.displaced for t in mine)
        if cells:
            share = 100 * (1 - failed / cells)
            typer.echo(f"{level or 'all':9} {len(mine):4} scans {cells:7} cells, ink in box {share:.3f} %; finished "
                       f"scans: {compared} found, {displaced} displaced by 2 pixels or more, "
                       f"{sum(t.unreadable for t in mine)} too damaged")
    for line in [line for t in tallies for line in t.failed][:30]:
        typer.echo(f"  {line}")


if __name__ == "__main__":
    typer.run(main)
