"""Numbers of reports as whole numbers, where they are some."""

from __future__ import annotations

from decimal import Decimal

MOST_DIGITS = 15
"""More digits before or after the point than this no number of a report has."""


def as_count(number: Decimal) -> int | None:
    """The number as an integer, negative ones included; None if it has decimals or more digits than any count."""
    if number.adjusted() > MOST_DIGITS or number != number.to_integral_value():
        return None
    return int(number)
