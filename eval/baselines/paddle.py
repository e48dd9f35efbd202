"""The OCR baselines: PaddleOCR's lines in the product's grid, or in the cells that img2table finds; nothing is read twice.

Both label with the product's labeller and check the relations, but no cell is looked at again, and no contradiction is
decoded: what is read is published. PaddleOCR lives in an environment of its own (it pins other versions of OpenCV), whose
interpreter `GOUJI_PADDLE_PYTHON` names; it reads with the weights of the product (see `paddle_worker.py`).
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from extractor.document import Box, Document, Page, Ruling, Source, Word
from extractor.errors import ExitCode, GoujiError
from extractor.report import PageInfo, Report
from extractor.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from extractor.read.render import PageImage

VARIABLE = "GOUJI_PADDLE_PYTHON"
WORKER = Path(__file__).with_name("paddle_worker.py")


class NoPaddle(GoujiError):
    """PaddleOCR, or what stands beside it, is not installed where it was looked for."""

    code = ExitCode.USAGE
    category = "usage"


class Paddle:
    """A process that reads page images; it ends with this one."""

    def __init__(self, python: str, threads: int) -> None:
        from extractor.read.ocr import model_folder

        environment = {**os.environ, "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True", "OMP_NUM_THREADS": str(threads)}
        with tempfile.TemporaryFile() as said:
            try:
                self._process = subprocess.Popen([python, str(WORKER), str(model_folder()), str(threads)], text=True,
                                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
                                                 env=environment, encoding="utf8")
            except OSError as error:
                raise NoPaddle(f"{python} cannot be run: {error}.", f"Set {VARIABLE} to an interpreter.") from error
            atexit.register(self.close)
            first = self._answer()
            if not first:
                said.seek(0)
                last = (said.read().decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
                raise NoPaddle(f"PaddleOCR does not start with {python}: {last}.",
                               "That environment needs paddleocr, onnxruntime and PyYAML (and img2table).")
        self.img2table = bool(first["img2table"])

    def read(self, pixels: NDArray[np.uint8], tables: bool = False) -> dict[str, Any]:
        """Lines and, if wanted, tables of a page, in pixels. A process that is interrupted has ended: its late answer
        must not be taken for that of another page."""
        with tempfile.NamedTemporaryFile(suffix=".png") as image:
            Image.fromarray(pixels).save(image, "PNG", compress_level=1)
            image.flush()
            try:
                answer = self._asked({"image": image.name, "tables": tables})
            except BaseException:
                self.close()
                raise
        if not answer:
            self.close()
            raise NoPaddle("PaddleOCR ended while it read a page.", "Read the page with it alone to see why.")
        return answer

    def _asked(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found: dict[str, Any] = json.loads(line) if line else {}
        return found

    def close(self) -> None:
        """Ends the process; the next page starts another."""
        self._process.kill()
        self._process.wait()
        started.cache_clear()


@lru_cache(maxsize=1)
def started(python: str) -> Paddle:
    """The process of an interpreter, started once, and again when it has ended."""
    from extractor.read.ocr import THREADS

    return Paddle(python, THREADS)


def interpreter() -> str:
    """The interpreter that has PaddleOCR; raises `NoPaddle`."""
    python = os.environ.get(VARIABLE, "")
    if not python:
        raise NoPaddle("The baselines with PaddleOCR need an environment of their own, and none is named.",
                       f"Install paddleocr, onnxruntime, PyYAML and img2table in one, and set {VARIABLE} to its python.")
    return python


def in_grid(data: bytes, name: str, settings: Settings) -> Report:
    """A report read by PaddleOCR, its lines put into the grid of rulings that the product finds."""
    return _report(data, name, settings, _page_in_grid)


def in_img2table(data: bytes, name: str, settings: Settings) -> Report:
    """A report read by PaddleOCR, its lines put into the cells that img2table finds on the page as given."""
    if not started(interpreter()).img2table:
        raise NoPaddle(f"img2table is not installed beside {interpreter()}.", "Install it there: pip install img2table.")
    return _report(data, name, settings, _page_in_img2table)


def _page_in_grid(image: PageImage) -> Page:
    from extractor.read.scan.grid import straighten_lines
    from extractor.read.scan.page import straighten, to_points
    from extractor.read.scan.seals import to_grey
    from extractor.read.scan.straighten import text_runs_down
    from extractor.read.scan.words import PIXEL

    grey = to_grey(image.pixels, image.dpi)
    straight, grids = straighten(grey, image.dpi, 1 if text_runs_down(grey, image.dpi) else 0)
    lines = started(interpreter()).read(np.stack([straight.grey] * 3, axis=2))["lines"]
    rulings = [Ruling(*(side * PIXEL for side in ruling)) for grid in grids for ruling in straighten_lines(grid)]
    height, width = straight.grey.shape
    return _page(image.number, width * PIXEL, height * PIXEL, lines, rulings, PIXEL, to_points(image, straight))


def _page_in_img2table(image: PageImage) -> Page:
    found = started(interpreter()).read(image.pixels, tables=True)
    point = image.width / image.pixels.shape[1]
    rulings = [ruling for table in found["tables"] for box in table for ruling in _sides([side * point for side in box])]
    return _page(image.number, image.width, image.height, found["lines"], rulings, point)


def _sides(box: Sequence[float]) -> Iterator[Ruling]:
    x0, top, x1, bottom = box
    yield from (Ruling(x0, top, x1, top), Ruling(x0, bottom, x1, bottom), Ruling(x0, top, x0, bottom),
                Ruling(x1, top, x1, bottom))


def _page(number: int, width: float, height: float, lines: Iterable[dict[str, Any]], rulings: Iterable[Ruling],
          point: float, back: tuple[float, ...] = ()) -> Page:
    words = tuple(_word(line, point) for line in lines if line["text"])
    return Page(number, width, height, words, tuple(rulings), (Box(0.0, 0.0, width, height),), Source.OCR,
                "" if words else "no_text", back)


def _word(line: dict[str, Any], point: float) -> Word:
    """A line that PaddleOCR read, its characters equally wide."""
    box = Box(*(side * point for side in line["box"]))
    step = box.width / len(line["text"])
    edges = tuple(box.x0 + step * i for i in range(len(line["text"]) + 1))
    return Word(line["text"], box, edges, box.height * 0.8, confidence=line["score"])


def _pages(document: Document, data: bytes, settings: Settings, read_page: Any) -> Document:
    """The document with its pages without usable text as the baseline reads them."""
    from extractor.read.render import decode_image, render_pdf

    wanted = [page for page in document.pages if page.needs_ocr and page.needs_ocr != "damaged"]
    images = render_pdf(data, [page.number for page in wanted], settings) if document.source is Source.PDF else decode_image(
        data, {page.number: (page.width, page.height) for page in wanted}, settings)
    found = {image.number: read_page(image) for image in (images if wanted else ()) if not image.problem}
    return replace(document, pages=tuple(found.get(page.number, page) for page in document.pages))


def _report(data: bytes, name: str, settings: Settings, read_page: Any) -> Report:
    """Read by a baseline, labelled and checked; every violation is laid to the report, for nothing weighs causes."""
    from extractor.label import label
    from extractor.layout import structure
    from extractor.original import on_pages_as_given
    from extractor.read import read
    from extractor.reconcile import engine_of_product
    from extractor.report import Cause, FindingStatus

    start = time.perf_counter()
    given = read(data, settings)
    document = _pages(given, data, settings, read_page)
    laid_out = structure(document)
    labelled = on_pages_as_given(label(laid_out, incomplete=any(page.needs_ocr for page in document.pages)), document.pages)
    findings = tuple(finding.model_copy(update={"cause": Cause.REPORT}) if finding.status is FindingStatus.VIOLATED else finding
                     for finding in engine_of_product().findings(labelled.template, labelled.values))
    pages = tuple(PageInfo(number=page.number, width=page.width, height=page.height, source=page.source,
                           needs_ocr=page.needs_ocr) for page in document.pages)
    return Report(source=name, sha256=hashlib.sha256(data).hexdigest(), format=given.source, agency=labelled.agency,
                  year=labelled.year, period=labelled.period, template=labelled.template, values=labelled.values,
                  figures=labelled.figures, findings=findings,
                  paragraphs=tuple(paragraph.text for paragraph in laid_out.paragraphs), pages=pages,
                  timings={"all": round(time.perf_counter() - start, 4)})
