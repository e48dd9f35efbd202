"""How a number is printed in prose (Arabic, Chinese, 万, 余, 近 …) and the interval that the printed form allows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

_DIGITS = "零一二三四五六七八九"
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
ONE = Decimal(1)

_PREFIXES = {
    "near": ("近", "将近", "接近"), "about": ("约", "大约", "约为"), "over": ("超", "超过", "逾", "突破"),
    "under": ("不到", "不足"),
}
_SUFFIXES = {"about": ("左右",), "over": ("以上",)}


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """A report's habits in printing numbers: chances, from 0 to 1, drawn once a report."""

    space: bool = False
    full_width: bool = False
    thousands: bool = False
    chinese: float = 0.05
    ten_thousands: float = 0.2
    approximate: float = 0.1


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number: `lead` precedes the labelled span, `text` is it (unit included)."""

    lead: str
    text: str
    value: Decimal
    low: Decimal
    high: Decimal
    qualifier: str


def draw_style(rng: random.Random) -> NumberStyle:
    """The habits of one report's author."""
    return NumberStyle(space=rng.random() < 0.15, full_width=rng.random() < 0.04, thousands=rng.random() < 0.03,
                       chinese=rng.choice((0.0, 0.02, 0.1, 0.4)), ten_thousands=rng.choice((0.0, 0.2, 0.6)),
                       approximate=rng.choice((0.0, 0.05, 0.2)))


def chinese(number: int, two: str = "二") -> str:
    """A whole number below 100,000,000 in Chinese numerals; `two` is the form of a lone 2 (两件, 第二)."""
    if number == 2:
        return two
    if number >= 10000:
        high, low = divmod(number, 10000)
        tail = "" if low == 0 else ("零" if low < 1000 else "") + chinese(low)
        return f"{chinese(high, '两')}万{tail}"
    text, zero = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += ("零" if zero else "") + _DIGITS[digit] + name
            zero = False
        elif text:
            zero = True
    return (text.removeprefix("一") if 10 <= number < 20 else text) or "零"


def above(stated: Decimal) -> tuple[Decimal, Decimal]:
    """The open interval of n余 and n多: (n, n + 10^k), k being the trailing zeros of n."""
    step = ONE
    whole = int(stated)
    while whole and whole % 10 == 0:
        whole //= 10
        step *= 10
    return stated, stated + step


def interval(stated: Decimal, qualifier: str) -> tuple[Decimal, Decimal]:
    """Lowest and highest value that a qualified number may stand for."""
    if qualifier == "above":
        return above(stated)
    factors = {"near": ("0.9", "1"), "about": ("0.95", "1.05"), "over": ("1", "1.2"), "under": ("0.8", "1")}
    if qualifier not in factors:
        return stated, stated
    low, high = factors[qualifier]
    return stated * Decimal(low), stated * Decimal(high)


def _floor_to(value: int, digits: int) -> int:
    """The value cut to its leading `digits` digits."""
    scale = int("1" + "0" * max(0, len(str(value)) - digits))
    return value // scale * scale


def _stated(rng: random.Random, value: int, qualifier: str) -> int | None:
    """A round number that, with this qualifier, truly describes the value; None if there is none near."""
    digits = rng.choice((1, 2, 2, 3))
    floor = _floor_to(value, digits)
    step = int(above(Decimal(floor))[1]) - floor if floor else 1
    candidate = floor if qualifier in ("above", "over") else floor + step
    if qualifier == "about":
        candidate = rng.choice((floor, floor + step))
    low, high = interval(Decimal(candidate), qualifier)
    return candidate if candidate > 0 and low < value < high else None


def _plain(number: int, style: NumberStyle, rng: random.Random, unit: str) -> str:
    if 0 < number < 100 and unit not in ("%", "元", "万元", "") and rng.random() < (
            style.chinese if number <= 10 else style.chinese / 4):
        return chinese(number, "两")
    if style.thousands and number >= 1000:
        return f"{number:,}"
    text = str(number)
    return text.translate(_FULL_WIDTH) if style.full_width else text


def _in_ten_thousands(number: int) -> str | None:
    """18万, 1.3万, 2.1亿 where at most two decimals are needed; None otherwise."""
    unit, scale = ("亿", 10**8) if number >= 10**8 else ("万", 10**4)
    quotient = Decimal(number) / scale
    if number < 10**4 or quotient != quotient.quantize(Decimal("0.01")):
        return None
    return f"{quotient.normalize():f}{unit}"


