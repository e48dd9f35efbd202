"""Slips that make one number of another, by name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractor.reconcile import slips
from extractor.reconcile.slips import Slip, plausibility, slip_between


@pytest.mark.parametrize(("wrong", "right", "slip"), [
    ("-5", 5, Slip.SIGN), ("1.23", 123, Slip.POINT), ("0.5", 5, Slip.POINT), ("0", 18, Slip.LEFT_AT_ZERO),
    ("62", 26, Slip.TRANSPOSED), ("3119", 3118, Slip.DIGIT_REPLACED), ("312", 3112, Slip.DIGIT_DROPPED),
    ("31122", 3112, Slip.DIGIT_ADDED), ("10", 9, Slip.OFF_BY_ONE), ("77", 1234, Slip.OTHER), ("1.5", 7, Slip.OTHER)])
def test_each_slip_is_named(wrong: str, right: int, slip: Slip) -> None:
    assert slip_between(Decimal(wrong), right) is slip


@pytest.mark.parametrize(("read", "printed", "near"), [
    (13, 18, True), (13, 3, True), (3, 13, True), (13, 13, True), (130, 103, False), (41, 7, False), (0, 18, False)])
def test_one_digit_misread_missed_or_added_is_near(read: int, printed: int, near: bool) -> None:
    assert slips.near(Decimal(read), printed) is near


def test_a_common_slip_is_more_plausible_than_any_number() -> None:
    assert plausibility(Decimal(62), 26) > plausibility(Decimal(77), 1234) > 0
