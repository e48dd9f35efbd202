"""Transcripts: labels that a person types, with plain numbers and no places, read into the product's own schema.

    {"source": "report.pdf", "agency": ..., "year": 2023, "template": "2021",
     "values": {"requests.received.total": "21", "disclosure.fees.amount": null, ...},
     "figures": [{"text": "受理申请21件", "field": "requests.received.total", "value": "21", "unit": "件"}, ...],
     "violations": [{"rule": "review.sum"}, {"rule": "requests.applicant_sum", "row": "received"}, ...]}

What is not there (`figures`, `violations`) is not scored. A violation whose note calls it weak may be found or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from eval.types import Part
from extractor.document import Source
from extractor.fields import load
from extractor.report import (
    Cause,
    Figure,
    Finding,
    FindingStatus,
    Qualifier,
    Report,
    Text,
    Value,
    ValueStatus,
)

_SOURCES = {".pdf": Source.PDF, ".docx": Source.WORD, ".html": Source.WEB, ".htm": Source.WEB}


def is_transcript(raw: Mapping[str, Any]) -> bool:
    """Whether a label gives its values as plain numbers."""
    values = raw.get("values")
    return "report" not in raw and isinstance(values, dict) and "schema_version" not in raw and not any(
        isinstance(value, dict) for value in values.values())


def report_of_transcript(raw: Mapping[str, Any],
                         name: str) -> tuple[Report, frozenset[Part], frozenset[tuple[str, str]]]:
    """The report, the parts that it tells, and the findings that are optional; raises `loading.LabelError`."""
    from eval.loading import LabelError

    try:
        source = str(raw.get("source", name))
        figures = tuple(_figure(figure) for figure in raw.get("figures", ()))
        violations = list(_violations(raw.get("violations", ())))
        optional = frozenset((f.rule, f.where) for f, weak in violations if weak)
        report = Report(
            source=source, sha256=str(raw.get("sha256", "")), format=_SOURCES.get(source[source.rfind("."):], Source.TEXT),
            agency=raw.get("agency"), year=raw.get("year"), template=raw.get("template"), values=_values(raw["values"]),
            figures=figures, findings=tuple(finding for finding, weak in violations if not weak))
    except (ValidationError, InvalidOperation, KeyError, TypeError, ValueError) as error:
        raise LabelError(f"no transcript as documented: {str(error).partition(chr(10))[0]}") from error
    told = {Part.VALUES} | ({Part.FIGURES} if "figures" in raw else set()) | (
        {Part.FINDINGS} if "violations" in raw else set())
    return report, frozenset(told), optional


def _values(raw: Mapping[str, Any]) -> dict[str, Value]:
    units = {field.id: field.unit for field in load().fields.values()}
    values = {}
    for name, number in raw.items():
        value = None if number is None or number == "" else Decimal(str(number))
        values[name] = Value(field=name, value=value, read=value, raw="" if value is None else str(number),
                             unit=units.get(name, ""), status=ValueStatus.BLANK if value is None else ValueStatus.READ)
    return values


def _figure(raw: Mapping[str, Any]) -> Figure:
    value = raw.get("value")
    return Figure(
        field=raw.get("field"), value=None if value is None else Decimal(str(value)), unit=str(raw.get("unit") or ""),
        qualifier=Qualifier(raw.get("qualifier", "exact")), period=raw.get("period", "this_year"),
        scope=raw.get("scope", "own"), subset=raw.get("subset"), negated=bool(raw.get("negated", False)),
        part_of=raw.get("part_of"), text=str(raw.get("text", "")))


def _violations(raw: Any) -> Iterator[tuple[Finding, bool]]:
    for entry in raw:
        rule = entry["rule"]
        where = entry.get("where") or entry.get("row") or entry.get("column") or entry.get("field")
        message = Text(zh=rule, en=rule)
        yield Finding(rule=rule, status=FindingStatus.VIOLATED, cause=Cause.REPORT, message=message,
                      where=where or rule.removesuffix(".sum")), "weak" in str(entry.get("note", ""))
