"""The grammar's notation: templates with alternatives, references, figures, phrases and distractors, parsed from text.

A file holds rules. `== name` begins one, each further line is one of its templates; `//` begins a comment.

    (a|b|)      one of the alternatives            {name}     a template of another rule, or a word of the report
    #k[件|条]   figure k, in one of these units    #k         figure k in the units of its slot
    #a&b[篇]    one number for two figures         ~k[…]      words that stand for figure k (a negated zero)
    ^k  $k      the phrase of figure k begins and ends here
    !kind[…]    a number that is no figure (year, phone, …)

About fifteen in a hundred templates of every rule are reserved for testing. Which ones follows from their text alone,
so that an edit elsewhere moves no template from one side to the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

RESERVED_SHARE = 38  # of 256: about 15 %
RESERVED_WEIGHT = 6
_NUMBER = re.compile(r"[0-9０-９]+(?:[.．,][0-9０-９]+)*")
_KEY = re.compile(r"[a-z_0-9]+(?:&[a-z_0-9]+)*")
_STOPS = "(|){}#^$~![]"


class GrammarError(ValueError):
    """A rule cannot be read or refers to nothing; the message names it."""


@dataclass(frozen=True, slots=True)
class Text:
    """Literal text; `numbers` are the spans of digits in it, which are distractors."""

    text: str
    numbers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences."""

    options: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Ref:
    """Another rule, or a word that the report supplies."""

    name: str


@dataclass(frozen=True, slots=True)
class FigureNode:
    """A printed figure (or several sharing one number)."""

    keys: tuple[str, ...]
    units: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class WordsNode:
    """Words that stand for figures: a negated zero, or an implied total."""

    keys: tuple[str, ...]
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Begin (`^`) or end (`$`) of a phrase."""

    sign: str
    key: str


@dataclass(frozen=True, slots=True)
class Distractor:
    """A number that counts nothing."""

    kind: str
    body: tuple[Node, ...]


Node = Text | Choice | Ref | FigureNode | WordsNode | Mark | Distractor


@dataclass(frozen=True, slots=True)
class Template:
    """One line of a rule."""

    id: str
    source: str
    nodes: tuple[Node, ...]
    keys: frozenset[str]
    refs: frozenset[str]
    reserved: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A named list of templates; `open` are those that training may see."""

    name: str
    templates: tuple[Template, ...]
    open: tuple[Template, ...]
    weighted: tuple[Template, ...]


class _Parser:
    """A recursive-descent reader of one template."""

    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0

    def sequence(self, until: str) -> tuple[Node, ...]:
        nodes: list[Node] = []
        while self.at < len(self.source) and self.source[self.at] not in until:
            nodes.append(self.node())
        return tuple(nodes)

    def node(self) -> Node:
        sign = self.source[self.at]
        if sign not in _STOPS:
            return self.text()
        self.at += 1
        if sign == "(":
            return self.choice(")")
        if sign == "{":
            end = self.source.index("}", self.at)
            name, self.at = self.source[self.at:end], end + 1
            return Ref(name)
        if sign in "^$":
            return Mark(sign, self.key()[0])
        if sign == "#":
            keys = self.key()
            return FigureNode(keys, self.units())
        if sign == "~":
            keys = self.key()
            return WordsNode(keys, self.bracket())
        if sign == "!":
            kind = "&".join(self.key())
            return Distractor(kind, self.bracket())
        raise GrammarError(f"unexpected {sign!r} at {self.at} of {self.source!r}")

    def text(self) -> Text:
        start = self.at
        while self.at < len(self.source) and self.source[self.at] not in _STOPS:
            self.at += 1
        return literal(self.source[start:self.at])

    def key(self) -> tuple[str, ...]:
        found = _KEY.match(self.source, self.at)
        if found is None:
            raise GrammarError(f"a key is missing at {self.at} of {self.source!r}")
        self.at = found.end()
        return tuple(found.group().split("&"))

    def units(self) -> tuple[str, ...] | None:
        if self.source[self.at:self.at + 1] != "[":
            return None
        end = self.source.index("]", self.at)
        units = tuple(self.source[self.at + 1:end].split("|"))
        self.at = end + 1
        return units

    def choice(self, close: str) -> Choice:
        options = [self.sequence("|" + close)]
        while self.source[self.at:self.at + 1] == "|":
            self.at += 1
            options.append(self.sequence("|" + close))
        self.expect(close)
        return Choice(tuple(options))

    def bracket(self) -> tuple[Node, ...]:
        self.expect("[")
        choice = self.choice("]")
        return choice.options[0] if len(choice.options) == 1 else (choice,)

    def expect(self, sign: str) -> None:
        if self.source[self.at:self.at + 1] != sign:
            raise GrammarError(f"{sign!r} is missing at {self.at} of {self.source!r}")
        self.at += 1


