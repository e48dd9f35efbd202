"""Turns outcomes of rules into causes: one headline for all relations that one error violates, ranked and identified.

A wrong cell violates up to three relations, and the prose that states the right number contradicts it as well. All of
these findings share a cause; the headline explains it and names the suspects. A cause is accused on the report only with
the probability that its conflict has (see `cause`), and it comes before others the more of the published numbers it puts
in question.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

from extractor.reconcile.cause import stated, verdict
from extractor.reconcile.conflict import Conflict, Explanation
from extractor.reconcile.counts import as_count
from extractor.reconcile.slips import slip_between
from extractor.reconcile.wording import Catalogue, appended, worded
from extractor.report import Cause, Finding, FindingStatus, Suspect, Text, Value, plain

_SUPPORT = 50.0
"""How much likelier an explanation is whose number the prose states as well: a slip hits it by chance once in some 50."""

_MOST = Decimal(10**15)
"""No number of a report is as great as this."""

_LISTED = 6
"""Cells that an explanation lists before it only counts the rest."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose report it is: what a fingerprint begins with."""

    agency: str | None
    year: int | None

    @property
    def key(self) -> str:
        name = "".join(unicodedata.normalize("NFKC", self.agency or "").split())
        return f"{name}|{self.year or ''}"


def grouped(findings: Sequence[Finding], conflicts: Sequence[Conflict], values: Mapping[str, Value], subject: Subject,
            catalogue: Catalogue) -> tuple[Finding, ...]:
    """The findings in their order, the violated ones with cause, suspects, explanation, fingerprint and priority.

    `values` are those published, which the findings speak of. Findings that no conflict explains are each a cause.
    """
    prints = _fingerprints(findings, values, subject)
    weighed = [_supported(conflict, findings, values) for conflict in conflicts]
    owner = {index: number for index, finding in enumerate(findings) if finding.status is FindingStatus.VIOLATED
             for number, conflict in enumerate(weighed) if _belongs(finding, conflict, values)}
    result = list(findings)
    for number, conflict in enumerate(weighed):
        members = [index for index in owner if owner[index] == number]
        for part, own in _by_cause(members, findings, conflict):
            for index, finding in zip(part, _described([findings[i] for i in part], own, values, catalogue), strict=True):
                result[index] = finding
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, finding in enumerate(findings):
        if finding.status is FindingStatus.VIOLATED:
            groups.setdefault(_key(result[index], owner.get(index), index), []).append(index)
    for members in groups.values():
        for index, finding in zip(members, _headed([result[i] for i in members], [prints[i] for i in members], values),
                                  strict=True):
            result[index] = finding
    return tuple(result)


def _key(finding: Finding, conflict: int | None, index: int) -> tuple[str, ...]:
    """What findings of one cause have in common: the conflict and whose error it is, or the field that the prose misstates."""
    if conflict is not None:
        return "conflict", str(conflict), str(finding.cause)
    return ("prose", finding.where) if finding.rule in ("prose.table", "prose.prose") else ("finding", str(index))


def _belongs(finding: Finding, conflict: Conflict, values: Mapping[str, Value]) -> bool:
    """Whether a conflict is what violates a rule: by name, or because what explains it settles this as well."""
    if (finding.rule, finding.where) in conflict.relations:
        return True
    if finding.rule == "form.count":
        return any(finding.where in explanation.changes for explanation in conflict.explanations)
    return any(_settles(explanation, finding, values) for explanation in conflict.explanations[:1])


def _settles(explanation: Explanation, finding: Finding, values: Mapping[str, Value]) -> bool:
    """Whether the numbers of an explanation make what the tables say what a figure states."""
    if finding.actual is None or finding.expected is None or not finding.rule.startswith("prose."):
        return False
    moved = [name for name in finding.operands if name in explanation.changes]
    change = sum((explanation.changes[name] - (values[name].value or Decimal(0)) for name in moved), Decimal(0))
    return bool(moved) and finding.expected + change == finding.actual


