"""The baseline prose labeller: figures found by the patterns of `prose.toml`, negated noughts and lists included."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from extractor.document import Paragraph, Source
from extractor.label.evidence import evidence_of
from extractor.label.patterns import Implied, Patterns, Rule, load
from extractor.label.periods import channel_of, period_of, scope_of
from extractor.label.skeleton import NUMBER, YEAR, Skeleton, skeleton
from extractor.report import Figure, Qualifier

DISPUTES = 4
"""The section on reconsideration and litigation."""

_STOP = re.compile("[。！？]")
_CLAUSE = re.compile("[，。；：！？]")
_GROUP = re.compile("(?P<after>复议后(?:再)?(?:起诉|提起|诉讼))|(?P<direct>未经(?:行政)?复议)"
                    "|(?P<litigation>诉讼)|(?P<review>复议)")
_GROUPS = {"after": "litigation.after_review", "direct": "litigation.direct", "litigation": "litigation",
           "review": "review"}
_DOCUMENT = re.compile("(?P<normative>规范性文件|行规文件)|(?P<regulation>规章(?!制度))")
_DOCUMENTS = {"normative": "normative_documents", "regulation": "regulations"}
_ROWS = re.compile(r"requests\.(received|to_handle|handled)\.total")
_PARTS = re.compile("[，（：；]?(?:其中|包括|具体为|分别为|其含|含有|涉及)[：，]?(?:包括|有|含)?[：，]?")
_PART = re.compile(f"(?P<name>[^，。；：（）{NUMBER}%@&]{{1,40}}){NUMBER}"
                   "(?P<link>(?:，占[^，。；]{0,6}%)?[，、；。和）]?)")
_VERB = re.compile("召开|举办|开展|收到|受理|办理|答复|回复|组织|全年|通过|截至|本年|今年|共计|合计|办结")
_REACH, _NEIGHBOURS = 400, 40
"""How many signs and how many figures away a rule looks for what belongs to a figure."""
_IMPLIED = 0.7


@dataclass(frozen=True, slots=True)
class _Found:
    """A figure before it is written: signs `start` to `end` of a skeleton state `field`; `at` is its number."""

    field: str | None
    start: int
    end: int
    at: int | None
    rule: Rule | None = None
    value: Decimal | None = None
    implied: bool = False
    part_of: str | None = None


class PatternLabeller:
    """Finds figures by patterns. It prefers leaving a figure out to binding it to the wrong field.

    A figure of another period keeps its field and says so in `period`: `last_year`, `year:2018`, `part_of_year`,
    `cumulative` or `plan` in place of `this_year`. `subset` names the channel that a figure is limited to (`online`,
    `website`, ...); `scope` is `office` for what an office received itself.
    """

    def __init__(self, source: Source = Source.PDF, patterns: Patterns | None = None) -> None:
        self._source = source
        self._patterns = patterns or load()

    def label(self, paragraphs: Sequence[Paragraph], year: int | None) -> tuple[Figure, ...]:
        """The figures of all paragraphs, in reading order; see `ProseLabeller`."""
        figures: list[Figure] = []
        heading = ""
        for index, paragraph in enumerate(paragraphs):
            if paragraph.heading:
                heading = paragraph.text
            reduced = skeleton(paragraph.text)
            reading = _ParagraphReading(reduced, heading, paragraph.section, year)
            figures += [self._figure(found, reading, paragraph, index) for found in reading.found(self._patterns)]
        return tuple(figures)

    def _figure(self, found: _Found, reading: _ParagraphReading, paragraph: Paragraph, index: int) -> Figure:
        start, end = reading.skeleton.span(found.start, found.end)
        text = paragraph.text[start:end]
        period, sure = reading.period(found)
        rule = found.rule
        common = {"field": found.field, "period": period, "scope": scope_of(reading.clause(found.start, found.end)),
                  "subset": reading.subset(found), "part_of": found.part_of, "span": (index, start, end), "text": text,
                  "evidence": evidence_of(paragraph.places(start, end), text, self._source), "implied": found.implied}
        if found.at is None:
            unit = rule.unit if rule else "件"
            value = found.value if found.value is not None else Decimal(0)
            sure *= _IMPLIED if found.implied else (rule.sure if rule else 1.0)
            return Figure(**common, value=value, low=value, high=value, unit=unit, negated=not found.implied,
                          confidence=round(sure, 4))
        numeral = reading.skeleton.numeral(found.at)
        sure *= (rule.sure if rule else 0.9) * (0.7 if numeral.joined else 1.0)
        return Figure(**common, value=numeral.value, low=numeral.low, high=numeral.high, unit=numeral.unit,
                      qualifier=numeral.qualifier if numeral.kind == "number" else Qualifier.ABOUT,
                      confidence=round(sure, 4))


class _ParagraphReading:
    """One paragraph's skeleton with what the rules need to know about it."""

    def __init__(self, reduced: Skeleton, heading: str, section: int, year: int | None) -> None:
        self.skeleton = reduced
        self.text = reduced.text
        self.heading = heading
        self.section = section
        self.year = year
        self._stops = [0, *(match.end() for match in _STOP.finditer(self.text))]
        self._breaks = [0, *(match.end() for match in _CLAUSE.finditer(self.text))]

    def found(self, patterns: Patterns) -> list[_Found]:
        """All figures of the paragraph, in reading order."""
        claimed: set[int] = set()
        figures: list[_Found] = []
        noughts: list[_Found] = []
        for rule in patterns.rules:
            if (rule.none or NUMBER in self.text) and rule.concerns(self.text):
                figures += self._of_rule(rule, claimed, noughts)
        figures = [figure for figure in figures if figure.field != ""]
        figures.sort(key=lambda figure: (figure.end, figure.start))
        figures = [resolved for index, figure in enumerate(figures)
                   if (resolved := self._resolved(figure, figures[max(0, index - _NEIGHBOURS):index])) is not None]
        figures += [figure for implied in patterns.implied for figure in self._implied(implied, figures)]
        return sorted(self._with_parts(figures), key=lambda figure: (figure.start, figure.end))

    def _of_rule(self, rule: Rule, claimed: set[int], noughts: list[_Found]) -> Iterator[_Found]:
        if rule.needs_near and not rule.needs_near.compiled.search(self.heading + self.text):
            return
        for pattern in rule.patterns:
            for match in pattern.compiled.finditer(self.text):
                at = None if rule.none else match.start("n")
                taken = at in claimed if at is not None else self._stated(rule, match, noughts)
                if taken or not self._fits(rule, match):
                    continue
                start = match.start()
                if at is not None:
                    claimed.add(at)
                fields = [self._field(rule), *([rule.also] if rule.also else [])]
                found = [_Found(field, start, match.end(), at, rule) for field in fields]
                noughts += found if at is None else []
                yield from found

    def _stated(self, rule: Rule, match: re.Match[str], noughts: Sequence[_Found]) -> bool:
        """True if the words of a nought are already taken by another rule for the same field."""
        return any(other.start < match.end() and match.start() < other.end
                   and other.field in (rule.field, rule.also or rule.field) for other in noughts[-_NEIGHBOURS:])

    def _fits(self, rule: Rule, match: re.Match[str]) -> bool:
        if not rule.none and rule.units is not None:
            unit = self.skeleton.numeral(match.start("n")).unit
            if unit not in rule.units:
                return False
        if rule.year and not self._year_fits(rule.year, match):
            return False
        if rule.needs and not rule.needs.compiled.search(self._about(match)):
            return False
        return not (rule.unless and rule.unless.compiled.search(self.clause(match.start(), match.end())))

    def _about(self, match: re.Match[str]) -> str:
        """The sentence of a match, under the heading of section 4, which says what all its disputes are about."""
        sentence = self.sentence(match.start(), match.end())
        return self.heading + sentence if self.section == DISPUTES else sentence

    def _year_fits(self, relation: str, match: re.Match[str]) -> bool:
        if self.year is None:
            return True
        years = self._years(match.start(), match.end())
        return all(year < self.year if relation == "last" else year > self.year for year in years)

    def _field(self, rule: Rule) -> str:
        return rule.field_2019 if rule.field_2019 and self.year in (2019, 2020) else rule.field

    def _resolved(self, figure: _Found, before: Sequence[_Found]) -> _Found | None:
        """The figure with {row} and {group} of its field filled in; None if nothing before it says which."""
        field = figure.field or ""
        for place, named, names in (("group", _GROUP, _GROUPS), ("document", _DOCUMENT, _DOCUMENTS)):
            if f"{{{place}}}" in field:
                name = self._named_last(figure.start, named, names)
                return replace(figure, field=field.format(**{place: name})) if name else None
        if "{row}" in field:
            start = self.sentence_start(figure.start)
            rows = [match[1] for other in before if start <= other.start and other.end <= figure.start
                    and (match := _ROWS.fullmatch(other.field or ""))]
            row = rows[-1] if rows else "received"
            return replace(figure, field=field.format(row=row), part_of=f"requests.{row}.total" if rows else None)
        head = field.removesuffix(".total").rpartition(".")[0]
        parent = f"{head}.total" if head.count(".") == 1 and head.startswith("requests.") else None
        stated = any(other.field == parent and other.end <= figure.start for other in before)
        return replace(figure, part_of=parent) if parent and stated else figure

    def _named_last(self, position: int, named: re.Pattern[str], names: Mapping[str, str]) -> str:
        """The kind (of dispute, of document) named last before a position, in its sentence."""
        matches = list(named.finditer(self.text, self.sentence_start(position), position))
        return names[matches[-1].lastgroup or ""] if matches else ""

    def _implied(self, implied: Implied, figures: Sequence[_Found]) -> Iterator[_Found]:
        for match in (match for pattern in implied.patterns for match in pattern.compiled.finditer(self.text)):
            start = self.sentence_start(match.start())
            last = bisect_right(figures, match.start(), key=lambda figure: figure.end)
            before = [figure for figure in figures[max(0, last - _NEIGHBOURS):last]
                      if figure.field in implied.of and figure.at is not None and start <= figure.start]
            stated = before if "{group}" in implied.field else before[-1:]
            for figure in stated:
                value = self.skeleton.numeral(figure.at or 0).value
                if value > 0 and figure.field is not None:
                    head = figure.field.removesuffix(".total")
                    field = implied.field.format(row=head.partition(".")[2], group=head)
                    yield _Found(field, match.start(), match.end(), None, value=value, implied=True,
                                 part_of=figure.field)

    def _with_parts(self, figures: Sequence[_Found]) -> list[_Found]:
        """Adds the parts that are listed after a figure that only prose states: `206条，其中政策法规19条，…`."""
        parents = [figure for figure in figures if figure.at is not None and figure.rule and figure.rule.parts]
        parts = {part.at: part for parent in parents for part in self._parts(parent)}
        return [*(figure for figure in figures if figure.at not in parts), *parts.values()]

    def _parts(self, parent: _Found) -> Iterator[_Found]:
        opening = _PARTS.match(self.text, parent.end)
        position = opening.end() if opening else len(self.text)
        while match := _PART.match(self.text, position):
            if _VERB.match(match["name"]):
                return
            at = match.end("name")
            yield _Found(None, match.start(), at + 1, at, part_of=parent.field)
            if match["link"].endswith(("。", "）", "")) and not match["link"].endswith(("，", "、", "；", "和")):
                return
            position = match.end()

    def sentence_start(self, position: int) -> int:
        """Where the sentence begins that holds a position, or where the words near it begin if it is very long."""
        return max(self._stops[bisect_right(self._stops, position) - 1], position - _REACH)

    def sentence(self, start: int, end: int) -> str:
        """The sentence around signs `start` to `end`."""
        index = bisect_right(self._stops, max(start, end - 1))
        stop = self._stops[index] if index < len(self._stops) else len(self.text)
        return self.text[self.sentence_start(start):min(stop, end + _REACH)]

    def clause(self, start: int, end: int) -> str:
        """The words between the stops or commas around signs `start` to `end`."""
        index = bisect_right(self._breaks, end)
        stop = self._breaks[index] - 1 if index < len(self._breaks) else len(self.text)
        return self.text[self._clause_start(start):min(max(stop, end), end + _REACH)]

    def _clause_start(self, position: int) -> int:
        return max(self._breaks[bisect_right(self._breaks, position) - 1], position - _REACH)

    def period(self, found: _Found) -> tuple[str, float]:
        """The period of a figure, and how sure that is."""
        begin = self.sentence_start(found.start)
        return period_of(found.field or found.part_of or "", self.text[begin:found.start],
                         self.text[found.start:found.end], self._years(begin, found.start), self.year, self.section)

    def _years(self, start: int, end: int) -> list[int]:
        return [int(sign.numeral.value) for sign in self.skeleton.signs[start:end]
                if sign.numeral and sign.char == YEAR]

    def subset(self, found: _Found) -> str | None:
        """The channel that a figure is limited to, if its rule asks for it."""
        if found.rule is None or not found.rule.subset:
            return None
        if found.rule.subset != "channel":
            return found.rule.subset
        return channel_of(found.field or "", self.text[self._clause_start(found.start):found.end])
