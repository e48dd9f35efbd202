"""The queue: one item a cause, the most urgent first, with what was decided about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select, tuple_

from extractor.fields import load
from extractor.labels import place_label
from extractor.reconcile.rules import load as load_rules
from extractor.report import Cause, Finding, FindingStatus, Severity, Text
from extractor.serve.decisions import decided
from extractor.serve.driver import shown_name
from extractor.serve.model import DecidedFilter, Page, QueueFilter, QueueItem
from extractor.store import Store
from extractor.store.questions import a_name
from extractor.store.rows import row_id
from extractor.store.schema import decisions, documents, evidence, findings, names, reports

LAST = (select(func.max(decisions.c.id)).where(decisions.c.fingerprint == findings.c.fingerprint)
        .correlate(findings).scalar_subquery())
"""The newest decision about a finding."""
COLUMNS = (
    documents.c.sha256, reports.c.agency, reports.c.year, findings.c.document_id, findings.c.number, findings.c.rule,
    findings.c.place, findings.c.status, findings.c.cause, findings.c.probability, findings.c.severity,
    findings.c.priority, findings.c.stated, findings.c.computed, findings.c.message_zh, findings.c.message_en,
    findings.c.explanation_zh, findings.c.explanation_en, findings.c.fingerprint, findings.c.cause_id, evidence.c.page,
    decisions.c.decision, decisions.c.reason, decisions.c.note, decisions.c.author, decisions.c.made,
    a_name(findings.c.document_id).label("name"))


def page(store: Store, wanted: QueueFilter, offset: int, size: int) -> Page[QueueItem]:
    """A part of the queue."""
    conditions = _conditions(wanted)
    question = (
        _joined(select(*COLUMNS)).join(documents, documents.c.id == findings.c.document_id)
        .outerjoin(evidence, and_(evidence.c.document_id == findings.c.document_id,
                                  evidence.c.finding == findings.c.number, evidence.c.number == 0))
        .where(*conditions)
        .order_by(findings.c.priority.desc(), reports.c.agency, reports.c.year, findings.c.document_id, findings.c.number))
    with store.transaction() as connection:
        total = connection.execute(_joined(select(func.count())).where(*conditions)).scalar_one()
        found = connection.execute(question.offset(offset).limit(size)).mappings().all()
        causes = _causes(connection, found)
    return Page(items=tuple(_item(row, causes) for row in found), total=total, offset=offset, size=size)


def counts(store: Store) -> dict[DecidedFilter, int]:
    """How many causes of contradictions are open, confirmed and dismissed."""
    said = func.coalesce(decisions.c.decision, "open")
    question = _joined(select(said, func.count())).where(*_conditions(QueueFilter(decided=DecidedFilter.ALL))).group_by(said)
    with store.transaction() as connection:
        found = {str(state): int(count) for state, count in connection.execute(question)}
    return {state: found.get(str(state), 0) for state in DecidedFilter if state is not DecidedFilter.ALL}


def grouped(store: Store, column: ColumnElement[Any], most: int) -> list[tuple[str, int, int]]:
    """Causes by a column: its value, how many, and how many of them are open; the most frequent first."""
    is_open = func.coalesce(decisions.c.decision, "open") == "open"
    question = (_joined(select(column, func.count().label("all"), func.count().filter(is_open)))
                .where(*_conditions(QueueFilter(decided=DecidedFilter.ALL)))
                .group_by(column).order_by(func.count().desc(), column).limit(most))
    with store.transaction() as connection:
        return [(str(key or ""), count, left) for key, count, left in connection.execute(question)]


def _joined(question: Any) -> Select[Any]:
    joined: Select[Any] = (question.select_from(findings).join(reports, reports.c.document_id == findings.c.document_id)
                           .outerjoin(decisions, decisions.c.id == LAST))
    return joined


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [findings.c.status == str(wanted.status)]
    if wanted.status is FindingStatus.VIOLATED:
        conditions.append(findings.c.headline.is_(True))
    if wanted.rule:
        family = wanted.rule.removesuffix("*")
        conditions.append(findings.c.rule == wanted.rule if family == wanted.rule
                          else findings.c.rule.startswith(family, autoescape=True))
    if wanted.cause is not None:
        conditions.append(findings.c.cause == str(wanted.cause))
    if wanted.severity is not None:
        conditions.append(findings.c.severity == str(wanted.severity))
    if wanted.year is not None:
        conditions.append(reports.c.year == wanted.year)
    if wanted.body:
        conditions.append(reports.c.agency.icontains(wanted.body, autoescape=True))
    if wanted.sha256:
        conditions.append(findings.c.document_id == row_id(wanted.sha256))
    if wanted.text:
        conditions.append(_says(wanted.text))
    if wanted.decided is not DecidedFilter.ALL:
        conditions.append(func.coalesce(decisions.c.decision, "open") == str(wanted.decided))
    return conditions


def _says(text: str) -> ColumnElement[bool]:
    called = exists().where(names.c.document_id == findings.c.document_id, names.c.name.icontains(text, autoescape=True))
    columns = (reports.c.agency, findings.c.rule, findings.c.place, findings.c.message_zh, findings.c.message_en)
    return or_(*(column.icontains(text, autoescape=True) for column in columns), called)


def _causes(connection: Connection, found: Sequence[Mapping[Any, Any]]) -> dict[tuple[int, str], list[str]]:
    """The fingerprints of the violated findings of each cause among `found`."""
    keys = [(row["document_id"], row["cause_id"]) for row in found if row["cause_id"] and row["status"] == "violated"]
    if not keys:
        return {}
    question = (select(findings.c.document_id, findings.c.cause_id, findings.c.fingerprint)
                .where(tuple_(findings.c.document_id, findings.c.cause_id).in_(keys), findings.c.status == "violated")
                .order_by(findings.c.document_id, findings.c.number))
    causes: dict[tuple[int, str], list[str]] = {}
    for document, cause, fingerprint in connection.execute(question):
        causes.setdefault((document, cause), []).append(fingerprint)
    return causes


def _item(row: Mapping[Any, Any], causes: Mapping[tuple[int, str], Sequence[str]]) -> QueueItem:
    others = causes.get((row["document_id"], row["cause_id"]), ())
    why = Text(zh=row["explanation_zh"], en=row["explanation_en"]) if row["explanation_zh"] else None
    return QueueItem(
        sha256=row["sha256"], agency=row["agency"], year=row["year"], rule=row["rule"], where=row["place"],
        place=_place(row["rule"], row["place"]), status=FindingStatus(row["status"]), cause=Cause(row["cause"]),
        probability=row["probability"], severity=Severity(row["severity"]), priority=row["priority"],
        expected=row["computed"], actual=row["stated"], message=Text(zh=row["message_zh"], en=row["message_en"]),
        explanation=why, fingerprint=row["fingerprint"],
        fingerprints=tuple(dict.fromkeys((row["fingerprint"], *others))), page=row["page"],
        name=shown_name(row["name"] or ""), decided=decided(row) if row["decision"] is not None else None)


@lru_cache(maxsize=2_000)
def _place(rule: str, where: str) -> str:
    """The official label of a place; rows and columns are looked for in the table that the rule is about."""
    table = _tables().get(rule)
    operands = () if table is None else (load().table(table).fields[0].id,)
    return place_label(Finding(rule=rule, status=FindingStatus.VIOLATED, where=where, operands=operands,
                               message=Text(zh="", en="")))


@lru_cache(maxsize=1)
def _tables() -> dict[str, str]:
    """The table that each rule is about."""
    return {rule.id: rule.table for rule in load_rules().rules if rule.table}
