"""Instantiates rules over the values of one report and evaluates them; knows nothing of what the fields mean.

A rule in one place is satisfied, violated or undecided. A blank may be a 0 that nobody typed: a rule with blanks is
satisfied if blanks taken as 0 satisfy it, otherwise undecided, never violated. Cells that could not be read hold some
count: a rule is violated if no count that is not negative can satisfy it, as where the rows read exceed their total.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from extractor.fields import Dictionary, TableSpec
from extractor.reconcile.cause import attribute
from extractor.reconcile.counts import MOST_DIGITS
from extractor.reconcile.rules import Rule, RuleBook, SetSpec, Term, expand, members, places
from extractor.reconcile.wording import Catalogue, appended
from extractor.report import Evidence, Finding, FindingStatus, Severity, Text, Value, ValueStatus, plain

_EXACT = Context(prec=4 * MOST_DIGITS)
"""Holds every sum of numbers with no more digits than that exactly; numbers with more leave a rule undecided."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A field in one instance of a rule, with its sign; `summed` says that it comes from a sum over a set."""

    sign: int
    field: str
    summed: bool


@dataclass(frozen=True, slots=True)
class Instance:
    """A rule in one place, which findings call `where`; `computed` and `stated` are the two sides of its equation."""

    rule: Rule
    place: str
    where: str
    computed: tuple[Operand, ...]
    stated: tuple[Operand, ...]

    @property
    def operands(self) -> tuple[str, ...]:
        """The fields, those of the stated side first, each once."""
        return tuple(dict.fromkeys(operand.field for operand in (*self.stated, *self.computed)))

    @property
    def coefficients(self) -> dict[str, int]:
        """The rule as a linear form that must be 0: stated minus computed side."""
        form: dict[str, int] = {}
        for operands, side in ((self.stated, 1), (self.computed, -1)):
            for operand in operands:
                form[operand.field] = form.get(operand.field, 0) + side * operand.sign
        return form


