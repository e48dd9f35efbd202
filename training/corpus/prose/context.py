"""What the writers of a report's sections share: its figures as prose states them, its words, its paragraphs."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from extractor.fields import load as load_fields
from training.corpus.bodies import stem, subordinate_names
from training.corpus.prose import concepts
from training.corpus.prose.builder import Builder, Slot
from training.corpus.prose.grammar import Writer
from training.corpus.prose.numbers import chinese, draw_style, percentage
from training.corpus.types import Body, LabelledParagraph

ZERO = Decimal(0)
ORGANISATIONS = ("business", "research", "social", "legal_service", "other_org")
_UNITS = {"件": 12, "条": 2, "份": 2, "次": 1, "项": 1, "起": 1, "例": 0.3, "宗": 0.3}


@dataclass(slots=True)
class Context:
    """One report being written. `stated` overrides what prose says of a field (an injected error); `values` are true."""

    rng: random.Random
    body: Body
    year: int
    values: Mapping[str, Decimal | None]
    writer: Writer
    unit: str
    punctuation: str
    previous: Mapping[str, Decimal | None] | None = None
    stated: dict[str, Decimal] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)
    paragraphs: list[LabelledParagraph] = field(default_factory=list)
    tags: list[list[str]] = field(default_factory=list)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.rng.random() < probability

    def true(self, row: str, column: str = "total", source: Mapping[str, Decimal | None] | None = None) -> Decimal | None:
        """A row's (or derived row's) number by the tables, blank totals summed up; None where the table has no such row."""
        values = self.values if source is None else source
        name = f"{row}.{column}"
        if values.get(name) is not None:
            return values[name]
        derived = next((d for d in load_fields().derived if d.id == row), None)
        if derived is not None and name not in values:
            parts = [self.true(part, column, values) for part in derived.rows]
            known = [p for p in parts if p is not None]
            return sum(known, ZERO) if known else None
        if name not in values:
            return None
        if column == "total" and row.startswith("requests."):
            return sum((values.get(f"{row}.{c}") or ZERO for c in ("natural_person", *ORGANISATIONS)), ZERO)
        return ZERO

    def value(self, row: str, column: str = "total") -> Decimal | None:
        """What prose says of a row."""
        return self.stated.get(f"{row}.{column}", self.true(row, column))

    def slot(self, row: str, column: str = "total", **changes: object) -> Slot:
        """A slot for a row of tables 3 and 4 (0 where the table lacks the row)."""
        name = f"{row}.{column}"
        slot = Slot(name, self.value(row, column) or ZERO, (self.unit,), tag=name)
        return replace(slot, **changes) if changes else slot  # type: ignore[arg-type]

    def cell(self, name: str, units: tuple[str, ...] = ("件",)) -> Slot | None:
        """A slot for a field of table 2; None where the report has no such field or leaves it blank."""
        value = self.stated.get(name, self.values.get(name))
        kind = "amount" if name.endswith("amount") else "count"
        return None if value is None else Slot(name, value, units, kind, tag=name)

    def amount(self, name: str) -> Decimal:
        """The value of a narrative concept, drawn once a report so that restatements agree."""
        if name not in self.amounts:
            listing = concepts.load()
            concept = listing.by_name[name]
            middle = max(1.2, concept.scale * listing.levels[self.body.level])
            drawn = int(self.rng.lognormvariate(math.log(middle), 0.9))
            if concept.scale >= 300 and self.chance(0.03):
                drawn = self.rng.randint(2005, 2030)  # a count that looks like a year
            self.amounts[name] = Decimal(max(1, drawn))
        return self.stated.get(f"prose.{name}", self.amounts[name])

    def concept(self, name: str, **changes: object) -> Slot:
        """A slot for a narrative concept."""
        concept = concepts.load().by_name[name]
        units = tuple(u for u in concept.units if not u.startswith("万")) or concept.units
        slot = Slot(concept.id, self.amount(name), units, approximate=self.writer.style.approximate, tag=concept.id)
        return replace(slot, **changes) if changes else slot  # type: ignore[arg-type]

    def share(self, part: Slot, whole: Slot) -> Slot:
        """The percentage of one stated count in another (or a stale one, if that error was asked for)."""
        value = percentage(self.rng, part.value, whole.value)
        tag = ""
        if "stale_percentage" in self.faults:
            self.faults.discard("stale_percentage")
            value, tag = value + self.rng.choice((-1, 1)) * Decimal(self.rng.randint(3, 9)), "stale"
            value = value if value > 0 else abs(value) + 3
        return Slot(part.field, value, ("%",), "percent", subset=part.subset, part_of=whole.field, tag=tag)

    def number(self, low: int, median: float, sigma: float = 0.9) -> Decimal:
        """Any count for distractors and unlisted figures."""
        return Decimal(max(low, int(self.rng.lognormvariate(math.log(median), sigma))))

    def phrase(self, rule: str) -> str:
        """A piece of text without figures."""
        builder = Builder()
        self.writer.write(builder, rule)
        return "".join(builder.parts)

    def paragraph(self, section: int) -> Paragraph:
        """A new, empty paragraph."""
        return Paragraph(self, section, Builder())


@dataclass(slots=True)
class Paragraph:
    """A paragraph being written; `done` hands it to the report."""

    context: Context
    section: int
    builder: Builder

    def say(self, rule: str, slots: Mapping[str, Slot] | None = None, words: Mapping[str, str] | None = None,
            end: str = "") -> None:
        """Appends a template of a rule; `words` stand in for references of these names."""
        writer = self.context.writer
        kept = {k: writer.words.get(k) for k in words or ()}
        writer.words.update(words or {})
        writer.write(self.builder, rule, slots)
        for key, old in kept.items():
            if old is None:
                del writer.words[key]
            else:
                writer.words[key] = old
        self.builder.add(end)

    def can(self, rule: str, slots: Mapping[str, Slot]) -> bool:
        """Whether `say` would find a template."""
        return self.context.writer.can(rule, slots)

    def add(self, text: str) -> None:
        """Appends text without figures."""
        self.builder.add(text)

    def stop(self) -> None:
        """Ends the sentence, whatever mark stands there now."""
        self.trim()
        tail = "".join(self.builder.parts[-3:])
        if tail and not tail.endswith(("。", "！")):
            self.builder.add("。")

    def trim(self) -> None:
        """Takes back a comma or its like at the end."""
        parts = self.builder.parts
        while parts and not parts[-1]:
            parts.pop()
        if parts and parts[-1].endswith(("，", "；", "、", "：")):
            parts[-1] = parts[-1][:-1]
            self.builder.length -= 1

    def done(self, heading: bool = False) -> None:
        """Hands the paragraph to the report, unless it is empty."""
        if self.builder.length:
            context = self.context
            context.paragraphs.append(self.builder.paragraph(self.section, heading, context.punctuation))
            context.tags.append(self.builder.tags())


def _phone(rng: random.Random) -> str:
    area = f"0{rng.randint(10, 999)}"
    number = f"{rng.randint(2, 8)}{rng.randint(10**5, 10**7 - 1)}"
    mark = rng.choice(("-", "-", "—", "－", " "))
    return f"{area}{mark}{number}{rng.choice(('', '', '', f'转{rng.randint(800, 9999)}'))}"


def _address(rng: random.Random, place: str) -> str:
    road = rng.choice(("人民路", "建设路", "解放大道", "中山路", "府前街", "行政中心路", "新华大街", "长江路", "文化街", "和平路", "迎宾大道"))
    house = f"!house[{rng.randint(1, 999)}号]"
    tail = rng.choice(("", "", f"行政中心!house[{rng.randint(1, 9)}号楼]", f"!house[{rng.randint(2, 18)}楼]",
                       f"政务大楼!house[{rng.randint(101, 1620)}室]"))
    return f"{place}{road}{house}{tail}"


def _whole(body: Body) -> str:
    """全市, 全县: how a government speaks of all its bodies; a department of itself."""
    generic = next((g for g in ("街道", "省", "市", "县", "区", "镇", "乡", "旗", "盟", "州") if body.place.endswith(g)), "")
    return f"全{generic}" if generic and body.level not in ("department", "ministry") else body.own


_REGION: dict[str, tuple[str, ...]] = {
    "ministry": ("全国", "全系统"), "province": ("全国",), "city": ("全省",), "county": ("全市", "全省"),
    "department": ("全市", "全县", "全区", "全省", "全系统"), "township": ("全县", "全区", "全市"),
}


def _words(rng: random.Random, body: Body, year: int) -> dict[str, str]:
    place = stem(body.place)
    units = subordinate_names(rng, body, 2)
    superior = rng.choice(("省政府", "市政府", "县政府", "区政府", "省委、省政府", "市委、市政府", "国务院办公厅", "省", "市"))
    basis = "国办公开办函〔2019〕60号" if year <= 2020 else "国办公开办函〔2021〕30号"
    host = f"www.{''.join(rng.choices('abcdefghijklmnopqrstuvwxyz', k=rng.randint(2, 6)))}.gov.cn"
    return {
        "whole": _whole(body), "region": rng.choice(_REGION[body.level]), "name": body.name, "own": body.own, "place": body.place, "y": str(year), "year": f"{year}年",
        "last_year": f"{year - 1}年", "next_year": f"{year + 1}年", "next_plain": str(year + 1),
        "next_or_same": rng.choice(("", f"{year}年")), "other_year": f"{year - rng.randint(2, 6)}年",
        "old_year": f"{rng.randint(2008, year - 2)}年", "short": f"{place}{rng.choice(('', '政务', '发布'))}",
        "portal": rng.choice((f"中国·{place}", f"{place}政府网", f"中国{place}", f"{place}政务网", f"{place}在线")),
        "account": rng.choice((f"{place}发布", f"{place}微政务", f"美丽{place}", f"{place}政务", f"今日{place}", f"阳光{place}")),
        "unit1": units[0], "unit2": units[1], "superior": superior, "basis": basis,
        "local_no": f"{rng.choice('皖苏鲁豫川浙闽湘鄂粤冀晋陕甘桂黔滇')}政{rng.choice(('办', '务办', '办函', '公开办'))}〔{year}〕{rng.randint(1, 120)}号",
        "phone": _phone(rng), "fax": _phone(rng), "email": f"{place and rng.choice(('zwgk', 'bgs', 'xxgk', 'dzb'))}{rng.randint(1, 9999)}@{rng.choice(('126.com', '163.com', host[4:]))}",
        "postcode": str(rng.randint(100000, 859999)), "url": rng.choice((f"http://{host}", host, f"https://{host}/zwgk/")),
        "hotline_no": rng.choice(("12345", "12345", "12345", "12333", "12316", "12329", "12393", "8890", "12315", "12388")),
        "address": _address(rng, body.place), "n_small": str(rng.randint(2, 15)), "n_mid": str(rng.randint(10, 80)),
        "cn_small": chinese(rng.randint(2, 9)), "article_no": chinese(rng.randint(15, 56)), "day": str(rng.randint(4, 31)),
        "plus": rng.choice(("1+3+N", "1+N", "1+2+N", "3+1", "五位一体")), "person": f"{rng.choice('王李张刘陈杨赵黄周吴徐孙')}{rng.choice(('女士', '先生', '科长', '主任'))}",
    }


def start(rng: random.Random, body: Body, year: int, values: Mapping[str, Decimal | None], reserved: bool,
          previous: Mapping[str, Decimal | None] | None = None) -> Context:
    """A report about to be written, its author's habits drawn."""
    writer = Writer(rng, draw_style(rng), _words(rng, body, year), reserved)
    unit = rng.choices(list(_UNITS), list(_UNITS.values()))[0]
    punctuation = rng.choices(("", "brackets", "ascii"), (88, 7, 5))[0]
    return Context(rng, body, year, values, writer, unit, punctuation, previous)
