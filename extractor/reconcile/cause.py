"""Whose error a violated rule is: the report's own or a misreading of ours, as odds of the two.

A cell that reads c and should be v was either misread, with the chance m that a printed v is read as c, or printed
wrongly, with the chance e that the report has just this error there. With p the share of real tables that broke a rule
(Jeffreys' estimate, see `rules.toml`) and n cells among which the wrong one may be, e = p / n for any error, of which
one part in `others` makes just this number. For a scan m is what the recogniser says: the probability of v among its
alternatives, or an equal part of what is left for all others. The text of a born-digital file is not misread; what can
go wrong there is the structure, and m is the measured share of reports in which it did.

All constants stand in `attribution.toml`, each with its source.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

from extractor.document import Source
from extractor.reconcile.counts import as_count
from extractor.reconcile.rules import Prior
from extractor.reconcile.slips import near
from extractor.report import DOUBTFUL_BELOW, Cause, Value, ValueStatus


@dataclass(frozen=True, slots=True)
class Likeness:
    """How often a figure that fits no table looks in a certain way, if the report misstates it and if its label is wrong."""

    report: float
    label: float


@dataclass(frozen=True, slots=True)
class Constants:
    """What attribution takes as given; the meaning and the source of each stand in `attribution.toml`."""

    born_digital: Prior
    scanned_structure: Prior
    scanned_cell: Prior
    scanned_line: Prior
    cells: int
    confident: float
    placed: float
    others: float
    distant: float
    seldom: float
    zeros: float
    marks: float
    blank_cost: float
    least_cost: float
    report: float
    reading: float
    surest: float
    repair_odds: float
    blank_odds: float
    repair_prior: float
    trust: tuple[float, ...]
    trust_beyond: float
    structure: Mapping[str, float]
    likeness: Mapping[str, Likeness]
    settled: float
    misbound: float
    asks: float

    def trusted(self, changed: int) -> float:
        """How often the only explanation is right, by the number of cells that it changes."""
        return self.trust[changed - 1] if 1 <= changed <= len(self.trust) else self.trust_beyond


@lru_cache(maxsize=1)
def constants() -> Constants:
    """The constants that ship with the product."""
    raw: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("attribution.toml").read_text("utf8"))
    misread, reading, verdict, trust = raw["misread"], raw["reading"], raw["verdict"], raw["trust"]
    born_digital = Prior(misread["born_digital"]["wrong"], misread["born_digital"]["of"])
    prose = raw["prose"]
    likeness = {name: Likeness(**prose[name]) for name in ("slip", "elsewhere", "repeated", "nought", "far")}
    scanned_structure, scanned_cell, scanned_line = (
        Prior(misread[name]["wrong"], misread[name]["of"]) for name in ("scanned_structure", "scanned_cell", "scanned_line"))
    return Constants(
        born_digital, scanned_structure, scanned_cell, scanned_line, misread["cells"],
        reading["confident"], reading["placed"], reading["others"], reading["distant"], reading["seldom"], reading["zeros"],
        reading["marks"],
        reading["blank_cost"], reading["least_cost"], verdict["report"], verdict["reading"], verdict["surest"], verdict["repair_odds"],
        verdict["blank_odds"], verdict["repair_prior"], tuple(trust["cells"]), trust["beyond"], raw["structure"], likeness,
        prose["settled"], prose["misbound"], prose["asks"])


def confirmed(value: Value) -> bool:
    """Whether a person has looked at the page: then the value is what is printed, right or wrong."""
    return value.status is ValueStatus.CONFIRMED


def scanned(value: Value) -> bool:
    """Whether a value was recognised in an image, and nobody has looked at it since."""
    return not confirmed(value) and any(evidence.source is Source.OCR for evidence in value.evidence)


def uncertain(value: Value) -> bool:
    """Whether the reading itself is in doubt."""
    return value.confidence < constants().confident


def other_readings(value: Value) -> dict[int, float]:
    """The counts that a cell may hold by its alternatives, each with its probability; a blank counts as 0, as in a sum, and 0
    is one of them wherever another number of a scan is doubtful: it may be a mark."""
    found: dict[int, float] = {}
    for other in value.alternatives:
        count = 0 if other.value is None else as_count(other.value)
        if count is not None and other.value != value.value:
            found[count] = found.get(count, 0.0) + other.probability
    if value.value and value.confidence < DOUBTFUL_BELOW and scanned(value):
        found[0] = max(found.get(0, 0.0), constants().marks)
    return found


def _read_for_sure(value: Value) -> bool:
    """Whether a value comes from text, and surely from its own place in the table."""
    return not scanned(value) and value.confidence >= constants().placed


def _least_misread(value: Value) -> float:
    """How often a number is misread however sure the recogniser was; one of a line without rulings has a place in words."""
    known = constants()
    in_line = scanned(value) and any(item.place for item in value.evidence)
    return (known.scanned_line if in_line else known.scanned_cell).probability


def misread_as(value: Value, number: Decimal | int | None) -> float:
    """The chance that the cell, if `number` were printed in it, is read as it was read."""
    if confirmed(value):
        return 0.0
    known = constants()
    share = known.born_digital.probability / known.cells / known.others
    if _read_for_sure(value):
        return share
    listed = sum(other.probability for other in value.alternatives)
    left = max(_least_misread(value), 1.0 - value.confidence - listed)
    count = None if number is None else as_count(Decimal(number))
    found = 0.0 if count is None else other_readings(value).get(count, 0.0)
    return max(share, found, left * _unlisted(value, number))


def _unlisted(value: Value, number: Decimal | int | None) -> float:
    """The part of what is left to numbers that are not listed that is for `number`."""
    known = constants()
    if number == 0 and uncertain(value):
        return known.zeros
    return (1.0 if number is None or near(value.value, number) else known.distant) / known.others


def misread_share(value: Value | None, number: int, theirs: float) -> float:
    """The probability that a cell that should hold `number` was misread; else the report itself is wrong there.

    `theirs` is the chance that a report has just one error in a cell.
    """
    if value is None:
        return 0.0
    ours = misread_as(value, number)
    return ours / (ours + erred(value, number, theirs))


def erred(value: Value, number: int, theirs: float) -> float:
    """The chance that the report prints what was read where `number` belongs. On a scan marks beside a 0 look like a number
    that somebody typed, which happens more seldom."""
    return theirs * constants().seldom if number == 0 and scanned(value) else theirs


def misread_probability(values: Sequence[Value]) -> float:
    """The chance that at least one of `values` is not what is printed."""
    known = constants()
    right = 1.0 - known.born_digital.probability
    for value in values:
        if not _read_for_sure(value):
            right *= min(value.confidence, 1.0 - _least_misread(value))
    return 1.0 - right


def attribute(prior: float, values: Sequence[Value]) -> tuple[Cause, float]:
    """The cause of a violated rule with these operands, and the probability that the report itself is wrong.

    For rules that no decoding explains: all that is known is the chance m that some operand was misread, and
    P(report | violated) = p (1 - m) / (p (1 - m) + m).
    """
    misread = misread_probability(values)
    report = prior * (1.0 - misread) / (prior * (1.0 - misread) + misread)
    return verdict(report, 0.5), stated(report)


def stated(probability: float) -> float:
    """A probability as it is published: no surer, either way, than what is not modelled allows."""
    known = constants()
    return round(min(max(probability, 1.0 - known.surest), known.surest), 4)


def verdict(report: float, least: float | None = None) -> Cause:
    """Whose error it is taken to be where the report is wrong with probability `report`; `least`: in place of the
    constant from which on it is the report's."""
    known = constants()
    if report >= (known.report if least is None else least):
        return Cause.REPORT
    return Cause.READING if report <= known.reading and least is None else Cause.UNCLEAR
