"""Splits rows whose numbers were printed without separators, by the relations that the numbers must satisfy.

`21710000218` is cut into seven numbers without leading zeros in 31 ways; hardly ever do two satisfy the relation of
its row (total = sum of the others), and the relations that cross the rows leave one. A row is given values only if that
is proven: all ways to cut all rows that satisfy all relations cut this row alike. Otherwise it stays unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from extractor.labelled import GluedRow
from extractor.reconcile.counts import as_count
from extractor.reconcile.engine import Engine, Instance
from extractor.reconcile.joint import Joint, TooMuchWork
from extractor.report import Value, ValueStatus

MAX_DIGITS = 64
"""Longest run of digits that is looked at; 15 numbers of four digits are 60."""

MAX_NUMBER_DIGITS = 9
"""Longest single number: real tables hold values above 10 million, none above a billion."""

MAX_CANDIDATES = 2000
"""A row with more ways to cut it than this is not read; so many mean that its relations say too little."""

MAX_STEPS = 200_000
"""Most steps of the search in one row, which takes some 0.3 s."""

MAX_WORK = 400_000
"""Ways to cut that are looked at in the joint choice, all rows together, which takes some second."""

Split = tuple[int, ...]
Fields = tuple[str, ...]
Candidates = Mapping[Fields, list[Split]]


@dataclass(frozen=True, slots=True)
class _Linear:
    """The relation: sum of coefficient x field, over the fields that are not known, = constant."""

    coefficients: Mapping[str, int]
    constant: int


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What is proven of one row: its split, or why there is none."""

    split: Split | None
    reason: str = ""


def split_rows(glued: Sequence[GluedRow], engine: Engine, template: str,
               values: Mapping[str, Value]) -> dict[str, Value]:
    """`values` with the fields of `glued` rows filled where the relations leave exactly one way to cut them.

    Such values have status `read`, the whole run of digits as `raw`, and as confidence the chance that a report keeps
    the relations that cut them. Fields of all other glued rows are `missing`, with a note that says why.
    Fields that two glued rows claim are never filled.
    """
    if not glued:
        return dict(values)
    claimed = [field for row in glued for field in row.fields]
    rows = sorted(glued, key=lambda row: row.fields)
    unique = [row for row in rows if all(claimed.count(field) == 1 for field in row.fields)]
    # The glued fields take part as if they had been read, so that the engine sees which rows this table has.
    assumed = dict(values) | {field: _assumed(field) for field in claimed}
    instances = engine.instances(template, assumed)
    known = _known(values, frozenset(claimed))
    verdicts = _decide(unique, instances, known)
    filled = dict(values)
    for row in rows:
        verdict = verdicts.get(row.fields, _Verdict(None, "two rows of digits claim the same cells"))
        filled |= _values_of(row, verdict, values, _confidence(row, instances))
    return filled


def _assumed(field: str) -> Value:
    return Value(field=field, value=Decimal(0), read=Decimal(0))


def _known(values: Mapping[str, Value], claimed: frozenset[str]) -> dict[str, int]:
    """The whole numbers that were read elsewhere; relations with any other operand cannot help."""
    return {field: count for field, value in values.items()
            if field not in claimed and value.value is not None and value.status is not ValueStatus.DOUBTFUL
            and (count := as_count(value.value)) is not None}


def _linear(instance: Instance, known: Mapping[str, int], free: frozenset[str]) -> _Linear | None:
    """The instance over `free` fields, the others replaced by what is known; None if some are not known."""
    coefficients: dict[str, int] = {}
    constant = 0
    for field, coefficient in instance.coefficients.items():
        if field in free:
            coefficients[field] = coefficient
        elif field in known:
            constant -= coefficient * known[field]
        else:
            return None
    return _Linear(coefficients, constant) if coefficients else None


