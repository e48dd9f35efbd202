"""Puts errors into consistent reports, and names exactly the rules that each violates.

Errors of tables change cells after the prose was written from the true numbers; errors of prose change what the prose
states. The kinds are those that real reports show.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from decimal import Decimal

from extractor.fields import load

Values = dict[str, Decimal | None]
ZERO = Decimal(0)
PROSE_KINDS = ("prose_disagrees", "stale_percentage", "parts_exceed")
HARMLESS = ("blanks_for_zeros",)
_APPLICANTS = ("natural_person", "business", "research", "social", "legal_service", "other_org")
_STATED = (
    "requests.received.total",
    "requests.granted.total",
    "requests.refused.total",
    "requests.unavailable.total",
    "requests.carried_out.total",
    "requests.handled.total",
    "requests.carried_in.total",
    "review.total",
    "litigation.total",
    "disclosure.normative_documents.issued",
    "disclosure.licences.decisions",
)


def table_kinds() -> tuple[str, ...]:
    """The kinds of errors that change cells."""
    return tuple(_KINDS)


def inject(
    rng: random.Random, kind: str, values: Values, previous: Mapping[str, Decimal | None] | None = None
) -> Values:
    """The cells that an error of this kind changes, with their new values; empty where the report gives no occasion."""
    changed = _KINDS[kind](rng, values, previous or {})
    return {name: value for name, value in changed.items() if values.get(name, ZERO) != value}


def misstatement(rng: random.Random, values: Mapping[str, Decimal | None], name: str) -> Decimal:
    """A number near the true one, as a slip of the pen would make it."""
    true = values.get(name) or ZERO
    swapped = _transposed(rng, true)
    if swapped is not None and rng.random() < 0.4:
        return swapped
    step = Decimal(rng.choice((1, 1, 2, 3, 5, 10)))
    return true + step if true <= step or rng.random() < 0.6 else true - step


def stated_fields() -> tuple[str, ...]:
    """The fields that prose states most often, so that a misstatement is likely to be written at all."""
    return _STATED


def _cells(values: Values, prefix: str = "", positive: bool = True) -> list[str]:
    return [n for n, v in values.items() if n.startswith(prefix) and v is not None and (v > 0 or not positive)]


def _checked(values: Values) -> list[str]:
    """Cells of tables 3 and 4 that are not zero: each stands in a relation."""
    return [n for n in _cells(values) if not n.startswith("disclosure.")]


def _totals(values: Values) -> list[str]:
    return [n for n in _checked(values) if n.endswith(".total") or n.startswith("requests.handled.")]


def _wrong_total(rng: random.Random, values: Values, previous: Mapping[str, Decimal | None]) -> Values:
    names = _totals(values)
    if not names:
        return {}
    name = rng.choice(names)
    return {name: misstatement(rng, values, name)}


def _transposed(rng: random.Random, value: Decimal) -> Decimal | None:
    """The value with two neighbouring digits exchanged."""
    digits = list(str(int(value)))
    places = [i for i in range(len(digits) - 1) if digits[i] != digits[i + 1] and (i or digits[1] != "0")]
    if not places or value != int(value):
        return None
    i = rng.choice(places)
    digits[i], digits[i + 1] = digits[i + 1], digits[i]
    return Decimal("".join(digits))


def _transposed_digits(rng: random.Random, values: Values, previous: Mapping[str, Decimal | None]) -> Values:
    names = [n for n in _checked(values) if (values[n] or ZERO) >= 10]
    if not names:
        return {}
    name = rng.choice(names)
    swapped = _transposed(rng, values[name] or ZERO)
    return {} if swapped is None else {name: swapped}


def _shifted_row(rng: random.Random, values: Values, previous: Mapping[str, Decimal | None]) -> Values:
    """The numbers of one or more rows stand a row too low (or too high); the last of them is lost."""
    rows = list(dict.fromkeys(n.rpartition(".")[0] for n in values if n.startswith("requests.")))
    filled = [i for i, r in enumerate(rows[2:-2], 2) if any(values.get(f"{r}.{c}") for c in _APPLICANTS)]
    if not filled:
        return {}
    first = rng.choice(filled)
    down = rng.random() < 0.7
    last = min(len(rows) - 3, first + rng.choice((1, 1, 2, 3)))
    block = rows[first:last + 1]
    changed: Values = {}
    for index, row in enumerate(block):
        source = index - 1 if down else index + 1
        for column in (*_APPLICANTS, "total"):
            inside = 0 <= source < len(block)
            changed[f"{row}.{column}"] = values.get(f"{block[source]}.{column}") if inside else ZERO
    return changed


def _shifted_column(rng: random.Random, values: Values, previous: Mapping[str, Decimal | None]) -> Values:
    """One row's numbers stand a column too far right; its total stays."""
    rows = [n.rpartition(".")[0] for n in _checked(values) if n.endswith(".natural_person")]
    if not rows:
        return {}
    row = rng.choice(rows)
    numbers = [values.get(f"{row}.{c}") for c in _APPLICANTS]
    return {f"{row}.{c}": v for c, v in zip(_APPLICANTS, [ZERO, *numbers[:-1]], strict=True)}


