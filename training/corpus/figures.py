"""The numbers of a report: drawn from joint distributions that satisfy every relation, for one year or several."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from extractor.fields import load
from training.corpus.types import Body, Level

Values = dict[str, Decimal | None]
ZERO = Decimal(0)

# Median and spread (sigma of the logarithm) of new requests, the chance of none at all, and the median of decisions.
_SCALE: dict[Level, tuple[float, float, float, float]] = {
    "township": (2, 0.9, 0.72, 20), "department": (7, 1.5, 0.38, 60), "county": (70, 1.1, 0.02, 9000),
    "city": (600, 1.1, 0.0, 60000), "province": (3500, 1.2, 0.0, 400000), "ministry": (1200, 1.3, 0.0, 150000),
}
# Mean share of each result row; a body's own shares are drawn around these.
_RESULTS = {
    "granted": 36.0, "partially_granted": 8.0, "refused.state_secret": 0.3, "refused.forbidden_by_law": 0.6,
    "refused.security_stability": 0.3, "refused.third_party_rights": 0.9, "refused.internal_affairs": 1.3,
    "refused.process_information": 1.2, "refused.enforcement_file": 1.2, "refused.administrative_query": 2.2,
    "unavailable.not_held": 24.0, "unavailable.needs_creation": 3.0, "unavailable.still_unclear": 1.2,
    "not_processed.petition": 3.0, "not_processed.duplicate": 2.0, "not_processed.publication": 0.2,
    "not_processed.excessive": 0.3, "not_processed.reconfirmation": 0.3, "other.not_corrected": 3.0,
    "other.fee_unpaid": 0.2, "other.other": 6.0,
}
_APPLICANTS = {
    "natural_person": 88.0,
    "business": 6.0,
    "research": 0.5,
    "social": 0.7,
    "legal_service": 2.5,
    "other_org": 1.2,
}
OUTCOMES = ("upheld", "corrected", "other", "pending")
GROUPS = ("review", "litigation.direct", "litigation.after_review")
HYBRIDS = {"2021": ("single_other", "table2_2019", "missing_rows"),
           "2019": ("split_other", "table2_2021", "missing_rows", "no_procurement")}
BLANKS = ("blank_zeros", "blank_total", "blank_table2", "blank_disputes", "blank_empty_rows")


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a body: its figures, template and how the tables deviate from it."""

    year: int
    template: str
    hybrid: str
    values: Values


def template_of(year: int) -> str:
    """The template in force for reports of a year."""
    return "2019" if year <= 2020 else "2021"


def draw_hybrid(rng: random.Random, template: str) -> str:
    """A `+`-joined list of deviations: at most one of layout and one blank habit; mostly empty."""
    parts = []
    if rng.random() < 0.12:
        parts.append(rng.choice(HYBRIDS[template]))
    if rng.random() < 0.14:
        parts.append(rng.choice(BLANKS))
    return "+".join(parts)


def _count(rng: random.Random, median: float, sigma: float) -> int:
    return int(rng.lognormvariate(math.log(median), sigma))


def _binomial(rng: random.Random, trials: int, chance: float) -> int:
    if trials <= 0 or chance <= 0:
        return 0
    if chance >= 1:
        return trials
    if trials <= 40:
        return sum(rng.random() < chance for _ in range(trials))
    draw = rng.gauss(trials * chance, math.sqrt(trials * chance * (1 - chance)))
    return min(trials, max(0, round(draw)))


def _multinomial(rng: random.Random, trials: int, weights: Mapping[str, float]) -> dict[str, int]:
    left, rest = sum(weights.values()), trials
    result = {}
    for name, weight in weights.items():
        drawn = _binomial(rng, rest, weight / left) if left > 1e-12 else 0
        result[name] = drawn
        rest -= drawn
        left -= weight
    last = max(weights, key=lambda name: weights[name])
    result[last] += rest
    return result


def _around(rng: random.Random, means: Mapping[str, float], spread: float) -> dict[str, float]:
    """Shares around the means (a Dirichlet by gamma draws); a small `spread` makes most of them nearly 0."""
    return {name: rng.gammavariate(max(mean * spread, 0.02), 1.0) for name, mean in means.items()}


def _new_requests(rng: random.Random, level: Level, previous: Mapping[str, Decimal | None] | None) -> int:
    median, sigma, none, _ = _SCALE[level]
    if previous is not None:
        before = int(previous.get("requests.received.total") or 0)
        if before >= 5:
            return max(0, int(before * rng.lognormvariate(0.03, 0.35)))
    return 0 if rng.random() < none else max(1, _count(rng, median, sigma))


