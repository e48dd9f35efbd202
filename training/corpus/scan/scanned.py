"""Turns a born-digital sample into a scanned one: renders, marks, warps, exposes, encodes, and moves the labels."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from extractor.document import Source
from extractor.report import Evidence, PageInfo
from training.corpus.labels import Area, CorpusLabel, Label, LineLabel, Quad, ScanLabel
from training.corpus.pages.made import Sample
from training.corpus.scan import containers, light, marks
from training.corpus.scan.presets import Scan, draw_scan
from training.corpus.scan.warp import Floats, Warp, draw_warp

Image = npt.NDArray[np.uint8]
Move = Callable[[int, Floats], tuple[int, Floats]]
"""Takes a page number and points (n x 2, in points) of the printed page to those of the scan."""
EDGE = 3
"""Points that each side of a box is sampled at besides its corner, so that a bent side keeps its shape."""


@dataclass(frozen=True, slots=True)
class Page:
    """A scanned page: its pixels (RGB or grey), its warp, and how many quarter turns (clockwise) it lies turned."""

    image: Image
    warp: Warp
    turns: int = 0


@dataclass(frozen=True, slots=True)
class Scanned:
    """All pages of a scan before they are put into a file."""

    pages: tuple[Page, ...]
    scan: Scan


def make_scan(sample: Sample, level: str, seed: int) -> Sample:
    """The born-digital PDF `sample` scanned at a level; the same arguments give the same bytes.

    Raises `ValueError` for an unknown level.
    """
    scan = draw_scan(level, seed)
    scanned = scan_pages(sample, scan, seed)
    digital = _digital_pages(scan, len(scanned.pages), seed)
    data, suffix, sizes, move = _packed(scanned, sample, digital, seed)
    label = _moved(sample.label, data, move, sizes, digital, scanned, seed)
    return Sample(data, label, suffix)


def scan_pages(sample: Sample, scan: Scan, seed: int, geometry_only: bool = False) -> Scanned:
    """The pages of a PDF sample as the scan shows them; `geometry_only` moves them and does nothing else to them."""
    rng = random.Random(f"pages {scan.level} {seed}")
    printed = _rendered(sample.data, scan.dpi)
    seals = _seal_places(sample.label.corpus, scan, rng)
    pages = []
    for number, page in enumerate(printed, start=1):
        ink = random.Random(rng.getrandbits(64))
        turns = rng.choice((1, 2, 3)) if rng.random() < scan.turn_share else 0
        warp = draw_warp(scan, page.shape[1], page.shape[0], random.Random(rng.getrandbits(64)), turns)
        exposure = random.Random(rng.getrandbits(64))
        if geometry_only:
            pages.append(Page(warp.image(page, 255), warp, turns))
            continue
        _mark(page, number, printed, scan, seals, sample.label, ink)
        border = exposure.choice((15, 40, 70, 110)) if scan.margin else exposure.choice((255, 255, 235, 20))
        image = light.expose(warp.image(page, border), scan, exposure)
        marks.dust(image, scan.dust, scan.dpi, exposure)
        pages.append(Page(light.to_tone(image, scan, exposure), warp, turns))
    return Scanned(tuple(pages), scan)


def _rendered(pdf: bytes, dpi: int) -> list[Image]:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return [marks.as_rgb(page.render(scale=dpi / 72).to_pil()) for page in document]
    finally:
        document.close()


def _seal_places(label: CorpusLabel, scan: Scan, rng: random.Random) -> list[tuple[int, float, float]]:
    """Page and centre (points) of each seal: over the tables, or near the end of the text."""
    tables = [cell.areas[0] for cell in label.cells if cell.role == "value" and cell.areas]
    closing = [line.area for paragraph in label.paragraphs[-2:] for line in paragraph.lines]
    places = []
    for _ in range(scan.seals):
        pool = tables if scan.seals_on_tables and rng.random() < 0.8 else closing or tables
        if pool:
            area = rng.choice(pool)
            x = (area.box[0] + area.box[2]) / 2 + rng.gauss(0, 30)
            places.append((area.page, x, (area.box[1] + area.box[3]) / 2 + rng.gauss(0, 30)))
    return places


def _mark(page: Image, number: int, printed: Sequence[Image], scan: Scan, seals: Sequence[tuple[int, float, float]],
          label: Label, rng: random.Random) -> None:
    """Puts everything on the page that was on the paper besides print."""
    scale = scan.dpi / 72
    if scan.show_through:
        marks.show_through(page, printed[number % len(printed)], scan.show_through * rng.uniform(0.5, 1))
    for at, x, y in seals:
        if at == number:
            marks.stamp(page, label.report.agency or "", (x * scale, y * scale), scan.dpi, rng)
    for _ in range(scan.pen):
        boxes = [tuple(v * scale for v in line.area.box) for paragraph in label.corpus.paragraphs
                 for line in paragraph.lines if line.area.page == number]
        marks.pen_strokes(page, [(b[0], b[1], b[2], b[3]) for b in boxes], scan.dpi, rng)
    if scan.holes:
        marks.punch(page, scan.dpi, rng)


def _digital_pages(scan: Scan, count: int, seed: int) -> frozenset[int]:
    """The pages (from 1) that were never printed: a file that mixes both kinds."""
    if not scan.digital_pages or scan.container != "pdf" or count < 2:
        return frozenset()
    rng = random.Random(f"digital {seed}")
    return frozenset(rng.sample(range(1, count + 1), rng.randint(1, count - 1)))


def _packed(scanned: Scanned, sample: Sample, digital: frozenset[int],
            seed: int) -> tuple[bytes, str, list[tuple[float, float]], Move]:
    """The file, its suffix, its pages' sizes in points, and the movement of points into it."""
    scan = scanned.scan
    images = [page.image for page in scanned.pages]
    scale = 72 / scan.dpi
    if scan.container in ("png", "jpg"):
        whole = containers.long_image(images)
        tops = np.cumsum([0, *(image.shape[0] for image in images)])

        def onto_one(page: int, points: Floats) -> tuple[int, Floats]:
            moved = scanned.pages[page - 1].warp.forward(points / scale)
            return 1, (moved + np.array([0.0, float(tops[page - 1])])) * scale

        return _single(whole, scan, seed), f".{scan.container}", [_size(whole, scale)], onto_one

    def onto_its_own(page: int, points: Floats) -> tuple[int, Floats]:
        if page in digital:
            return page, points
        return page, scanned.pages[page - 1].warp.forward(points / scale) * scale

    sizes = [sample.label.corpus.page_sizes[n - 1] if n in digital else _size(image, scale)
             for n, image in enumerate(images, start=1)]
    if scan.container == "tiff":
        return containers.tiff_bytes(images, scan.dpi, scan.jpeg), ".tiff", sizes, onto_its_own
    return containers.pdf_bytes(images, scan.dpi, scan.jpeg, sample.data, digital), ".pdf", sizes, onto_its_own


