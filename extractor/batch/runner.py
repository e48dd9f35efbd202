"""Takes an archive into a store: lists it, hands each new document to a worker, keeps each result at once."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from extractor.batch.outcome import TRIED_AGAIN, Done, Failed, Job, Result, name_category
from extractor.batch.sources import Entry, Fetched, Source
from extractor.batch.tally import DONE, DUPLICATE, KNOWN, Event, Tally
from extractor.batch.worklist import WorkList
from extractor.errors import FileAccessError, GoujiError
from extractor.settings import Settings
from extractor.store import Configuration, Failure, Listed, Store

FETCHERS = 4
"""Threads that hash files and fetch remote ones ahead of the workers."""
NAMES_AT_ONCE = 500
"""Names of known documents that are noted in one transaction."""
WAIT_SECONDS = 0.5


class Workers(Protocol):
    """What runs jobs: `extractor.batch.workers.Pool`, or that of a cluster."""

    @property
    def free(self) -> int: ...

    @property
    def running(self) -> int: ...

    def start(self, job: Job) -> None: ...

    def wait(self, seconds: float) -> list[tuple[Job, Result]]: ...

    def close(self) -> None: ...


class Observer(Protocol):
    """Hears of everything that a run does, in the run's thread."""

    def listed(self, tally: Tally) -> None:
        """The archive is being listed, or now is."""

    def landed(self, event: Event, tally: Tally) -> None:
        """A name has its outcome."""

    def tick(self, tally: Tally) -> None:
        """Some time has passed."""

    def ended(self, state: str, tally: Tally) -> None:
        """The run is over: `complete`, `partial`, `failed`, `interrupted` or `stopped` (by an error)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do; `retry` takes up documents again that failed under the same configuration."""

    source: Source
    name: str
    configuration: Configuration
    settings: Settings
    retry: bool = False
    inline: bool = False  # the bytes go with the job, for workers that do not see this machine's files


