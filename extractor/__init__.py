"""Gouji reads Chinese government-information-disclosure reports into canonical fields and cross-checks them.

    from extractor import extract
    report = extract("report.pdf")
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.report import Finding, Report
    from extractor.settings import Settings

__all__ = ["Finding", "Report", "Settings", "extract"]


def extract(source: str | Path | bytes, *, name: str | None = None, settings: Settings | None = None) -> Report:
    """Reads one report and checks it against itself.

    `source` is a path or the bytes of a PDF, Word, HTML or text file; `name` is how the report calls it (by default
    the file's name). Raises the errors of `extractor.errors`, each with a message, advice and an exit code.
    """
    from extractor.pipeline import run
    from extractor.read.source import load
    from extractor.settings import default_settings

    limits = settings or default_settings()
    if isinstance(source, bytes):
        return run(source, name or "bytes", limits)
    path = Path(source)
    return run(load(path, limits), name or path.name, limits)


def __getattr__(name: str) -> Any:
    """Types are imported when they are first asked for, so that `import extractor` is quick."""
    if name in ("Finding", "Report"):
        import extractor.report
        return getattr(extractor.report, name)
    if name == "Settings":
        from extractor.settings import Settings
        return Settings
    raise AttributeError(f"module 'extractor' has no attribute {name!r}")
