"""Scans: pages turned, skewed, bent, stamped or damaged become the same pages as born-digital ones, or say why not."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

cv2 = pytest.importorskip("cv2")
pytest.importorskip("onnxruntime")

from PIL import Image  # noqa: E402

from extractor.document import Document, Page, Source, Word  # noqa: E402
from extractor.label import label  # noqa: E402
from extractor.layout import structure  # noqa: E402
from extractor.layout.tables import page_tables  # noqa: E402
from extractor.read.render import PageImage, render_pdf  # noqa: E402
from extractor.read.scan import ocr_pages, read_scan  # noqa: E402
from extractor.read.scan import page as scan_page  # noqa: E402
from extractor.settings import Settings  # noqa: E402

Pixels = NDArray[np.uint8]
TABLE = [["收到", "12", "0", "305"], ["办结", "0", "47", ""], ["结转", "1", "8", "96"]]
"""What `drawn_page` shows; one cell is blank."""


@pytest.fixture(scope="module")
def drawn_page() -> Pixels:
    """A page of 200 dpi with a ruled table, drawn with a font of this machine."""
    from PIL import ImageDraw, ImageFont

    font = _font()
    picture = Image.new("RGB", (1654, 2339), "white")
    draw = ImageDraw.Draw(picture)
    face = ImageFont.truetype(str(font), 36)
    draw.text((300, 250), "收到和处理政府信息公开申请情况", font=face, fill=(20, 20, 20))
    draw.text((300, 1000), "本年度共收到政府信息公开申请若干件，均已按期答复。", font=face, fill=(20, 20, 20))
    small = ImageFont.truetype(str(font), 30)
    for row, texts in enumerate(TABLE):
        for column, text in enumerate(texts):
            x, y = 300 + 260 * column, 400 + 80 * row
            draw.rectangle((x, y, x + 260, y + 80), outline=(30, 30, 30), width=2)
            draw.text((x + 90, y + 20), text, font=small, fill=(20, 20, 20))
    return np.asarray(picture)


def _font() -> Path:
    for folder in (Path(sys.prefix), Path("/usr/share/fonts")):
        for pattern in ("**/NotoSans*SC*.[ot]tf", "**/wqy*.tt[cf]", "**/NotoSansCJK*.tt[cf]", "**/uming.ttc"):
            found = sorted(folder.glob(pattern))
            if found:
                return found[0]
    pytest.skip("no Chinese font on this machine")


def _read(pixels: Pixels) -> Page:
    height, width = pixels.shape[:2]
    image = PageImage(1, width * 72 / 200, height * 72 / 200, pixels)
    return read_scan([image], Settings())[0]


def _texts(page: Page) -> list[list[str]]:
    tables, _ = page_tables(page)
    assert len(tables) == 1
    return [[cell.text for cell in row] for row in tables[0].table.by_row()]


def _skewed(page: Pixels, degrees: float) -> Pixels:
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=(250, 250, 250)), dtype=np.uint8)


def _tilted(page: Pixels) -> Pixels:
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = np.array([[30, 20], [width - 10, 40], [width - 45, height - 20], [10, height - 60]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return np.asarray(cv2.warpPerspective(page, matrix, (width, height), borderValue=(250, 250, 250)), dtype=np.uint8)


def _bent(page: Pixels) -> Pixels:
    height, width = page.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    lower = (y + 10 * np.sin(x / width * 4)).astype(np.float32)
    return np.asarray(cv2.remap(page, x, lower, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def _stamped(page: Pixels) -> Pixels:
    stamped = page.copy()
    ink = np.zeros(page.shape[:2], np.uint8)
    cv2.circle(ink, (800, 520), 150, 255, 9)
    cv2.circle(ink, (800, 520), 40, 255, -1)
    red = np.minimum(stamped, np.array([215, 60, 50], np.uint8))
    return np.where(ink[:, :, None] > 0, red, stamped)


def _noisy(page: Pixels) -> Pixels:
    noise = np.random.default_rng(3).normal(0, 9, page.shape[:2])
    small = np.clip(page.astype(np.float64) * 0.85 + 15 + noise[:, :, None], 0, 255).astype(np.uint8)
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 35])[1], 1), dtype=np.uint8)


@pytest.mark.parametrize("damage", [
    lambda page: page, _noisy, _tilted, _bent, _stamped,
    lambda page: _skewed(page, 8.0), lambda page: _skewed(page, -3.3),
    lambda page: np.ascontiguousarray(np.rot90(page, 1)), lambda page: np.ascontiguousarray(np.rot90(page, 2)),
    lambda page: np.ascontiguousarray(np.rot90(page, 3)),
], ids=["clean", "noise and JPEG 35", "perspective", "curl", "seal over cells", "skew 8", "skew -3.3",
        "a quarter turn", "upside down", "three quarters"])
def test_every_cell_is_read_or_proven_blank(drawn_page: Pixels, damage: Callable[[Pixels], Pixels]) -> None:
    assert _texts(_read(damage(drawn_page))) == TABLE


def test_a_page_taken_to_lie_on_its_side_is_tried_all_ways_until_one_reads_well(drawn_page: Pixels,
                                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    class _Try:
        """Reads a little on its side, as zeros do, and well upright."""

        def __init__(self, image: object, grey: object, quarters: int, *_: object) -> None:
            tried.append(quarters % 4)
            self.quarters = quarters % 4
            self.readable, self.text = {0: (True, 400.0), 1: (False, 10.0), 2: (False, 30.0), 3: (True, 25.0)}[self.quarters]

        def page(self) -> Page:
            return Page(self.quarters, 1.0, 1.0)

    monkeypatch.setattr(scan_page, "text_runs_down", lambda *_: True)
    monkeypatch.setattr(scan_page, "_Attempt", _Try)
    assert _read(drawn_page).number == 0
    assert tried == [1, 3, 2, 0]


def test_a_blank_cell_is_no_zero(drawn_page: Pixels) -> None:
    assert _texts(_read(drawn_page))[1][3] == ""


def test_numbers_come_with_confidence_and_alternatives(drawn_page: Pixels) -> None:
    numbers = [word for word in _read(_noisy(drawn_page)).words if word.text.isdigit()]
    assert len(numbers) == 8
    assert all(0.5 < word.confidence <= 1.0 for word in numbers)
    assert all(sum(chance for _, chance in word.alternatives) <= 1.0 for word in numbers)


def test_boxes_lead_back_to_the_page_as_it_was_given(drawn_page: Pixels) -> None:
    page = _read(_skewed(drawn_page, 5.0))
    word = next(word for word in page.words if word.text == "305")
    x, y = (value / 72 * 200 for value in page.original(word.box).centre)
    matrix = cv2.getRotationMatrix2D((1654 / 2, 2339 / 2), 5.0, 1.0)
    wanted = matrix @ np.array([300 + 260 * 3 + 118, 400 + 40, 1.0])
    assert np.hypot(x - wanted[0], y - wanted[1]) < 12


def test_the_same_scan_gives_the_same_page_twice(drawn_page: Pixels) -> None:
    assert _read(_noisy(drawn_page)) == _read(_noisy(drawn_page))


def test_a_blank_page_says_so() -> None:
    page = _read(np.full((2339, 1654, 3), 244, np.uint8))
    assert page.words == () and page.needs_ocr == "blank_page"


def test_a_photograph_without_text_says_so() -> None:
    y, x = np.mgrid[0:1200, 0:900]
    blobs = 128 + 90 * np.sin(x / 97.0) * np.cos(y / 131.0)
    page = _read(np.repeat(blobs[:, :, None], 3, axis=2).astype(np.uint8))
    assert page.words == () and page.needs_ocr in ("no_text", "blank_page")


def _pdf_of(picture: bytes, size: tuple[int, int], kind: str = "/DCTDecode") -> bytes:
    import pikepdf

    document = pikepdf.new()
    image = document.make_stream(picture)
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=size[0], Height=size[1],
        ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name(kind))
    page = document.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    page.Contents = document.make_stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_corrupt_jpeg_in_a_pdf_is_named() -> None:
    data = _pdf_of(b"\xff\xd8\xff\xe0 this is no picture", (1240, 1754))
    assert ocr_pages(data, [1], Settings())[1].needs_ocr == "image_damaged"


def test_a_page_of_thirty_thousand_pixels_square_is_refused_before_it_is_decoded() -> None:
    import zlib

    rows = zlib.compressobj()
    data = b"".join(rows.compress(bytes(30_000 * 100)) for _ in range(2)) + rows.flush()
    refused = ocr_pages(_pdf_of(data, (30_000, 30_000), "/FlateDecode"), [1], Settings())[1]
    assert refused.needs_ocr == "image_too_large"


def test_other_pages_survive_a_damaged_one(drawn_page: Pixels) -> None:
    nothing = PageImage(1, 595, 842, np.zeros((0, 0, 3), np.uint8), "image_damaged")
    good = PageImage(2, 1654 * 72 / 200, 2339 * 72 / 200, drawn_page)
    pages = read_scan([nothing, good], Settings())
    assert pages[0].needs_ocr == "image_damaged" and _texts(pages[1]) == TABLE


def test_the_engine_starts_and_reads_without_any_network() -> None:
    program = """
