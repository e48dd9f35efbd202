"""Expands the grammar's rules into text, each figure labelled as it is printed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from training.corpus.prose.builder import Builder, Slot
from training.corpus.prose.grammar import (
    Choice,
    Distractor,
    FigureNode,
    GrammarError,
    Mark,
    Node,
    Ref,
    Template,
    Text,
    WordsNode,
    literal,
    load,
    parse_nodes,
)
from training.corpus.prose.numbers import NumberStyle, Printed, print_amount, print_count, print_percentage
from training.corpus.types import LabelledFigure

_NOT_TWICE = frozenset(
    ("公开", "信息", "政策", "工作", "管理", "服务", "情况", "领域", "制度", "流程", "，", "、", "。")
)
_TO_ASCII = str.maketrans("０１２３４５６７８９", "0123456789")


@lru_cache(maxsize=1)
def _needs() -> dict[str, frozenset[str]]:
    grammar = load()
    rules = grammar.keys()
    return {t.id: t.keys.union(*(rules.get(r, frozenset()) for r in t.refs))
            for rule in grammar.rules.values() for t in rule.templates}


@lru_cache(maxsize=1)
def _without_figures() -> frozenset[str]:
    needs = _needs()
    return frozenset(name for name, rule in load().rules.items() if not any(needs[t.id] for t in rule.templates))


@dataclass(slots=True)
class Writer:
    """Expands rules for one report: its random source, words, number habits and side of the reserve."""

    rng: random.Random
    style: NumberStyle
    words: dict[str, str]
    reserved: bool = False

    def templates(self, rule: str, slots: Mapping[str, Slot]) -> Sequence[Template]:
        """The templates of a rule that this report may use and whose figures are all at hand."""
        known = load().rules.get(rule)
        if known is None:
            raise GrammarError(f"no rule {rule!r}")
        pool = known.weighted if self.reserved else known.open
        if rule in _without_figures():
            return pool
        needs = _needs()
        return [t for t in pool if needs[t.id] <= slots.keys()]

    def can(self, rule: str, slots: Mapping[str, Slot]) -> bool:
        """Whether a rule can be written with these figures."""
        return bool(self.templates(rule, slots))

    def write(self, builder: Builder, rule: str, slots: Mapping[str, Slot] | None = None) -> Template:
        """Appends one template of a rule; raises `GrammarError` if none fits the figures."""
        given = slots or {}
        pool = self.templates(rule, given)
        if not pool:
            raise GrammarError(f"no template of {rule!r} fits {sorted(given)}")
        template = self.rng.choice(pool)
        self.write_template(builder, template, given)
        return template

    def write_template(self, builder: Builder, template: Template, slots: Mapping[str, Slot]) -> None:
        """Appends a template that the caller chose from `templates`."""
        self._expand(builder, template.nodes, slots)
        builder.close(template.id)

    def phrase(self, rule: str) -> str:
        """A piece of text without figures."""
        builder = Builder()
        self.write(builder, rule)
        return "".join(builder.parts)

    def _expand(self, builder: Builder, nodes: tuple[Node, ...], slots: Mapping[str, Slot]) -> None:
        for node in nodes:
            match node:
                case Text():
                    _add_literal(builder, node)
                case Choice():
                    self._expand(builder, self.rng.choice(node.options), slots)
                case Ref():
                    self._refer(builder, node.name, slots)
                case FigureNode():
                    self._print(builder, node, slots)
                case WordsNode():
                    self._stand_for(builder, node, slots)
                case Mark("^", key):
                    builder.mark_start(key)
                case Mark(_, key):
                    builder.mark_end(key)
                case Distractor():
                    self._distract(builder, node, slots)

    def _refer(self, builder: Builder, name: str, slots: Mapping[str, Slot]) -> None:
        word = self.words.get(name)
        if word is not None:
            if "!" in word:
                self._expand(builder, parse_nodes(word), slots)
            else:
                _add_literal(builder, literal(word))
            return
        pool = self.templates(name, slots)
        if not pool:
            raise GrammarError(f"no template of {name!r} fits {sorted(slots)}")
        self._expand(builder, self.rng.choice(pool).nodes, slots)

    def _print(self, builder: Builder, node: FigureNode, slots: Mapping[str, Slot]) -> None:
        slot = slots[node.keys[0]]
        unit = self.rng.choice(slot.units if node.units is None else node.units)
        printed = self._printed(slot, unit)
        builder.add(printed.lead)
        start = builder.length
        builder.add(printed.text)
        for key in node.keys:
            builder.figure(key, _label(slots[key], start, builder.length, printed, unit), slots[key].tag)

    def _printed(self, slot: Slot, unit: str) -> Printed:
        if slot.kind == "percent":
            return print_percentage(slot.value, self.style)
        if slot.kind == "amount":
            return print_amount(self.rng, slot.value, unit, self.style)
        return print_count(self.rng, slot.value, unit, self.style, slot.approximate)

    def _stand_for(self, builder: Builder, node: WordsNode, slots: Mapping[str, Slot]) -> None:
        start = builder.length
        self._expand(builder, node.body, slots)
        for key in node.keys:
            slot = slots[key]
            printed = Printed("", "", slot.value, slot.value, slot.value, "exact")
            label = _label(slot, start, builder.length, printed, slot.units[0], negated=slot.value == 0,
                           implied=slot.value != 0)
            builder.figure(key, label, slot.tag)

    def _distract(self, builder: Builder, node: Distractor, slots: Mapping[str, Slot]) -> None:
        inner = Builder()
        self._expand(inner, node.body, slots)
        text = "".join(inner.parts)
        digits = text.translate(_TO_ASCII)
        builder.distract(text, node.kind, Decimal(digits) if digits.isdecimal() and digits.isascii() else None)


def _add_literal(builder: Builder, node: Text) -> None:
    """Literal text, its digits as distractors; a comma or a common word is not repeated where two pieces meet."""
    at = next((n for n in (2, 1) if node.text[:n] in _NOT_TWICE and builder.ends_with(node.text[:n])), 0)
    for start, end in node.numbers:
        builder.add(node.text[at:start])
        builder.distract(node.text[start:end], _kind(node.text, end))
        at = end
    builder.add(node.text[at:])


def _kind(text: str, end: int) -> str:
    """What a number in literal text is, by the character after it."""
    kinds = {"年": "year", "月": "date", "日": "date", "号": "document_number", "%": "share"}
    return kinds.get(text[end:end + 1], "number")


def _label(slot: Slot, start: int, end: int, printed: Printed, unit: str, negated: bool = False,
           implied: bool = False) -> LabelledFigure:
    return LabelledFigure(start, end, (start, end), slot.field, printed.value, printed.low, printed.high, unit,
                          printed.qualifier, period=slot.period, scope=slot.scope, subset=slot.subset, negated=negated,
                          implied=implied, part_of=slot.part_of, distractor=slot.distractor)
