"""Whose error a violated rule is: the report's own or a misreading of ours, as odds of the two.

With p the share of real tables that broke the rule (Jeffreys' estimate, see `rules.toml`) and m the chance that one of
the operands was misread,

    P(report | violated) = p (1 - m) / (p (1 - m) + m).

Characters of a born-digital source are not misread; what can go wrong there is the structure, a row or a column taken
for its neighbour, with `STRUCTURE` for the whole rule. Of an image each character may be wrong as well, so there m
also has every operand's own chance, 1 - confidence, and not less than `OCR_FLOOR` however sure the recogniser was.
For a table 3 of a born-digital report (broken in 0 of 12) this gives 0.88, for a table 4 (1 of 14) 0.95.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractor.document import Source
from extractor.report import Cause, Value, ValueStatus

STRUCTURE = 0.005
"""Chance that rows or columns of one relation were mixed up: an assumption, not a measurement."""

OCR_FLOOR = 0.001
"""Chance that a cell is misread however sure the recogniser was: an assumption, not a measurement."""

CONFIDENT = 0.9
"""A reading at least as confident as this is never changed, and no doubtful one."""


def uncertain(value: Value) -> bool:
    """Whether the reading itself is in doubt."""
    return value.status is ValueStatus.DOUBTFUL or value.confidence < CONFIDENT


def misread_probability(values: Sequence[Value]) -> float:
    """The chance m that at least one of `values` is not what is printed."""
    right = 1.0 - STRUCTURE
    for value in values:
        scanned = any(evidence.source is Source.OCR for evidence in value.evidence)
        if scanned or uncertain(value):
            right *= min(value.confidence, 1.0 - OCR_FLOOR)
    return 1.0 - right


def attribute(prior: float, values: Sequence[Value]) -> tuple[Cause, float]:
    """The cause of a violated rule with these operands, and the probability that the report itself is wrong.

    `report` where that is the likelier, else `unclear`: which cell was misread is for the decoder to say.
    """
    misread = misread_probability(values)
    report = prior * (1.0 - misread) / (prior * (1.0 - misread) + misread)
    return (Cause.REPORT if report >= 0.5 else Cause.UNCLEAR), round(report, 4)