def _requests(
    rng: random.Random, level: Level, previous: Mapping[str, Decimal | None] | None
) -> dict[str, dict[str, int]]:
    """Rows (without `requests.`) by column (without the total), balanced column by column."""
    received = _multinomial(
        rng, _new_requests(rng, level, previous), _around(rng, _APPLICANTS, rng.choice((0.05, 0.15, 1.0)))
    )
    if previous is not None:
        carried_in = {c: int(previous.get(f"requests.carried_out.{c}") or 0) for c in _APPLICANTS}
    else:
        share = rng.choice((0.0, 0.0, 0.01, 0.03, 0.06))
        carried_in = {c: _binomial(rng, n, share) for c, n in received.items()}
    waiting = rng.choice((0.0, 0.0, 0.01, 0.03, 0.06, 0.1))
    shares = _around(rng, _RESULTS, rng.choice((0.03, 0.06, 0.12)))
    rows: dict[str, dict[str, int]] = {"received": received, "carried_in": carried_in}
    rows |= {name: {} for name in (*_RESULTS, "handled", "carried_out")}
    for column in _APPLICANTS:
        due = received[column] + carried_in[column]
        rows["carried_out"][column] = _binomial(rng, due, waiting)
        rows["handled"][column] = due - rows["carried_out"][column]
        for name, value in _multinomial(rng, rows["handled"][column], shares).items():
            rows[name][column] = value
    return rows


def _disputes(rng: random.Random, handled: int) -> dict[str, int]:
    """Table 4: few disputes, more of them where there are many requests."""
    values: dict[str, int] = {}
    quiet = rng.random() < 0.35
    for group, share in zip(GROUPS, (0.05, 0.02, 0.015), strict=True):
        total = 0 if quiet else _binomial(rng, handled, share * rng.gammavariate(0.8, 1.25) if handled else 0)
        weights = {"upheld": 6.0, "corrected": 1.2, "other": 1.5, "pending": 1.0}
        parts = _multinomial(rng, total, _around(rng, weights, 0.4))
        values |= {f"{group}.{name}": parts[name] for name in OUTCOMES} | {f"{group}.total": total}
    return values


def _amount(rng: random.Random, median: float) -> Decimal:
    places = rng.choice((0, 0, 1, 2, 2, 3, 4))
    return Decimal(str(round(rng.lognormvariate(math.log(median), 1.6), places)))


def _decisions(rng: random.Random, level: Level, before: Decimal | None, share: float) -> int:
    if before is not None and before >= 10:
        return int(int(before) * rng.lognormvariate(0.0, 0.25))
    idle = {"township": 0.75, "department": 0.5}.get(level, 0.12)
    return 0 if rng.random() < idle else _count(rng, max(1.0, _SCALE[level][3] * share), 1.3)


def _previous(previous: Mapping[str, Decimal | None] | None, *names: str) -> Decimal | None:
    for name in names:
        if previous is not None and previous.get(name) is not None:
            return previous[name]
    return None


def _stock(
    rng: random.Random, level: Level, previous: Mapping[str, Decimal | None] | None, row: str
) -> tuple[int, int, int]:
    """Issued (made), repealed and in force of regulations or normative documents."""
    rules = row.endswith("regulations")
    has = {"township": 0.2, "department": 0.5}.get(level, 0.95) if not rules else {
        "province": 0.9, "city": 0.5, "ministry": 0.9}.get(level, 0.02)
    size = {"township": 4.0, "department": 14.0, "county": 60.0}.get(level, 220.0) * (0.15 if rules else 1.0)
    before = _previous(previous, f"{row}.in_force", f"{row}.published_total")
    drawn = _count(rng, size, 0.8) if rng.random() < has else 0
    stock = drawn if before is None else int(before)
    issued = 0 if stock == 0 and rng.random() < 0.9 else _count(rng, max(0.6, size * 0.08), 0.8)
    repealed = _binomial(rng, stock, rng.choice((0.0, 0.0, 0.03, 0.15)))
    return issued, repealed, stock + issued - repealed


