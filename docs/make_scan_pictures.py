"""Makes the pictures of docs/reading-scans.md: what the scan reader sees on a bad scan from the corpus.

    python docs/make_scan_pictures.py [SEED]
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from extractor.read.ocr import engine
from extractor.read.render import PageImage, render_pdf
from extractor.read.scan import read_scan
from extractor.read.scan.page import straighten
from extractor.read.scan.seals import to_grey
from extractor.read.scan.straighten import WORK_DPI
from extractor.settings import Settings
from training.corpus.make import draw_sample

PICTURES = Path(__file__).parent / "pictures"
SCALE = 0.45


def main(seed: int) -> None:
    """Writes the page as scanned, and beside it the straight page with grid, words and confidences."""
    sample = draw_sample(seed, scan="harsh")
    image = max(render_pdf(sample.data, range(1, len(sample.label.corpus.page_sizes) + 1), Settings()),
                key=lambda page: len(read_scan([page], Settings(), engine())[0].rulings))
    given = cv2.resize(cv2.cvtColor(image.pixels, cv2.COLOR_RGB2BGR), None, fx=SCALE * WORK_DPI / image.dpi,
                       fy=SCALE * WORK_DPI / image.dpi, interpolation=cv2.INTER_AREA)
    seen = _seen(image)
    height = min(given.shape[0], seen.shape[0])
    both = np.hstack([given[:height], seen[:height]])
    cv2.imwrite(str(PICTURES / "scan-grid.jpg"), both, [cv2.IMWRITE_JPEG_QUALITY, 55])


def _seen(image: PageImage) -> cv2.typing.MatLike:
    straight, _ = straighten(to_grey(image.pixels, image.dpi), image.dpi, 0)
    picture = cv2.cvtColor(straight.grey, cv2.COLOR_GRAY2BGR)
    page = read_scan([image], Settings())[0]
    pixels = WORK_DPI / 72
    for r in page.rulings:
        ends = [round(value * pixels) for value in (r.x0, r.top, r.x1, r.bottom)]
        cv2.line(picture, (ends[0], ends[1]), (ends[2], ends[3]), (0, 0, 230), 2)
    for word in page.words:
        box = [round(value * pixels) for value in (word.box.x0, word.box.top, word.box.x1, word.box.bottom)]
        sure = word.confidence >= 0.75
        cv2.rectangle(picture, (box[0], box[1]), (box[2], box[3]), (0, 150, 0) if sure else (0, 140, 255), 2)
    return cv2.resize(picture, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 900_010)
