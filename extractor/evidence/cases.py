"""Findings as cases: those of one cause together, each with its arithmetic as two sums, its operands numbered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import reduce

from extractor.fields import load
from extractor.reconcile import engine_of_product
from extractor.reconcile.engine import Engine, Instance
from extractor.reconcile.engine import Operand as RuleOperand
from extractor.reconcile.rules import PREVIOUS, RuleBook
from extractor.report import Evidence, Figure, Finding, FindingStatus, Report, Suspect, Value

_TERM = re.compile(r"([+-]?)\s*([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)")
MOST_DIGITS = 30
"""Digits before the point beyond which a number is not added up."""
_EXACT = Context(prec=4 * MOST_DIGITS)
LEADS = 0.5
"""A suspect at least as likely as this, with a number that the relations require, is no mere possibility."""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand as it is written out: `sign` is 1 or -1, `number` its mark in the case; `value` None if not known."""

    number: int
    sign: int
    field: str
    value: Value | None
    summed: bool

    @property
    def silent(self) -> bool:
        """Whether the term can be left out of a formula: one of a long sum that adds nothing."""
        return self.summed and (self.value is None or not self.value.value)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an equation; `total` counts blanks as 0 and is None where no operand is known.

    `quote` is what the prose says where the side is no sum of cells but a figure.
    """

    terms: tuple[Term, ...]
    total: Decimal | None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """The arithmetic of one finding. `instance` is the relation, None for rules that are none between cells.

    `others` are operands that the finding names beside its equation: all of them where it has none.
    """

    finding: Finding
    instance: Instance | None
    computed: Side
    stated: Side
    others: tuple[Term, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.computed.terms + self.stated.terms + self.others

    @property
    def core(self) -> tuple[Term, ...]:
        """The terms that contradict each other: those of the two sides, or all where there are none."""
        return self.computed.terms + self.stated.terms or self.others

    @property
    def is_sum(self) -> bool:
        """Whether there are two sides to be held against each other."""
        return bool(self.computed.terms) and bool(self.stated.terms or self.stated.quote)

    @property
    def difference(self) -> Decimal | None:
        """How far the two sides are apart, never negative."""
        left, right = self.computed.total, self.stated.total
        return None if left is None or right is None else abs(_EXACT.subtract(left, right))

    @property
    def blanks(self) -> int:
        """How many operands are blank or could not be read."""
        return sum(term.value is not None and term.value.value is None for term in self.terms)


@dataclass(frozen=True, slots=True)
class Case:
    """Findings of one cause. `number` counts from 1; `operands` gives each field's mark, in order of appearance."""

    number: int
    equations: tuple[Equation, ...]
    operands: Mapping[str, int]
    suspects: tuple[Suspect, ...]
    figures: tuple[Figure, ...]
    others: tuple[Evidence, ...]
    """Evidence of the findings that is neither that of an operand nor of a figure."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(equation.finding for equation in self.equations)

    @property
    def leading(self) -> Finding:
        """The finding that stands for the case."""
        return self.equations[0].finding


def cases(report: Report, status: FindingStatus, first: int = 1) -> list[Case]:
    """The report's findings of one status as cases, numbered from `first`: violated ones by cause, the most urgent
    first; others one by one in the rule book's order."""
    findings = [finding for finding in report.findings if finding.status is status]
    told = status is FindingStatus.VIOLATED and all(finding.cause_id or finding.fingerprint for finding in findings)
    groups = report.causes if told else [[finding] for finding in findings]
    instances = instances_of(report)
    return [_case(number, group, report, instances) for number, group in enumerate(groups, start=first)]


def instances_of(report: Report) -> dict[tuple[str, str], Instance]:
    """The relations that the report was checked against, by rule and place; those between years where it holds the
    values of the year before."""
    if report.template is None:
        return {}
    engine = engine_of_product()
    found = engine.instances(report.template, report.values)
    if any(name.startswith(PREVIOUS) for name in report.values):
        book = RuleBook(engine.book.version, engine.book.history, engine.book.sets)
        found += Engine(book, engine.dictionary, engine.catalogue).instances(report.template, report.values)
    return {(instance.rule.id, instance.where): instance for instance in found}


def leading(suspects: Sequence[Suspect], report: Report) -> tuple[Suspect, ...]:
    """The cells that the relations agree on, each with a number that they require of it: wrong all together."""
    return tuple(suspect for suspect in suspects if suspect.probability >= LEADS
                 and (value := report.values.get(suspect.field)) is not None and value.implied is not None)


