"""What a worker does with one document: the extraction of `extractor.extract` within its limits, as rows."""

from __future__ import annotations

import hashlib
import time

import extractor
from extractor.batch.outcome import Done, Job, Result, failed
from extractor.errors import FileAccessError
from extractor.guard import guard
from extractor.settings import Settings


def extract_job(job: Job, settings: Settings) -> Result:
    """The rows of the report in `job`, or why there are none; raises nothing but what ends a process."""
    start = time.monotonic()
    try:
        with guard(settings):
            data = _bytes(job, settings)
            report = extractor.extract(data, name=job.name, settings=settings)
            from extractor.store.rows import report_rows

            rows = report_rows(report)
    except Exception as error:
        return failed(error, time.monotonic() - start, settings.max_seconds)
    return Done(rows, time.monotonic() - start)


def _bytes(job: Job, settings: Settings) -> bytes:
    if job.data is not None:
        return job.data
    from extractor.read.source import load

    data = load(job.path, settings)
    if hashlib.sha256(data).hexdigest() != job.sha256:
        raise FileAccessError(f"{job.name} changed while it was being read.", "Run the command again.")
    return data
