"""Scans of the corpus: labels move exactly as the pixels do, and files are what offices publish."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from training.corpus.check_boxes import check
from training.corpus.make import draw_sample
from training.corpus.pages.made import Sample
from training.corpus.scan import LEVELS, MIXED, draw_scan, make_scan
from training.corpus.scan.containers import jpeg_bytes, pdf_bytes, stored_turned, tiff_bytes
from training.corpus.scan.light import expose, to_tone
from training.corpus.scan.warp import draw_warp


@lru_cache(maxsize=2)
def printed(seed: int) -> Sample:
    return draw_sample(seed, "pdf")


def first(level: str, **wanted: object) -> int:
    """The first seed whose scan has what is wanted."""
    return next(n for n in range(500) if all(getattr(draw_scan(level, n), k) == v for k, v in wanted.items()))


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(["office", "harsh", "phone", "hopeless"]), st.integers(0, 1000), st.integers(0, 3),
       st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_a_point_moved_to_the_scan_and_back_is_where_it_was(level: str, seed: int, turns: int, x: float,
                                                            y: float) -> None:
    warp = draw_warp(draw_scan(level, seed), 1000, 1400, random.Random(seed), turns)
    point = np.array([[x * 1000, y * 1400]])
    assert np.allclose(warp.backward(warp.forward(point)), point, atol=0.01)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_pixels_move_as_points_do(turns: int) -> None:
    page = np.full((1400, 1000, 3), 255, dtype=np.uint8)
    page[700:707, 300:307] = 0
    warp = draw_warp(draw_scan("phone", 1), 1000, 1400, random.Random(1), turns)
    dark = np.argwhere(warp.image(page, 255)[..., 0] < 128)
    expected = warp.forward(np.array([[303.5, 703.5]]))[0]
    assert np.allclose(dark.mean(axis=0)[::-1] + 0.5, expected, atol=0.7)


@pytest.mark.parametrize("level", ["office", "fax", "phone"])
def test_labelled_boxes_hold_the_ink_of_their_cells(level: str) -> None:
    tally = check(3, level)
    assert tally.cells > 150
    assert not tally.failed
    assert tally.displaced == 0


def test_the_same_scan_gives_the_same_bytes() -> None:
    assert make_scan(printed(3), "office", 3).data == make_scan(printed(3), "office", 3).data


@pytest.mark.parametrize("container", ["pdf", "tiff", "png", "jpg"])
def test_a_scan_is_a_file_of_its_kind(container: str) -> None:
    seed, suffix = first("clean", container=container), f".{container}"
    made = make_scan(printed(3), "clean", seed)
    sizes = made.label.corpus.page_sizes
    assert made.suffix == suffix
    if suffix == ".pdf":
        assert len(pypdfium2.PdfDocument(made.data)) == len(sizes)
    else:
        with Image.open(io.BytesIO(made.data)) as picture:
            assert getattr(picture, "n_frames", 1) == len(sizes)
            assert picture.width == pytest.approx(sizes[0][0] * draw_scan("clean", seed).dpi / 72, abs=1)
    pages = {area.page for cell in made.label.corpus.cells for area in cell.areas}
    assert max(pages) <= len(sizes)


def test_every_labelled_place_of_a_turned_page_lies_on_the_page() -> None:
    scan = first("phone", turn_share=0.3)
    label = make_scan(printed(3), "phone", scan).label
    assert label.corpus.scan is not None
    for cell in label.corpus.cells:
        for area in cell.areas:
            width, height = label.corpus.page_sizes[area.page - 1]
            assert 0 <= area.box[0] < area.box[2] <= width and 0 <= area.box[1] < area.box[3] <= height


def test_black_and_white_pages_survive_fax_compression() -> None:
    rng = np.random.default_rng(0)
    image = np.where(rng.random((200, 300)) < 0.2, 0, 255).astype(np.uint8)
    rendered = pypdfium2.PdfDocument(pdf_bytes([image], 72, 0))[0].render(scale=1).to_numpy()
    assert np.array_equal(rendered[..., 0], image)
    with Image.open(io.BytesIO(tiff_bytes([image, image], 150, 0))) as tiff:
        assert getattr(tiff, "n_frames", 1) == 2 and np.array_equal(np.asarray(tiff.convert("L")), image)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_exif_orientation_sets_a_turned_photo_upright(turns: int) -> None:
    image = np.zeros((60, 100, 3), dtype=np.uint8)
    image[:20, :30] = 255
    stored, orientation = stored_turned(image, turns)
    with Image.open(io.BytesIO(jpeg_bytes(stored, 95, orientation))) as picture:
        upright = np.asarray(ImageOps.exif_transpose(picture))
    assert upright.shape == image.shape
    assert np.abs(upright.astype(int) - image).mean() < 3


def test_fax_pages_are_black_and_white_and_colour_pages_are_not() -> None:
    page = np.full((300, 200, 3), 250, dtype=np.uint8)
    page[100:120, 50:150] = 30
    fax = draw_scan("fax", 1)
    assert set(np.unique(to_tone(expose(page, fax, random.Random(1)), fax, random.Random(1)))) == {0, 255}
    phone = draw_scan("phone", 1)
    assert to_tone(expose(page, phone, random.Random(1)), phone, random.Random(1)).ndim == 3


def test_a_red_seal_leaves_the_print_under_it_readable() -> None:
    from training.corpus.scan.marks import stamp

    page = np.full((600, 600, 3), 255, dtype=np.uint8)
    page[290:310, 100:500] = 0
    stamp(page, "淮北市人民政府办公室", (300, 300), 200, random.Random(3))
    assert (page[..., 0].astype(int) - page[..., 2] > 60).sum() > 2000
    assert page[290:310, 100:500].max() < 30


def test_mixed_draws_every_level_and_an_unknown_one_is_refused() -> None:
    assert {draw_scan(MIXED, seed).level for seed in range(200)} == set(LEVELS)
    with pytest.raises(ValueError, match="unknown scan level"):
        draw_scan("awful", 1)


def test_a_file_may_mix_scanned_and_digital_pages() -> None:
    seed = first("office", digital_pages=True, container="pdf")
    made = make_scan(printed(3), "office", seed)
    sources = {page.number: page.source for page in made.label.report.pages}
    assert set(sources.values()) == {"pdf", "ocr"}
    document = pypdfium2.PdfDocument(made.data)
    for number, source in sources.items():
        assert (document[number - 1].get_textpage().count_chars() > 0) == (source == "pdf")


def test_steps_name_what_was_done() -> None:
    scan = replace(draw_scan("clean", 1), seals=2, blur=0.0)
    assert "seals=2" in scan.steps()
    assert not any(step.startswith("blur") for step in scan.steps())
