"""Files of scans: frames, photographs that lie turned, and PDFs in which scanned and digital pages stand together."""

from __future__ import annotations

import io
import json
import weakref
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("cv2")
pytest.importorskip("onnxruntime")
pikepdf = pytest.importorskip("pikepdf")

from PIL import Image  # noqa: E402

from extractor import extract  # noqa: E402
from extractor.document import Page, Source  # noqa: E402
from extractor.errors import LimitExceeded, NotAReport  # noqa: E402
from extractor.pipeline import read_scans  # noqa: E402
from extractor.read import scan  # noqa: E402
from extractor.read.image import read_image  # noqa: E402
from extractor.read.ocr import threads  # noqa: E402
from extractor.read.pdf import read_pdf  # noqa: E402
from extractor.read.render import PageImage, decode_image  # noqa: E402
from extractor.read.scan import calibration, ocr_pages  # noqa: E402
from extractor.report import DOUBTFUL_BELOW  # noqa: E402
from extractor.settings import Settings  # noqa: E402

HELLO = b"BT /F1 12 Tf 72 700 Td (Hello 12) Tj ET"
SCAN = b"q 595 0 0 842 0 0 cm /Im0 Do Q"
HIDDEN = SCAN + b" BT 3 Tr /F1 12 Tf 72 700 Td (Hcllo I2) Tj ET"


def _marked(columns: int, rows: int) -> NDArray[np.uint8]:
    """A white picture whose top left corner is black."""
    picture = np.full((rows, columns), 255, np.uint8)
    picture[:rows // 4, :columns // 4] = 0
    return picture


def test_each_frame_of_a_tiff_becomes_pixels_of_its_own() -> None:
    frames = [Image.fromarray(_marked(200, 300)), Image.fromarray(255 - _marked(200, 300))]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], dpi=(100, 100))
    document = read_image(out.getvalue(), Settings())
    sizes = {page.number: (page.width, page.height) for page in document.pages}
    first, second = decode_image(out.getvalue(), sizes, Settings())
    assert (first.pixels[0, 0, 0], second.pixels[0, 0, 0]) == (0, 255)
    assert (round(first.dpi), round(second.dpi)) == (100, 100)


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (-1, -1)), (6, (0, -1)), (8, (-1, 0))])
def test_a_photograph_is_turned_as_its_exif_tag_says(orientation: int, corner: tuple[int, int]) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(_marked(200, 300)).save(out, "JPEG", exif=exif)
    document = read_image(out.getvalue(), Settings())
    [image] = decode_image(out.getvalue(), {1: (document.pages[0].width, document.pages[0].height)}, Settings())
    assert image.pixels[corner][0] < 40
    assert (image.width > image.height) == (image.pixels.shape[1] > image.pixels.shape[0])


def _pdf(*contents: bytes) -> bytes:
    """A PDF of one page for each content stream; `/Im0` is a white picture."""
    document = pikepdf.new()
    image = document.make_stream(bytes([245]) * (620 * 877))
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=620, Height=877,
        ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8)
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    for content in contents:
        page = document.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image), Font=pikepdf.Dictionary(F1=font))
        page.Contents = document.make_stream(content)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_only_the_pages_without_usable_text_are_read_as_scans() -> None:
    data = _pdf(HELLO, SCAN, HIDDEN)
    given = read_pdf(data, Settings())
    assert [page.needs_ocr for page in given.pages] == ["", "no_text", "hidden_text_layer"]
    pages = read_scans(given, data, Settings()).pages
    assert [page.source for page in pages] == [Source.PDF, Source.OCR, Source.OCR]
    assert [word.text for word in pages[0].words] == ["Hello", "12"]
    assert [page.needs_ocr for page in pages[1:]] == ["blank_page", "blank_page"]
    assert pages[2].words == ()


def test_scores_become_probabilities_by_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "calibration.json"
    table.write_text(json.dumps({"scores": [0.0, 0.8, 1.0], "probabilities": [0.1, 0.5, 0.99]}), "utf8")
    monkeypatch.setattr(calibration, "TABLE", table)
    assert [round(calibration.calibrated(score), 3) for score in (0.0, 0.4, 0.9, 1.0)] == [0.0, 0.3, 0.745, 0.99]


def test_a_doubtful_score_stays_doubtful_whatever_the_table_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "calibration.json"
    table.write_text(json.dumps({"scores": [0.0, 1.0], "probabilities": [0.8, 1.0]}), "utf8")
    monkeypatch.setattr(calibration, "TABLE", table)
    assert calibration.calibrated(0.6) == 0.6
    assert calibration.calibrated(0.85) < DOUBTFUL_BELOW < calibration.calibrated(0.95)


def test_without_a_table_a_score_counts_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "TABLE", tmp_path / "none.json")
    assert calibration.calibrated(0.625) == 0.625


def _long_scan(pages: int) -> bytes:
    """A PDF of small scanned pages, all of one picture."""
    document = pikepdf.new()
    image = document.make_stream(bytes(200 * 200))
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=200, Height=200,
        ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8)
    for _ in range(pages):
        page = document.add_blank_page(page_size=(100, 100))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        page.Contents = document.make_stream(b"q 100 0 0 100 0 0 cm /Im0 Do Q")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_of_a_scan_of_six_hundred_pages_one_a_thread_is_in_memory_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[weakref.ref[NDArray[np.uint8]]] = []
    most = 0

    def read_nothing(image: PageImage, *_: object) -> Page:
        nonlocal most
        seen.append(weakref.ref(image.pixels))
        most = max(most, sum(pixels() is not None for pixels in seen))
        return Page(image.number, image.width, image.height, needs_ocr="blank_page")

    monkeypatch.setattr(scan, "read_page", read_nothing)
    read = ocr_pages(_long_scan(600), range(1, 601), Settings())
    assert list(read) == list(range(1, 601)) and most <= threads()


def test_a_scan_of_more_pages_than_the_limit_is_refused_by_name() -> None:
    with pytest.raises(LimitExceeded, match="601 pages; the limit is 600"):
        read_pdf(_long_scan(601), Settings())


@pytest.mark.parametrize("name", ["flower.jpg", "china.jpg"])
def test_a_photograph_of_anything_else_is_no_report(name: str) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    with pytest.raises(NotAReport):
        extract(Path(datasets.__file__).parent / "images" / name)