import socket
def refuse(*args, **kwargs): raise AssertionError("a connection was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import numpy as np
from extractor.read.ocr import engine
assert engine() is engine()
assert engine().read([np.full((48, 96), 255, np.uint8)])[0].text == ""
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_importing_the_package_does_not_load_the_engine() -> None:
    program = "import sys, extractor; assert not {'onnxruntime', 'cv2'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize("level", ["clean", "office", "harsh"])
def test_real_scans_are_read_completely(shared: Path, level: str) -> None:
    gold: dict[str, Any] = json.loads((shared / "gold" / "hongze_2023.json").read_text("utf8"))["values"]
    data = (shared / "real" / f"hongze_2023_scan_{level}.pdf").read_bytes()
    pages = ocr_pages(data, range(1, 6), Settings())
    values = label(structure(Document(Source.OCR, tuple(pages.values())))).values
    wrong = {key: values[key].raw for key, value in gold.items()
             if values[key].value != (None if value is None else Decimal(value))}
    assert wrong == {}


def test_pages_are_rendered_at_the_resolution_of_their_scan(shared: Path) -> None:
    data = (shared / "real" / "hongze_2023_scan_harsh.pdf").read_bytes()
    image = next(iter(render_pdf(data, [1], Settings())))
    assert image.pixels.shape == (1521, 1075, 3) and round(image.dpi) == 130


def test_a_stroke_of_a_pen_beside_a_digit_makes_it_doubtful(drawn_page: Pixels) -> None:
    def in_cell(page: Page) -> list[Word]:
        return [word for word in page.words if 560 < word.box.centre[0] / 0.36 < 820 and 480 < word.box.centre[1] / 0.36 < 560]

    page = drawn_page.copy()
    cv2.line(page, (640, 494), (637, 526), (30, 30, 30), 3)
    [plain], marked = in_cell(_read(drawn_page)), in_cell(_read(page))
    assert plain.text == "0" and plain.confidence > 0.9
    assert marked and all(word.confidence < 0.75 for word in marked)
