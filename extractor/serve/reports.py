"""Reports out of the store: as they stand, as they were extracted, and what people said of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from extractor.document import Source
from extractor.report import Report
from extractor.serve import decisions as decided
from extractor.serve.archive import Archive
from extractor.serve.audit import utc
from extractor.serve.cache import Cache
from extractor.serve.driver import shown_name
from extractor.serve.errors import NotFound
from extractor.serve.model import Correction, Listed, Page, ReportView, Sheet
from extractor.store import Store
from extractor.store.questions import a_name
from extractor.store.rows import row_id, unpack
from extractor.store.schema import corrections, decisions, documents, findings, names, readings, reports

KEPT_REPORTS = 48
"""Unpacked reports in memory: some 2 MB each."""
KEPT_ANSWERS = 64
"""Views as JSON in memory: some 300 KB each."""


class Reports:
    """Questions about reports; may be used from any thread."""

    def __init__(self, store: Store, archive: Archive) -> None:
        self._store, self._archive = store, archive
        self._reports: Cache[tuple[Report, Report]] = Cache(KEPT_REPORTS)
        self._answers: Cache[bytes] = Cache(KEPT_ANSWERS)

    def version(self, sha256: str) -> str:
        """Changes with anything that `view` shows. Raises `NotFound`."""
        with self._store.transaction() as connection:
            return "-".join(_version(connection, row_id(sha256), sha256))

    def view(self, sha256: str) -> ReportView:
        """Everything about a report. Raises `NotFound`."""
        document = row_id(sha256)
        with self._store.transaction() as connection:
            state, said = _version(connection, document, sha256)
            report, read = self._reports.get((sha256, state), lambda: _bodies(connection, document))
            made = held(connection, document)
            opinions = decided.of_document(connection, document)
            called = connection.execute(select(names.c.name).where(names.c.document_id == document)).scalars().all()
        has_file = self._archive.path(sha256) is not None
        return ReportView(
            sha256=sha256, report=report, read=read, corrections=made, decisions=opinions,
            names=tuple(dict.fromkeys(shown_name(name) for name in sorted(called))), has_file=has_file,
            sheets=sheets_of(report) if has_file else (), version=f"{state}-{said}-{int(has_file)}")

    def answer(self, sha256: str, version: str) -> bytes:
        """The view as JSON, kept for those who ask again."""
        return self._answers.get((sha256, version), lambda: self.view(sha256).model_dump_json().encode("utf8"))

    def list(self, body: str, year: int | None, text: str, offset: int, size: int) -> Page[Listed]:
        """Reports by body and year; `body` and `text` are parts of names."""
        conditions: list[ColumnElement[bool]] = []
        if body:
            conditions.append(reports.c.agency.icontains(body, autoescape=True))
        if year is not None:
            conditions.append(reports.c.year == year)
        if text:
            called = exists().where(names.c.document_id == reports.c.document_id, names.c.name.icontains(text, autoescape=True))
            conditions.append(or_(reports.c.agency.icontains(text, autoescape=True), called))
        question = (select(*SHOWN).join(documents, documents.c.id == reports.c.document_id).where(*conditions)
                    .order_by(reports.c.agency, reports.c.year, reports.c.document_id))
        with self._store.transaction() as connection:
            total = connection.execute(select(func.count()).select_from(reports).where(*conditions)).scalar_one()
            found = connection.execute(question.offset(offset).limit(size)).mappings().all()
        return Page(items=tuple(listed(row) for row in found), total=total, offset=offset, size=size)


SHOWN = (documents.c.sha256, reports.c.agency, reports.c.year, reports.c.template, reports.c.format, reports.c.pages,
         reports.c.violated, reports.c.undecided, reports.c.doubtful_values, reports.c.missing_values,
         a_name(reports.c.document_id).label("name"))
"""The columns of a listed report."""


def listed(row: Mapping[Any, Any]) -> Listed:
    return Listed(sha256=row["sha256"], agency=row["agency"], year=row["year"], template=row["template"],
                  format=Source(row["format"]), pages=row["pages"], violated=row["violated"], undecided=row["undecided"],
                  doubtful=row["doubtful_values"], missing=row["missing_values"], name=shown_name(row["name"] or ""))


def held(connection: Connection, document: int) -> tuple[Correction, ...]:
    """The corrections that hold: the newest of each field, unless it was taken back; by field."""
    last = (select(func.max(corrections.c.id)).where(corrections.c.document_id == document).group_by(corrections.c.field))
    found = connection.execute(select(corrections).where(corrections.c.id.in_(last), corrections.c.withdrawn.is_(False))
                               .order_by(corrections.c.field)).mappings()
    return tuple(Correction(field=row["field"], value=row["value"], author=row["author"], made=utc(row["made"]),
                            comment=row["comment"]) for row in found)


def sheets_of(report: Report) -> tuple[Sheet, ...]:
    """The pages that can be shown as images: none of formats without pages."""
    if report.format not in (Source.PDF, Source.OCR):
        return ()
    return tuple(Sheet(number=page.number, width=page.width, height=page.height) for page in report.pages
                 if page.width > 0 and page.height > 0)


def _version(connection: Connection, document: int, sha256: str) -> tuple[str, str]:
    """Of the report as it stands, and of what was said of its findings."""
    own = select(findings.c.fingerprint).where(findings.c.document_id == document)
    row = connection.execute(
        select(reports.c.configuration_id,
               select(func.max(corrections.c.id)).where(corrections.c.document_id == document).scalar_subquery(),
               exists().where(readings.c.document_id == document),
               select(func.max(decisions.c.id)).where(decisions.c.fingerprint.in_(own)).scalar_subquery())
        .join(documents, and_(documents.c.id == reports.c.document_id, documents.c.sha256 == sha256))
        .where(reports.c.document_id == document)).first()
    if row is None:
        raise NotFound("report")
    configuration, correction, solved, decision = row
    return f"{configuration:x}.{correction or 0}.{int(solved)}", str(decision or 0)


def _bodies(connection: Connection, document: int) -> tuple[Report, Report]:
    """The report as it stands and as extracted: one object if nothing was corrected."""
    body = connection.execute(select(reports.c.body).where(reports.c.document_id == document)).scalar_one()
    extracted = connection.execute(select(readings.c.body).where(readings.c.document_id == document)).scalar()
    report = unpack(body)
    return report, report if extracted is None else unpack(extracted)
