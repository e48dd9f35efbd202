"""Tells formats apart by content, never by file name, and says of formats that are not read how to convert them."""

from __future__ import annotations

import re
from enum import StrEnum

from extractor.errors import EncryptedDocument, GoujiError, UnreadableDocument, UnsupportedFormat
from extractor.read.package import Package
from extractor.settings import Settings


class Format(StrEnum):
    """The formats that are read."""

    PDF = "pdf"
    WORD = "word"
    IMAGE = "image"
    WEB = "web"
    SAVED_PAGE = "saved_page"
    TEXT = "text"


_PDF_WITHIN = 1024
_HEAD = 256 * 1024
"""Bytes searched for tags."""

_AS_DOCX = ("Open it in Word, WPS or LibreOffice and save it as .docx or PDF "
            "(soffice --headless --convert-to docx FILE).")
_AS_PDF = "Open it in the program that made it and save or print it as PDF."
_UNPACK = "Unpack it and give the report inside."
_AS_PNG = "Save it as PNG or JPEG."

_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+",
           b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Streams of OLE2 files by name, and what a file with such a stream is; the first found decides.
_OLE2_KINDS = (
    ("WpsCustomData", "an old WPS document (.wps)", _AS_DOCX),
    ("WordDocument", "an old binary Word document (.doc)", _AS_DOCX),
    ("Workbook", "an old Excel workbook (.xls)", "Save the sheet that holds the report as PDF or web page (.htm)."),
    ("PowerPoint Document", "an old PowerPoint presentation (.ppt)", _AS_PDF),
    ("HwpSummaryInformation", "a Hangul document (.hwp)", _AS_PDF),
)
_ZIP_KINDS = (
    ("xl/workbook.xml", "an Excel workbook (.xlsx)", "Save the sheet that holds the report as PDF or web page (.htm)."),
    ("xl/workbook.bin", "an Excel workbook (.xlsb)", "Save the sheet that holds the report as PDF or web page (.htm)."),
    ("ppt/presentation.xml", "a PowerPoint presentation (.pptx)", _AS_PDF),
    ("ofd.xml", "an OFD document (.ofd)", "Open it in an OFD reader (Suwell, Foxit, WPS) and save it as PDF."),
    ("content.xml", "an OpenDocument file (.odt, .ods)", _AS_DOCX),
    ("meta-inf/container.xml", "an e-book (.epub)", _AS_PDF),
)
_OTHER_KINDS = (
    (b"{\\rtf", "an RTF document (.rtf)", _AS_DOCX),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"\x1f\x8b\x08", "a gzip archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (b"%!PS", "a PostScript file", "Convert it to PDF (ps2pdf FILE)."),
    (b"AT&TFORM", "a DjVu document", _AS_PDF),
)

_DOCUMENT_TAG = re.compile(rb"<(?:!doctype\s+html|html|head|body|frameset)[\s>]", re.IGNORECASE)
_FIRST_TAG = re.compile(rb"(?:table|div|p|span|meta|link|title|style|script|center|section|article|main|form|font|b|"
                        rb"strong|h[1-6]|ul|ol|dl|img|iframe|pre|br|base)[\s>/]", re.IGNORECASE)
_COMMENTS = re.compile(rb"\A(?:\s|<!--.*?-->)+", re.DOTALL)
_CLOSED_TAG = re.compile(rb"</(?:table|tr|td|p|div|span)\s*>", re.IGNORECASE)
_OFFICE_XML = re.compile(rb"<(?:pkg:package|w:wordDocument|Workbook|office:document)[\s>]")
_MIME_VERSION = re.compile(rb"^mime-version:", re.IGNORECASE | re.MULTILINE)
_MIME_PAGE = re.compile(rb"^content-type:\s*(?:multipart/related|multipart/mixed|multipart/alternative|text/html)",
                        re.IGNORECASE | re.MULTILINE)
ENOUGH_TAGS = 3


def detect(data: bytes, settings: Settings) -> Format:
    """The format of `data`; whatever is nothing else is taken for text, which its reader then judges.

    Raises `UnsupportedFormat` for known formats that are not read, `EncryptedDocument` for a Word document with a
    password, `UnreadableDocument` if `data` is empty, and what `Package` raises for a damaged or hostile archive.
    """
    if not data:
        raise UnreadableDocument("The file is empty.", "Download it again.")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _archive(Package(data, settings))
    if data.startswith(_OLE2):
        raise _compound(data)
    if data.startswith(_IMAGES) or _is_webp(data) or _is_bmp(data):
        return Format.IMAGE
    for magic, name, advice in _OTHER_KINDS:
        if data.startswith(magic):
            raise _unsupported(name, advice)
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif"):
        raise _unsupported("a HEIC or AVIF photograph", _AS_PNG)
    if b"%PDF" in data[:_PDF_WITHIN]:
        return Format.PDF
    return _marked_up(data)


def _archive(package: Package) -> Format:
    names = package.names
    if any(name.startswith("word/document") and name.endswith(".xml") for name in names):
        return Format.WORD
    for name, kind, advice in _ZIP_KINDS:
        if name in names:
            raise _unsupported(kind, advice)
    raise _unsupported("a zip archive", _UNPACK)


def _compound(data: bytes) -> GoujiError:
    if _stream("EncryptedPackage") in data:
        return EncryptedDocument("The Office document is encrypted and asks for a password.",
                                 "Save it without a password and try again.")
    for stream, kind, advice in _OLE2_KINDS:
        if _stream(stream) in data:
            return _unsupported(kind, advice)
    return _unsupported("an old binary Office document", _AS_DOCX)


def _stream(name: str) -> bytes:
    """How a stream's name stands in an OLE2 directory."""
    return name.encode("utf-16-le") + b"\x00\x00"


def _is_webp(data: bytes) -> bool:
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def _is_bmp(data: bytes) -> bool:
    """`BM` alone may begin a text: the reserved fields and the header size must fit as well."""
    return data.startswith(b"BM") and data[6:10] == bytes(4) and data[14:18] in (
        bytes([12, 0, 0, 0]), bytes([40, 0, 0, 0]), bytes([64, 0, 0, 0]), bytes([108, 0, 0, 0]), bytes([124, 0, 0, 0]))


def _marked_up(data: bytes) -> Format:
    head = _narrow(data[:_HEAD])
    if _MIME_VERSION.search(head[:4096]) and _MIME_PAGE.search(head[:4096]):
        return Format.SAVED_PAGE
    if _OFFICE_XML.search(head[:4096]) and head.lstrip().startswith(b"<"):
        raise _unsupported("an Office document saved as XML", _AS_DOCX)
    if re.match(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]", head, re.DOTALL):
        raise _unsupported("a drawing (SVG)", _AS_PNG)
    if _DOCUMENT_TAG.search(head):
        return Format.WEB
    start = _COMMENTS.sub(b"", head, count=1)
    if start.startswith(b"<") and _FIRST_TAG.match(start, 1):
        return Format.WEB
    return Format.WEB if len(_CLOSED_TAG.findall(head)) >= ENOUGH_TAGS else Format.TEXT


def _narrow(head: bytes) -> bytes:
    """The bytes of ASCII characters side by side, also where the text is UTF-16 or begins with a byte order mark."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:4096].count(0) * 20 > len(head[:4096]):
        return head.replace(b"\x00", b"")
    return head.removeprefix(b"\xef\xbb\xbf")


def _unsupported(kind: str, advice: str) -> UnsupportedFormat:
    return UnsupportedFormat(f"The file is {kind}; this format is not read.", advice)
