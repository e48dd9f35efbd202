"""Fonts for the pages: those of the wheel `pylopdf-fonts-zh-cn`, Debian's where installed, and the PDF base fonts.

The wheel's fonts (Noto Sans SC and Noto Serif SC, SIL Open Font License) have PostScript outlines, which the PDF engine
does not embed; they are converted to TrueType outlines once and kept in a cache folder.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

Style = Literal["song", "fangsong", "kai", "hei"]

CACHE_VARIABLE = "GOUJI_FONT_CACHE"
"""Environment variable that names the folder for converted fonts; by default a folder of the user's cache."""
DEBIAN = Path("/usr/share/fonts/truetype")
TOLERANCE = 1.0
"""Font units that a converted curve may be off; a unit is a thousandth of the font's size."""
EM_TOP, EM_BOTTOM = 880, -120
"""The em box of Chinese fonts in thousandths: what a reader takes for the height of a character."""


@dataclass(frozen=True, slots=True)
class FontFile:
    """A font: the name that layouts use, its style, its file (`wheel:` for one of the wheel), and its place in it."""

    name: str
    style: Style
    path: str
    index: int = 0
    bold: str = ""


FONTS = (
    FontFile("NotoSerifSC", "song", "wheel:NotoSerifSC-Regular.otf"),
    FontFile("NotoSansSC", "hei", "wheel:NotoSansSC-Regular.otf"),
    FontFile("UMing", "song", "arphic/uming.ttc"),
    FontFile("SungtiL", "song", "arphic-gbsn00lp/gbsn00lp.ttf"),
    FontFile("UKai", "kai", "arphic/ukai.ttc"),
    FontFile("KaitiM", "kai", "arphic-gkai00mp/gkai00mp.ttf"),
    FontFile("WenKaiLight", "fangsong", "lxgw-wenkai/LXGWWenKai-Light.ttf", bold="WenKaiBold"),
    FontFile("WenKai", "kai", "lxgw-wenkai/LXGWWenKai-Regular.ttf", bold="WenKaiBold"),
    FontFile("WenKaiBold", "kai", "lxgw-wenkai/LXGWWenKai-Bold.ttf"),
    FontFile("ZenHei", "hei", "wqy/wqy-zenhei.ttc"),
    FontFile("MicroHei", "hei", "wqy/wqy-microhei.ttc"),
)
WESTERN = ("Times-Roman", "Helvetica", "")
"""Fonts for Latin letters and digits: base fonts of PDF, or none (the Chinese font's own)."""
BOLD_WESTERN = {"Times-Roman": "Times-Bold", "Helvetica": "Helvetica-Bold"}
TRADITIONAL = {"UMing": "SungtiL", "UKai": "KaitiM"}
"""Fonts whose marks stand in the middle of the square, as in Taiwan, and the mainland font that lends its own."""
MARKS = frozenset("、。，；：！？")
FALLBACK = {"song": "NotoSerifSC", "fangsong": "NotoSerifSC", "kai": "NotoSerifSC", "hei": "NotoSansSC"}


@lru_cache(maxsize=1)
def installed() -> tuple[FontFile, ...]:
    """The fonts that this machine has, in the order of `FONTS`; those of the wheel always come first.

    Raises `FileNotFoundError` if the wheel is not installed.
    """
    wheel = util.find_spec("pylopdf_fonts_zh_cn")
    if wheel is None or wheel.origin is None:
        raise FileNotFoundError("The font wheel pylopdf-fonts-zh-cn is not installed: pip install pylopdf-fonts-zh-cn")
    folder = Path(wheel.origin).parent
    found = []
    for font in FONTS:
        own = font.path.startswith("wheel:")
        path = folder / font.path.removeprefix("wheel:") if own else DEBIAN / font.path
        if path.exists():
            found.append(FontFile(font.name, font.style, str(path), font.index, font.bold))
    return tuple(found)


def names_of(style: Style) -> list[str]:
    """Names of the installed text fonts of a style; the style's fallback where there are none."""
    found = [font.name for font in installed() if font.style == style and font.name != "WenKaiBold"]
    return found or [FALLBACK[style]]


