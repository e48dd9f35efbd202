"""Writes a report as JSON, CSV or an Excel workbook: bytes that are the same on every run."""

from __future__ import annotations

from extractor.export.csv import to_csv
from extractor.messages import Language
from extractor.report import Report

__all__ = ["to_csv", "to_json", "to_xlsx"]


def to_json(report: Report, *, timings: bool = False) -> bytes:
    """The report in its own schema, UTF-8; `timings` differ from run to run and are left out unless asked for."""
    return (report.to_json(timings=timings) + "\n").encode("utf8")


def to_xlsx(report: Report, language: Language = "zh") -> bytes:
    """The report as an Excel workbook, see `extractor.export.workbook`."""
    from extractor.export.workbook import workbook

    return workbook(report, language)
