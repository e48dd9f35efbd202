"""What a worker does with one document: the extraction of `extractor.extract` within its limits, as rows."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import extractor
from extractor.batch.outcome import Done, Job, Result, failed
from extractor.errors import FileAccessError
from extractor.guard import guard
from extractor.settings import Settings

if TYPE_CHECKING:
    from extractor.report import Report


def extract_job(job: Job, settings: Settings) -> Result:
    """The rows of the report in `job`, or why there are none; raises nothing but what ends a process."""
    start = time.monotonic()
    try:
        with guard(settings):
            from extractor.store.rows import report_rows, unpack

            report = None if job.report is None else solved_again(unpack(job.report), job.name)
            if report is None:
                report = extractor.extract(_bytes(job, settings), name=job.name, settings=settings)
            rows = report_rows(report)
    except Exception as error:
        return failed(error, time.monotonic() - start, settings.max_seconds)
    return Done(rows, time.monotonic() - start)


def solved_again(report: Report, name: str) -> Report | None:
    """What the present rule book makes of a report that was read under another one: the same as extracting it anew.

    None where the rules had a say in the reading itself: they say which cells of a scan are looked at again, and how
    digits that run together are cut.
    """
    from extractor.document import Source
    from extractor.reconcile.correct import corrected

    scanned = any(page.source is Source.OCR for page in report.pages)
    if scanned or any("digits run together" in value.note for value in report.values.values()):
        return None
    return corrected(report, {}).model_copy(update={"source": name})


def _bytes(job: Job, settings: Settings) -> bytes:
    if job.data is not None:
        return job.data
    from extractor.read.source import load

    data = load(job.path, settings)
    if hashlib.sha256(data).hexdigest() != job.sha256:
        raise FileAccessError(f"{job.name} changed while it was being read.", "Run the command again.")
    return data