def _total_zero(rng: random.Random, values: Values, previous: Mapping[str, Decimal | None]) -> Values:
    """The total column of table 3, or the totals of table 4, are left at 0."""
    prefixes = [
        p
        for p in (("requests.",), ("review.", "litigation."))
        if any(n.endswith(".total") and n.startswith(p) for n in _checked(values))
    ]
    if not prefixes:
        return {}
    chosen = rng.choice(prefixes)
    return {n: ZERO for n in values if n.startswith(chosen) and n.endswith(".total") and values[n] is not None}


def _copied_last_year(rng: random.Random, values: Values, previous: Mapping[str, Decimal | None]) -> Values:
    """A figure of last year's report was left in its cell."""
    names = _checked(values)
    if not names:
        return {}
    known = [n for n in names if previous.get(n) is not None and previous[n] != values[n]]
    if known:
        name = rng.choice(known)
        return {name: previous[name]}
    name = rng.choice(names)
    value = values[name] or ZERO
    return {name: Decimal(max(0, int(float(value) * rng.lognormvariate(0, 0.35))))}


def _part_left_out(rng: random.Random, values: Values, previous: Mapping[str, Decimal | None]) -> Values:
    """A result row, or an outcome of table 4, is left at 0 while the totals count it."""
    results = [r.id for r in load().table("requests").rows[2:-2]]
    rows = [r for r in results if (values.get(f"{r}.total") or ZERO) > 0]
    outcomes = [n for n in _cells(values) if n.startswith(("review.", "litigation.")) and not n.endswith(".total")]
    if rows and (not outcomes or rng.random() < 0.7):
        row = rng.choice(rows)
        return {n: ZERO for n in values if n.rpartition(".")[0] == row and values[n] is not None}
    return {rng.choice(outcomes): ZERO} if outcomes else {}


def _blanks_for_zeros(rng: random.Random, values: Values, previous: Mapping[str, Decimal | None]) -> Values:
    """Some zeros were not typed; no relation is violated by that."""
    zeros = [n for n in _cells(values, positive=False) if values[n] == 0 and not n.startswith("disclosure.")]
    if not zeros:
        return {}
    return {n: None for n in rng.sample(zeros, min(len(zeros), rng.choice((1, 3, 8, 20, 60))))}


_KINDS: dict[str, Callable[[random.Random, Values, Mapping[str, Decimal | None]], Values]] = {
    "wrong_total": _wrong_total, "transposed_digits": _transposed_digits, "shifted_row": _shifted_row,
    "shifted_column": _shifted_column, "total_zero": _total_zero, "copied_last_year": _copied_last_year,
    "part_left_out": _part_left_out, "blanks_for_zeros": _blanks_for_zeros,
}
