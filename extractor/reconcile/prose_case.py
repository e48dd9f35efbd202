"""One report's prose as the checks see it: its figures in reading order, its sentences, the tables beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractor.document import Source
from extractor.reconcile.cause import misread_probability, stated
from extractor.reconcile.conflict import Conflict
from extractor.reconcile.prose_meanings import Amount, Expression, Meanings
from extractor.reconcile.rules import Rule
from extractor.reconcile.wording import Catalogue
from extractor.report import Cause, Evidence, Figure, Finding, FindingStatus, Severity, Text, Value, plain

SHARE = "%"
THIS_YEAR, LAST_YEAR, GROWTH = "this_year", "last_year", "growth"
_STOP, _CLAUSE = re.compile("[。！？!?\n]"), re.compile("[，。；：！？（）,;!?()\n]|: ")
_ITEM = re.compile(f"{_CLAUSE.pattern}|、")
_REMARK = re.compile("（[^（）]{8,}）$")
"""What a label explains of itself: （区分处理的，只计这一情形，不计其他情形）."""
_OUTCOME = re.compile(r"(?P<dispute>review|litigation)(?:\.\w+)?\.(?P<outcome>upheld|corrected|other|pending)")
_BOTH_DISPUTES = re.compile("复议(?:(?!维持|纠正|审结|结果|撤销)[^。；])*诉讼")
"""Both kinds named before any result is."""
_BEYOND = Decimal(10**15)
_SURE = 0.95
_RECOGNISED = 0.9
"""How sure a figure is at most that was read in an image: an assumption, for prose has no sums to check digits by."""
_LONGEST = 60
"""Characters of a quotation; a longer clause is quoted from one item of its list to the next."""
_NAMED_TERMS = 3
"""An expression of more terms is named by its first."""


@dataclass(frozen=True, slots=True)
class Odds:
    """The chances, without scale, that the report is wrong and that the label of a figure is."""

    report: float
    label: float

    @property
    def wrong(self) -> float:
        """The probability that the report is wrong, if nothing was misread."""
        return self.report / (self.report + self.label) if self.report else 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """What the checks of prose work with. `previous` are the values of the same body's report of the year before,
    `conflicts` what the decoder says of the contradictions of this one's tables."""

    figures: tuple[Figure, ...]
    paragraphs: Sequence[str]
    values: Mapping[str, Value]
    meanings: Meanings
    rules: Mapping[str, Rule]
    catalogue: Catalogue
    previous: Mapping[str, Value] | None = None
    conflicts: Sequence[Conflict] = ()

    def text(self, figure: Figure) -> str:
        """The paragraph of a figure, empty where it is not known."""
        index = figure.span[0]
        return self.paragraphs[index] if index < len(self.paragraphs) else ""

    def sentence(self, figure: Figure) -> tuple[int, int]:
        """Where the sentence of a figure begins, in its paragraph; two figures with the same answer share it."""
        index, start, _ = figure.span
        stops = [match.end() for match in _STOP.finditer(self.text(figure)) if match.end() <= start]
        return index, stops[-1] if stops else 0

    def sentence_text(self, figure: Figure) -> str:
        """The whole sentence that a figure stands in."""
        text, begin = self.text(figure), self.sentence(figure)[1]
        stop = _STOP.search(text, max(figure.span[2], begin))
        return text[begin:stop.start() if stop else len(text)]

    def quote(self, figure: Figure) -> str:
        """The words around a figure, from comma to comma, as a message quotes them."""
        text = self.text(figure)
        if not text:
            return _joined(figure.text)
        _, start, end = figure.span
        for marks in (_CLAUSE, _ITEM):
            begin = max((match.end() for match in marks.finditer(text, 0, start)), default=0)
            stop = marks.search(text, end)
            close = stop.start() if stop else len(text)
            if close - begin <= _LONGEST:
                return _joined(text[begin:close])
        begin, close = max(begin, start - _LONGEST // 2), min(close, end + _LONGEST // 2)
        return f"…{_joined(text[begin:close])}…"

    def amounts(self, figure: Figure) -> tuple[Amount, ...]:
        """What the figure may mean by the tables of this report."""
        return self.meanings.amounts(figure, self.values, self._clause(figure)) + self._of_other_disputes(figure)

    def _clause(self, figure: Figure) -> str:
        """The words of a figure from comma to comma; empty where its paragraph is not known."""
        text, (_, start, end) = self.text(figure), figure.span
        begin = max((match.end() for match in _CLAUSE.finditer(text, 0, start)), default=0)
        stop = _CLAUSE.search(text, end)
        return text[begin:stop.start() if stop else len(text)]

    def _of_other_disputes(self, figure: Figure) -> tuple[Amount, ...]:
        """复议5件、诉讼0件，其中2件维持: results told after both kinds of disputes may be those of either, or of both."""
        found = _OUTCOME.fullmatch(figure.field or "")
        begin = self.sentence(figure)[1]
        if found is None or not _BOTH_DISPUTES.search(self.text(figure), begin, figure.span[1]):
            return ()
        other = "review" if found["dispute"] == "litigation" else "litigation"
        held = self.meanings.amounts(figure.model_copy(update={"field": f"{other}.total"}), self.values)
        if not held or held[0].total == 0:
            return ()
        either = self.meanings.amounts(figure.model_copy(update={"field": f"{other}.{found['outcome']}"}), self.values)
        both = self.meanings.amount(self.meanings.sum_of(f"review.{found['outcome']}", f"litigation.{found['outcome']}"),
                                    self.values)
        return (*either, *((both,) if both is not None else ()))

    def text_of(self, rule: str, *key: str, **values: object) -> Text:
        """A message of the catalogue; decimals are written plainly."""
        return self.catalogue.text(rule, *key, **{name: plain(value) if isinstance(value, Decimal) else value
                                                  for name, value in values.items()})

    def name(self, expression: Expression) -> Text:
        """An expression in words: 一、本年新收政府信息公开申请数量＋二、上年结转政府信息公开申请数量."""
        names = [self._term(term.pattern) for term in expression.terms]
        if len(names) > _NAMED_TERMS:
            return self.catalogue.text("prose.common", "sum_of_many", first=names[0], count=len(names))
        zh, en = names[0].zh, names[0].en
        for term, name in zip(expression.terms[1:], names[1:], strict=True):
            zh += ("－" if term.sign < 0 else "＋") + name.zh
            en += (" minus " if term.sign < 0 else " plus ") + name.en
        return Text(zh=zh, en=en)

    def _term(self, field: str) -> Text:
        row, _, column = field.rpartition(".")
        for derived in self.meanings.dictionary.derived:
            if derived.id == row:
                name = Text(zh=derived.labels[0], en=self.catalogue.messages["names"]["derived"][row])
                where = self.catalogue.place(column, derived.table)
                return name if column == "total" else Text(zh=f"{name.zh}·{where.zh}", en=f"{name.en}, {where.en}")
        name = self.catalogue.place(row if column == "total" else field)
        return name.model_copy(update={"zh": _REMARK.sub("", name.zh)})

    def table(self, expression: Expression) -> Text:
        """The name of the table that an expression is about."""
        name = expression.terms[0].pattern
        field = self.meanings.dictionary.fields.get(name)
        if field is not None:
            return self.catalogue.table(field.table)
        row = name.rpartition(".")[0]
        return self.catalogue.table(next(d.table for d in self.meanings.dictionary.derived if d.id == row))

    def finding(self, rule_id: str, status: FindingStatus, where: str, message: Text, figures: Sequence[Figure],
                fields: Iterable[str] = (), *, expected: Decimal | None = None, actual: Decimal | None = None,
                weak: bool = False, odds: Odds | None = None) -> Finding:
        """A finding about figures and cells. `weak`: it asks for an explanation and accuses nobody. `odds`: whose error
        it is if nothing was misread; by how often the rule is broken and how sure the figures are where not given."""
        operands = tuple(dict.fromkeys(fields))
        found = Finding(rule=rule_id, status=status, severity=Severity.INFO, where=where, expected=expected,
                        actual=actual, operands=operands, message=message)
        if status is FindingStatus.SATISFIED:
            return found
        cells = [self.values[name] for name in operands if name in self.values]
        evidence = tuple(dict.fromkeys([item for figure in figures for item in figure.evidence]
                                       + [item for cell in cells for item in cell.evidence]))
        if status is FindingStatus.UNDECIDED:
            return found.model_copy(update={"evidence": evidence})
        rule = self.rules[rule_id]
        unsure = 1.0 - min((figure.confidence for figure in figures), default=1.0)
        odds = odds or Odds(rule.prior.probability, unsure)
        probability = _report_is_wrong(odds, figures, cells)
        if weak:
            probability = min(probability, 0.5)
        cause = Cause.REPORT if probability > 0.5 else Cause.UNCLEAR
        severity = rule.severity if cause is Cause.REPORT else Severity.WARNING
        return found.model_copy(update={"cause": cause, "probability": probability, "severity": severity,
                                        "evidence": evidence})


def _report_is_wrong(odds: Odds, figures: Sequence[Figure], cells: Sequence[Value]) -> float:
    """o r / (o r + l + 1 - r) for odds of o to l, with r the chance that the figures and cells were read right.

    Figures of one finding are read right or wrong together, more or less.
    """
    right = (1.0 - misread_probability(cells)) * (_RECOGNISED if any(map(recognised, figures)) else 1.0)
    chance = odds.report * right
    return stated(chance / (chance + odds.label + 1.0 - right))


def in_order(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """The figures in reading order, whatever order they come in."""
    return tuple(sorted(figures, key=lambda f: (f.span, f.field or "", str(f.value), f.unit, f.period, f.text)))


def within_reason(figure: Figure) -> bool:
    """Whether a figure has a value, and no more digits than any number of a report."""
    return figure.value is not None and all(abs(end) < _BEYOND for end in (figure.value, *bounds(figure)))


def recognised(figure: Figure) -> bool:
    """Whether a figure was read in an image: then a digit may be misread, which looks like a slip of the pen."""
    return any(evidence.source is Source.OCR for evidence in figure.evidence)


def sure(figure: Figure) -> bool:
    """Whether the figure is taken to state what the labeller says."""
    return figure.confidence >= _SURE and not recognised(figure)


def own(figure: Figure) -> bool:
    """Whether a figure is a count or an amount of this year, and of the whole body."""
    return (figure.period == THIS_YEAR and figure.scope == "own" and figure.subset is None
            and figure.unit not in (SHARE, "倍") and figure.low is not None and figure.high is not None
            and within_reason(figure))


def bounds(figure: Figure) -> tuple[Decimal, Decimal]:
    """What the figure may stand for, at least and at most."""
    value = figure.value if figure.value is not None else Decimal(0)
    return (value if figure.low is None else figure.low, value if figure.high is None else figure.high)


def _joined(text: str) -> str:
    """Text without the spaces and line breaks that a page put into it, its quotation marks turned into inner ones."""
    return re.sub(r"\s+", "", text).strip("…").translate(str.maketrans("“”", "‘’"))


def evidence_near(figures: Sequence[Figure], index: int) -> tuple[Evidence, ...]:
    """The place of the first figure of a paragraph: where words without a number of their own stand, about."""
    return next((figure.evidence for figure in figures if figure.span[0] == index and figure.evidence), ())
