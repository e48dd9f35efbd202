"""The number grammar of the reports: numbers in running text with their intervals, and table cells read as numbers.

Values are `Decimal`; nothing here passes through a float.
"""

from __future__ import annotations

from extractor.label.numerals.cell import parse_cell, parse_number
from extractor.label.numerals.intervals import Interval, interval_of, percentage_printing, trailing_zeros
from extractor.label.numerals.model import CellReading, CellStatus, Kind, Numeral
from extractor.label.numerals.render import to_arabic, to_chinese
from extractor.label.numerals.scan import find_numerals

__all__ = ["CellReading", "CellStatus", "Interval", "Kind", "Numeral", "find_numerals", "interval_of", "parse_cell",
           "parse_number", "percentage_printing", "to_arabic", "to_chinese", "trailing_zeros"]