def _walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        if isinstance(node, Choice):
            for option in node.options:
                yield from _walk(option)
        elif isinstance(node, WordsNode | Distractor):
            yield from _walk(node.body)


def parse_template(rule: str, source: str) -> Template:
    """One template of `rule`; raises `GrammarError` where it cannot be read."""
    parser = _Parser(source)
    try:
        nodes = parser.sequence("")
    except ValueError as error:
        raise GrammarError(f"rule {rule}: {source!r}: {error}") from error
    found = list(_walk(nodes))
    keys = frozenset(k for n in found if isinstance(n, FigureNode | WordsNode) for k in n.keys)
    marks = {n.key for n in found if isinstance(n, Mark)}
    if marks - keys:
        raise GrammarError(f"rule {rule}: {source!r} marks a phrase without a figure: {sorted(marks - keys)}")
    refs = frozenset(n.name for n in found if isinstance(n, Ref))
    digest = hashlib.sha256(f"{rule}|{source}".encode()).digest()
    return Template(f"{rule}:{digest.hex()[:6]}", source, nodes, keys, refs, digest[-1] < RESERVED_SHARE)


def _rule(name: str, templates: list[Template]) -> Rule:
    """Without any open template the first one is opened: a rule must work in training."""
    whole = tuple(templates)
    free = tuple(t for t in whole if not t.reserved) or whole[:1]
    return Rule(name, whole, free, tuple(t for t in whole for _ in range(RESERVED_WEIGHT if t not in free else 1)))


def parse_rules(text: str) -> dict[str, Rule]:
    """All rules of a grammar file."""
    gathered: dict[str, list[Template]] = {}
    name = ""
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("//"):
            continue
        if line.startswith("=="):
            name = line[2:].strip()
            gathered.setdefault(name, [])
        elif name.startswith("words."):
            gathered[name] += [parse_template(name, word) for word in line.split()]
        else:
            gathered[name].append(parse_template(name, line))
    return {key: _rule(key, templates) for key, templates in gathered.items()}


@dataclass(frozen=True)
class Grammar:
    """Rules by name, and what each may need."""

    rules: dict[str, Rule]

    def reserved(self) -> frozenset[str]:
        """Ids of the templates that training must never see."""
        return frozenset(t.id for r in self.rules.values() for t in r.templates if t not in r.open)

    def keys(self) -> dict[str, frozenset[str]]:
        """For each rule, every figure that it may print, in the rules that it refers to too."""
        found = {name: frozenset(k for t in rule.templates for k in t.keys) for name, rule in self.rules.items()}
        while True:
            grown = {name: keys.union(*(found.get(r, frozenset()) for t in self.rules[name].templates for r in t.refs))
                     for name, keys in found.items()}
            if grown == found:
                return found
            found = grown


@lru_cache(maxsize=1)
def load() -> Grammar:
    """The grammar that ships with the corpus; raises `GrammarError` if a rule is defined twice."""
    rules: dict[str, Rule] = {}
    for entry in sorted(resources.files(__package__).iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".grammar"):
            continue
        for name, rule in parse_rules(entry.read_text("utf8")).items():
            if name in rules:
                raise GrammarError(f"rule {name!r} is defined twice")
            rules[name] = rule
    return Grammar(rules)


@lru_cache(maxsize=4096)
def literal(text: str) -> Text:
    """A word of the report as literal text."""
    return Text(text, tuple(m.span() for m in _NUMBER.finditer(text)))


@lru_cache(maxsize=4096)
def parse_nodes(text: str) -> tuple[Node, ...]:
    """A word of the report that is written in the grammar's notation."""
    return _Parser(text).sequence("")
