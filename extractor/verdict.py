"""What a report, or several, amount to for the exit code of `gouji check`: consistent, violated or incomplete."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from extractor.errors import ExitCode
from extractor.fields import load
from extractor.report import FindingStatus, PageInfo, Report, ValueStatus

SEVERITY = (
    ExitCode.INTERRUPTED, ExitCode.USAGE, ExitCode.OUTPUT, ExitCode.INTERNAL, ExitCode.MODEL, ExitCode.LIMIT,
    ExitCode.UNREADABLE, ExitCode.ENCRYPTED, ExitCode.UNSUPPORTED_FORMAT, ExitCode.UNSUPPORTED_TEMPLATE,
    ExitCode.NOT_A_REPORT, ExitCode.FILE_ACCESS, ExitCode.VIOLATED, ExitCode.INCOMPLETE, ExitCode.OK,
)
"""From worst to best: the code of several files is that of the worst; this order is documented and stable."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What could not be read: pages without usable text, whole tables (ids), and single cells of the other tables."""

    pages: tuple[PageInfo, ...]
    tables: tuple[str, ...]
    cells: int

    def __bool__(self) -> bool:
        return bool(self.pages or self.tables or self.cells)


def gaps(report: Report) -> Gaps:
    """What is missing from `report`; a blank cell is not missing, it was read as blank."""
    missing_tables = []
    cells = 0
    for table in load().tables:
        values = [report.values[field.id] for field in table.fields if field.id in report.values]
        lost = sum(value.status is ValueStatus.MISSING for value in values)
        if lost == len(values):
            missing_tables.append(table.id)
        else:
            cells += lost
    return Gaps(tuple(page for page in report.pages if page.needs_ocr), tuple(missing_tables), cells)


def verdict(report: Report) -> ExitCode:
    """`VIOLATED` if any rule is violated, else `INCOMPLETE` if anything could not be read, else `OK`."""
    if report.violated:
        return ExitCode.VIOLATED
    return ExitCode.INCOMPLETE if gaps(report) else ExitCode.OK


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that comes first in `SEVERITY`; `OK` for none."""
    return min(codes, key=SEVERITY.index, default=ExitCode.OK)


def count(report: Report) -> dict[FindingStatus, int]:
    """How many findings have each status."""
    return {status: sum(finding.status is status for finding in report.findings) for status in FindingStatus}
