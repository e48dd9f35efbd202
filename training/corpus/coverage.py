"""Asks whether the grammar could have produced each prose figure of labelled real reports.

`python -m training.corpus.coverage DIR` reads every label file of a folder and lists the figures without a pattern.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from training.corpus.prose.grammar import (
    Choice,
    Distractor,
    FigureNode,
    Grammar,
    Mark,
    Node,
    Ref,
    Template,
    Text,
    WordsNode,
    load,
)

_BEFORE = "近|约|超过|超|逾|不足|不到|将近|大约|突破"
_NUMBER = f"(?:(?:{_BEFORE})?[ ]*[0-9０-９.,]+|[两一二三四五六七八九十百千万]+)[ ]*[万亿]?[余多]?"
_DEPTH = 7
_LABEL = "\uE000"  # stands for the name of a list item until it is known
_ANY = "[^。；，]{0,40}?"
# Which rules speak of a field; fields of no entry are looked for in the narrative rules.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "requests.received": (
        "requests.received",
        "requests.received_and_in",
        "requests.received_in_total",
        "requests.none",
        "requests.channel_alone",
        "requests.channels",
        "requests.applicants",
        "requests.all_natural",
    ),
    "requests.carried_in": (
        "requests.received_and_in",
        "requests.received_in_total",
        "requests.total_with_in",
        "requests.no_carry_in",
    ),
    "requests.to_handle": ("requests.received_in_total", "requests.total_with_in", "requests.all_natural"),
    "requests.handled": ("requests.handled", "requests.handled_and_out", "requests.all_done"),
    "requests.carried_out": ("requests.carried_out", "requests.handled_and_out", "requests.no_carry_out"),
    "requests": ("outcome.noun", "outcome.number", "outcome.share", "outcome.zero", "requests.one_result"),
    "review": ("disputes.both", "disputes.review", "disputes.none", "disputes.results"),
    "litigation": ("disputes.both", "disputes.litigation", "disputes.none", "disputes.results"),
    "disclosure": (
        "t.normative_issued",
        "t.normative_all",
        "t.normative_in_force",
        "t.rules_and_normative",
        "t.normative_none",
        "t.licences",
        "t.penalties",
        "t.coercions",
        "t.permits_joint",
        "t.permits_two",
        "t.permits_none",
        "t.fees",
        "t.fees_none",
        "t.procurement",
    ),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A prose figure of a labelled real report: its words and what they were labelled as."""

    source: str
    text: str
    field: str | None
    part_of: str | None


def families(figure: Figure) -> tuple[str, ...]:
    """The rules that could have stated a figure."""
    if figure.part_of is not None:
        return ("list.item", "list.each", "list.split", "c.generic")
    if figure.field is None:
        return tuple(name for name in load().rules if name.startswith(("c.", "list.")))
    if figure.field.startswith("prose."):
        name = figure.field.removeprefix("prose.")
        return tuple(r for r in load().rules if r == f"c.{name}" or r.startswith(f"c.{name}_"))
    stem = max((k for k in FAMILIES if figure.field.startswith(k)), key=len)
    return FAMILIES[stem]


def _pattern(nodes: tuple[Node, ...], grammar: Grammar, depth: int) -> str:
    """A regular expression for what the nodes may print; deep references are any short text."""
    out = ""
    for node in nodes:
        match node:
            case Text(text, _):
                out += re.escape(text)
            case Choice(options):
                out += "(?:" + "|".join(_pattern(o, grammar, depth) for o in options) + ")"
            case Ref(name):
                out += _reference(name, grammar, depth)
            case FigureNode():
                out += f"{_NUMBER}[一-龥]{{0,3}}%?"
            case WordsNode(_, body) | Distractor(_, body):
                out += _pattern(body, grammar, depth)
            case Mark():
                pass
    return out


@cache
def _rule_pattern(name: str, depth: int) -> str:
    grammar = load()
    alternatives = {_pattern(t.nodes, grammar, depth) for t in grammar.rules[name].templates}
    return "(?:" + "|".join(sorted(alternatives)) + ")"


def _reference(name: str, grammar: Grammar, depth: int) -> str:
    if name == "label":
        return _LABEL
    if name not in grammar.rules or depth == 0 or name.startswith(("f.", "fill", "words.", "topic")):
        return _ANY
    return _rule_pattern(name, depth - 1)


def _marks(template: Template, sign: str, keys: tuple[str, ...]) -> list[int]:
    nodes = enumerate(template.nodes)
    return [i for i, n in nodes if isinstance(n, Mark) and n.sign == sign and n.key in keys]


def _phrases(template: Template) -> list[tuple[Node, ...]]:
    """The pieces of a template that each name and state one figure, and the template as a whole."""
    found = [template.nodes]
    for index, node in enumerate(template.nodes):
        if isinstance(node, WordsNode):
            found.append(node.body)
        elif isinstance(node, FigureNode) and (begins := _marks(template, "^", node.keys)):
            last = max([index, *_marks(template, "$", node.keys)])
            found.append(template.nodes[min(begins):last + 1])
    return found


def _label_rule(figure: Figure) -> str | None:
    """The rule that names what a list item counts; None where any words may."""
    if figure.part_of is not None:
        return None
    row = (figure.field or "").removeprefix("requests.").rpartition(".")[0]
    return f"label.{row}" if f"label.{row}" in load().rules else None


@cache
def _compiled(template: Template, label_rule: str | None) -> re.Pattern[str]:
    whole = "|".join(_pattern(nodes, load(), _DEPTH) for nodes in _phrases(template))
    label = _rule_pattern(label_rule, _DEPTH) if label_rule is not None else "[^。；，]{1,40}"
    return re.compile(whole.replace(_LABEL, label))


def covering(figure: Figure) -> list[str]:
    """Ids of templates that could have printed the figure's words, or its phrase within them."""
    text = re.sub(r"\s", "", figure.text)
    label_rule = _label_rule(figure)
    return [template.id for rule in families(figure) for template in load().rules[rule].templates
            if _compiled(template, label_rule).search(text)]


def read(folder: Path) -> list[Figure]:
    """The prose figures of every label file (`*.json` with a list `figures`) in a folder."""
    figures = []
    for path in sorted(folder.glob("*.json")):
        for raw in json.loads(path.read_text("utf8")).get("figures", ()):
            figures.append(Figure(path.stem, raw["text"], raw.get("field"), raw.get("part_of")))
    return figures


def main() -> None:
    """Prints the figures that no template covers, and for each field how many templates do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with label files")
    figures = read(parser.parse_args().folder)
    by_field: dict[str, int] = defaultdict(int)
    missing = []
    for figure in figures:
        found = covering(figure)
        by_field[figure.field or f"part of {figure.part_of}"] += bool(found)
        if not found:
            missing.append(figure)
    print(f"{len(figures) - len(missing)} of {len(figures)} figures have a pattern that could have produced them")
    for figure in missing:
        print(f"  none: {figure.source}: {figure.text} ({figure.field})")


if __name__ == "__main__":
    main()
