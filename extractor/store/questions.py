"""The questions that people ask of a store, each answered row by row, whatever its size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from extractor.report import FindingStatus
from extractor.store.engine import BATCH
from extractor.store.rows import unpack
from extractor.store.schema import decisions, evidence, failures, findings, names, reports
from extractor.store.store import Store

Record = dict[str, Any]

OPEN = (str(FindingStatus.VIOLATED), str(FindingStatus.UNDECIDED))
"""The findings that have rows; those that are satisfied are counted in `reports`."""
MANY = 1_000
"""From so many on, the first findings are met sooner in their own order than all of them are sorted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings: a rule's id (`requests.*` for all that begin so), a year, part of a body's name, cause, status."""

    rule: str = ""
    year: int | None = None
    body: str = ""
    cause: str = ""
    status: str = "violated"


def find_findings(store: Store, wanted: Wanted, limit: int = 0, total: int | None = None) -> Iterator[Record]:
    """Findings with their report's body and year, their first place, and the newest decision about them; by body,
    year and order in the report. `limit` 0: all. `total` is what `count_findings` says, if that is known."""
    found = (select(findings.c.document_id, findings.c.number).where(*_conditions(wanted))
             .order_by(findings.c.agency, findings.c.year, findings.c.document_id, findings.c.number))
    if limit:
        many = (count_findings(store, wanted) if total is None else total) >= MANY
        # one body's findings lie together in that order, and may be its last; without a status all are looked at anyway
        in_order = many and not (wanted.body and wanted.status)
        found = found.limit(limit).with_hint(findings, _by("listed" if in_order else "asked"), "sqlite")
    keys = found.subquery()
    decision = (select(decisions.c.decision).where(decisions.c.fingerprint == findings.c.fingerprint)
                .order_by(decisions.c.id.desc()).limit(1).scalar_subquery())
    question = (
        select(findings.c.agency, findings.c.year, findings.c.rule, findings.c.place, findings.c.status,
               findings.c.cause, findings.c.probability, findings.c.severity, findings.c.stated, findings.c.computed,
               findings.c.message_zh, findings.c.message_en, a_name(findings.c.document_id).label("name"),
               evidence.c.page, findings.c.headline, findings.c.fingerprint, decision.label("decision"))
        .join_from(keys, findings, and_(findings.c.document_id == keys.c.document_id,
                                        findings.c.number == keys.c.number))
        .outerjoin(evidence, and_(evidence.c.document_id == findings.c.document_id,
                                  evidence.c.finding == findings.c.number, evidence.c.number == 0))
        .order_by(findings.c.agency, findings.c.year, findings.c.document_id, findings.c.number))
    return _rows(store, question)


def count_findings(store: Store, wanted: Wanted) -> int:
    """How many findings `find_findings` would give."""
    question = (select(func.count()).select_from(findings).where(*_conditions(wanted))
                .with_hint(findings, _by("asked"), "sqlite"))
    with store.transaction() as connection:
        return int(connection.execute(question).scalar_one())


def _by(index: str) -> str:
    """SQLite is told which index to use: it keeps no statistics that would tell it how many rows there are."""
    return f"INDEXED BY ix_findings_{index}"


def find_failures(store: Store, category: str = "", run: int = 0, limit: int = 0) -> Iterator[Record]:
    """Names whose document gave no report, or whose bytes could not be had; by category and name."""
    kind = func.coalesce(failures.c.category, names.c.category)
    question = (
        select(names.c.name, kind.label("category"), func.coalesce(failures.c.message, names.c.message).label("message"),
               func.coalesce(failures.c.advice, "").label("advice"), failures.c.attempts)
        .join_from(names, failures, failures.c.document_id == names.c.document_id, isouter=True)
        .where(or_(failures.c.category.is_not(None), names.c.category != ""))
        .order_by("category", names.c.name))
    if category:
        question = question.where(kind == category)
    if run:
        question = question.where(names.c.run_id == run)
    return _rows(store, question.limit(limit) if limit else question)


def find_bodies(store: Store, part: str = "", limit: int = 0) -> Iterator[Record]:
    """Bodies with the number of their reports, the first and last year, and how many relations they violate."""
    question = (
        select(reports.c.agency, func.count().label("reports"), func.min(reports.c.year).label("first_year"),
               func.max(reports.c.year).label("last_year"), func.sum(reports.c.violated).label("violated"))
        .where(reports.c.agency.is_not(None), *([_contains(reports.c.agency, part)] if part else ()))
        .group_by(reports.c.agency).order_by(reports.c.agency))
    return _rows(store, question.limit(limit) if limit else question)


def violated_rules(store: Store, limit: int = 20) -> list[tuple[str, int]]:
    """The rules that are violated most, with the number of violated findings."""
    question = (select(findings.c.rule, func.count().label("count")).where(findings.c.status == "violated")
                .group_by(findings.c.rule).order_by(func.count().desc(), findings.c.rule).limit(limit))
    return [(row["rule"], row["count"]) for row in _rows(store, question)]


def reports_of(store: Store, body: str) -> Iterator[Any]:
    """The whole reports (`extractor.report.Report`) of the body called exactly so, by year."""
    question = (select(reports.c.body).where(reports.c.agency == body)
                .order_by(reports.c.year, reports.c.document_id))
    return (unpack(row["body"]) for row in _rows(store, question))


def names_of(store: Store, document: int) -> list[str]:
    """All names under which a document was found."""
    with store.transaction() as connection:
        return list(connection.execute(
            select(names.c.name).where(names.c.document_id == document).order_by(names.c.name)).scalars())


def _rows(store: Store, question: Select[Any]) -> Iterator[Record]:
    """The rows of a question, a few at a time."""
    with store.transaction() as connection:
        streaming = connection.execution_options(stream_results=True, yield_per=BATCH)
        for row in streaming.execute(question).mappings():
            yield dict(row)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    statuses = (wanted.status,) if wanted.status else OPEN
    conditions: list[ColumnElement[bool]] = [findings.c.status.in_(statuses)]
    if wanted.rule:
        family = wanted.rule.removesuffix("*")
        conditions.append(findings.c.rule == wanted.rule if family == wanted.rule
                          else findings.c.rule.startswith(family, autoescape=True))
    if wanted.cause:
        conditions.append(findings.c.cause == wanted.cause)
    if wanted.year is not None:
        conditions.append(findings.c.year == wanted.year)
    if wanted.body:
        conditions.append(_contains(findings.c.agency, wanted.body))
    return conditions


def _contains(column: ColumnElement[str | None], part: str) -> ColumnElement[bool]:
    return column.contains(part, autoescape=True)


def a_name(document: ColumnElement[int]) -> ColumnElement[str]:
    """The first name of a document: any would do, but the same every time."""
    return select(func.min(names.c.name)).where(names.c.document_id == document).scalar_subquery()
