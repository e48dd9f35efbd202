"""What the number grammar returns: `Numeral` for a number in running text, `CellReading` for a table cell."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from extractor.label.numerals.intervals import Interval
from extractor.report import Qualifier

Kind = Literal["number", "range", "fraction", "year", "date", "time", "duration", "document", "clause", "ordinal",
               "phone", "postcode", "address", "identifier", "enumerator", "name"]
"""`number` and `range` are quantities; the rest only looks like one (`name`: part of a title or a slogan)."""

CellStatus = Literal["number", "blank", "not_applicable", "unreadable"]


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in running text, `text` being characters `start` to `end`, with its qualifier and its unit.

    `value` is the number stated (of a range its lower end), `low` and `high` bound what it may stand for. Money keeps
    the unit it is printed in (26.8万元 is 26.8 in 万元); everything else is multiplied out (1.2万条 is 12000 条).
    `decimals` counts those printed. `joined` says that digits were joined over spaces or a line break.
    """

    start: int
    end: int
    text: str
    value: Decimal
    low: Decimal
    high: Decimal
    low_open: bool = False
    high_open: bool = False
    soft: bool = False
    unit: str = ""
    qualifier: Qualifier = Qualifier.EXACT
    decimals: int = 0
    kind: Kind = "number"
    joined: bool = False

    @property
    def interval(self) -> Interval:
        return Interval(self.low, self.high, self.low_open, self.high_open, self.soft)

    def contains(self, value: Decimal) -> bool:
        """True if the number may stand for `value`."""
        return self.interval.contains(value)


@dataclass(frozen=True, slots=True)
class CellReading:
    """A table cell read as a number. `written` is the cell as it stands; `value` is None unless `status` is `number`.

    `note` says, in stable words, what was unusual: `letter_zero`, `joined` (digits joined over spaces that are no
    thousands marks), `line_break`, `remark` (a bracket or footnote sign left out), `qualified` (余, 约), `rounded`
    (printed in 万 or 千), `chinese`, `punctuation`, `dash_minus`; several are separated by spaces.
    """

    value: Decimal | None
    unit: str
    written: str
    status: CellStatus
    note: str = ""
