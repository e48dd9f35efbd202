"""An exact check of the statutory relations on plain values, written from their formulas alone.

It names what an injected error violates, and stands beside the product's engine as an independent witness. A relation
with blank operands is satisfied if blanks as zero satisfy it, and undecided otherwise: never violated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from extractor.fields import load
from training.corpus.prose import concepts
from training.corpus.prose.numbers import percentage_interval
from training.corpus.types import LabelledFigure, LabelledParagraph

Values = Mapping[str, Decimal | None]
Rule = tuple[str, str]
ZERO = Decimal(0)
_NOT_RESULTS = ("requests.received", "requests.carried_in", "requests.handled", "requests.carried_out")
_WHOLES = ("requests.handled.total", "requests.received.total", "requests.to_handle.total")
"""What a share of requests may be a share of: writers name the whole loosely."""
_DOCUMENTS = ("disclosure.regulations", "disclosure.normative_documents")


@dataclass(frozen=True, slots=True)
class Relation:
    """sum(left) = sum(right), of field ids; a field that the report lacks counts nothing."""

    rule: Rule
    left: tuple[str, ...]
    right: tuple[str, ...]


@lru_cache(maxsize=1)
def table_relations() -> tuple[Relation, ...]:
    """Every relation inside tables 3 and 4: 7 + 7 + 26 (both forms of 其他处理) + 3."""
    dictionary = load()
    requests, disputes = dictionary.table("requests"), dictionary.table("disputes")
    columns = [c.id for c in requests.columns]
    results = [r.id for r in requests.rows if r.id not in _NOT_RESULTS]
    found = []
    for c in columns:
        found.append(Relation(("requests.balance", c), (f"requests.received.{c}", f"requests.carried_in.{c}"),
                              (f"requests.handled.{c}", f"requests.carried_out.{c}")))
        found.append(
            Relation(("requests.handled_sum", c), (f"requests.handled.{c}",), tuple(f"{r}.{c}" for r in results))
        )
    for row in requests.rows:
        parts = tuple(f"{row.id}.{c}" for c in columns if c != "total")
        found.append(
            Relation(("requests.applicant_sum", row.id.removeprefix("requests.")), (f"{row.id}.total",), parts)
        )
    for group in disputes.rows:
        parts = tuple(f"{group.id}.{c.id}" for c in disputes.columns if c.id != "total")
        found.append(Relation((f"{group.id}.sum", group.id), (f"{group.id}.total",), parts))
    return tuple(found)


def _sum(names: Iterable[str], values: Values) -> tuple[Decimal, bool]:
    """The sum with blanks as zero, and whether there was a blank."""
    total, blank = ZERO, False
    for name in names:
        if name in values:
            value = values[name]
            blank = blank or value is None
            total += value or ZERO
    return total, blank


def status(relation: Relation, values: Values) -> str:
    """`satisfied`, `violated`, `undecided`, or `absent` where the report lacks a whole side."""
    if not all(any(n in values for n in side) for side in (relation.left, relation.right)):
        return "absent"
    left, blank_left = _sum(relation.left, values)
    right, blank_right = _sum(relation.right, values)
    if left == right:
        return "satisfied"
    return "undecided" if blank_left or blank_right else "violated"


def table_violations(values: Values) -> frozenset[Rule]:
    """The relations of tables 3 and 4 that are violated, and `form.count` where a count is negative or broken."""
    broken = {r.rule for r in table_relations() if status(r, values) == "violated"}
    fields = load().fields
    for name, value in values.items():
        known = fields.get(name)
        if value is None or known is None or known.kind == "amount":
            continue
        if value != value.to_integral_value() or (value < 0 and known.kind == "count"):
            broken.add(("form.count", name))
    return frozenset(broken)


def history_violations(values: Values, previous: Values) -> frozenset[Rule]:
    """Carry-over, column by column, and the stock of documents in force, against the same body's last year."""
    broken = set()
    for column in (c.id for c in load().table("requests").columns):
        now, before = values.get(f"requests.carried_in.{column}"), previous.get(f"requests.carried_out.{column}")
        if now is not None and before is not None and now != before:
            broken.add(("history.carry_over", column))
    for row in _DOCUMENTS:
        names = (f"{row}.in_force", f"{row}.issued", f"{row}.repealed")
        now, issued, repealed = (values.get(n) for n in names)
        before = previous.get(names[0])
        if None not in (now, issued, repealed, before) and now != (before or ZERO) + (issued or ZERO) - (
            repealed or ZERO
        ):
            broken.add(("history.in_force", row.removeprefix("disclosure.")))
    return frozenset(broken)


