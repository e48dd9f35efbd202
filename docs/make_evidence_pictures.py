"""Makes the pictures of docs/evidence.md: evidence pages of the demonstration samples, as Chromium shows them.

    python docs/make_evidence_pictures.py        # needs playwright and a Chromium on PATH
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from extractor import evidence, extract
from extractor.messages import Language

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "eval" / "samples" / "demo"
PICTURES = ROOT / "docs" / "pictures"
QUALITY = 72
SHOTS: tuple[tuple[str, str, Language, int, int], ...] = (
    ("evidence-pdf.jpg", "county_2022.pdf", "zh", 0, 1180),
    ("evidence-web.jpg", "city_2024.html", "en", 0, 1180),
)
"""Picture, sample, language, and the part of the page shown: top and height in pixels."""
WIDTH = 1366


def main() -> None:
    """Writes evidence-pdf.jpg and evidence-web.jpg."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("No Chromium on PATH.")
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, sample, language, top, height in SHOTS:
            page = Path(folder) / f"{sample}.html"
            page.write_bytes(evidence.to_html(extract(SAMPLES / sample), language, (SAMPLES / sample).read_bytes()))
            shot(browser, page, top, height).save(PICTURES / name, quality=QUALITY, optimize=True)
        browser.close()


def shot(browser: Browser, page: Path, top: int, height: int) -> Image.Image:
    """A part of a page as a desk of `WIDTH` pixels shows it."""
    opened = browser.new_page(viewport={"width": WIDTH, "height": height})
    opened.goto(page.as_uri())
    data = opened.screenshot(full_page=True, clip={"x": 0, "y": top, "width": WIDTH, "height": height})
    opened.close()
    return Image.open(io.BytesIO(data)).convert("RGB")


if __name__ == "__main__":
    main()