def _disclosure_2021(rng: random.Random, level: Level, previous: Mapping[str, Decimal | None] | None) -> Values:
    values: Values = {}
    for row in ("disclosure.regulations", "disclosure.normative_documents"):
        for column, number in zip(("issued", "repealed", "in_force"), _stock(rng, level, previous, row), strict=True):
            values[f"{row}.{column}"] = Decimal(number)
    for row, share in (("licences", 1.0), ("penalties", 0.5), ("coercions", 0.03)):
        before = _previous(previous, f"disclosure.{row}.decisions")
        values[f"disclosure.{row}.decisions"] = Decimal(_decisions(rng, level, before, share))
    idle = {"township": 0.95, "department": 0.75}.get(level, 0.3)
    values["disclosure.fees.amount"] = ZERO if rng.random() < idle else _amount(rng, _SCALE[level][3] ** 0.8)
    return values


def _disclosure_2019(rng: random.Random, level: Level, previous: Mapping[str, Decimal | None] | None) -> Values:
    values: Values = {}
    for row in ("disclosure.regulations", "disclosure.normative_documents"):
        made, _, total = _stock(rng, level, previous, row)
        for column, number in zip(
            ("created", "published", "published_total"), (made, _binomial(rng, made, 0.95), total), strict=True
        ):
            values[f"{row}.{column}"] = Decimal(number)
    idle = {"township": 0.7, "department": 0.4}.get(level, 0.1)
    for row, share in (
        ("licences", 1.0),
        ("other_services", 0.6),
        ("penalties", 0.5),
        ("coercions", 0.03),
        ("fees", 0.0),
    ):
        items = 0 if rng.random() < idle else _count(rng, 30, 1.1)
        before = _previous(previous, f"disclosure.{row}.items_last_year")
        change = _previous(previous, f"disclosure.{row}.change")
        if before is not None:
            items = max(0, int(before) + int(change or 0))
        moved = rng.choice((0, 0, 0, 1, 2, -1, -2, -3, 5, -12))
        values[f"disclosure.{row}.items_last_year"] = Decimal(items)
        values[f"disclosure.{row}.change"] = Decimal(max(moved, -items))
        if row != "fees":
            number = _decisions(rng, level, _previous(previous, f"disclosure.{row}.decisions"), share) if items else 0
            values[f"disclosure.{row}.decisions"] = Decimal(number)
    bought = 0 if rng.random() < idle else _count(rng, 12, 1.3)
    values["disclosure.procurement.items"] = Decimal(bought)
    values["disclosure.procurement.amount"] = _amount(rng, 20.0 * bought) if bought else ZERO
    return values


@lru_cache(maxsize=8)
def fields_of(template: str, hybrid: str) -> tuple[str, ...]:
    """The fields of a template with its layout deviations, in the order of the tables (before rows are left out)."""
    parts = hybrid.split("+")
    table2 = {"table2_2019": "2019", "table2_2021": "2021"}.get(parts[0], template)
    table3 = {"single_other": "2019", "split_other": "2021"}.get(parts[0], template)
    every = load().fields.values()
    names = [
        f.id
        for f in every
        if (table2 if f.table == "disclosure" else table3 if f.table == "requests" else template) in f.templates
    ]
    if parts[0] == "no_procurement":
        names = [name for name in names if not name.startswith("disclosure.procurement")]
    return tuple(names)


def draw_figures(rng: random.Random, body: Body, year: int, template: str, hybrid: str,
                 previous: Mapping[str, Decimal | None] | None = None) -> Values:
    """All cells of one report, blank habits of `hybrid` applied; `previous` is the body's last year, if there is one.

    Table 3 satisfies balance, handled_sum and applicant_sum, table 4 its sums; with `previous`, carry-over and the
    stock of documents in force continue it (domain rules `history.*`). Amounts are in 万元.
    """
    rows = _requests(rng, body.level, previous)
    values: Values = {}
    for row, cells in rows.items():
        for column in _APPLICANTS:
            values[f"requests.{row}.{column}"] = Decimal(cells[column])
        values[f"requests.{row}.total"] = Decimal(sum(cells.values()))
    for column in (*_APPLICANTS, "total"):
        parts = (values[f"requests.other.{name}.{column}"] for name in ("not_corrected", "fee_unpaid", "other"))
        values[f"requests.other.{column}"] = sum((p or ZERO for p in parts), ZERO)
    handled = int(values["requests.handled.total"] or 0)
    values |= {name: Decimal(number) for name, number in _disputes(rng, handled).items()}
    table2 = _disclosure_2019 if "disclosure.procurement.items" in fields_of(template, hybrid) or _table2_2019(
        template, hybrid) else _disclosure_2021
    values |= table2(rng, body.level, previous)
    kept = {name: values[name] for name in fields_of(template, hybrid)}
    if "missing_rows" in hybrid:
        kept = _without_rows(rng, kept)
    return _blank(rng, kept, hybrid)