def _supported(conflict: Conflict, findings: Sequence[Finding], values: Mapping[str, Value]) -> Conflict:
    """The conflict with explanations weighed by what the prose states of the cells that they change."""
    prose = [finding for finding in findings if finding.status is FindingStatus.VIOLATED
             and finding.rule.startswith("prose.")]
    if len(conflict.explanations) < 2 or not prose:
        return conflict
    weights = [explanation.probability * (_SUPPORT if any(_settles(explanation, finding, values) for finding in prose)
                                          else 1.0) for explanation in conflict.explanations]
    scale = sum(explanation.probability for explanation in conflict.explanations) / sum(weights)
    ranked = sorted((replace(explanation, probability=weight * scale)
                     for explanation, weight in zip(conflict.explanations, weights, strict=True)),
                    key=lambda explanation: -explanation.probability)
    suspects: dict[str, float] = {}
    for explanation in ranked:
        for name in explanation.changes:
            suspects[name] = suspects.get(name, 0.0) + explanation.probability
    return replace(conflict, explanations=tuple(ranked), suspects={
        name: round(min(1.0, suspects[name]), 4) for name in sorted(suspects, key=lambda n: (-suspects[n], n))})


def _by_cause(members: Sequence[int], findings: Sequence[Finding],
              conflict: Conflict) -> Iterator[tuple[list[int], Conflict]]:
    """The findings of a conflict by whose error they are, each part with the cells of the conflict that are its own.

    An error of the report and a misreading in one row are one conflict, of which each explains but a part.
    """
    parts: dict[Cause | None, list[int]] = {}
    for index in members:
        odds = _odds(findings[index], conflict)
        parts.setdefault(None if odds is None else verdict(odds), []).append(index)
    for cause, part in parts.items():
        yield part, conflict if cause is None or len(parts) == 1 else _share_of(conflict, cause)


def _share_of(conflict: Conflict, cause: Cause) -> Conflict:
    """The conflict with only those changed cells of its one explanation that are wrong for this cause."""
    own = {name for name, misread in conflict.misread.items() if verdict(1.0 - misread) is cause}
    if len(conflict.explanations) != 1 or not own:
        return conflict
    only = conflict.explanations[0]
    return replace(conflict, explanations=(replace(only, changes={n: v for n, v in only.changes.items() if n in own}),),
                   suspects={name: share for name, share in conflict.suspects.items() if name in own})


def _odds(finding: Finding, conflict: Conflict) -> float | None:
    """The probability that what a finding says is so on paper, and not for our misreading; None where nothing tells."""
    known = conflict.broken.get((finding.rule, finding.where))
    if known is not None or not conflict.explanations:
        return known
    cells = conflict.explanations[0].changes.keys() & {*finding.operands, finding.where} & conflict.misread.keys()
    return 1.0 - math.prod(conflict.misread[name] for name in cells) if cells else conflict.report


def _described(members: Sequence[Finding], conflict: Conflict, values: Mapping[str, Value],
               catalogue: Catalogue) -> list[Finding]:
    """The findings of a conflict, with its cause, its suspects and what explains it."""
    text = _explanation(conflict, len(members), values, catalogue)
    described = []
    for finding in members:
        update: dict[str, Any] = {"explanation": text, "suspects": tuple(
            Suspect(field=name, probability=probability) for name, probability in conflict.suspects.items()
            if name in finding.operands)}
        odds = _odds(finding, conflict)
        if odds is not None:
            cause = verdict(odds)
            update |= {"cause": cause, "probability": stated(odds)}
            if cause is not Cause.REPORT and conflict.explanations:
                update["explanation"] = appended(text, _text("doubtful"))
        described.append(finding.model_copy(update=update))
    return described


def _headed(members: Sequence[Finding], prints: Sequence[str], values: Mapping[str, Value]) -> list[Finding]:
    """The findings of one cause with its id and priority; the one with the greatest difference is the headline."""
    cause_id = hashlib.sha256("\n".join(sorted(prints)).encode()).hexdigest()[:16]
    effects = [_effect(finding, values) for finding in members]
    probability = max(finding.probability for finding in members)
    first = max(range(len(members)), key=lambda i: (not members[i].rule.startswith("prose."), effects[i], -i))
    priority = round(max(effects) * probability, 6)
    return [finding.model_copy(update={
        "cause_id": cause_id, "headline": i == first, "fingerprint": prints[i], "priority": priority,
        "explanation": finding.explanation if i == first else None}) for i, finding in enumerate(members)]


def _effect(finding: Finding, values: Mapping[str, Value]) -> float:
    """The share of the greatest number of the finding's table that its difference makes up; at most 1."""
    stated, computed = finding.actual or Decimal(0), finding.expected or Decimal(0)
    if as_count(stated) is None and not -_MOST < stated < _MOST:
        return 1.0
    groups = {name.partition(".")[0] for name in finding.operands}
    counts = [Decimal(abs(count)) for name, value in values.items() if name.partition(".")[0] in groups
              and value.value is not None and (count := as_count(value.value)) is not None]
    greatest = max([*counts, abs(stated), abs(computed), Decimal(1)])
    return float(min(Decimal(1), abs(stated - computed) / greatest))


