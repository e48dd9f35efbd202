"""Makes the pictures of docs/corpus.md: `python docs/make_corpus_pictures.py` (a minute; the same bytes each time)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from training.corpus.make import draw_sample
from training.corpus.pages.layout import Layout, draw_layout
from training.corpus.pages.made import Sample
from training.corpus.report import make_report
from training.corpus.scan import draw_scan, make_scan
from training.corpus.show import draw, page_images

PICTURES = Path(__file__).resolve().parent / "pictures"
QUALITY = 62
Wanted = Callable[[Layout], bool]
PAGES: tuple[Wanted, ...] = (
    lambda a: a.family == "office" and a.vertical == "stacked" and bool(a.shade) and a.hierarchy == 3,
    lambda a: a.family == "rects" and a.western == "Times-Roman" and a.vertical == "wrapped",
    lambda a: a.family == "spreadsheet" and a.vertical == "rotated",
    lambda a: a.family == "web_print" and a.bold_headers,
    lambda a: a.family == "open_sides",
    lambda a: a.family == "horizontal" and bool(a.shade),
    lambda a: a.family == "borderless",
    lambda a: a.hierarchy == 1 and a.family == "office",
    lambda a: a.hierarchy == 2,
    lambda a: a.repeat_header and a.split == "anywhere" and a.spanning == "cut",
    lambda a: a.red_head and a.title_color != "#000000",
    lambda a: a.table2 == "captioned" and a.labels.parentheses == "half",
)


def main() -> None:
    """Writes corpus-pages.jpg, corpus-scans.jpg, corpus-details.jpg and corpus-labels.jpg."""
    PICTURES.mkdir(exist_ok=True)
    used: set[int] = set()
    pages = []
    for number, wanted in enumerate(PAGES):
        seed = next(n for n in range(5000) if n not in used and wanted(draw_layout(n)))
        used.add(seed)
        pages.append(_table_page(sample(seed), 3 if number != 10 else 0))
    _grid(pages, 4, 330).save(PICTURES / "corpus-pages.jpg", quality=QUALITY)
    scans = [_table_page(_scanned(level, seed), 3) for level, seed in _chosen()]
    _grid(scans, 3, 400).save(PICTURES / "corpus-scans.jpg", quality=QUALITY)
    details = [_detail(_scanned(level, seed)) for level, seed in _chosen()]
    _grid(details, 3, 400).save(PICTURES / "corpus-details.jpg", quality=QUALITY)
    _labels().save(PICTURES / "corpus-labels.jpg", quality=QUALITY)


@lru_cache(maxsize=4)
def sample(seed: int) -> Sample:
    """A born-digital sample."""
    return draw_sample(seed, "pdf")


def _chosen() -> list[tuple[str, int]]:
    """One scan of each level, in a container that has pages; the harsh one has its seal on a table."""
    made: list[tuple[str, int]] = []
    start = 60
    for level in ("clean", "office", "harsh", "fax", "phone", "hopeless"):
        seed = next(n for n in range(start, start + 500) if draw_layout(n).ruled and _suits(level, n) and not _blank(n))
        made.append((level, seed))
        start = seed + 1
    return made


def _blank(seed: int) -> bool:
    """True if the report leaves cells blank, which would make a dull picture."""
    return any(value is None for value in make_report(seed).values.values())


def _suits(level: str, seed: int) -> bool:
    scan = draw_scan(level, seed)
    color = scan.tone == "color" or level not in ("harsh", "clean", "hopeless")
    return scan.container == "pdf" and color and not scan.turn_share and not scan.digital_pages and (
        level != "harsh" or (scan.seals > 1 and scan.seals_on_tables))


def _scanned(level: str, seed: int) -> Sample:
    return make_scan(sample(seed), level, seed)


def _table_page(made: Sample, number: int) -> Image.Image:
    """The page on which most of table `number` stands (0: the first page), at 110 dpi."""
    pages = [area.page for cell in made.label.corpus.cells if cell.number == number for area in cell.areas]
    at = max(set(pages), key=pages.count) if pages else 1
    return page_images(made.data, made.suffix, 110)[at - 1]


def _detail(made: Sample) -> Image.Image:
    """A part of table 3, 400 x 300 pixels of the scan itself."""
    scan = made.label.corpus.scan
    assert scan is not None
    cells = [c for c in made.label.corpus.cells if c.field and c.field.endswith("internal_affairs.natural_person")]
    area = cells[0].areas[0]
    page = page_images(made.data, made.suffix, scan.dpi)[area.page - 1]
    x, y = round(area.box[0] * scan.dpi / 72), round(area.box[1] * scan.dpi / 72)
    return page.crop((x - 250, y - 150, x + 150, y + 150))


def _labels() -> Image.Image:
    """A harsh scan's page with its labels drawn over it."""
    import tempfile

    level, seed = next(pair for pair in _chosen() if pair[0] == "harsh")
    made = _scanned(level, seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"scan{made.suffix}"
        path.write_bytes(made.data)
        path.with_suffix(".label.json").write_text(made.label.to_json(), "utf8")
        pages = [area.page for cell in made.label.corpus.cells if cell.number == 3 for area in cell.areas]
        picture = list(draw(path, 80))[max(set(pages), key=pages.count) - 1]
    return picture


def _grid(pictures: Sequence[Image.Image], columns: int, width: int) -> Image.Image:
    """Pictures scaled to one width, side by side."""
    small = [p.resize((width, round(p.height * width / p.width)), Image.Resampling.LANCZOS) for p in pictures]
    height = max(picture.height for picture in small)
    rows = (len(small) + columns - 1) // columns
    made = Image.new("RGB", (columns * (width + 6) - 6, rows * (height + 6) - 6), "#707070")
    for at, picture in enumerate(small):
        made.paste(picture, ((at % columns) * (width + 6), (at // columns) * (height + 6)))
    return made


if __name__ == "__main__":
    main()