def _case(number: int, findings: Sequence[Finding], report: Report,
          instances: Mapping[tuple[str, str], Instance]) -> Case:
    marks: dict[str, int] = {}
    spoken = [_spoken_of(finding, report) for finding in findings]
    equations = tuple(_equation(finding, figures, report, instances.get((finding.rule, finding.where)), marks)
                      for finding, figures in zip(findings, spoken, strict=True))
    suspects: dict[str, Suspect] = {}
    for suspect in (suspect for finding in findings for suspect in finding.suspects):
        known = suspects.get(suspect.field)
        if known is None or known.probability < suspect.probability:
            suspects[suspect.field] = suspect
    ranked = sorted(suspects.values(), key=lambda suspect: -suspect.probability)
    figures = tuple(dict.fromkeys(figure for group in spoken for figure in group))
    known_places = {place(item) for name in marks if name in report.values for item in report.values[name].evidence}
    known_places |= {place(item) for figure in figures for item in figure.evidence}
    others = {place(item): item for finding in findings for item in finding.evidence
              if place(item) not in known_places}
    return Case(number, equations, marks, tuple(ranked), figures, tuple(others.values()))


def place(evidence: Evidence) -> tuple[object, ...]:
    """What tells places apart."""
    return evidence.page, evidence.box, evidence.place


def _spoken_of(finding: Finding, report: Report) -> tuple[Figure, ...]:
    """The figures of the prose that a finding rests on: same place and same words, and its field where one has it."""
    there = {(place(item), item.text) for item in finding.evidence}
    found = [figure for figure in report.figures
             if any((place(item), item.text) in there for item in figure.evidence)]
    named = [figure for figure in found if figure.field == finding.where]
    return tuple(named or found)


def _equation(finding: Finding, figures: Sequence[Figure], report: Report, instance: Instance | None,
              marks: dict[str, int]) -> Equation:
    if instance is not None and set(instance.operands) == set(finding.operands):
        computed = _side(instance.computed, report, marks)
        return Equation(finding, instance, computed, _side(instance.stated, report, marks))
    defined = next((figure for figure in figures if figure.definition), None)
    wanted = _defined(defined, report) if defined is not None else ()
    if defined is None or not {operand.field for operand in wanted} <= set(finding.operands):
        loose = [RuleOperand(1, name, False) for name in finding.operands]
        return Equation(finding, None, Side((), finding.expected), Side((), finding.actual),
                        _side(loose, report, marks).terms)
    computed = _side(wanted, report, marks)
    named = {operand.field for operand in wanted}
    rest = [RuleOperand(1, name, False) for name in finding.operands if name not in named]
    return Equation(finding, None, computed, Side((), defined.value, defined.text), _side(rest, report, marks).terms)


def _defined(figure: Figure, report: Report) -> tuple[RuleOperand, ...]:
    """The cells, with signs, that a figure's definition adds up."""
    return tuple(RuleOperand(sign, cell, len(cells) > 1) for sign, name in definition_terms(figure)
                 for cells in [cells_of(name, report)] for cell in cells)


def definition_terms(figure: Figure) -> list[tuple[int, str]]:
    """Signs and fields of a figure's definition, `a.b - c.d`; empty where it has none."""
    found = _TERM.findall(figure.definition)
    return [(-1 if sign == "-" else 1, name) for sign, name in found]


def cells_of(field: str, report: Report) -> tuple[str, ...]:
    """The cells that a field stands for: itself, or those that a derived field adds up in this report."""
    if field in report.values:
        return (field,)
    row, _, column = field.rpartition(".")
    for derived in load().derived:
        if derived.id == row:
            return tuple(name for part in derived.rows if (name := f"{part}.{column}") in report.values)
    return ()


def _side(operands: Sequence[RuleOperand], report: Report, marks: dict[str, int]) -> Side:
    terms = tuple(Term(marks.setdefault(operand.field, len(marks) + 1), operand.sign, operand.field,
                       report.values.get(operand.field), operand.summed) for operand in operands)
    numbers = [signed(term.sign, term.value.value) for term in terms
               if term.value is not None and term.value.value is not None]
    return Side(terms, total_of(numbers) if numbers else None)


def signed(sign: int, number: Decimal) -> Decimal:
    return number if sign > 0 else number.copy_negate()


def total_of(numbers: Sequence[Decimal]) -> Decimal | None:
    """The exact sum; None where a number is out of all reason, which no count or amount of a report is."""
    if any(abs(number.adjusted()) > MOST_DIGITS for number in numbers):
        return None
    return reduce(_EXACT.add, numbers, Decimal(0))
