"""Everything that a person can do, without HTTP: the API and the pages are two faces of this class."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal as Number
from pathlib import Path
from typing import IO, Literal

from extractor.batch.configuration import configuration
from extractor.batch.tally import DONE
from extractor.messages import Language
from extractor.serve import audit, bodies, correcting, decisions, files, overview, queue, samples, views
from extractor.serve.archive import Archive, file_name
from extractor.serve.cache import Cache
from extractor.serve.config import ServeSettings
from extractor.serve.driver import Driver
from extractor.serve.errors import Forbidden, Invalid, NotFound, TooLarge, Unavailable
from extractor.serve.images import Images
from extractor.serve.jobs import Jobs, Uploaded
from extractor.serve.model import (
    AuditRow,
    BodyListed,
    BodyView,
    Change,
    Decision,
    Job,
    Listed,
    Overview,
    Page,
    QueueFilter,
    QueueItem,
    Reason,
    ReportView,
    SavedView,
    ScaleName,
    Scope,
    Sheet,
    Subject,
    User,
)
from extractor.serve.render import Renderer, Task
from extractor.serve.reports import Reports, sheets_of
from extractor.settings import Settings
from extractor.store import Store

RECENT_JOBS = 8
KEPT_BODIES = 64
FRESH_SECONDS = 3.0
"""How long counts over the whole store may be old: other programs may write to it as well."""


class Service:
    """The service over one store and one folder of data; all methods may be called from any thread.

    Any user may look at every report of the store: a store is one team's. Jobs, with the lists of what was uploaded, and
    saved views are their owner's (and jobs an administrator's). Methods raise the errors of `extractor.serve.errors`,
    and `StoreError`.
    """

    def __init__(self, config: ServeSettings, settings: Settings) -> None:
        """Opens the store, which is made or brought up to date. Raises `StoreError`, `StoreUrlError`, `OutputError`,
        `StartError` (another service has the folder)."""
        self.config = config
        self.archive = Archive(config.data / "files")
        self.archive.claim()
        self.archive.sweep()
        self.store = Store.open(config.store_url, write=True)
        self._settings = settings
        self._configuration = configuration(settings)
        self._jobs = Jobs(self.store)
        self._reports = Reports(self.store, self.archive)
        self._renderer = Renderer(settings)
        self._images = Images(config.data / "pages", config.cached_images)
        self._driver = Driver(self.store, self._jobs, self.archive, settings, self._configuration, config.workers,
                              self._changed, self._extracted)
        self._changes: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._forgotten = 0.0
        self._overviews: Cache[Overview] = Cache(64, FRESH_SECONDS)
        self._bodies: Cache[BodyView] = Cache(KEPT_BODIES)
        self._queues: Cache[Page[QueueItem]] = Cache(64, FRESH_SECONDS)
        self.stopping = False

    # --------------------------------------------------------------------------------------------------------- life cycle
    def start(self) -> None:
        """Takes up what was waiting when the service last ended."""
        correcting.apply_all(self.store)
        self._renderer.warm()
        self._driver.start()

    def announce_stop(self) -> None:
        """No more uploads, and streams of events end; the rest is still answered."""
        self.stopping = True

    def stop(self) -> None:
        """Lets running documents end, for `drain_seconds` at most; what waits then goes on after the next start."""
        self.stopping = True
        self._driver.stop(self.config.drain_seconds)
        self._renderer.close()
        self.store.close()
        self.archive.release()

    def ready(self) -> dict[str, bool]:
        """Whether the store answers, and whether the thread that drives extraction lives."""
        try:
            self._jobs.states()
            store = True
        except Exception:
            store = False
        return {"store": store, "driver": self._driver.alive() and not self.stopping}

    def outcomes(self) -> Counter[str]:
        """How documents ended since the start: `done`, `known` or a category of failure."""
        return self._driver.outcomes

    # ------------------------------------------------------------------------------------------------------------ uploads
    def upload(self, user: User, given: Sequence[tuple[str, IO[bytes]]]) -> Job:
        """Keeps the files and has them read; the same upload again is the same job. Raises `TooLarge`, `Invalid`."""
        self._allow(user, Scope.REVIEW)
        if self.stopping:
            raise Unavailable("stopping")
        if not given:
            raise Invalid("no_files")
        if len(given) > self.config.max_files:
            raise TooLarge("file_count", most=self.config.max_files)
        kept = [self._kept(name, stream) for name, stream in given]
        known = [item.sha256 for item in kept if self.store.outcome(item.sha256, self._configuration) == DONE]
        job, new = self._jobs.create(user.name, kept, known)
        if new:
            self._driver.wake()
        return self._jobs.get(user, job)

    def job(self, user: User, job: str) -> Job:
        """Raises `NotFound`, also for a job of somebody else."""
        return self._jobs.get(user, job)

    def jobs(self, user: User, offset: int = 0, size: int = 50) -> Page[Job]:
        """The user's jobs, the newest first; everybody's for an administrator."""
        return self._jobs.listed(user, offset, size)

    def changes(self, job: str) -> int:
        """Grows whenever something of the job changes; what streams of events watch."""
        return self._changes[job]

    def waiting(self) -> dict[str, int]:
        """How many documents of all jobs are in each state."""
        return {str(state): count for state, count in self._jobs.states().items()}

    # ------------------------------------------------------------------------------------------------------------ looking
    def overview(self, user: User) -> Overview:
        """Counts over the store, a few seconds old at most, and the user's newest jobs."""
        found = self._overviews.get("", lambda: overview.overview(self.store, self._jobs))
        return found.model_copy(update={"jobs": self._jobs.listed(user, 0, RECENT_JOBS).items})

    def reports(self, body: str = "", year: int | None = None, text: str = "", offset: int = 0,
                size: int = 50) -> Page[Listed]:
        """Reports by body and year; `body` and `text` are parts of names."""
        return self._reports.list(body, year, text, offset, size)

    def queue(self, wanted: QueueFilter, offset: int = 0, size: int = 50) -> Page[QueueItem]:
        """Contradictions by their causes, the most urgent first."""
        return self._queues.get((wanted, offset, size), lambda: queue.page(self.store, wanted, offset, size))

    def report(self, sha256: str) -> ReportView:
        """Raises `NotFound`."""
        return self._reports.view(sha256)

    def report_version(self, sha256: str) -> str:
        """Changes with anything in `report`; cheap to ask for. Raises `NotFound`."""
        return self._reports.version(sha256)

    def report_json(self, sha256: str, version: str) -> bytes:
        """`report` as JSON, kept for those who ask for the same version."""
        return self._reports.answer(sha256, version)

    def sheets(self, sha256: str) -> tuple[Sheet, ...]:
        """The pages of a document that have images."""
        return self._reports.view(sha256).sheets

    def page_image(self, sha256: str, page: int, dpi: int = ScaleName.LARGE) -> bytes:
        """A page as PNG, drawn once and kept; `dpi` is one of `ScaleName`. Raises `NotFound`, `Invalid`, `Unavailable`."""
        if dpi not in list(ScaleName):
            raise Invalid("request", what="dpi")
        path = self.archive.path(sha256)
        if path is None:
            self._reports.version(sha256)
            raise NotFound("file")
        return self._images.get(f"{sha256}-{page}-{dpi}", lambda: self._drawn(sha256, path, page, dpi))

    def crop(self, sha256: str, fingerprint: str) -> bytes:
        """The part of the first page on which a finding's operands stand, as PNG. Raises as `page_image` does."""
        page, box = files.place_of(self._reports.view(sha256).report, fingerprint)
        return files.cut(self.page_image(sha256, page, ScaleName.LARGE), box, ScaleName.LARGE)

    def bodies(self, text: str = "", offset: int = 0, size: int = 50) -> Page[BodyListed]:
        return bodies.listed(self.store, text, offset, size)

    def body(self, name: str) -> BodyView:
        """Raises `NotFound`."""
        version = bodies.version(self.store, name)
        return self._bodies.get((name, version), lambda: bodies.view(self.store, name))

    # ----------------------------------------------------------------------------------------------------------- deciding
    def decide(self, user: User, fingerprints: Sequence[str], decision: Decision, reason: Reason = Reason.NONE,
               comment: str = "", body: str = "") -> int:
        """Adds a decision about each finding; how many were not decided so already. `body` names the body if findings
        between its years are among them. Raises `Invalid` (no such finding, a reason that does not fit)."""
        self._allow(user, Scope.REVIEW)
        known = bodies.fingerprints(self.store, body) if body else frozenset[str]()
        made = decisions.decide(self.store, user.name, fingerprints, decision, reason, comment, known)
        self._forget()
        return made

    def correct(self, user: User, sha256: str, corrections: Mapping[str, Number | None], comment: str = "") -> Change:
        """Keeps what a person says is printed in cells (None: nothing) and solves the report again."""
        self._allow(user, Scope.REVIEW)
        if not corrections:
            raise Invalid("request", what="corrections")
        change = correcting.correct(self.store, user.name, sha256, corrections, comment)
        self._forget()
        return change

    def undo(self, user: User, sha256: str, field: str) -> Change:
        """Takes the correction of a field back. Raises `NotFound` if there is none."""
        self._allow(user, Scope.REVIEW)
        change = correcting.correct(self.store, user.name, sha256, {}, withdrawn=field)
        self._forget()
        return change

    # -------------------------------------------------------------------------------------------------------- saved views
    def views(self, user: User) -> tuple[SavedView, ...]:
        return views.listed(self.store, user.name)

    def save_view(self, user: User, name: str, wanted: QueueFilter) -> SavedView:
        return views.save(self.store, user.name, name, wanted)

    def delete_view(self, user: User, name: str) -> None:
        views.remove(self.store, user.name, name)

    # ------------------------------------------------------------------------------------------------------------ exports
    def working_paper(self, sha256: str, language: Language) -> bytes:
        """The report as an Excel workbook, with pictures of its pages if the original is at hand."""
        return self._evidence("xlsx", sha256, language)

    def evidence_page(self, sha256: str, language: Language) -> bytes:
        """The report as one HTML page, with pictures of its pages if the original is at hand."""
        return self._evidence("html", sha256, language)

    def labelled_samples(self, body: str = "", year: int | None = None, settled: bool = False) -> IO[bytes]:
        """A zip of corrected reports as labelled samples, see `extractor.serve.samples`; the caller closes it."""
        return samples.samples(self.store, self.archive, body, year, settled)

    def tables(self, form: Literal["csv", "parquet"], body: str = "", year: int | None = None) -> IO[bytes]:
        """A zip of the store's values, figures and findings; the caller closes it."""
        return files.tables(self.store, form, body, year)

    def audit(self, user: User, subject: str = "", offset: int = 0, size: int = 50) -> Page[AuditRow]:
        """Who did what, the newest first. Raises `Forbidden` for all but administrators."""
        self._allow(user, Scope.ADMIN)
        return audit.rows(self.store, subject, offset, size)

    def subjects(self, user: User, rows: Sequence[AuditRow]) -> dict[str, Subject]:
        """The reports and findings that rows of the log are about, by subject. Raises `Forbidden` as `audit` does."""
        self._allow(user, Scope.ADMIN)
        return audit.subjects(self.store, rows)

    # -------------------------------------------------------------------------------------------------------------- parts
    def _kept(self, name: str, stream: IO[bytes]) -> Uploaded:
        shown = file_name(name)
        kept = self.archive.put(stream, self._settings.max_file_bytes, shown)
        return Uploaded(shown, kept.sha256, kept.size)

    def _drawn(self, sha256: str, path: Path, page: int, dpi: int) -> bytes:
        report = self._reports.view(sha256).report
        if page not in {sheet.number for sheet in sheets_of(report)}:
            raise NotFound("page", page=page)
        return self._renderer.make(Task("page", str(path), page=page, dpi=dpi, report=report.to_json().encode("utf8")))

    def _evidence(self, kind: Literal["html", "xlsx"], sha256: str, language: Language) -> bytes:
        view = self._reports.view(sha256)
        path = self.archive.path(sha256)
        return self._renderer.make(Task(kind, "" if path is None else str(path), language=language,
                                        report=view.report.to_json().encode("utf8")))

    def _allow(self, user: User, wanted: Scope) -> None:
        if not user.scope.allows(wanted):
            raise Forbidden("scope", scope=wanted)

    def _forget(self) -> None:
        self._forgotten = time.monotonic()
        for cache in (self._overviews, self._queues):
            cache.clear()

    def _changed(self, jobs: Iterable[str]) -> None:
        with self._lock:
            self._changes.update(jobs)

    def _extracted(self, sha256: str) -> None:
        """A document was extracted, perhaps again: what people corrected in it holds on."""
        correcting.apply_again(self.store, sha256)
        # one upload shows at once; while an archive comes in, lists over the whole store are as old as they may be
        if time.monotonic() - self._forgotten > FRESH_SECONDS:
            self._forget()