def _fingerprints(findings: Sequence[Finding], values: Mapping[str, Value], subject: Subject) -> list[str]:
    """A fingerprint for each finding: of the body, the year, the rule, the place and the numbers that it is about.

    Contradictions that say the same thing twice are numbered.
    """
    seen: dict[str, int] = {}
    prints = []
    for finding in findings:
        operands = ",".join(sorted(f"{name}={_printed(values.get(name))}" for name in finding.operands))
        stated = "|".join("" if number is None else plain(number) for number in (finding.actual, finding.expected))
        key = "|".join((subject.key, finding.rule, finding.where, operands, stated))
        seen[key] = seen.get(key, 0) + 1
        prints.append(hashlib.sha256(f"{key}|{seen[key]}".encode()).hexdigest()[:16])
    return prints


def _printed(value: Value | None) -> str:
    return "" if value is None or value.value is None else plain(value.value)


def _explanation(conflict: Conflict, count: int, values: Mapping[str, Value], catalogue: Catalogue) -> Text:
    """What most likely happened, in words."""
    if not conflict.explanations:
        return _text("unknown", count=count, fields=catalogue.listing(sorted(conflict.fields)))
    first, several = conflict.explanations[0], len(conflict.explanations) > 1
    if first.kind == "row_missing" and several:
        return _lost_row(conflict, count, values, catalogue)
    if first.kind != "cells":
        return _text("structure", first.kind, count=count, place=catalogue.place(first.place),
                     fields=_changes(first.changes.items(), values, catalogue))
    if several and first.probability < 0.5:
        every = dict.fromkeys(change for explanation in conflict.explanations for change in explanation.changes.items())
        return _text("cells", "either", fields=_changes(every, values, catalogue))
    if len(first.changes) > 1:
        return _text("cells", "together", count=len(first.changes),
                     fields=_changes(first.changes.items(), values, catalogue))
    [(name, number)] = first.changes.items()
    read = values[name].value if name in values else None
    return _text("cells", "one", field=catalogue.place(name), value=_shown(values.get(name)), implied=str(number),
                 count=count, slip=_text("slip", str(slip_between(read or Decimal(0), number))))


def _lost_row(conflict: Conflict, count: int, values: Mapping[str, Value], catalogue: Catalogue) -> Text:
    """A row's numbers are known, but not where they belong: the rows that may have been left out, and that rows may have
    been overwritten."""
    order = list(catalogue.dictionary.fields)
    missing = sorted((explanation for explanation in conflict.explanations if explanation.kind == "row_missing"),
                     key=lambda explanation: min(map(order.index, explanation.changes)))
    ordered = sorted(missing[0].changes, key=order.index)
    numbers = [_text("lost_row", "number", column=catalogue.column(field), value=str(missing[0].changes[field]))
               for field in ordered]
    rows = [catalogue.place(explanation.place) for explanation in missing]
    text = _text("lost_row", "rows", count=count, numbers=_listed(numbers, len(numbers), catalogue),
                 rows=_listed(rows, _LISTED, catalogue))
    shifted = len(missing) < len(conflict.explanations)
    return appended(text, _text("lost_row", "overwritten")) if shifted else text


def _changes(changes: Iterable[tuple[str, int]], values: Mapping[str, Value], catalogue: Catalogue) -> Text:
    items = list(changes)
    shown = [_text("item", field=catalogue.place(name), value=_shown(values.get(name)), implied=str(number))
             for name, number in items]
    return _listed(shown, _LISTED, catalogue)


def _listed(items: Sequence[Text], most: int, catalogue: Catalogue) -> Text:
    """The first few of some texts in a row, and how many there are if that is not all."""
    rest = catalogue.text("common", "list_more", count=len(items)) if len(items) > most else Text(zh="", en="")
    separator = catalogue.text("common", "list_separator")
    return Text(zh=separator.zh.join(text.zh for text in items[:most]) + rest.zh,
                en=separator.en.join(text.en for text in items[:most]) + rest.en)


def _shown(value: Value | None) -> str:
    return _printed(value) or "–"


def _text(*key: str, **values: object) -> Text:
    """The text under `key`, its braces filled; a value that is a `Text` is filled in by language."""
    return worded(_texts(), *key, **values)


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("causes.toml").read_text("utf8"))