def _decide(rows: Sequence[GluedRow], instances: Sequence[Instance],
            known: Mapping[str, int]) -> dict[Fields, _Verdict]:
    """The verdict for each row: first its own relations, if it has any, then those that cross rows."""
    verdicts: dict[Fields, _Verdict] = {}
    candidates: dict[Fields, list[Split]] = {}
    for row in rows:
        fields = frozenset(row.fields)
        own = [linear for instance in instances if (linear := _linear(instance, known, fields)) is not None]
        found = _row_candidates(row, own)
        if isinstance(found, str):
            verdicts[row.fields] = _Verdict(None, found)
        else:
            candidates[row.fields] = found
    free = frozenset(field for fields in candidates for field in fields)
    every = [linear for instance in instances if (linear := _linear(instance, known, free)) is not None]
    bound = {field for linear in every for field in linear.coefficients}
    for unbound in [cells for cells in candidates if set(cells) - bound]:
        verdicts[unbound] = _Verdict(None, "some of its cells stand in no relation")
        del candidates[unbound]
    crossing = [linear for linear in every if not any(set(linear.coefficients) <= set(fields) for fields in candidates)
                and all(any(field in fields for fields in candidates) for field in linear.coefficients)]
    for part in _components(candidates, crossing):
        verdicts |= _choose(part, [linear for linear in crossing
                                   if any(not set(linear.coefficients).isdisjoint(fields) for fields in part)])
    return verdicts


def _components(candidates: Candidates, crossing: Sequence[_Linear]) -> list[Candidates]:
    """The rows in groups that no relation links, so that a contradiction in one table does not spoil another."""
    parts = [{fields} for fields in candidates]
    for linear in crossing:
        linked = [part for part in parts if any(not set(linear.coefficients).isdisjoint(fields) for fields in part)]
        parts = [part for part in parts if part not in linked] + [set().union(*linked)]
    return [{fields: splits for fields, splits in candidates.items() if fields in part} for part in parts]


def _row_candidates(row: GluedRow, own: Sequence[_Linear]) -> list[Split] | str:
    """All ways to cut one row that satisfy its own relations, or why it is not cut."""
    if not (row.digits.isascii() and row.digits.isdigit()) or len(set(row.fields)) != len(row.fields):
        return "not a run of digits"
    if len(row.digits) > MAX_DIGITS:
        return "too many digits"
    found: list[Split] = []
    search = _Search(row, own)
    for split in search.run():
        found.append(split)
        if len(found) > MAX_CANDIDATES:
            return "too many ways to cut it"
    if search.exhausted:
        return "too many ways to cut it"
    return found or "no way to cut it satisfies its relations"


class _Search:
    """Cuts a run of digits from its end: the total, which bounds all else, is mostly the last number."""

    def __init__(self, row: GluedRow, relations: Sequence[_Linear]) -> None:
        self.digits = row.digits
        self.count = len(row.fields)
        self.relations = relations
        self.coefficients = [[linear.coefficients.get(field, 0) for linear in relations] for field in row.fields]
        self.negative = [_running([min(c[index], 0) for c in self.coefficients]) for index in range(len(relations))]
        self.positive = [_running([max(c[index], 0) for c in self.coefficients]) for index in range(len(relations))]
        self.steps = 0

    @property
    def exhausted(self) -> bool:
        """Whether the search was given up before it had seen everything."""
        return self.steps > MAX_STEPS

    def run(self) -> Iterator[Split]:
        yield from self._cut(len(self.digits), self.count, [linear.constant for linear in self.relations], ())

    def _cut(self, end: int, left: int, residuals: list[int], tail: Split) -> Iterator[Split]:
        """Cuts `digits[:end]` into the first `left` numbers; `residuals` is what they must still add up to."""
        if left == 0:
            if end == 0 and not any(residuals):
                yield tail
            return
        longest = min(MAX_NUMBER_DIGITS, end - left + 1)
        for start in range(end - 1, end - longest - 1, -1):
            self.steps += 1
            if self.exhausted:
                return
            if self.digits[start] == "0" and end - start > 1:
                continue
            number = int(self.digits[start:end])
            rest = [residual - coefficient * number
                    for residual, coefficient in zip(residuals, self.coefficients[left - 1], strict=True)]
            if self._possible(rest, left - 1, start):
                yield from self._cut(start, left - 1, rest, (number, *tail))

    def _possible(self, residuals: list[int], left: int, digits: int) -> bool:
        """Whether the first `left` numbers, with so many digits in all, can still add up to `residuals`."""
        if not left <= digits <= left * MAX_NUMBER_DIGITS:
            return False
        most = 10 ** min(MAX_NUMBER_DIGITS, digits - left + 1) - 1 if left else 0
        return all(most * self.negative[index][left] <= residual <= most * self.positive[index][left]
                   for index, residual in enumerate(residuals))


