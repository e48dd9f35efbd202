"""Corrections: what a person says is printed in a cell is kept, and the report is solved again with it at once.

The report as extracted stays in `readings`; what stands in `reports` and its tables is the corrected one, so that
queries, exports and histories see it too. A new extraction replaces both, and the corrections are applied again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, insert, select

from extractor.fields import load
from extractor.reconcile.correct import corrected, difference
from extractor.report import Report, Value, plain
from extractor.serve.audit import record
from extractor.serve.errors import Conflict, Invalid, NotFound
from extractor.serve.model import Altered, Change, ValueChange
from extractor.serve.reports import held
from extractor.store import Store
from extractor.store.rows import clean, pack, report_rows, row_id, unpack
from extractor.store.schema import corrections, documents, readings, reports

MOST_DIGITS = 18


def correct(store: Store, author: str, sha256: str, given: Mapping[str, Decimal | None], comment: str = "",
            withdrawn: str = "") -> Change:
    """Keeps the corrections `given`, or takes back that of the field `withdrawn`; what this changes in the report.

    Raises `NotFound` (no report, no such correction), `Invalid` (no such field, no number of a cell).
    """
    for field, number in given.items():
        _check(field, number)
    document = row_id(sha256)
    with store.transaction(write=True) as connection:
        configuration, before, read = _locked(connection, document, sha256)
        known = {item.field: item.value for item in held(connection, document)}
        if withdrawn and withdrawn not in known:
            raise NotFound("correction")
        wanted = {**known, **given}
        wanted.pop(withdrawn, None)
        for field, number in (given if not withdrawn else {withdrawn: None}).items():
            connection.execute(insert(corrections), {
                "document_id": document, "field": field, "value": number, "withdrawn": bool(withdrawn),
                "comment": clean(comment.strip()), "author": author, "made": datetime.now(UTC)})
        after = _solved(store, connection, document, configuration, read, wanted)
        record(connection, author, "undo" if withdrawn else "correct", f"report {sha256}",
               _said(before, given or (withdrawn,)), _said(after, given or (withdrawn,)))
        made = held(connection, document)
    found = difference(before, after)
    return Change(
        sha256=sha256, corrections=made, gone=found.gone, appeared=found.appeared, before=before, after=after,
        values=tuple(ValueChange(field=each.field, before=each.before, after=each.after) for each in found.values),
        altered=tuple(Altered(before=old, after=new) for old, new in found.altered))


def apply_again(store: Store, sha256: str) -> bool:
    """Applies the corrections of a document whose report was just extracted; whether there was anything to apply."""
    document = row_id(sha256)
    with store.transaction() as connection:
        if connection.execute(_unsolved().where(corrections.c.document_id == document)).first() is None:
            return False
    with store.transaction(write=True) as connection:
        configuration, _, read = _locked(connection, document, sha256)
        wanted = {item.field: item.value for item in held(connection, document)}
        if wanted:
            _solved(store, connection, document, configuration, read, wanted)
        return bool(wanted)


def apply_all(store: Store) -> int:
    """Applies what other programs left out that extracted documents again; how many reports this changed."""
    with store.transaction() as connection:
        found = connection.execute(_unsolved()).scalars().all()
    return sum(apply_again(store, sha256) for sha256 in found)


def _unsolved() -> Any:
    """Documents with corrections whose report stands as extracted."""
    return (select(documents.c.sha256).distinct().select_from(corrections)
            .join(documents, documents.c.id == corrections.c.document_id)
            .join(reports, reports.c.document_id == corrections.c.document_id)
            .outerjoin(readings, readings.c.document_id == corrections.c.document_id)
            .where(readings.c.document_id.is_(None)))


def _check(field: str, number: Decimal | None) -> None:
    if field not in load().fields:
        raise Invalid("field", field=field)
    if number is None:
        return
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > MOST_DIGITS or len(plain(abs(number))) > MOST_DIGITS:
        raise Invalid("number", field=field)


def _locked(connection: Connection, document: int, sha256: str) -> tuple[int, Report, Report]:
    """The configuration of a report, the report as it stands and as extracted; others wait until this one is done."""
    row = connection.execute(
        select(reports.c.configuration_id, reports.c.body).join(
            documents, and_(documents.c.id == reports.c.document_id, documents.c.sha256 == sha256))
        .where(reports.c.document_id == document).with_for_update(of=reports)).first()
    if row is None:
        raise NotFound("report")
    extracted = connection.execute(select(readings.c.body).where(readings.c.document_id == document)).scalar()
    standing = unpack(row.body)
    return row.configuration_id, standing, standing if extracted is None else unpack(extracted)


def _solved(store: Store, connection: Connection, document: int, configuration: int, read: Report,
            wanted: Mapping[str, Decimal | None]) -> Report:
    """Keeps the report with the corrections `wanted`, and as extracted beside it if there are any."""
    try:
        after = corrected(read, wanted) if wanted else read
    except ValueError as error:
        raise Conflict("request", what=error) from error
    store.put_rows(connection, configuration, report_rows(after))
    if wanted:
        connection.execute(insert(readings), {"document_id": document, "body": pack(read)})
    return after


def _said(report: Report, fields: Any) -> dict[str, Any]:
    """What the report says of some fields, for the audit log."""
    return {field: _entry(report.values.get(field)) for field in fields}


def _entry(value: Value | None) -> dict[str, str | None] | None:
    if value is None:
        return None
    return {"value": None if value.value is None else plain(value.value), "raw": value.raw, "status": str(value.status)}