def _qualified(rng: random.Random, value: int, qualifier: str, style: NumberStyle, unit: str) -> Printed | None:
    stated = value if qualifier == "above" and rng.random() < 0.03 else _stated(rng, value, qualifier)
    if stated is None:
        return None
    low, high = interval(Decimal(stated), qualifier)
    big = _in_ten_thousands(stated) if rng.random() < 0.3 + style.ten_thousands else None
    number = big or _plain(stated, style, rng, "")
    space = " " if style.space else ""
    if qualifier == "above":
        text = f"{number}{rng.choice('余余余多')}{unit}"
    elif qualifier in _SUFFIXES and rng.random() < 0.25:
        text = f"{number}{space}{unit}{rng.choice(_SUFFIXES[qualifier])}"
    else:
        text = f"{rng.choice(_PREFIXES[qualifier])}{space}{number}{space}{unit}"
    return Printed(space if text[0].isdigit() else "", text, Decimal(stated), low, high, qualifier)


def _rounded(value: int, style: NumberStyle, unit: str, rng: random.Random) -> Printed:
    """1.2万 for 12,345: an exact-looking number that is precise to its last decimal only."""
    name, scale = ("亿", 10**8) if value >= 10**8 else ("万", 10**4)
    places = rng.choice((0, 1, 1, 2)) if value >= 10 * scale else rng.choice((1, 1, 2))
    shown = (Decimal(value) / scale).quantize(ONE.scaleb(-places), ROUND_HALF_UP)
    half = Decimal(scale).scaleb(-places) / 2
    stated = shown * scale
    space = " " if style.space else ""
    return Printed(space, f"{shown:f}{name}{unit}", stated, stated - half, stated + half, "exact")


def print_count(rng: random.Random, value: Decimal, unit: str, style: NumberStyle, approximate: float) -> Printed:
    """A count with its unit; `approximate` is the chance of a rounded or qualified form (0 for the tables' figures)."""
    number = int(value)
    if number >= 10 and rng.random() < approximate:
        qualifier = rng.choice(("above",) * 6 + ("near", "near", "about", "over", "over", "under"))
        found = _qualified(rng, number, qualifier, style, unit)
        if found is not None:
            return found
    if number >= 20000 and approximate > 0 and rng.random() < style.ten_thousands:
        return _rounded(number, style, unit, rng)
    exact = _in_ten_thousands(number) if number >= 10**4 and rng.random() < style.ten_thousands else None
    if exact is None or approximate == 0:
        space = " " if style.space else ""
        text = _plain(number, style, rng, unit)
        lead = space if text[0].isdigit() else ""
        return Printed(lead, f"{text}{lead}{unit}", value, value, value, "exact")
    scale = 10**8 if exact.endswith("亿") else 10**4
    places = len(exact[:-1].partition(".")[2])
    half = Decimal(scale).scaleb(-places) / 2
    return Printed("", f"{exact}{unit}", value, value - half, value + half, "exact")


def print_amount(rng: random.Random, value: Decimal, unit: str, style: NumberStyle) -> Printed:
    """An amount of money as it stands, with its decimals."""
    space = " " if style.space else ""
    text = f"{value:f}"
    if style.full_width:
        text = text.translate(_FULL_WIDTH)
    return Printed(space, f"{text}{space}{unit}", value, value, value, "exact")


def percentage(rng: random.Random, part: Decimal, whole: Decimal) -> Decimal:
    """The share of part in whole, in percent, with 0 to 2 decimals, rounded or (more rarely) truncated."""
    exact = part * 100 / whole
    places = ONE.scaleb(-rng.choice((0, 1, 1, 2, 2, 2)))
    shown = exact.quantize(places, rng.choice((ROUND_HALF_UP, ROUND_HALF_UP, ROUND_DOWN)))
    return shown.normalize() + 0 if rng.random() < 0.5 else shown


def percentage_interval(value: Decimal) -> tuple[Decimal, Decimal]:
    """What a printed percentage may stand for, rounded or truncated: [v - u/2, v + u), u a unit of its last place."""
    exponent = value.as_tuple().exponent
    unit = ONE.scaleb(min(0, exponent if isinstance(exponent, int) else 0))
    return value - unit / 2, value + unit


def print_percentage(value: Decimal, style: NumberStyle, approximate: bool = False) -> Printed:
    """A percentage; its label keeps the sign (下降29% is -29), the text does not."""
    text = f"{abs(value):f}"
    low, high = percentage_interval(abs(value))
    if value < 0:
        low, high = -high, -low
    if style.full_width:
        text = text.translate(_FULL_WIDTH)
    space = " " if style.space else ""
    return Printed(space, f"{text}%", value, low, high, "about" if approximate else "exact")