def _row(values: Values, row: str, column: str) -> tuple[Decimal, bool]:
    """A row's or a derived row's number in a column, and whether a blank took part."""
    derived = next((d for d in load().derived if d.id == row), None)
    if derived is not None and f"{row}.{column}" not in values:
        return _sum((f"{r}.{column}" for r in derived.rows), values)
    return _sum((f"{row}.{column}",), values)


def admissible(field: str, values: Values, implied: bool = False) -> tuple[tuple[Decimal, ...], bool]:
    """What a prose figure of this field may mean by the tables, and whether a blank leaves it open.

    `implied`: words that stand for the number (均获维持, said of the cases that are concluded).
    """
    concept = concepts.load().by_name.get(field.removeprefix("prose."))
    if concept is not None and concept.equals:
        total, blank = _sum(concept.equals, values)
        carried, blank_in = _sum(
            (e.replace(".received.", ".carried_in.") for e in concept.equals if ".received." in e), values
        )
        return (total, total + carried), blank or blank_in
    row, _, column = field.rpartition(".")
    own, blank = _row(values, row, column)
    meanings = [own]
    others: list[tuple[Decimal, bool]] = []
    if implied and column == "upheld":
        others = [_row(values, row, "pending")]
        meanings.append(own + others[0][0])
    elif row == "requests.received":
        others = [_row(values, "requests.carried_in", column)]
        meanings.append(own + others[0][0])
    elif row == "requests.to_handle":
        others = [_row(values, "requests.received", column)]
        meanings.append(others[0][0])
    elif row in ("requests.handled", "requests.answered"):
        others = [_row(values, "requests.carried_in", column), _row(values, "requests.carried_out", column)]
        meanings += [own - others[0][0], own + others[1][0]]
    elif row in ("litigation.direct", "litigation.after_review") and column != "total":
        others = [_row(values, "litigation", column)]
        meanings.append(others[0][0])
    elif column == "total" and (row == "review" or row.startswith("litigation")):
        others = [_row(values, row, "pending")]
        meanings.append(own - others[0][0])
    return tuple(meanings), blank or any(b for _, b in others)


def _own(figure: LabelledFigure) -> bool:
    """A count of this report's year and body as a whole."""
    return (figure.distractor is None and figure.period == "this_year" and figure.scope == "own"
            and figure.subset is None and figure.unit != "%")


def _known(field: str, values: Values) -> bool:
    """Whether the tables say anything of a field."""
    if field in values:
        return True
    concept = concepts.load().by_name.get(field.removeprefix("prose."))
    if concept is not None and field.startswith("prose."):
        return any(e in values for e in concept.equals)
    row, _, column = field.rpartition(".")
    derived = next((d for d in load().derived if d.id == row), None)
    return derived is not None and any(f"{r}.{column}" in values for r in derived.rows)


def _table(figures: Iterable[LabelledFigure], values: Values) -> Iterator[Rule]:
    for figure in figures:
        if not _own(figure) or figure.field is None or figure.low is None or figure.high is None:
            continue
        if not _known(figure.field, values):
            continue
        meanings, open_ = admissible(figure.field, values, figure.implied)
        if not open_ and not any(figure.low <= m <= figure.high for m in meanings):
            yield "prose.table", figure.field


def _prose(figures: Iterable[LabelledFigure]) -> Iterator[Rule]:
    seen: dict[str, tuple[Decimal, Decimal]] = {}
    for figure in figures:
        if not _own(figure) or figure.field is None or figure.low is None or figure.high is None:
            continue
        if figure.field not in seen:
            seen[figure.field] = (figure.low, figure.high)
        elif figure.low > seen[figure.field][1] or figure.high < seen[figure.field][0]:
            yield "prose.prose", figure.field


