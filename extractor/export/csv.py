"""A report's values as tidy CSV: a row a value, readable by pandas and by Excel (UTF-8 with a byte order mark)."""

from __future__ import annotations

import csv
import io
import re

from extractor.fields import load
from extractor.report import Evidence, Number, Report, Value, plain

COLUMNS = ("field", "label_zh", "value", "read", "raw", "unit", "status", "confidence", "page", "x0", "top", "x1",
           "bottom", "place")
"""`x0` to `bottom` are points from the page's top left corner; empty, as is `page`, where a format has no pages."""

_HARMLESS = re.compile(r"[-+]?[\d.,，．]*|[-—－]+")


def to_csv(report: Report) -> bytes:
    """The values in the order of the tables. A blank or missing value is an empty cell, `status` tells them apart."""
    known = load().fields
    order = [name for name in known if name in report.values] + [name for name in report.values if name not in known]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(report.values[name]) for name in order)
    return buffer.getvalue().encode("utf-8-sig")


def _row(value: Value) -> list[str]:
    place = value.evidence[0] if value.evidence else None
    return [value.field, load().describe(value.field), _number(value.value), _number(value.read), inert(value.raw),
            inert(value.unit), str(value.status), f"{value.confidence:.4g}", *_place(place)]


def _place(place: Evidence | None) -> list[str]:
    if place is None:
        return [""] * 6
    if place.box is None:
        return ["", "", "", "", "", inert(place.place)]
    return [str(place.page), *(f"{edge:.2f}" for edge in place.box), inert(place.place)]


def _number(number: Number | None) -> str:
    return "" if number is None else plain(number)


def inert(text: str) -> str:
    """`text` so that a spreadsheet takes it for no formula: an apostrophe goes before a leading `= + - @`.

    Plain numbers and dashes stay as they are, since they are harmless and must be kept as printed.
    """
    if text and text[0] in "=+-@\t\r" and not _HARMLESS.fullmatch(text):
        return "'" + text
    return text
