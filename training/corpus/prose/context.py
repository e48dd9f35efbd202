"""What the writers of a report's sections share: its figures as prose states them, its words, its paragraphs."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from extractor.fields import load as load_fields
from training.corpus.bodies import generic, stem, subordinate_names
from training.corpus.prose import concepts
from training.corpus.prose.builder import Builder, Slot
from training.corpus.prose.numbers import chinese, draw_style, percentage
from training.corpus.prose.writer import Writer
from training.corpus.types import Body, LabelledParagraph

ZERO = Decimal(0)
ORGANISATIONS = ("business", "research", "social", "legal_service", "other_org")
_UNITS = {"件": 12, "条": 2, "份": 2, "次": 1, "项": 1, "起": 1, "例": 0.3, "宗": 0.3}


@dataclass(slots=True)
class Context:
    """One report being written. `values` are true; `stated` overrides what prose says of a field (an error)."""

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

    def true(self, row: str, column: str = "total",
             source: Mapping[str, Decimal | None] | None = None) -> Decimal | None:
        """A row's (or derived row's) number by the tables, blank totals summed up; None where there is no such row."""
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
        return self.writer.phrase(rule)

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

    def turn(self, marks: str = "，，；") -> None:
        """Lets the sentence go on, with one of `marks` in place of whatever mark stands there now."""
        self.trim("，；、：。")
        if self.builder.length:
            self.builder.add(self.context.rng.choice(marks))

    def follow(self, rule: str) -> None:
        """Appends a clause to the sentence that has just been written, unless that has ended."""
        if not "".join(self.builder.parts[-2:]).endswith(("。", "！", "）")):
            self.builder.add("，")
            self.say(rule)

    def trim(self, marks: str = "，；、：") -> None:
        """Takes back a comma or its like at the end."""
        parts = self.builder.parts
        while parts and (not parts[-1] or parts[-1][-1] in marks):
            last = parts.pop()
            if last:
                self.builder.add(last[:-1])
                self.builder.length -= len(last)
                break
        while parts and not parts[-1]:
            parts.pop()

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


def _address(rng: random.Random, place: str, road: str) -> str:
    house = f"!house[{rng.randint(1, 999)}号]"
    tails = ("", "", f"行政中心!house[{rng.randint(1, 9)}号楼]", f"!house[{rng.randint(2, 18)}楼]",
             f"政务大楼!house[{rng.randint(101, 1620)}室]")
    return f"{place}{road}{house}{rng.choice(tails)}"


def _whole(body: Body) -> str:
    """全市, 全县: how a government speaks of all its bodies; a department of itself."""
    kind = generic(body.place)
    return f"全{kind}" if kind and body.level not in ("department", "ministry") else body.own


_REGION: dict[str, tuple[str, ...]] = {
    "ministry": ("全国", "全系统"), "province": ("全国",), "city": ("全省",), "county": ("全市", "全省"),
    "department": ("全市", "全县", "全区", "全省", "全系统"), "township": ("全县", "全区", "全市"),
}
_DRAWN = ("superior", "portal", "account", "short", "hotline_no", "plus", "person", "local_no")


def _times(rng: random.Random, year: int) -> dict[str, str]:
    """Words for the report's year and those around it."""
    return {
        "y": str(year), "year": f"{year}年", "last_year": f"{year - 1}年", "next_year": f"{year + 1}年",
        "next_plain": str(year + 1), "next_or_same": rng.choice(("", f"{year}年")),
        "other_year": f"{year - rng.randint(2, 6)}年", "old_year": f"{rng.randint(2008, year - 2)}年",
        "day": str(rng.randint(4, 31)),
    }


def _words(rng: random.Random, body: Body, year: int) -> dict[str, str]:
    """The words that a report supplies to the grammar, as far as they need no grammar themselves."""
    units = subordinate_names(rng, body, 2)
    host = f"www.{''.join(rng.choices('abcdefghijklmnopqrstuvwxyz', k=rng.randint(2, 6)))}.gov.cn"
    mailbox = f"{rng.choice(('zwgk', 'bgs', 'xxgk', 'dzb'))}{rng.randint(1, 9999)}"
    return _times(rng, year) | {
        "whole": _whole(body), "region": rng.choice(_REGION[body.level]), "name": body.name, "own": body.own,
        "place": stem(body.place), "unit1": units[0], "unit2": units[1],
        "basis": "国办公开办函〔2019〕60号" if year <= 2020 else "国办公开办函〔2021〕30号",
        "phone": _phone(rng), "fax": _phone(rng), "email": f"{mailbox}@{rng.choice(('126.com', '163.com', host[4:]))}",
        "postcode": str(rng.randint(100000, 859999)), "url": rng.choice((f"http://{host}", host, f"https://{host}/zwgk/")),
        "n_small": str(rng.randint(2, 15)), "n_mid": str(rng.randint(10, 80)), "cn_small": chinese(rng.randint(2, 9)),
        "article_no": chinese(rng.randint(15, 56)), "serial": str(rng.randint(1, 120)),
    }


def start(rng: random.Random, body: Body, year: int, values: Mapping[str, Decimal | None], reserved: bool,
          previous: Mapping[str, Decimal | None] | None = None) -> Context:
    """A report about to be written, its author's habits drawn."""
    writer = Writer(rng, draw_style(rng), _words(rng, body, year), reserved)
    for name in _DRAWN:
        writer.words[name] = writer.phrase(f"report.{name}")
    writer.words["address"] = _address(rng, body.place, writer.phrase("report.road"))
    unit = rng.choices(list(_UNITS), list(_UNITS.values()))[0]
    punctuation = rng.choices(("", "brackets", "ascii"), (88, 7, 5))[0]
    return Context(rng, body, year, values, writer, unit, punctuation, previous)