def _parts(paragraph: LabelledParagraph) -> Iterator[Rule]:
    """The parts that one sentence enumerates must not exceed the whole that the paragraph states."""
    figures = [f for f in paragraph.figures if f.distractor is None and f.unit != "%"]
    sums: dict[tuple[str, int], Decimal] = {}
    for figure in figures:
        if figure.part_of is not None and figure.period == "this_year":
            place = (figure.part_of, paragraph.text.count("。", 0, figure.start))
            sums[place] = sums.get(place, ZERO) + (figure.value or ZERO)
    for (name, _), total in sums.items():
        whole = [f.high for f in figures if f.field == name and _own(f) and f.high is not None]
        if whole and total > max(whole):
            yield "prose.parts", name


def _shares(figures: list[LabelledFigure], values: Values) -> Iterator[Rule]:
    """A percentage must be one that its count and its whole (as stated, or by the table) round to."""
    before: LabelledFigure | None = None
    for figure in figures:
        if figure.distractor is not None:
            continue
        if figure.unit != "%":
            before = figure
        elif figure.part_of and figure.period == "this_year":
            parts = _bounds(figure.field, figures, values) if figure.field else _bound(before)
            wholes = _bounds(figure.part_of, figures, values)
            if wholes and figure.part_of in _WHOLES:
                wholes = [bound for name in _WHOLES for bound in _bounds(name, figures, values)]
            low, high = percentage_interval(figure.value or ZERO)
            fits = (
                low <= most * 100 / small and least * 100 / big <= high
                for least, most in parts
                for small, big in wholes
            )
            if parts and wholes and not any(fits):
                yield "prose.share", figure.field or figure.part_of


def _bound(figure: LabelledFigure | None) -> list[tuple[Decimal, Decimal]]:
    return [] if figure is None or figure.low is None or figure.high is None else [(figure.low, figure.high)]


def _bounds(field: str, figures: list[LabelledFigure], values: Values) -> list[tuple[Decimal, Decimal]]:
    """Positive intervals that the paragraph states for a field, or what the tables say where it states none."""
    stated = [b for f in figures if f.field == field and _own(f) for b in _bound(f) if b[0] > 0]
    if stated or not _known(field, values):
        return stated
    meanings, open_ = admissible(field, values)
    return [] if open_ else [(m, m) for m in meanings if m > 0]


def _growth(figures: list[LabelledFigure], values: Values, previous: Values | None) -> Iterator[Rule]:
    """A growth must follow from last year's table and this year's number, by the table or as the paragraph states it."""
    for figure in figures:
        if figure.period != "growth" or figure.unit != "%" or figure.field is None or previous is None:
            continue
        before = _bounds(figure.field, [], previous)
        now = _bounds(figure.field, [], values) + [b for f in figures if f.field == figure.field and _own(f) for b in _bound(f)]
        if not now or not before or figure.low is None or figure.high is None:
            continue
        fits = (figure.low <= (most - old) * 100 / old and (least - old) * 100 / old <= figure.high
                for least, most in now for old, _ in before)
        if not any(fits):
            yield "prose.growth", figure.field


def prose_violations(
    values: Values, paragraphs: Iterable[LabelledParagraph], previous: Values | None = None
) -> frozenset[Rule]:
    """The `prose.*` rules that a report's labelled figures violate, against its tables and among themselves."""
    broken: set[Rule] = set()
    every: list[LabelledFigure] = []
    for paragraph in paragraphs:
        figures = list(paragraph.figures)
        broken.update(_parts(paragraph))
        broken.update(_shares(figures, values))
        broken.update(_growth(figures, values, previous))
        every += figures
    broken.update(_table(every, values))
    broken.update(_prose(every))
    return frozenset(broken)


def violations(
    values: Values, paragraphs: Iterable[LabelledParagraph] = (), previous: Values | None = None
) -> frozenset[Rule]:
    """All rules that a report violates, as (rule id, where)."""
    broken = table_violations(values) | prose_violations(values, paragraphs, previous)
    return broken | history_violations(values, previous) if previous is not None else broken
