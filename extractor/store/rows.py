"""A report as rows of the store's tables: pure functions, so that workers can do this work."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from extractor.document import Source
from extractor.report import Evidence, Figure, Finding, FindingStatus, Report, Text, Value, ValueStatus

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReportRows:
    """One report for the store. `values` name their `field`, whose number the store knows; satisfied findings are
    counted in `report` and kept in its body, only the others have rows."""

    report: Row
    values: list[Row]
    figures: list[Row]
    findings: list[Row]
    evidence: list[Row]


def row_id(digest: str) -> int:
    """The id of what has this SHA-256 (hex): its first 63 bits."""
    return int(digest[:16], 16) >> 1


def text_id(text: str) -> int:
    """The id of what is known by a text."""
    return row_id(hashlib.sha256(text.encode("utf8", "surrogatepass")).hexdigest())


def clean(text: str) -> str:
    """`text` as every database can hold it: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf8", "replace").decode("utf8")


def report_rows(report: Report) -> ReportRows:
    """All rows of `report`; timings are left out, so that the same document gives the same rows."""
    document = row_id(report.sha256)
    open_findings = [(number, finding) for number, finding in enumerate(report.findings)
                     if finding.status is not FindingStatus.SATISFIED]
    return ReportRows(
        report=_report(report, document),
        values=[_value(value, document) for value in report.values.values()],
        figures=[_figure(figure, number, document) for number, figure in enumerate(report.figures)],
        findings=[_finding(finding, number, document, report) for number, finding in open_findings],
        evidence=[_evidence(item, place, number, document) for number, finding in open_findings
                  for place, item in enumerate(finding.evidence)])


def pack(report: Report) -> bytes:
    """The report's JSON, compressed; the same bytes for the same report."""
    return zlib.compress(report.model_dump_json(exclude={"timings"}).encode("utf8"), 6)


def unpack(body: bytes) -> Report:
    return Report.from_json(zlib.decompress(body))


def fingerprint(finding: Finding, report: Report) -> str:
    """What a decision about `finding` is keyed by: the same as long as the same rule fails in the same place of the
    same document, whatever else changes."""
    if finding.fingerprint:
        return finding.fingerprint
    parts = (report.sha256, finding.rule, finding.where, *sorted(finding.operands))
    return hashlib.sha256("\0".join(parts).encode("utf8", "replace")).hexdigest()


def _report(report: Report, document: int) -> Row:
    statuses = [finding.status for finding in report.findings]
    values = [value.status for value in report.values.values()]
    return {
        "document_id": document, "format": str(report.format),
        "agency": _agency(report), "year": report.year,
        "period_start": report.period.start, "period_end": report.period.end, "template": report.template,
        "pages": len(report.pages), "scanned_pages": sum(page.source is Source.OCR for page in report.pages),
        "unread_pages": sum(bool(page.needs_ocr) for page in report.pages),
        **{str(status): statuses.count(status) for status in FindingStatus},
        "doubtful_values": values.count(ValueStatus.DOUBTFUL), "missing_values": values.count(ValueStatus.MISSING),
        "body": pack(report)}


def _agency(report: Report) -> str | None:
    return None if report.agency is None else clean(report.agency)


def _value(value: Value, document: int) -> Row:
    return {"document_id": document, "field": value.field, "value": value.value, "read": value.read,
            "implied": value.implied, "raw": clean(value.raw), "unit": clean(value.unit), "status": str(value.status),
            "confidence": value.confidence, **_place(value.evidence)}


def _figure(figure: Figure, number: int, document: int) -> Row:
    paragraph, start, end = figure.span
    return {"document_id": document, "number": number, "field": figure.field, "value": figure.value,
            "low": figure.low, "high": figure.high, "unit": clean(figure.unit), "qualifier": str(figure.qualifier),
            "period": figure.period, "scope": clean(figure.scope), "confidence": figure.confidence,
            "paragraph": paragraph, "start": start, "end": end, "text": clean(figure.text), **_place(figure.evidence)}


def _finding(finding: Finding, number: int, document: int, report: Report) -> Row:
    why = finding.explanation or Text(zh="", en="")
    return {"document_id": document, "number": number, "fingerprint": fingerprint(finding, report),
            "rule": finding.rule, "status": str(finding.status), "cause": str(finding.cause),
            "severity": str(finding.severity), "probability": finding.probability, "place": clean(finding.where),
            "stated": finding.actual, "computed": finding.expected, "cause_id": finding.cause_id,
            "headline": finding.headline, "priority": finding.priority, "message_zh": clean(finding.message.zh),
            "message_en": clean(finding.message.en), "explanation_zh": clean(why.zh), "explanation_en": clean(why.en),
            "agency": _agency(report), "year": report.year}


def _evidence(item: Evidence, number: int, finding: int, document: int) -> Row:
    return {"document_id": document, "finding": finding, "number": number, "source": str(item.source),
            "text": clean(item.text), **_place((item,))}


def _place(evidence: Sequence[Evidence]) -> Row:
    """The first place; no page for formats without pages."""
    if not evidence:
        return {"page": None, "x0": None, "top": None, "x1": None, "bottom": None, "place": ""}
    first = evidence[0]
    x0, top, x1, bottom = first.box or (None, None, None, None)
    return {"page": first.page if first.box else None, "x0": x0, "top": top, "x1": x1, "bottom": bottom,
            "place": clean(first.place)}
