"""PDF: what is read from a page, which pages are refused and why, and what bad files are answered with."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest

from extractor.document import Document
from extractor.errors import EncryptedDocument, LimitExceeded, UnreadableDocument
from extractor.read.pdf import read_pdf
from extractor.settings import Settings

A4 = (595, 842)
HELLO = b"BT /F1 12 Tf 72 700 Td (Hello 12) Tj ET"
FULL_PAGE_IMAGE = b"q 595 0 0 842 0 0 cm /I1 Do Q"


def pdf(*contents: bytes, size: tuple[float, float] = A4, font: pikepdf.Dictionary | None = None,
        encryption: pikepdf.Encryption | None = None) -> bytes:
    """A PDF with one page a content stream; `/F1` is a font and `/I1` a small grey image."""
    document = pikepdf.new()
    letters = font or pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1,
                                         BaseFont=pikepdf.Name.Helvetica, Encoding=pikepdf.Name.WinAnsiEncoding)
    image = pikepdf.Stream(document, bytes(16), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=4, Height=4,
                           ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8)
    for content in contents:
        page = document.add_blank_page(page_size=size)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=letters), XObject=pikepdf.Dictionary(I1=image))
        page.Contents = pikepdf.Stream(document, content)
    out = io.BytesIO()
    document.save(out, encryption=encryption or False)
    return out.getvalue()


def read(data: bytes, **limits: object) -> Document:
    return read_pdf(data, Settings(**limits))  # type: ignore[arg-type]


def test_words_have_boxes_from_the_top_left_and_a_border_for_each_character() -> None:
    [page] = read(pdf(HELLO)).pages
    assert [word.text for word in page.words] == ["Hello", "12"]
    first = page.words[0]
    assert first.box.x0 == pytest.approx(72, abs=0.5)
    assert 842 - 700 - 14 < first.box.top < 842 - 700 < first.box.bottom + 4
    assert len(first.edges) == 6
    assert list(first.edges) == sorted(first.edges)


def test_characters_printed_twice_for_boldness_count_once() -> None:
    twice = b"BT /F1 12 Tf 72 700 Td (12) Tj 0.3 0 Td (12) Tj ET"
    assert [word.text for word in read(pdf(twice)).pages[0].words] == ["12"]


def test_the_same_digit_twice_in_a_row_counts_twice() -> None:
    assert [word.text for word in read(pdf(b"BT /F1 12 Tf 72 700 Td (1100) Tj ET")).pages[0].words] == ["1100"]


@pytest.mark.parametrize("drawing", [
    b"72 700 m 272 700 l S", b"72 699.5 200 1 re f", b"72 600 200 100 re S",
])
def test_lines_thin_rectangles_and_borders_are_rulings(drawing: bytes) -> None:
    rulings = read(pdf(HELLO + b"\n" + drawing)).pages[0].rulings
    assert any(r.horizontal and r.x0 == pytest.approx(72) and r.x1 == pytest.approx(272)
               and r.top == pytest.approx(142) for r in rulings)


def test_shading_without_a_border_is_no_ruling() -> None:
    assert read(pdf(HELLO + b"\n0.8 g 72 600 200 100 re f")).pages[0].rulings == ()


def cid_font() -> pikepdf.Dictionary:
    """A composite font that does not say which characters its glyphs are."""
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType2, BaseFont=pikepdf.Name.Unknown,
        CIDSystemInfo=pikepdf.Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=pikepdf.Dictionary(Type=pikepdf.Name.FontDescriptor, FontName=pikepdf.Name.Unknown, Flags=4,
                                          FontBBox=[0, -200, 1000, 800], ItalicAngle=0, Ascent=800, Descent=-200,
                                          CapHeight=700, StemV=80))
    return pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=pikepdf.Name.Unknown,
                              Encoding=pikepdf.Name("/Identity-H"), DescendantFonts=[descendant])


@pytest.mark.parametrize(("make", "reason"), [
    (lambda: pdf(FULL_PAGE_IMAGE), "no_text"),
    (lambda: pdf(b"BT /F1 12 Tf 72 700 Td <004100420043> Tj ET", font=cid_font()), "unmapped_glyphs"),
    (lambda: pdf(FULL_PAGE_IMAGE + b"\nBT 3 Tr /F1 12 Tf 72 700 Td (Hcllo I2) Tj ET"), "hidden_text_layer"),
])
def test_a_page_without_usable_text_says_why_and_gives_no_words(make: Callable[[], bytes], reason: str) -> None:
    [page] = read(make()).pages
    assert (page.needs_ocr, page.words) == (reason, ())


def test_visible_text_over_a_full_page_background_is_read() -> None:
    [page] = read(pdf(FULL_PAGE_IMAGE + b"\n" + HELLO)).pages
    assert (page.needs_ocr, len(page.words)) == ("", 2)


def test_a_blank_page_needs_nothing() -> None:
    assert read(pdf(b"")).pages[0].needs_ocr == ""


def test_pages_are_judged_one_by_one() -> None:
    assert [page.needs_ocr for page in read(pdf(HELLO, FULL_PAGE_IMAGE, HELLO)).pages] == ["", "no_text", ""]


def encrypted(user: str) -> bytes:
    return pdf(HELLO, encryption=pikepdf.Encryption(owner="owner", user=user, R=6))


def test_an_encrypted_file_with_a_password_is_refused_as_such() -> None:
    with pytest.raises(EncryptedDocument, match="password"):
        read(encrypted("secret"))


def test_an_encrypted_file_with_an_empty_password_is_read() -> None:
    assert [word.text for word in read(encrypted("")).pages[0].words] == ["Hello", "12"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_told_from_other_damage(share: float) -> None:
    data = pdf(HELLO, HELLO)
    with pytest.raises(UnreadableDocument, match="cut off"):
        read(data[:int(len(data) * share)])


def test_garbage_after_the_signature_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="damaged"):
        read(b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF")


def test_ten_thousand_pages_are_refused_before_any_is_parsed() -> None:
    document = pikepdf.new()
    document.add_blank_page(page_size=A4)
    for _ in range(9_999):
        document.pages.append(document.pages[0])
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(LimitExceeded, match="10000 pages"):
        read(out.getvalue())


def test_a_page_of_two_hundred_inches_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="200 inches"):
        read(pdf(HELLO, size=(200 * 72, 72)))


def test_a_page_with_too_many_objects_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="objects"):
        read(pdf(HELLO * 20), max_page_objects=100)