def _single(image: Image, scan: Scan, seed: int) -> bytes:
    if scan.container == "png":
        return containers.png_bytes(image, scan.dpi)
    held = random.Random(f"held {seed}").choice((1, 2, 3)) if scan.exif else 0
    stored, orientation = containers.stored_turned(image, held)
    return containers.jpeg_bytes(stored, scan.jpeg or 92, orientation, scan.dpi)


def _size(image: Image, scale: float) -> tuple[float, float]:
    return round(image.shape[1] * scale, 4), round(image.shape[0] * scale, 4)


# --- labels


def _moved(label: Label, data: bytes, move: Move, sizes: Sequence[tuple[float, float]], digital: frozenset[int],
           scanned: Scanned, seed: int) -> Label:
    corpus = label.corpus
    level = all(page.turns % 2 == 0 for page in scanned.pages)

    def shift(area: Area) -> Area:
        return moved_area(area, move)

    def lines(found: Sequence[LineLabel]) -> tuple[LineLabel, ...]:
        return tuple(_moved_line(line, move, scanned.pages[line.area.page - 1].turns) for line in found)

    cells = tuple(cell.model_copy(update={"areas": tuple(map(shift, cell.areas)), "lines": lines(cell.lines)})
                  for cell in corpus.cells)
    paragraphs = tuple(p.model_copy(update={
        "lines": lines(p.lines),
        "figures": tuple(f.model_copy(update={"areas": tuple(map(shift, f.areas))}) for f in p.figures)})
        for p in corpus.paragraphs)
    scan = scanned.scan
    note = ScanLabel(level=scan.level, seed=seed, dpi=scan.dpi, container=scan.container,
                     turns=tuple(page.turns for page in scanned.pages),
                     sizes=tuple((page.image.shape[1], page.image.shape[0]) for page in scanned.pages),
                     steps=(*scan.steps(), *(("level_pages",) if level else ())))
    report = label.report.model_copy(update={
        "sha256": hashlib.sha256(data).hexdigest(), "format": Source.PDF if digital else Source.OCR,
        "values": {name: value.model_copy(update={"evidence": _moved_evidence(value.evidence, move, digital)})
                   for name, value in label.report.values.items()},
        "figures": tuple(f.model_copy(update={"evidence": _moved_evidence(f.evidence, move, digital)})
                         for f in label.report.figures),
        "pages": tuple(PageInfo(number=n, width=w, height=h, source=Source.PDF if n in digital else Source.OCR)
                       for n, (w, h) in enumerate(sizes, start=1))})
    return Label(report=report, corpus=corpus.model_copy(update={
        "scan": note, "cells": cells, "paragraphs": paragraphs, "page_sizes": tuple(sizes)}))