@dataclass(frozen=True, slots=True)
class Engine:
    """A rule book at work on one dictionary; `catalogue` words the findings."""

    book: RuleBook
    dictionary: Dictionary
    catalogue: Catalogue

    def instances(self, template: str, values: Mapping[str, Value],
                  unprinted: frozenset[str] = frozenset()) -> tuple[Instance, ...]:
        """Every relation in every place where the report has at least one of its fields, in the rule book's order.

        Sums run over the rows that the report's table has, read or not, but for those that are `unprinted`; any other
        operand that is not among `values` counts as blank.
        """
        used = {table.id: rows_in_use(table, template, values) - unprinted for table in self.dictionary.tables}
        sets = {name: _in_use(spec, self.dictionary, used) for name, spec in self.book.sets.items()}
        return tuple(instance for rule in self.book.rules if template in rule.templates
                     for place in places(rule, self.dictionary) if rule.per != "row" or place in used[rule.table]
                     for instance in _instantiate(rule, place, sets) if any(f in values for f in instance.operands))

    def findings(self, template: str, values: Mapping[str, Value],
                 unprinted: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
        """The outcome of every rule, in the rule book's order; the order of `values` does not matter."""
        relations: dict[str, list[Finding]] = {rule.id: [] for rule in self.book.rules}
        for instance in self.instances(template, values, unprinted):
            relations[instance.rule.id].append(self.evaluate(instance, values))
        for rule in self.book.rules:
            if rule.checks and template in rule.templates:
                relations[rule.id] += self._checked(rule, values)
        return tuple(finding for found in relations.values() for finding in found)

    def violated(self, instance: Instance, values: Mapping[str, Value]) -> bool:
        """Whether the values violate one relation in one place."""
        known = {field: values[field] for field in instance.operands if field in values}
        status = _status(instance, known, _total(instance.stated, known), _total(instance.computed, known))
        return status is FindingStatus.VIOLATED

    def evaluate(self, instance: Instance, values: Mapping[str, Value]) -> Finding:
        """The finding of one relation in one place: `expected` is the computed side, `actual` the stated one."""
        rule, operands = instance.rule, instance.operands
        known = {field: values[field] for field in operands if field in values}
        stated, computed = _total(instance.stated, known), _total(instance.computed, known)
        status = _status(instance, known, stated, computed)
        return self._finding(
            rule, status, instance.where, self._relation_text(instance, status, known, stated, computed),
            [known.get(field) for field in operands], operands,
            actual=stated if status is FindingStatus.VIOLATED or _complete(instance.stated, known) else None,
            expected=computed if status is FindingStatus.VIOLATED or _complete(instance.computed, known) else None)

    def _relation_text(self, instance: Instance, status: FindingStatus, known: Mapping[str, Value],
                       stated: Decimal | None, computed: Decimal | None) -> Text:
        blanks = sum(_number(known.get(field)) is None for field in instance.operands)
        place = self.catalogue.place(instance.place, instance.rule.table) if instance.place else Text(zh="", en="")
        if stated is None or computed is None:
            return self.catalogue.text(instance.rule.id, "undecided", place=place, blank_count=blanks)
        text = self.catalogue.text(
            instance.rule.id, status.value, place=place, blank_count=blanks, expected=plain(computed),
            actual=plain(stated), difference=plain(abs(_EXACT.subtract(stated, computed))),
            stated_terms=_arithmetic(instance.stated, known), computed_terms=_arithmetic(instance.computed, known))
        if status is FindingStatus.SATISFIED and blanks:
            text = appended(text, self.catalogue.text("common", "blank_as_zero", blank_count=blanks))
        if status is FindingStatus.VIOLATED and blanks:
            text = appended(text, self.catalogue.text("common", "unread_adds", blank_count=blanks))
        return text

    def _checked(self, rule: Rule, values: Mapping[str, Value]) -> Iterator[Finding]:
        """Checks on single cells: a finding for each cell that fails, one a table for blanks, one for all others."""
        passed: list[str] = []
        absent: dict[str, list[str]] = {}
        for field in self.dictionary.fields.values():
            value = values.get(field.id)
            if value is None or field.kind not in rule.checks:
                continue
            number, checks = value.value, rule.checks[field.kind]
            failed = next((check for check in checks if number is not None and not _holds(check, number)), None)
            if number is None:
                if "present" in checks:
                    absent.setdefault(field.table, []).append(field.id)
            elif failed is None:
                passed.append(field.id)
            else:
                text = self.catalogue.text(rule.id, "violated", failed, field=self.catalogue.place(field.id),
                                           value=plain(number))
                yield self._finding(rule, FindingStatus.VIOLATED, field.id, text, [value], (field.id,), actual=number)
        for table, fields in absent.items():
            missing = sum(values[field].status is ValueStatus.MISSING for field in fields)
            text = self.catalogue.text(rule.id, "undecided", table=self.catalogue.table(table), missing_count=missing,
                                       blank_count=len(fields) - missing, fields=self.catalogue.listing(fields))
            yield self._finding(rule, FindingStatus.UNDECIDED, table, text, [values[f] for f in fields], tuple(fields))
        if passed:
            text = self.catalogue.text(rule.id, "satisfied", count=len(passed))
            yield self._finding(rule, FindingStatus.SATISFIED, "", text, [values[f] for f in passed], tuple(passed))

    def _finding(self, rule: Rule, status: FindingStatus, where: str, message: Text, values: Sequence[Value | None],
                 operands: tuple[str, ...], actual: Decimal | None = None, expected: Decimal | None = None) -> Finding:
        if status is FindingStatus.SATISFIED:
            # The operands lead to the values and their evidence; repeating it would only bloat every report.
            return Finding(rule=rule.id, status=status, severity=Severity.INFO, where=where, expected=expected,
                           actual=actual, operands=operands, message=message)
        evidence = _evidence(values)
        if status is FindingStatus.UNDECIDED:
            return Finding(rule=rule.id, status=status, severity=Severity.INFO, where=where, expected=expected,
                           actual=actual, operands=operands, message=message, evidence=evidence)
        cause, probability = attribute(rule.prior.probability, [value for value in values if value is not None])
        return Finding(rule=rule.id, status=status, cause=cause, probability=probability, severity=rule.severity,
                       where=where, expected=expected, actual=actual, operands=operands, message=message,
                       evidence=evidence)


def rows_in_use(table: TableSpec, template: str, values: Mapping[str, Value]) -> frozenset[str]:
    """The rows that this report's table has: those among `values`, but of rows that replace one another only some.

    Hybrid reports print a row of one template in the table of another, so what was read decides: rows with numbers
    before rows with blanks before rows that were not read; where that does not tell, the template. Where both have
    numbers, the single row is the sub-total of the others and no row of its own.
    """
    columns: dict[str, list[Value | None]] = {}
    templates: dict[str, frozenset[str]] = {}
    for field in table.fields:
        columns.setdefault(field.row, []).append(values.get(field.id))
        templates[field.row] = templates.get(field.row, frozenset()) | field.templates
    used = {row for row, cells in columns.items() if _presence(cells) is not _ABSENT}
    for row in table.rows:
        if not row.replaces:
            continue
        single = _presence(columns[row.id])
        detail = _presence([value for part in row.replaces for value in columns[part]])
        prefer_single = single > detail or (single == detail != _NUMBERS and template in templates[row.id])
        used -= row.replaces if prefer_single else {row.id}
    return frozenset(used)


_ABSENT, _UNREAD, _BLANK, _NUMBERS = range(4)


def _presence(values: Sequence[Value | None]) -> int:
    if any(_number(value) is not None for value in values):
        return _NUMBERS
    if any(value is not None and value.status is not ValueStatus.MISSING for value in values):
        return _BLANK
    return _UNREAD if any(value is not None for value in values) else _ABSENT


def _in_use(spec: SetSpec, dictionary: Dictionary, used: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    every = members(spec, dictionary)
    return every if spec.columns else tuple(row for row in every if row in used[spec.table])


def _instantiate(rule: Rule, place: str, sets: Mapping[str, tuple[str, ...]]) -> Iterator[Instance]:
    if rule.relation is None:
        return
    left, right = (_operands(side, rule, place, sets) for side in (rule.relation.left, rule.relation.right))
    stated, computed = (left, right) if rule.stated == "left" else (right, left)
    yield Instance(rule, place, rule.where or place.removeprefix(f"{rule.table}."), computed, stated)


def _operands(terms: Sequence[Term], rule: Rule, place: str,
              sets: Mapping[str, tuple[str, ...]]) -> tuple[Operand, ...]:
    return tuple(Operand(term.sign, field, term.summed) for term in terms for field in expand(term, rule, place, sets))


def _number(value: Value | None) -> Decimal | None:
    return None if value is None else value.value


def _complete(operands: Sequence[Operand], known: Mapping[str, Value]) -> bool:
    return all(_number(known.get(operand.field)) is not None for operand in operands)


def _total(operands: Sequence[Operand], known: Mapping[str, Value]) -> Decimal | None:
    """The sum of a side with blanks as 0; None where a number is out of reason."""
    total = Decimal(0)
    for operand in operands:
        number = _number(known.get(operand.field))
        if not number:
            continue
        if number.adjusted() > MOST_DIGITS or int(number.as_tuple().exponent) < -MOST_DIGITS:
            return None
        total = _EXACT.add(total, number if operand.sign > 0 else -number)
    return total


def _status(instance: Instance, known: Mapping[str, Value], stated: Decimal | None,
            computed: Decimal | None) -> FindingStatus:
    read = [value for value in known.values() if value.status is not ValueStatus.MISSING]
    if stated is None or computed is None or not read:
        return FindingStatus.UNDECIDED
    if stated == computed:
        return FindingStatus.SATISFIED
    complete = _complete(instance.stated, known) and _complete(instance.computed, known)
    return FindingStatus.VIOLATED if complete or _exceeded(instance, known, stated > computed) else FindingStatus.UNDECIDED


def _exceeded(instance: Instance, known: Mapping[str, Value], above: bool) -> bool:
    """Whether all cells without a number could not be read, and any count in them would only add to the difference; `above`
    says that the stated side is the greater one."""
    unknown = [name for name in instance.operands if _number(known.get(name)) is None]
    signs = instance.coefficients
    return all(name in known and known[name].status is ValueStatus.MISSING and (signs[name] > 0) is above for name in unknown)


def _holds(check: str, number: Decimal) -> bool:
    if check == "whole":
        return number == number.to_integral_value()
    return check != "not_negative" or number >= 0


def _arithmetic(operands: Sequence[Operand], known: Mapping[str, Value]) -> str:
    """The side in figures, `21 + 0`; of a sum over a set only what is not 0, and blanks not at all."""
    text = ""
    for operand in operands:
        number = _number(known.get(operand.field))
        if number is None or (operand.summed and number == 0):
            continue
        sign = ("-" if operand.sign < 0 else "") if not text else (" - " if operand.sign < 0 else " + ")
        text += sign + plain(number)
    return text or "0"


def _evidence(values: Sequence[Value | None]) -> tuple[Evidence, ...]:
    return tuple(evidence for value in values if value is not None for evidence in value.evidence)
