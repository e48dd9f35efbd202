"""Made-up names for the places in synthetic reports, each as long as the real one, so that every labelled span stays."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import lru_cache

from training.corpus.bodies import gazetteer, stem
from training.corpus.types import SyntheticReport

_FIRST, _SECOND, _THIRD = "云青澜沅柳白岚松竹溪兰瑞锦昭苇桐", "湖禾江清汀杨川岭渚原陵浦屏岫圩滟", "坪湾桥塘寨堡渡墩"
_COMMON = ("公安", "和平", "新建", "城关", "东方", "建设", "解放", "民政", "人民", "中山", "全国", "城区", "市中", "市区", "郊区", "矿区")
"""Names that are words of such reports too, so that replacing them would change more than the place."""


class AmbiguousName(ValueError):
    """A place whose name is also a common word."""


def invented_names(report: SyntheticReport) -> tuple[tuple[str, str], ...]:
    """(real, made-up) for the body's place, its superiors in the body's name, and its subordinates in the prose.

    Longer names come first. Raises `AmbiguousName`.
    """
    rng = random.Random(f"names {report.seed}")
    places = [place for level in (1, 2, 3, 4) for place in gazetteer().by_level[level] if place.name == report.body.place]
    around = {report.body.place, *(name for place in places for name in place.parents if stem(name) in report.body.name)}
    text = report.body.name + "".join(paragraph.text for paragraph in report.paragraphs)
    below = {child.name for place in places for child in gazetteer().children.get(place.code, ()) if child.name in text}
    real = sorted({stem(name) for name in around} | {stem(name) for name in below if len(stem(name)) > 2 or name in text},
                  key=lambda name: (-len(name), name))
    if any(name in _COMMON or len(name) < 2 for name in real):
        raise AmbiguousName(", ".join(real))
    return tuple((name, _invent(rng, len(name))) for name in real)


def _invent(rng: random.Random, length: int) -> str:
    while True:
        pools = [_FIRST, _SECOND, *[_THIRD] * (length - 2)]
        name = "".join(rng.choice(pool) for pool in pools)
        if name not in _real():
            return name


@lru_cache(maxsize=1)
def _real() -> frozenset[str]:
    return frozenset(_stems(place.name for places in gazetteer().by_level.values() for place in places))


def _stems(names: Iterable[str]) -> Iterable[str]:
    return (stem(name) for name in names)
