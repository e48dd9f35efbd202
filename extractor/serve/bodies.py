"""A body's years side by side, and what consecutive reports show together."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from extractor.fields import load
from extractor.reconcile.history import BodyHistory, histories
from extractor.report import FindingStatus, Report, ValueStatus
from extractor.serve import decisions
from extractor.serve.errors import NotFound
from extractor.serve.model import (
    BodyListed,
    BodyView,
    Listed,
    Page,
    YearCell,
    YearColumn,
    YearFinding,
    YearRow,
)
from extractor.store import Store
from extractor.store.history import bodies_called, history_of
from extractor.store.schema import corrections, readings, reports
from extractor.store.schema import decisions as decisions_made


def listed(store: Store, text: str, offset: int, size: int) -> Page[BodyListed]:
    """Bodies by name; `text` is part of it."""
    conditions: list[ColumnElement[bool]] = [reports.c.agency.is_not(None)]
    if text:
        conditions.append(reports.c.agency.icontains(text, autoescape=True))
    question = (select(reports.c.agency, func.count(), func.min(reports.c.year), func.max(reports.c.year),
                       func.sum(reports.c.violated))
                .where(*conditions).group_by(reports.c.agency).order_by(reports.c.agency))
    with store.transaction() as connection:
        total = connection.execute(select(func.count(func.distinct(reports.c.agency))).where(*conditions)).scalar_one()
        found = connection.execute(question.offset(offset).limit(size)).all()
    items = tuple(BodyListed(name=name, reports=count, first_year=first, last_year=last, violated=int(violated))
                  for name, count, first, last, violated in found)
    return Page(items=items, total=total, offset=offset, size=size)


def version(store: Store, name: str) -> str:
    """Changes with anything that `view` shows; cheap to ask for."""
    own = reports.c.agency.in_(bodies_called(store, name))
    corrected = select(func.max(corrections.c.id)).where(corrections.c.document_id == reports.c.document_id)
    with store.transaction() as connection:
        standing = connection.execute(
            select(reports.c.document_id, reports.c.configuration_id, readings.c.document_id.is_not(None),
                   corrected.scalar_subquery())
            .outerjoin(readings, readings.c.document_id == reports.c.document_id)
            .where(own).order_by(reports.c.document_id)).all()
        decided = connection.execute(select(func.max(decisions_made.c.id))).scalar()
    return repr((decided, [tuple(row) for row in standing]))


def view(store: Store, name: str) -> BodyView:
    """The body that `name` means, as `gouji history` would. Raises `NotFound`."""
    found = history_of(store, name)
    if not found:
        raise NotFound("body")
    history = next(iter(histories(found)), None)
    years: Sequence[Report] = history.reports if history is not None else found[:1]
    between = () if history is None else _findings(store, history)
    others = [report for report in found if report.sha256 not in {year.sha256 for year in years}]
    return BodyView(
        name=years[0].agency or name, years=tuple(_column(report) for report in years), rows=_rows(years), findings=between,
        duplicates=tuple(_listed(report) for report in others), missing=() if history is None else history.missing)


def fingerprints(store: Store, name: str) -> frozenset[str]:
    """Of the findings between a body's years, which have no rows in the store."""
    return frozenset(finding.fingerprint for each in histories(history_of(store, name))
                     for pair in each.pairs for finding in pair.findings if finding.fingerprint)


def _findings(store: Store, history: BodyHistory) -> tuple[YearFinding, ...]:
    found = [(pair, finding) for pair in history.pairs for finding in pair.findings
             if finding.status is not FindingStatus.SATISFIED]
    said = decisions.of(store, (finding.fingerprint for _, finding in found))
    return tuple(YearFinding(year=pair.report.year or 0, sha256=pair.report.sha256, previous=pair.previous.sha256,
                             finding=finding, decided=said.get(finding.fingerprint)) for pair, finding in found)


def _column(report: Report) -> YearColumn:
    return YearColumn(
        year=report.year or 0, sha256=report.sha256, name=report.source, template=report.template,
        violated=len(report.violated), undecided=sum(f.status is FindingStatus.UNDECIDED for f in report.findings))


def _rows(years: Sequence[Report]) -> tuple[YearRow, ...]:
    """Every field that any of the years has, in the order of the dictionary."""
    wanted = [name for name in load().fields if any(name in report.values for report in years)]
    return tuple(YearRow(field=name, label=load().describe(name), values=tuple(
        None if (value := report.values.get(name)) is None else YearCell(value=value.value, status=value.status)
        for report in years)) for name in wanted)


def _listed(report: Report) -> Listed:
    statuses = [value.status for value in report.values.values()]
    return Listed(
        sha256=report.sha256, agency=report.agency, year=report.year, template=report.template, format=report.format,
        pages=len(report.pages), violated=len(report.violated),
        undecided=sum(finding.status is FindingStatus.UNDECIDED for finding in report.findings),
        doubtful=statuses.count(ValueStatus.DOUBTFUL), missing=statuses.count(ValueStatus.MISSING), name=report.source)