def bold_of(name: str) -> str:
    """The installed bold cut of a font, or an empty string."""
    if name in BOLD_WESTERN:
        return BOLD_WESTERN[name]
    names = {font.name for font in installed()}
    return next((font.bold for font in installed() if font.name == name and font.bold in names), "")


@lru_cache(maxsize=32)
def load(name: str) -> TTFont:
    """The font `name`, registered with the PDF engine (once a process)."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    entry = next(font for font in installed() if font.name == name)
    path = Path(entry.path)
    if path.suffix == ".otf":
        path = _converted(path)
    font = TTFont(name, str(path), subfontIndex=entry.index)
    # Word and WPS write the em box, not the line height, as ascent and descent; readers take boxes from it
    font.face.ascent, font.face.descent = EM_TOP, EM_BOTTOM
    pdfmetrics.registerFont(font)
    return font


@lru_cache(maxsize=32)
def _known(name: str) -> frozenset[int]:
    return frozenset(load(name).face.charToGlyph)


@lru_cache(maxsize=200_000)
def font_for(char: str, name: str, western: str) -> str:
    """The font that draws `char` where text is set in `name`, with ASCII in `western` (if that is not empty)."""
    if western and "!" <= char <= "~":
        return western
    if char == " " and western:
        return western
    if char in MARKS and name in TRADITIONAL:
        names = {font.name for font in installed()}
        return TRADITIONAL[name] if TRADITIONAL[name] in names else FALLBACK["song"]
    if ord(char) in _known(name):
        return name
    style = next((font.style for font in installed() if font.name == name), "song")
    candidates = [FALLBACK[style], *(font.name for font in installed())]
    return next((other for other in candidates if ord(char) in _known(other)), name)


@lru_cache(maxsize=200_000)
def width(char: str, font: str) -> float:
    """The advance of a character in `font`, in ems."""
    from reportlab.pdfbase import pdfmetrics

    if font in WESTERN or font in BOLD_WESTERN.values():
        return float(pdfmetrics.stringWidth(char, font, 1000)) / 1000
    return float(load(font).stringWidth(char, 1000)) / 1000


def prepare() -> None:
    """Converts the wheel's fonts if that has not been done on this machine yet (about a minute)."""
    for font in installed():
        if font.path.endswith(".otf"):
            _converted(Path(font.path))


def _cache_folder() -> Path:
    named = os.environ.get(CACHE_VARIABLE)
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(named) if named else (Path(base) if base else Path.home() / ".cache") / "gouji" / "fonts"


def _converted(path: Path) -> Path:
    """The font with TrueType outlines, from the cache or made now; written to a temporary file, then moved."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    target = _cache_folder() / f"{path.stem}-{digest}.ttf"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    made = _to_truetype(path)
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as handle:
        handle.write(made)
    os.replace(handle.name, target)
    return target


def _to_truetype(path: Path) -> bytes:
    """The ideographs, letters and marks of an OpenType font with PostScript outlines, as a TrueType font."""
    import io

    from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
    from fontTools.ttLib import TTFont, newTable  # type: ignore[import-untyped]

    font: Any = TTFont(io.BytesIO(_chinese_part(path)), recalcTimestamp=False)
    glyphs, outlines, order = font.getGlyphSet(), {}, font.getGlyphOrder()
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, TOLERANCE, reverse_direction=True))
        outlines[name] = pen.glyph()
    font["loca"] = newTable("loca")
    table = font["glyf"] = newTable("glyf")
    table.glyphOrder, table.glyphs = order, outlines
    del font["CFF "]
    table.compile(font)
    profile = font["maxp"]
    profile.tableVersion, profile.maxZones = 0x00010000, 1
    for name in ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
                 "maxSizeOfInstructions", "maxComponentElements"):
        setattr(profile, name, 0)
    profile.recalc(font)
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def _chinese_part(path: Path) -> bytes:
    """The font without rare ideographs, layout features and vertical metrics."""
    import uharfbuzz

    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)), 0)
    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.update(c for c in face.unicodes if c < 0x3400 or 0x4E00 <= c <= 0x9FFF or 0xFF00 <= c < 0xFFF0)
    wanted.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big")
                                     for tag in ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx"))
    return bytes(uharfbuzz.subset(face, wanted).blob.data)
