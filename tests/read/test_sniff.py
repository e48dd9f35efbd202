"""Formats are told by content alone; formats that are not read are named, with what to do about them."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import pytest
from PIL import Image

from extractor.document import Document, Source
from extractor.errors import EncryptedDocument, GoujiError, LimitExceeded, UnreadableDocument, UnsupportedFormat
from extractor.read import read
from extractor.read.sniff import Format, detect
from extractor.settings import Settings

SETTINGS = Settings()


def archive(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return buffer.getvalue()


def word_file() -> bytes:
    document = docx.Document()
    document.add_paragraph("一、总体情况")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def image_file(form: str, size: tuple[int, int] = (200, 100), **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "white").save(buffer, form, **options)
    return buffer.getvalue()


def compound_file(*streams: str) -> bytes:
    """The start of an OLE2 file and a directory sector with the named streams."""
    entries = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for name in ("Root Entry", *streams))
    return (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)) + entries.ljust(512, b"\0")


@pytest.mark.parametrize(("data", "expected"), [
    (b"%PDF-1.7\n", Format.PDF),
    (b"\n" * 900 + b"%PDF-1.4\n", Format.PDF),
    (word_file(), Format.WORD),
    (image_file("PNG"), Format.IMAGE), (image_file("JPEG"), Format.IMAGE), (image_file("TIFF"), Format.IMAGE),
    (image_file("BMP"), Format.IMAGE), (image_file("WEBP"), Format.IMAGE), (image_file("GIF"), Format.IMAGE),
    (b"<!DOCTYPE html><p>x", Format.WEB),
    ("\ufeff<html><body>报告".encode(), Format.WEB),
    ("<html><body>报告".encode("utf-16"), Format.WEB),
    (b"  <div class=x>", Format.WEB),
    ("前言\n<table><tr><td>1</td><td>2</td></tr></table>".encode(), Format.WEB),
    (b"From: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=a\r\n\r\n", Format.SAVED_PAGE),
    ("<!-- 来源 -->\n# 报告\n| a | b |\n|---|---|\n| 1<br>2 | 3 |\n".encode(), Format.TEXT),
    ("若 1<2 且 p>0，见 <附件>".encode(), Format.TEXT),
    ("BMW 报告".encode("gb18030"), Format.TEXT),
    ("报告".encode("utf-16"), Format.TEXT),
])
def test_the_format_is_told_by_content(data: bytes, expected: Format) -> None:
    assert detect(data, SETTINGS) is expected


def xlsx() -> bytes:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(("data", "kind", "advice"), [
    (compound_file("WordDocument", "1Table"), r"\.doc\)", ".docx"),
    (compound_file("WordDocument", "WpsCustomData"), r"WPS document \(\.wps\)", ".docx"),
    (compound_file("Workbook"), r"\.xls\)", "PDF"),
    (compound_file("PowerPoint Document"), r"\.ppt\)", "PDF"),
    (compound_file(), "old binary Office document", ".docx"),
    (xlsx(), r"\.xlsx\)", "PDF"),
    (archive({"ppt/presentation.xml": b"<p/>"}), r"\.pptx\)", "PDF"),
    (archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}), r"\.odt", ".docx"),
    (archive({"OFD.xml": b"<x/>", "Doc_0/Document.xml": b"<x/>"}), r"\.ofd\)", "PDF"),
    (archive({"报告.pdf": b"%PDF-1.7"}), "zip archive", "Unpack"),
    (archive({}), "zip archive", "Unpack"),
    (b"{\\rtf1\\ansi x}", r"\.rtf\)", ".docx"),
    (b"Rar!\x1a\x07\x00", "RAR", "Unpack"), (b"7z\xbc\xaf\x27\x1c", "7z", "Unpack"),
    (b"\x1f\x8b\x08\x00", "gzip", "Unpack"),
    (b'<?xml version="1.0"?><pkg:package xmlns:pkg="x"/>', "saved as XML", ".docx"),
    (b'<?xml version="1.0"?><w:wordDocument xmlns:w="x"/>', "saved as XML", ".docx"),
    (b'<?xml version="1.0"?><svg xmlns="x"/>', "SVG", "PNG"),
    (bytes(4) + b"ftypheic" + bytes(20), "HEIC", "PNG"),
])
def test_a_known_format_that_is_not_read_says_how_to_convert_it(data: bytes, kind: str, advice: str) -> None:
    with pytest.raises(UnsupportedFormat, match=kind) as caught:
        read(data, SETTINGS)
    assert advice in caught.value.advice


def test_a_word_document_with_a_password_is_called_encrypted() -> None:
    with pytest.raises(EncryptedDocument, match="password"):
        read(compound_file("EncryptionInfo", "EncryptedPackage"), SETTINGS)


def test_an_encrypted_part_is_called_encrypted() -> None:
    data = bytearray(archive({"word/document.xml": b"<x/>"}))
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(EncryptedDocument):
        read(bytes(data), SETTINGS)


def test_an_empty_file_is_unreadable() -> None:
    with pytest.raises(UnreadableDocument, match="empty"):
        read(b"", SETTINGS)


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 100_000])
def test_random_bytes_are_unreadable_or_at_most_text(size: int) -> None:
    for seed in range(20):
        data = random.Random(seed).randbytes(size)
        try:
            document = read(data, SETTINGS)
        except GoujiError as error:
            assert isinstance(error, UnreadableDocument | UnsupportedFormat)
        else:  # a few bytes may happen to be characters
            assert size < 64 and document.source is Source.TEXT


def test_a_file_over_the_limit_is_refused_whatever_it_is() -> None:
    with pytest.raises(LimitExceeded, match="limit is 100"):
        read(bytes(101), Settings(max_file_bytes=100))


# ---- archives made to do harm

@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.999])
def test_a_truncated_docx_is_unreadable(keep: float) -> None:
    data = word_file()
    with pytest.raises(UnreadableDocument, match="damaged or cut short"):
        read(data[:int(len(data) * keep)], SETTINGS)


def test_a_zip_bomb_is_refused_by_its_declared_size() -> None:
    bomb = archive({"word/document.xml": b"<x/>", "word/media/image1.png": bytes(3_000_000)})
    assert len(bomb) < 10_000
    with pytest.raises(LimitExceeded, match="unpacks to 3000004 bytes"):
        read(bomb, Settings(max_unpacked_bytes=2_000_000))


def test_a_single_part_that_is_too_large_is_refused() -> None:
    bomb = archive({"word/document.xml": b" " * 1_000_001})
    with pytest.raises(LimitExceeded, match="1000001 bytes"):
        read(bomb, Settings(max_text_bytes=1_000_000))


def test_a_part_that_lies_about_its_size_is_refused_while_reading() -> None:
    data = bytearray(archive({"word/document.xml": b"<x>" + b"a" * 5_000_000 + b"</x>"}))
    struct.pack_into("<I", data, data.rfind(b"PK\x01\x02") + 24, 100)
    with pytest.raises(UnreadableDocument):
        read(bytes(data), Settings(max_unpacked_bytes=1000))


def test_an_archive_with_too_many_entries_is_refused() -> None:
    data = archive({f"word/document{number}.xml": b"" for number in range(51)})
    assert detect(data, Settings(max_archive_entries=51)) is Format.WORD
    with pytest.raises(LimitExceeded, match="more than 50 entries"):
        read(data, Settings(max_archive_entries=50))


def test_a_directory_that_understates_its_entries_is_refused() -> None:
    data = bytearray(archive({f"word/document{number}.xml": b"" for number in range(51)}))
    struct.pack_into("<HH", data, data.rfind(b"PK\x05\x06") + 8, 1, 1)
    with pytest.raises(LimitExceeded):
        read(bytes(data), Settings(max_archive_entries=50))


def test_billion_laughs_in_a_part_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    part = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x a="">&l11;</x>'.encode()
    with pytest.raises(UnreadableDocument):
        read(archive({"word/document.xml": part}), SETTINGS)


def test_an_external_entity_is_not_fetched() -> None:
    part = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'
    with pytest.raises(UnreadableDocument, match="document type"):
        read(archive({"word/document.xml": part}), SETTINGS)


# ---- images

def test_an_image_is_a_page_that_waits_for_recognition() -> None:
    document = read(image_file("PNG", (1654, 2339), dpi=(200, 200)), SETTINGS)
    (page,) = document.pages
    assert (page.needs_ocr, page.source, document.source) == ("image", Source.OCR, Source.OCR)
    assert (round(page.width), round(page.height)) == (595, 842)
    assert page.images[0].width == page.width


@pytest.mark.parametrize("make", [lambda: image_file("JPEG", (3000, 4000)),
                                  lambda: image_file("JPEG", (3000, 4000), dpi=(72, 72)),
                                  lambda: image_file("JPEG", (3000, 4000), dpi=(1, 1))])
def test_an_image_without_a_believable_resolution_is_taken_for_a4(make: Callable[[], bytes]) -> None:
    (page,) = read(make(), SETTINGS).pages
    assert (round(page.width), round(page.height)) == (631, 842)


def tiff(frames: int) -> bytes:
    buffer = io.BytesIO()
    first, *rest = [Image.new("1", (850, 1100 + number)) for number in range(frames)]
    first.save(buffer, "TIFF", save_all=True, append_images=rest, dpi=(100, 100))
    return buffer.getvalue()


def test_every_frame_of_a_tiff_is_a_page() -> None:
    document: Document = read(tiff(3), SETTINGS)
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert [round(page.height * 100 / 72) for page in document.pages] == [1100, 1101, 1102]


def test_a_tiff_with_too_many_frames_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="3 pages; the limit is 2"):
        read(tiff(3), Settings(max_pages=2))


def test_an_image_with_too_many_pixels_is_refused_by_its_header() -> None:
    header = bytearray(image_file("PNG", (10, 10)))
    with pytest.raises(LimitExceeded, match="pixels"):
        read(bytes(header), Settings(max_image_pixels=99))
    bmp = bytearray(image_file("BMP", (10, 10)))
    struct.pack_into("<ii", bmp, 18, 60_000, 60_000)
    with pytest.raises(LimitExceeded, match="pixels"):
        read(bytes(bmp), SETTINGS)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF"])
def test_a_damaged_image_raises_only_documented_errors(form: str) -> None:
    data = image_file(form)
    chance = random.Random(form)
    for _ in range(200):
        broken = bytearray(data[:chance.randrange(12, len(data))])
        broken[chance.randrange(8, len(broken))] ^= 1 << chance.randrange(8)
        with contextlib.suppress(GoujiError):
            read(bytes(broken), SETTINGS)