def _table2_2019(template: str, hybrid: str) -> bool:
    return "disclosure.licences.items_last_year" in fields_of(template, hybrid)


def _without_rows(rng: random.Random, values: Values) -> Values:
    """Leaves out one to three result rows that are 0 throughout: they carry nothing, so the sums hold."""
    empty = [row for row in _RESULTS if f"requests.{row}.total" in values and values[f"requests.{row}.total"] == 0]
    gone = set(rng.sample(empty, min(len(empty), rng.randint(1, 3))))
    return {name: v for name, v in values.items() if name.removeprefix("requests.").rpartition(".")[0] not in gone}


def _blank(rng: random.Random, values: Values, hybrid: str) -> Values:
    """Leaves cells blank by the report's habit: zeros, the total column, tables 2 or 4 without anything to state."""
    habit = hybrid.split("+")[-1]
    if habit not in BLANKS:
        return values
    empty = {name for name, value in values.items() if value == 0}
    columns = {name for name in empty if name.startswith("requests.")}
    if habit == "blank_total":
        chosen = {n for n in values if n.startswith("requests.") and n.endswith(".total") and rng.random() < 0.995}
    elif habit == "blank_zeros":
        chosen = columns | {n for n in empty if not n.startswith("disclosure.")}
    elif habit == "blank_empty_rows":
        chosen = {
            n for n in columns if all(values[m] == 0 for m in values if m.rpartition(".")[0] == n.rpartition(".")[0])
        }
    else:
        chosen = {
            n for n in empty if n.startswith("disclosure." if habit == "blank_table2" else ("review.", "litigation."))
        }
    return {name: None if name in chosen else value for name, value in values.items()}


def draw_years(rng: random.Random, body: Body, first: int, count: int) -> list[Year]:
    """Several years of one body; each takes over what the last one carried out."""
    result: list[Year] = []
    previous: Values | None = None
    for year in range(first, first + count):
        template = template_of(year)
        hybrid = draw_hybrid(rng, template)
        values = draw_figures(rng, body, year, template, hybrid, previous)
        result.append(Year(year, template, hybrid, values))
        previous = values
    return result


def draw_printed(rng: random.Random, values: Values) -> dict[str, str]:
    """How cells are printed where that is not just their number: strokes for blanks, notes, units, thousands marks."""
    printed: dict[str, str] = {}
    blanks = [name for name, value in values.items() if value is None]
    if blanks and rng.random() < 0.35:
        stroke = rng.choice(("/", "/", "-", "—", "－", "无"))
        printed |= {name: stroke for name in blanks}
    if rng.random() < 0.05:
        printed |= _notes(rng, values)
    for name in ("disclosure.fees.amount", "disclosure.procurement.amount"):
        amount = values.get(name)
        if amount and rng.random() < 0.25:
            printed[name] = _with_unit(rng, amount)
    if rng.random() < 0.03:
        printed |= {n: f"{v:,}" for n, v in values.items() if v is not None and v >= 1000 and n not in printed}
    if rng.random() < 0.03:
        wide = str.maketrans("0123456789", "０１２３４５６７８９")
        printed |= {n: str(v).translate(wide) for n, v in values.items() if v is not None and n not in printed}
    return printed


def _with_unit(rng: random.Random, amount: Decimal) -> str:
    if rng.random() < 0.4:
        return f"{(amount * 10000).normalize():f}元"
    return f"{amount:f}万元"


def _notes(rng: random.Random, values: Values) -> dict[str, str]:
    """A note in one cell: 22（其中修订16件）."""
    known = [
        n for n, v in values.items() if v is not None and v >= 3 and n.startswith("disclosure.") and "amount" not in n
    ]
    if not known:
        return {}
    name = rng.choice(known)
    value = int(values[name] or 0)
    part = rng.randint(1, value - 1)
    note = rng.choice(
        (
            f"（其中修订{part}件）",
            f"（含修改{part}件）",
            f"（含上级委托{part}件）",
            f"（其中{part}件为联合发文）",
            "件",
            f"（另有{part}件未公开）",
        )
    )
    return {name: f"{value}{note}"}
