"""Writes page images as the files that offices publish: PDF of images, multi-page TIFF, one long PNG or JPEG."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
_ROTATIONS = {1: 8, 2: 3, 3: 6}
"""EXIF orientation that turns back an image stored with that many clockwise quarter turns."""


def jpeg_bytes(image: Image, quality: int, orientation: int = 1, dpi: float = 0.0) -> bytes:
    """A JPEG file; `orientation` is written into EXIF if it is not 1."""
    from PIL import Image as Picture

    made = io.BytesIO()
    extra: dict[str, Any] = {}
    if orientation != 1:
        exif = Picture.Exif()
        exif[0x0112], exif[0x010F], exif[0x0110] = orientation, "HUAWEI", "ELE-AL00"
        extra["exif"] = exif
    if dpi:
        extra["dpi"] = (round(dpi), round(dpi))
    Picture.fromarray(image).save(made, "JPEG", quality=quality, **extra)
    return made.getvalue()


def pdf_bytes(images: Sequence[Image], dpi: float, quality: int, digital: bytes = b"",
              digital_pages: frozenset[int] = frozenset()) -> bytes:
    """A PDF with an image a page (JPEG, or lossless for quality 0, or CCITT for black and white).

    Pages whose numbers (from 1) are in `digital_pages` are taken from the born-digital PDF `digital` instead.
    """
    import pikepdf

    made = pikepdf.new()
    source = pikepdf.open(io.BytesIO(digital)) if digital_pages else None
    for number, image in enumerate(images, start=1):
        if source is not None and number in digital_pages:
            made.pages.append(source.pages[number - 1])
            continue
        height, width = image.shape[:2]
        picture = made.make_stream(*_encoded(image, quality))
        size = (width * 72 / dpi, height * 72 / dpi)
        page = made.add_blank_page(page_size=size)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
        page.Contents = made.make_stream(f"q {size[0]:.4f} 0 0 {size[1]:.4f} 0 0 cm /Im0 Do Q".encode())
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


def _encoded(image: Image, quality: int) -> tuple[bytes, dict[str, Any]]:
    """The stream and the dictionary of a PDF image."""
    from pikepdf import Dictionary, Name

    height, width = image.shape[:2]
    entries: dict[str, Any] = {
        "/Type": Name.XObject, "/Subtype": Name.Image, "/Width": width, "/Height": height, "/BitsPerComponent": 8,
        "/ColorSpace": Name.DeviceRGB if image.ndim == 3 else Name.DeviceGray}
    if _two_valued(image):
        parameters = Dictionary(K=-1, Columns=width, Rows=height)
        fax = {"/BitsPerComponent": 1, "/Filter": Name.CCITTFaxDecode, "/DecodeParms": parameters}
        return _group4(image), entries | fax
    if quality:
        return jpeg_bytes(image, quality), entries | {"/Filter": Name.DCTDecode}
    return zlib.compress(image.tobytes(), 6), entries | {"/Filter": Name.FlateDecode}


def _two_valued(image: Image) -> bool:
    return image.ndim == 2 and bool(np.isin(np.unique(image), (0, 255)).all())


def _group4(image: Image) -> bytes:
    """The CCITT group 4 data of a black and white image, in one strip."""
    from PIL import Image as Picture
    from PIL.TiffImagePlugin import TiffImageFile

    made = io.BytesIO()
    # in a TIFF of mode 1 set bits are white, and group 4 calls set bits black: inverted, both agree
    Picture.fromarray(255 - image).convert("1").save(made, "TIFF", compression="group4", tiffinfo={278: image.shape[0]})
    made.seek(0)
    with Picture.open(made) as tiff:
        assert isinstance(tiff, TiffImageFile)
        start, length = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    return made.getvalue()[start:start + length]


def tiff_bytes(images: Sequence[Image], dpi: float, quality: int) -> bytes:
    """A TIFF with a page an image: group 4 for black and white, JPEG or deflate otherwise."""
    from PIL import Image as Picture

    compression = "group4" if _two_valued(images[0]) else "jpeg" if quality else "tiff_adobe_deflate"
    pages = [Picture.fromarray(image) for image in images]
    if compression == "group4":
        pages = [page.convert("1") for page in pages]
    extra: dict[str, Any] = {"quality": quality} if compression == "jpeg" else {}
    made = io.BytesIO()
    pages[0].save(made, "TIFF", save_all=True, append_images=pages[1:], compression=compression, dpi=(dpi, dpi),
                  **extra)
    return made.getvalue()


def long_image(images: Sequence[Image]) -> Image:
    """All pages below each other, on white, as a screen shot of a whole document."""
    width = max(image.shape[1] for image in images)
    height = sum(image.shape[0] for image in images)
    made = np.full((height, width, *images[0].shape[2:]), 255, dtype=np.uint8)
    y = 0
    for image in images:
        made[y:y + image.shape[0], :image.shape[1]] = image
        y += image.shape[0]
    return made


def png_bytes(image: Image, dpi: float) -> bytes:
    """A PNG file."""
    from PIL import Image as Picture

    made = io.BytesIO()
    Picture.fromarray(image).save(made, "PNG", dpi=(dpi, dpi))
    return made.getvalue()


def stored_turned(image: Image, turns: int) -> tuple[Image, int]:
    """The image as a phone held `turns` quarter turns off stores it, and the EXIF orientation that sets it upright."""
    if turns % 4 == 0:
        return image, 1
    return np.ascontiguousarray(np.rot90(image, -turns)), _ROTATIONS[turns % 4]
