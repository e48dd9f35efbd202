"""Documents that do to a worker what hostile input does, in place of the extraction; imported by real workers.

The first line of a document says what happens; any other document is extracted as ever.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import time
from pathlib import Path
from typing import Any

import extractor
from extractor.batch.outcome import Job, Result
from extractor.batch.task import extract_job
from extractor.report import Report
from extractor.settings import Settings

_real = extractor.extract


def _extract(source: bytes, **options: Any) -> Report:
    what, _, argument = source.partition(b"\n")[0].partition(b" ")
    match what:
        case b"#hang":  # foreign code that hears no alarm
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            time.sleep(3600)
        case b"#loop":
            while True:
                pass
        case b"#segfault":
            ctypes.string_at(0)
        case b"#exit":
            os._exit(7)
        case b"#killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"#eat":
            bytearray(20 * 1024**3)
        case b"#fail":
            raise ValueError("a mistake")
        case b"#allocator":
            raise RuntimeError("std::bad_alloc")
        case b"#once":  # crashes the first time only
            mark = Path(argument.decode())
            if not mark.exists():
                mark.touch()
                os._exit(7)
        case b"#slow":
            time.sleep(float(argument))
        case _:
            return _real(source, **options)
    report = _real(source.partition(b"\n")[2], **options)
    return report.model_copy(update={"sha256": hashlib.sha256(source).hexdigest()})


def hostile_work(job: Job, settings: Settings) -> Result:
    """`extract_job`, with the above in place of the extraction."""
    extractor.extract = _extract  # type: ignore[assignment]
    return extract_job(job, settings)


def install() -> None:
    """Puts the above in place of the extraction in this process, and in workers that import this program anew."""
    extractor.extract = _extract  # type: ignore[assignment]
