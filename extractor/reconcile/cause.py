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
from extractor.reconcile.rules import Prior
from extractor.report import Cause, Value, ValueStatus


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
    scanned_cell: float
    scanned_line: float
    cells: int
    confident: float
    placed: float
    others: float
    blank_cost: float
    least_cost: float
    report: float
    reading: float
    repair_odds: float
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
    scanned_structure = Prior(misread["scanned_structure"]["wrong"], misread["scanned_structure"]["of"])
    return Constants(born_digital, scanned_structure, misread["scanned_cell"], misread["scanned_line"], misread["cells"],
                     reading["confident"], reading["placed"], reading["others"], reading["blank_cost"],
                     reading["least_cost"], verdict["report"], verdict["reading"], verdict["repair_odds"],
                     tuple(trust["cells"]), trust["beyond"], raw["structure"], likeness, prose["settled"], prose["misbound"], prose["asks"])


def confirmed(value: Value) -> bool:
    """Whether a person has looked at the page: then the value is what is printed, right or wrong."""
    return value.status is ValueStatus.CONFIRMED


def scanned(value: Value) -> bool:
    """Whether a value was recognised in an image, and nobody has looked at it since."""
    return not confirmed(value) and any(evidence.source is Source.OCR for evidence in value.evidence)


def uncertain(value: Value) -> bool:
    """Whether the reading itself is in doubt."""
    return value.confidence < constants().confident


def _read_for_sure(value: Value) -> bool:
    """Whether a value comes from text, and surely from its own place in the table."""
    return not scanned(value) and value.confidence >= constants().placed


def _least_misread(value: Value) -> float:
    """How often a number is misread however sure the recogniser was; one of a line without rulings has a place in words."""
    known = constants()
    return known.scanned_line if scanned(value) and any(item.place for item in value.evidence) else known.scanned_cell


def misread_as(value: Value, number: Decimal | int | None) -> float:
    """The chance that the cell, if `number` were printed in it, is read as it was read."""
    if confirmed(value):
        return 0.0
    known = constants()
    share = known.born_digital.probability / known.cells / known.others
    if _read_for_sure(value):
        return share
    listed = sum(other.probability for other in value.alternatives if other.value is not None)
    left = max(_least_misread(value), 1.0 - value.confidence - listed)
    found = max((other.probability for other in value.alternatives if other.value == number), default=0.0)
    return max(share, found, left / known.others)


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
    return verdict(report, 0.5), round(report, 4)


def verdict(report: float, least: float | None = None) -> Cause:
    """Whose error it is taken to be where the report is wrong with probability `report`; `least`: in place of the
    constant from which on it is the report's."""
    known = constants()
    if report >= (known.report if least is None else least):
        return Cause.REPORT
    return Cause.READING if report <= known.reading and least is None else Cause.UNCLEAR