def _running(numbers: Sequence[int]) -> list[int]:
    """The sums of the first 0, 1, 2, … numbers."""
    return [0, *accumulate(numbers)]


def _choose(candidates: Candidates,
            crossing: Sequence[_Linear]) -> dict[Fields, _Verdict]:
    """Chooses a split for every row such that the crossing relations hold, and proves which rows have no other.

    The rows on which all joint solutions agree are found by asking, for each row that has been alike so far, for a
    solution in which it is cut differently; the rows for which there is none are proven.
    """
    chosen = {fields: splits[0] for fields, splits in candidates.items() if len(splits) == 1}
    if len(chosen) == len(candidates) or not crossing:
        exact = all(_satisfied(linear, chosen) for linear in crossing)
        return {fields: _single(fields, chosen, exact, bool(crossing)) for fields in candidates}
    rows = list(candidates)
    joint = Joint([[_contributions(fields, split, crossing) for split in candidates[fields]] for fields in rows],
                  tuple(linear.constant for linear in crossing), MAX_WORK)
    try:
        alike = _alike(joint)
    except TooMuchWork:
        return dict.fromkeys(candidates, _Verdict(None, "it took too long"))
    if alike is None:
        return dict.fromkeys(candidates, _Verdict(None, "the relations across rows leave no way"))
    return {fields: _Verdict(candidates[fields][alike[row]]) if row in alike
            else _Verdict(None, "several ways to cut it satisfy all relations") for row, fields in enumerate(rows)}


def _alike(joint: Joint) -> dict[int, int] | None:
    """Of the rows that all joint solutions cut alike, the option; None if there is no solution."""
    solution = joint.search({})
    if solution is None:
        return None
    alike = dict(enumerate(solution))
    for row in range(len(solution)):
        other = joint.search({row: alike[row]}) if row in alike else None
        if other is not None:
            alike = {r: option for r, option in alike.items() if other[r] == option}
    return alike


def _contributions(fields: Fields, split: Split, crossing: Sequence[_Linear]) -> tuple[int, ...]:
    return tuple(sum(linear.coefficients.get(field, 0) * number for field, number in zip(fields, split, strict=True))
                 for linear in crossing)


def _single(fields: Fields, chosen: Mapping[Fields, Split], exact: bool, crossed: bool) -> _Verdict:
    if fields not in chosen:
        return _Verdict(None, "several ways to cut it satisfy all relations")
    if crossed and not exact:
        return _Verdict(None, "the relations across rows leave no way")
    return _Verdict(chosen[fields])


def _satisfied(linear: _Linear, chosen: Mapping[Fields, Split]) -> bool:
    numbers = {field: number for fields, split in chosen.items() for field, number in zip(fields, split, strict=True)}
    return sum(c * numbers[field] for field, c in linear.coefficients.items()) == linear.constant


def _confidence(row: GluedRow, instances: Sequence[Instance]) -> float:
    """The chance that a report keeps each relation that touches the row, by the rule that was broken most often."""
    broken = [instance.rule.prior.probability for instance in instances
              if not set(row.fields).isdisjoint(instance.operands)]
    return round(1.0 - max(broken, default=1.0), 4)


def _values_of(row: GluedRow, verdict: _Verdict, values: Mapping[str, Value], confidence: float) -> dict[str, Value]:
    filled: dict[str, Value] = {}
    for index, field in enumerate(row.fields):
        before = values.get(field) or Value(field=field, value=None, read=None)
        number = None if verdict.split is None else Decimal(verdict.split[index])
        note = (f"digits run together; not cut: {verdict.reason}" if number is None
                else "digits run together; cut in the only way that satisfies the relations")
        filled[field] = before.model_copy(update={
            "value": number, "read": number, "raw": row.digits, "evidence": (row.evidence,), "note": note,
            "confidence": 0.0 if number is None else confidence,
            "status": ValueStatus.MISSING if number is None else ValueStatus.READ})
    return filled

