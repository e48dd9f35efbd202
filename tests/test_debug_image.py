"""The pictures of `--debug-image` show each page with a box around each value, in the colour of its status."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from extractor.debug_image import SCALE, draw_pages
from extractor.errors import OutputError
from extractor.report import Report
from extractor.settings import Settings


@pytest.fixture
def blank_pdf(tmp_path: Path) -> Path:
    """Three empty pages of A4."""
    pdf = pikepdf.new()
    for _ in range(3):
        pdf.add_blank_page(page_size=(595, 842))
    pdf.save(tmp_path / "a.pdf")
    return tmp_path / "a.pdf"


def colour_at_left_edge(picture: Path, report: Report, field: str) -> tuple[int, ...]:
    box = report.values[field].evidence[0].box
    assert box is not None
    with Image.open(picture) as image:
        pixel = image.getpixel((int(box[0] * SCALE), int((box[1] + box[3]) / 2 * SCALE)))
    assert isinstance(pixel, tuple)
    return pixel


def test_a_picture_a_page_at_150_dpi(blank_pdf: Path, contradictory: Report, tmp_path: Path) -> None:
    written = draw_pages(blank_pdf, contradictory, tmp_path / "new" / "pictures", Settings())
    assert [path.name for path in written] == ["page-001.png", "page-002.png", "page-003.png"]
    with Image.open(written[0]) as image:
        assert image.size == pytest.approx((595 * SCALE, 842 * SCALE), abs=1)


def test_values_are_marked_where_they_stand(blank_pdf: Path, contradictory: Report, tmp_path: Path) -> None:
    written = draw_pages(blank_pdf, contradictory, tmp_path, Settings())
    read, doubtful = "review.upheld", "litigation.direct.other"
    assert colour_at_left_edge(written[2], contradictory, read) == (150, 0, 130)
    assert colour_at_left_edge(written[2], contradictory, doubtful) == (230, 110, 0)
    assert colour_at_left_edge(written[0], contradictory, read) == (255, 255, 255)


def test_a_format_without_pages_has_no_pictures(contradictory: Report, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("一、总体情况\n本年收到申请3件。\n" * 20, "utf8")
    assert draw_pages(tmp_path / "a.txt", contradictory, tmp_path / "pictures", Settings()) == []
    assert not (tmp_path / "pictures").exists()


def test_a_folder_that_cannot_be_made(blank_pdf: Path, contradictory: Report) -> None:
    with pytest.raises(OutputError):
        draw_pages(blank_pdf, contradictory, blank_pdf / "pictures", Settings())
