"""The overview: what came in and how it stands, as counts over the whole store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from extractor.serve import queue
from extractor.serve.jobs import Jobs
from extractor.serve.model import Count, Job, Overview, YearCount
from extractor.store import Store
from extractor.store.schema import corrections, documents, failures, field_values, findings, reports

MOST_BARS = 20


def overview(store: Store, jobs: Jobs, recent: Sequence[Job] = ()) -> Overview:
    """The counts; `recent` jobs are those of the user who asks."""
    doubtful = (reports.c.doubtful_values + reports.c.missing_values) > 0
    with store.transaction() as connection:
        total, contradictory, uncertain, consistent, unsure, missing = connection.execute(select(
            func.count(), func.count().filter(reports.c.violated > 0),
            func.count().filter(doubtful), func.count().filter((reports.c.violated == 0) & ~doubtful),
            func.coalesce(func.sum(reports.c.doubtful_values), 0), func.coalesce(func.sum(reports.c.missing_values), 0))
            .select_from(reports)).one()
        years = connection.execute(
            select(reports.c.year, func.count(), func.sum(case((reports.c.violated > 0, 1), else_=0)),
                   func.sum(case((doubtful, 1), else_=0)))
            .group_by(reports.c.year).order_by(reports.c.year)).all()
        values = connection.execute(select(func.count()).select_from(field_values)).scalar_one()
        corrected = connection.execute(select(func.count(func.distinct(corrections.c.document_id)))).scalar_one()
        failed = connection.execute(
            select(failures.c.category, func.count()).join(documents, documents.c.id == failures.c.document_id)
            .group_by(failures.c.category).order_by(func.count().desc())).all()
    return Overview(
        documents=jobs.states(), reports=total, contradictory=contradictory, doubtful=uncertain, consistent=consistent,
        values=values, doubtful_values=int(unsure), missing_values=int(missing), corrections=corrected,
        decisions=queue.counts(store),
        years=tuple(YearCount(year=year, reports=count, contradictory=int(bad), doubtful=int(open_))
                    for year, count, bad, open_ in years),
        rules=_counts(store, findings.c.rule), causes=_counts(store, findings.c.cause),
        bodies=_counts(store, reports.c.agency), failures=tuple(Count(key=key, count=count) for key, count in failed),
        jobs=tuple(recent))


def _counts(store: Store, column: ColumnElement[Any]) -> tuple[Count, ...]:
    return tuple(Count(key=key, count=count, open=left)
                 for key, count, left in queue.grouped(store, column, MOST_BARS))
