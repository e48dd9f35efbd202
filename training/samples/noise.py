"""Imitates OCR: what the product's engine was seen to do to header cells and prose of scans, at a level of noise.

`confusions.json` holds counts by level, made by `training.samples.calibrate` from real readings. A sign's chance of
being misread is its own, as seen over all levels, scaled to the level's mean.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, get_args

from training.corpus.types import LabelledFigure

Level = Literal["none", "light", "office", "harsh", "worst"]
LEVELS: tuple[Level, ...] = get_args(Level)
_FLOOR = {"light": 0.25, "office": 1.0, "harsh": 4.0, "worst": 16.0}
"""What is counted with at least, in thousandths, where the sample was too small to show it."""
_BRACKETS = str.maketrans("（）", "()")
_PRIOR = 50.0
"""Signs' worth of the mean rate that a sign's own rate starts from."""
_LIKE = ("未末", "己已", "土士", "人入", "日曰", "大太", "天夭", "千干于", "申甲", "田由", "木本", "处外", "公会", "汁计", "总点",
         "件伴", "条桑", "请清", "政改", "收牧", "复夏", "诉拆", "讼松", "理埋", "规观", "章童", "废度", "项顷", "情清", "果杲",
         "关美", "受爱", "予子", "开井", "告吉", "然热", "业亚", "织识", "构沟", "其共", "他也", "维准", "持特", "纠纣", "正止")


@dataclass(frozen=True, slots=True)
class Confusions:
    """Chances of one kind of text at one level: per sign to be misread or dropped, per sign gap to gain a sign.

    `readings` are what a sign is misread as, with weights. `unread`, `numbered`, `cut_start` and `cut_end` are chances
    per text.
    """

    misread: dict[str, float]
    mean: float
    dropped: float
    added: float
    unread: float
    numbered: float
    cut_start: float
    cut_end: float
    readings: dict[str, tuple[tuple[str, ...], tuple[float, ...]]]
    gained: tuple[tuple[str, ...], tuple[float, ...]]

    def sign(self, rng: random.Random, sign: str) -> str:
        """What is read of one sign: itself, another one, or nothing."""
        drawn = rng.random()
        if drawn < self.misread.get(sign, self.mean):
            known = self.readings.get(sign)
            return rng.choices(*known)[0] if known else sign
        return "" if drawn > 1 - self.dropped else sign

    def text(self, rng: random.Random, text: str) -> str:
        """What is read of a text, sign by sign."""
        read = []
        for sign in text:
            read.append(self.sign(rng, sign))
            if rng.random() < self.added:
                read.append(rng.choices(*self.gained)[0])
        return "".join(read)


@lru_cache(maxsize=1)
def _counts() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(resources.files(__package__).joinpath("confusions.json").read_text("utf8"))
    return raw


@lru_cache(maxsize=16)
def confusions(level: Level, kind: Literal["header", "prose"]) -> Confusions:
    """The chances of a kind of text at a level."""
    counts = _counts()
    here = counts[level][kind]
    signs = max(1, sum(here["printed"].values()))
    printed, misread, readings, gained = _pooled(counts)
    overall = sum(misread.values()) / max(1, sum(printed.values()))
    mean = max(_FLOOR[level] / 1000, sum(n for _, _, n in here["substituted"]) / signs)
    scale = mean / overall
    own = {sign: min(0.5, scale * (misread[sign] + _PRIOR * overall) / (printed[sign] + _PRIOR)) for sign in printed}
    floor = _FLOOR[level] / 1000
    unread, numbered, cut_start, cut_end = (
        max(floor, here[name] / max(1, here["texts"])) for name in ("unread", "numbered", "cut_start", "cut_end"))
    return Confusions(own, mean, max(floor / 2, sum(here["dropped"].values()) / signs),
                      max(floor / 4, sum(here["added"].values()) / signs), unread, numbered, cut_start, cut_end,
                      {sign: _weighted(others) for sign, others in readings.items()}, _weighted(gained))


@lru_cache(maxsize=8)
def joined_share(level: Level) -> float:
    """The chance that the headers of a row are read as one cell: as often as header cells were seen joined."""
    if level == "none":
        return 0.0
    here = _counts()[level]["header"]
    joined, texts = int(here["joined"]), int(here["texts"])
    return joined / max(1, texts)


def _pooled(counts: dict[str, Any]) -> tuple[Counter[str], Counter[str], dict[str, Counter[str]], Counter[str]]:
    """Over all levels and kinds: signs printed and misread, what they were read as, and signs gained."""
    printed: Counter[str] = Counter()
    misread: Counter[str] = Counter()
    readings: dict[str, Counter[str]] = {}
    gained: Counter[str] = Counter({"1": 1, ".": 1, "|": 1})
    for kinds in counts.values():
        for seen in kinds.values():
            printed.update(seen["printed"])
            gained.update(seen["added"])
            for sign, other, number in seen["substituted"]:
                misread[sign] += number
                readings.setdefault(sign, Counter())[other] += number
    for group in _LIKE:
        for sign in group:
            readings.setdefault(sign, Counter()).update({other: 1 for other in group if other != sign})
    return printed, misread, readings, gained


def _weighted(counts: Counter[str]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    return tuple(counts), tuple(float(number) for number in counts.values())


def noisy_header(rng: random.Random, text: str, level: Level) -> str:
    """A header's text as it is read: unread, cut at an end, some signs misread; line breaks stay or go."""
    if level == "none" or not text:
        return text
    chances = confusions(level, "header")
    if rng.random() < chances.unread:
        return rng.choice(("", "?", chances.text(rng, text[:rng.randint(1, 2)])))
    read = text if rng.random() < 0.5 else text.replace("\n", "")
    read = read.translate(_BRACKETS) if rng.random() < 0.6 else read
    if len(read) > 5 and rng.random() < chances.cut_end:
        read = read[:rng.randint(len(read) // 2, len(read) - 1)]
    if len(read) > 5 and rng.random() < chances.cut_start:
        read = read[rng.randint(1, len(read) // 2):]
    number = str(rng.choice((0, 0, 1, 2, 5, 13, 946))) if rng.random() < chances.numbered else ""
    return chances.text(rng, read) + number


def noisy_prose(rng: random.Random, text: str, figures: Iterable[LabelledFigure],
                level: Level) -> tuple[str, tuple[LabelledFigure, ...]]:
    """A paragraph as OCR reads it, with its figures at their new places.

    Digits of figures stay as they are, so that values stay true; signs may part, lines break, marks and page numbers
    come in between.
    """
    if level == "none":
        return text, tuple(figures)
    chances = confusions(level, "prose")
    kept = list(figures)
    fixed = {at for figure in kept if not (figure.negated or figure.implied) for at in range(figure.start, figure.end)}
    places: list[int] = []
    read: list[str] = []
    length = 0
    line, at_line = rng.randint(22, 44), rng.randint(0, 20)
    for at, sign in enumerate(text):
        before = "" if at == 0 else _between(rng, text, at, (at_line + at) % line == 0, at in fixed and at - 1 in fixed)
        sign = sign if at in fixed else chances.sign(rng, sign)
        length += len(before)
        places.append(length)
        read += [before, sign]
        length += len(sign)
    places.append(length)
    moved = tuple(replace(f, start=places[f.start], end=_end(places, read, f.end),
                          phrase=(places[f.phrase[0]], _end(places, read, f.phrase[1]))) for f in kept)
    return "".join(read), tuple(f for f in moved if f.start < f.end)


def _end(places: list[int], read: list[str], end: int) -> int:
    """Where a span ends whose last sign is number `end - 1`: what comes between signs belongs to neither."""
    return places[end - 1] + len(read[2 * (end - 1) + 1]) if end else 0


def _between(rng: random.Random, text: str, at: int, breaks: bool, inside: bool) -> str:
    """What is read between two signs: mostly nothing; a blank at a line's end or beside digits."""
    if breaks and rng.random() < 0.12:
        return rng.choice((" ", " ", "\n"))
    if inside and rng.random() < 0.01:
        return " "
    if not inside and (text[at].isdigit() != text[at - 1].isdigit()) and rng.random() < 0.01:
        return " "
    return ""