def moved_area(area: Area, move: Move) -> Area:
    """The area on the scan: its outline point by point, and the upright box around that."""
    page, points = move(area.page, _outline(area.box))
    rounded = tuple((round(float(x), 2), round(float(y), 2)) for x, y in points)
    return Area(page=page, box=_around(points), polygon=rounded)


def _outline(box: Quad) -> Floats:
    """The box's border clockwise from its top left corner, each side sampled at `EDGE` places more."""
    x0, top, x1, bottom = box
    corners = [(x0, top), (x1, top), (x1, bottom), (x0, bottom)]
    points = []
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        for step in range(EDGE + 1):
            share = step / (EDGE + 1)
            points.append((ax + (bx - ax) * share, ay + (by - ay) * share))
    return np.array(points, dtype=np.float64)


def _around(points: Floats) -> Quad:
    low, high = points.min(axis=0), points.max(axis=0)
    return round(float(low[0]), 2), round(float(low[1]), 2), round(float(high[0]), 2), round(float(high[1]), 2)


def _moved_line(line: LineLabel, move: Move, turns: int) -> LineLabel:
    area = moved_area(line.area, move)
    edges: tuple[float, ...] = ()
    if line.edges and turns == 0:
        middle = (line.area.box[1] + line.area.box[3]) / 2
        _, points = move(line.area.page, np.array([(x, middle) for x in line.edges], dtype=np.float64))
        edges = tuple(round(float(x), 2) for x in points[:, 0])
    return line.model_copy(update={"area": area, "edges": edges})


def _moved_evidence(evidence: Sequence[Evidence], move: Move, digital: frozenset[int]) -> tuple[Evidence, ...]:
    made = []
    for entry in evidence:
        if entry.box is None:
            made.append(entry)
            continue
        page, points = move(entry.page, _outline(entry.box))
        source = Source.PDF if entry.page in digital else Source.OCR
        made.append(entry.model_copy(update={"page": page, "box": _around(points), "source": source}))
    return tuple(made)


def at_dpi(scan: Scan, dpi: int) -> Scan:
    """The same scan at another resolution (for previews)."""
    return replace(scan, dpi=dpi)