class Runner:
    """One run of a plan."""

    def __init__(self, plan: Plan, store: Store, workers: Workers, observers: Sequence[Observer] = ()) -> None:
        self.plan = plan
        self.store = store
        self.workers = workers
        self.observers = observers
        self.tally = Tally()
        self.number = 0  # of this run in the store
        self._names: list[Listed] = []
        self._waiting: dict[str, list[Listed]] = {}  # by SHA-256: names of documents that are not done yet
        self._files: dict[str, Fetched] = {}
        self._again: deque[Job] = deque()

    @property
    def stopping(self) -> bool:
        return self.tally.stopping

    def run(self) -> str:
        """Does the work; returns how it ended: `complete`, `partial`, `failed` or `interrupted`.

        Raises `StoreError` and `OSError` (no room for temporary files); what was kept before that stays, and another
        run goes on from there.
        """
        self.number = self.store.start_run(self.plan.configuration, self.plan.name)
        state = "stopped"
        try:
            with _interruptible(self), tempfile.TemporaryDirectory(prefix="gouji-") as folder:
                self._work(Path(folder))
            state = self._state()
        except KeyboardInterrupt:
            state = "interrupted"
        finally:
            self.workers.close()
            self._finish(state)
        return state

    def _finish(self, state: str) -> None:
        try:
            self._keep_names()
            self.store.end_run(self.number, state, self.tally.outcomes)
        except GoujiError:
            if state != "stopped":  # else the store is likely what stopped the run, and that error is on its way
                raise
        for observer in self.observers:
            observer.ended(state, self.tally)

    def _state(self) -> str:
        if self.stopping:
            return "interrupted"
        if not self.tally.failed:
            return "complete"
        return "partial" if self.tally.finished > self.tally.failed else "failed"

    def _work(self, folder: Path) -> None:
        todo = WorkList()
        try:
            self._list(todo)
            with ThreadPoolExecutor(FETCHERS, "gouji-fetch") as threads:
                self._feed(self._jobs(self._fetched(todo, threads, folder)))
            while self._again and not self.stopping:
                self.workers.start(self._loaded(self._again.popleft()))
                while self.workers.running:
                    self._keep(self.workers.wait(WAIT_SECONDS), alone=True)
        finally:
            todo.close()

    def _list(self, todo: WorkList) -> None:
        def counted() -> Iterator[Entry]:
            for entry in self.plan.source.entries():
                if self.stopping:
                    return
                yield entry
                self.tally.listed, self.tally.listed_bytes = todo.count, todo.size
                if todo.count % NAMES_AT_ONCE == 0:
                    self._tell("listed")

        todo.add(counted())
        self.tally.listed, self.tally.listed_bytes = todo.count, todo.size
        self._tell("listed")

    def _feed(self, jobs: Iterator[Job]) -> None:
        """Keeps all workers busy until there are no more jobs, then waits for the last."""
        more = self._start_free(jobs)
        while more or self.workers.running:
            finished = self.workers.wait(WAIT_SECONDS)
            more = more and self._start_free(jobs)  # before the results are kept, so that no worker waits for that
            self._keep(finished, alone=False)

    def _start_free(self, jobs: Iterator[Job]) -> bool:
        """Gives each free worker a job; False when there are no more."""
        while self.workers.free:
            job = None if self.stopping else next(jobs, None)
            if job is None:
                return False
            self.workers.start(job)
        return True

    def _fetched(self, todo: WorkList, threads: ThreadPoolExecutor,
                 folder: Path) -> Iterator[tuple[Entry, Fetched | GoujiError]]:
        """Each entry with its file, a few fetched ahead, in order."""
        ahead: deque[tuple[Entry, Future[Fetched | GoujiError]]] = deque()
        entries = iter(todo)
        more = True
        try:
            while more or ahead:
                while more and len(ahead) < 2 * FETCHERS:
                    entry = next(entries, None)
                    if entry is None:
                        more = False
                    else:
                        ahead.append((entry, threads.submit(self._fetch, entry, folder)))
                if ahead:
                    entry, future = ahead.popleft()
                    yield entry, future.result()
        finally:
            for _, future in ahead:
                future.cancel()

    def _fetch(self, entry: Entry, folder: Path) -> Fetched | GoujiError:
        """The file of an entry, or why it cannot be had; only a full disk is not the entry's own affair."""
        if entry.error:
            return FileAccessError(f"{entry.name}: {entry.error}")
        try:
            return self.plan.source.fetch(entry, folder, self.plan.settings.max_file_bytes)
        except GoujiError as error:
            return error
        except Exception as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            return FileAccessError(f"{entry.name} cannot be fetched: {error}.")

    def _jobs(self, fetched: Iterator[tuple[Entry, Fetched | GoujiError]]) -> Iterator[Job]:
        """The documents that are new; what the others are is noted."""
        for entry, found in fetched:
            if self.stopping:
                return
            if isinstance(found, GoujiError):
                category = name_category(found)
                self._note(Listed(entry.name, category=category, message=found.message))
                self._landed(Event(entry.name, category, size=entry.size, message=str(found)))
                continue
            name = Listed(entry.name, found.sha256)
            if found.sha256 in self._waiting:
                self._waiting[found.sha256].append(name)
                self._landed(Event(entry.name, DUPLICATE, found.sha256, found.size))
            elif self._is_done(name, found):
                self._note(name)
            else:
                self._waiting[found.sha256] = [name]
                self._files[found.sha256] = found
                stored = self.store.read_before(found.sha256, self.plan.configuration)
                yield self._loaded(Job(entry.name, found.sha256, found.size, os.path.abspath(found.path), report=stored))
                continue
            _remove(found)

    def _loaded(self, job: Job) -> Job:
        return replace(job, data=Path(job.path).read_bytes()) if self.plan.inline else job

    def _is_done(self, name: Listed, found: Fetched) -> bool:
        """Whether the store knows what becomes of this document under this configuration."""
        known = self.store.outcome(name.sha256, self.plan.configuration)
        if known is None or (known != DONE and self.plan.retry):
            return False
        outcome = KNOWN if known == DONE else known
        self._landed(Event(name.name, outcome, name.sha256, found.size, message="" if known == DONE else
                           "It failed in an earlier run; --retry tries it again."))
        return True

    def _keep(self, finished: Sequence[tuple[Job, Result]], alone: bool) -> None:
        """Lands results; those that other work may have spoilt are put off until they can be alone."""
        for job, result in finished:
            if isinstance(result, Failed) and result.category in TRIED_AGAIN and not alone:
                self._again.append(replace(job, data=None))
            else:
                self._land(job, result, 2 if alone else 1)
        self._tell("tick")

    def _land(self, job: Job, result: Result, attempts: int) -> None:
        names = self._waiting.pop(job.sha256)
        common: dict[str, Any] = {"sha256": job.sha256, "size": job.size, "seconds": result.seconds,
                                  "attempts": attempts, "resident": result.resident}
        if isinstance(result, Done):
            self.store.put_report(self.number, self.plan.configuration, job.size, names, result.rows)
            row = result.rows.report
            event = Event(job.name, DONE, pages=row["pages"], scanned_pages=row["scanned_pages"],
                          values=len(result.rows.values), doubtful=row["doubtful_values"],
                          violated=row["violated"], **common)
        else:
            failure = Failure(result.category, result.message, result.advice, attempts)
            self.store.put_failure(self.number, self.plan.configuration, job.size, names, failure)
            event = Event(job.name, result.category, message=f"{result.message} {result.advice}".strip(), **common)
        _remove(self._files.pop(job.sha256))
        self._landed(event)

    def _note(self, name: Listed) -> None:
        self._names.append(name)
        if len(self._names) >= NAMES_AT_ONCE:
            self._keep_names()

    def _keep_names(self) -> None:
        if self._names:
            self.store.put_names(self.number, self._names)
            self._names = []

    def _landed(self, event: Event) -> None:
        self.tally.add(event)
        for observer in self.observers:
            observer.landed(event, self.tally)

    def _tell(self, what: str) -> None:
        for observer in self.observers:
            getattr(observer, what)(self.tally)


def _remove(file: Fetched) -> None:
    if file.temporary:
        with suppress(OSError):
            os.unlink(file.path)


@contextmanager
def _interruptible(runner: Runner) -> Iterator[None]:
    """The first Ctrl-C (or SIGTERM) lets running documents end and starts no others; the second ends at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        if runner.tally.stopping:
            raise KeyboardInterrupt
        runner.tally.stopping = True

    before = {number: signal.signal(number, ring) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
