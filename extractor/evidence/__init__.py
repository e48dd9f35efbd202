"""Evidence that an auditor can act on: a report as a self-contained HTML page, and as a working paper for Excel."""

from __future__ import annotations

from extractor.messages import Language
from extractor.report import Report
from extractor.settings import Settings

__all__ = ["to_html", "to_xlsx"]


def to_html(report: Report, language: Language = "zh", data: bytes | None = None,
            settings: Settings | None = None) -> bytes:
    """The report as one HTML page, see `extractor.evidence.page`; `data`, the file's bytes, give it page pictures."""
    from extractor.evidence.page import page

    return page(report, language, data, settings)


def to_xlsx(report: Report, language: Language = "zh", data: bytes | None = None,
            settings: Settings | None = None) -> bytes:
    """The report as a working paper, see `extractor.evidence.paper`; `data` as for `to_html`."""
    from extractor.evidence.paper import paper

    return paper(report, language, data, settings)
