"""Drives the batch runner over the documents that wait, in a thread of its own, with workers that stay warm."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing import resource_tracker
from pathlib import Path

from extractor.batch.outcome import Job as Work
from extractor.batch.outcome import Result
from extractor.batch.runner import Plan, Runner
from extractor.batch.sources import Entry, Fetched, hashed
from extractor.batch.tally import DONE, DUPLICATE, KNOWN, Event, Tally
from extractor.batch.task import extract_job
from extractor.batch.workers import Policy, Pool
from extractor.errors import FileAccessError, GoujiError
from extractor.serve.archive import Archive
from extractor.serve.jobs import Jobs
from extractor.serve.model import State
from extractor.settings import Settings
from extractor.store import Configuration, Store

LOG = logging.getLogger("gouji.serve")
SLICE = 8
"""Documents a worker that one run takes: few, so that a new upload need not wait for all of an old one."""
AGAIN_SECONDS = 5.0
"""How long the driver waits after the store could not be reached."""
NICENESS = 15
"""Of workers: whoever looks at a page is served before documents are read."""
PREFIX = "upload:"


def upload_name(sha256: str, name: str) -> str:
    """What the store calls an uploaded file: two files of one name stay apart, one file uploaded twice does not."""
    return f"{PREFIX}{sha256}/{name}"


def shown_name(stored: str) -> str:
    """The name to show for one in the store: that of the upload, or the last part of a path."""
    return stored.rpartition("/")[2] or stored


def extract_upload(job: Work, settings: Settings) -> Result:
    """As `extract_job`; the report calls its source by the file's own name."""
    return extract_job(replace(job, name=shown_name(job.name)), settings)


class Waiting:
    """The documents that wait, as an archive; see `extractor.batch.sources.Source`."""

    def __init__(self, jobs: Jobs, archive: Archive, most: int) -> None:
        self._jobs, self._archive, self._most = jobs, archive, most

    def entries(self) -> Iterator[Entry]:
        for item in self._jobs.pending(self._most):
            yield Entry(upload_name(item.sha256, item.name), item.sha256.encode(), item.size)

    def fetch(self, entry: Entry, folder: Path, limit: int) -> Fetched:
        path = self._archive.path(entry.key.decode())
        if path is None:
            raise FileAccessError(f"{shown_name(entry.name)} is no longer in the archive.", "Upload it again.")
        return hashed(str(path), shown_name(entry.name), limit)


class Warm:
    """A pool that outlives runs; see `extractor.batch.runner.Workers`."""

    def __init__(self, pool: Pool, started: Callable[[str], None]) -> None:
        self._pool, self._started = pool, started

    @property
    def free(self) -> int:
        return self._pool.free

    @property
    def running(self) -> int:
        return self._pool.running

    def start(self, job: Work) -> None:
        self._started(job.sha256)
        self._pool.start(job)
        for process in self._pool.processes():  # here and not in the worker, which needs seconds to load the program
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process, NICENESS)

    def wait(self, seconds: float) -> list[tuple[Work, Result]]:
        return self._pool.wait(seconds)

    def close(self) -> None:
        if self._pool.running:  # the run was broken off: nobody waits for these any more
            self._pool.close()


class Driver:
    """The thread. It also hears what the runner does, see `extractor.batch.runner.Observer`."""

    def __init__(self, store: Store, jobs: Jobs, archive: Archive, settings: Settings, configuration: Configuration,
                 workers: int, changed: Callable[[list[str]], None], landed: Callable[[str], None]) -> None:
        self._store, self._jobs, self._archive, self._settings = store, jobs, archive, settings
        self._configuration = configuration
        self._policy = Policy.for_machine(workers)
        self._changed, self._after = changed, landed
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._runner: Runner | None = None
        self._abandoned = False
        self._pool = Pool(extract_upload, settings, self._policy)
        self._thread = threading.Thread(target=self._live, name="gouji-driver", daemon=True)
        self.outcomes: Counter[str] = Counter()

    # ----------------------------------------------------------------------------------------------- for other threads
    def start(self) -> None:
        self._jobs.reset()
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """Something was uploaded."""
        self._wake.set()

    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self, seconds: float) -> None:
        """Lets running documents end for so many seconds; what has not ended then is done again after a restart."""
        self._stopping.set()
        self._wake.set()
        if (runner := self._runner) is not None:
            runner.tally.stopping = True
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._abandoned = True
            for process in self._pool.processes():
                _kill(process)
            self._thread.join(AGAIN_SECONDS)
        self._jobs.reset()

    # ------------------------------------------------------------------------------------------------------- the thread
    def _live(self) -> None:
        # Workers inherit the mask: what ends them is this process, not Ctrl-C or a service manager.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            while not self._stopping.is_set():
                self._wake.wait()
                self._wake.clear()
                self._work_off()
        finally:
            self._pool.close()

    def _work_off(self) -> None:
        """Runs until nothing waits; a store that cannot be reached is tried again."""
        try:
            most = SLICE * self._policy.workers
            while not self._stopping.is_set() and self._jobs.pending(1):
                self._run(Waiting(self._jobs, self._archive, most))
        except GoujiError as error:
            LOG.error("run_failed", extra={"error": str(error)})
            self._later()
        except Exception:
            LOG.exception("run_failed")
            self._later()

    def _later(self) -> None:
        """Tries again in a while, also without a new upload."""
        self._stopping.wait(AGAIN_SECONDS)
        self._wake.set()

    def _run(self, source: Waiting) -> None:
        plan = Plan(source, "uploads", self._configuration, self._settings, retry=True)
        self._runner = Runner(plan, self._store, Warm(self._pool, self._started), [self])
        try:
            self._runner.tally.stopping = self._stopping.is_set()
            self._runner.run()
        finally:
            self._runner = None
            self._jobs.reset()

    def _started(self, sha256: str) -> None:
        self._changed(self._jobs.mark(sha256, State.RUNNING))

    # ------------------------------------------------------------------------------------------------ hears the runner
    def landed(self, event: Event, tally: Tally) -> None:
        sha256 = event.sha256 or event.name.removeprefix(PREFIX).partition("/")[0]
        if event.outcome == DUPLICATE or (self._abandoned and event.failed):  # the latter failed because we ended it
            return
        good = event.outcome in (DONE, KNOWN)
        if good:
            self._after(sha256)
        self.outcomes[event.outcome] += 1
        self._changed(self._jobs.mark(sha256, State.DONE if good else State.FAILED,
                                      "" if good else event.outcome, "" if good else event.message))
        LOG.info("document", extra={"sha256": sha256, "outcome": event.outcome, "seconds": round(event.seconds, 3),
                                    "pages": event.pages, "bytes": event.size})

    def listed(self, tally: Tally) -> None:
        pass

    def tick(self, tally: Tally) -> None:
        pass

    def ended(self, state: str, tally: Tally) -> None:
        pass


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
