"""Runs a system over the files of the samples: in processes, with limits, resumable, nothing lost when one fails."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from eval.loading import sha256_of
from eval.systems import fingerprint, settings_for, system
from eval.types import Answer, Problem, Truth
from extractor.batch.outcome import Category, Failed, Job
from extractor.errors import GoujiError
from extractor.output import write_atomically
from extractor.report import Report
from extractor.settings import Settings, default_settings

PASSING = frozenset({Category.LIMIT, Category.TIME_OUT, Category.OUT_OF_MEMORY, Category.CRASH})
"""Errors that may have come from what else the machine was doing: such a document is tried again by the next run."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Answers on disk: a file for each document's content, in a folder for each state of the system, so that a run can
    be taken up where it ended."""

    folder: Path
    system: str

    @classmethod
    def below(cls, work: Path, name: str) -> Kept:
        """The answers of a system as it is now."""
        return cls(work / f"{name}-{fingerprint(name)}", name)

    def path(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.json"

    def get(self, sha256: str) -> Answer | None:
        """The answer, or None if there is none that can be read."""
        found = self.read(sha256)
        return None if found is not None and found.error in PASSING else found

    def read(self, sha256: str) -> Answer | None:
        """As `get`, also an error that may pass: a machine under load, a worker that was killed."""
        try:
            raw = json.loads(self.path(sha256).read_bytes())
            report = None if raw["report"] is None else Report.model_validate_json(json.dumps(raw["report"]))
            return Answer(report, raw["error"], raw["seconds"], raw["peak_bytes"])
        except (OSError, ValueError, KeyError, TypeError, ValidationError):
            return None

    def put(self, sha256: str, answer: Answer) -> None:
        path = self.path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        report = None if answer.report is None else json.loads(answer.report.to_json(timings=True))
        record: dict[str, Any] = {"error": answer.error, "seconds": answer.seconds, "peak_bytes": answer.peak_bytes,
                                  "report": report}
        write_atomically(path, json.dumps(record, ensure_ascii=False).encode())


@dataclass(frozen=True, slots=True)
class Finished:
    """What a worker says when it has kept an answer: the memory that it holds, in bytes."""

    resident: int = 0


def answer_file(kept: Kept, job: Job, settings: Settings) -> Finished:
    """Keeps what a system makes of one file, within the limits of the settings."""
    from extractor.guard import guard
    from extractor.read.source import load

    read = system(kept.system)
    start = time.perf_counter()
    report, error = None, ""
    try:
        with guard(settings):
            report = read(load(job.path, settings), job.name, settings)
    except GoujiError as failure:
        error = failure.category
    except Exception as failure:
        error = f"internal: {type(failure).__name__}: {failure}"
    kept.put(job.sha256, Answer(report, error, time.perf_counter() - start, _peak_bytes()))
    return Finished()


def run(truths: Sequence[Truth], kept: Kept, *, workers: int = 1, settings: Settings | None = None,
        done: Callable[[Truth, Answer], None] = lambda truth, answer: None) -> Iterator[tuple[Truth, Answer]]:
    """Answers in the order of `truths`; those on disk are not made again. `done` is called as each comes in."""
    jobs = {truth.name: Job(truth.file.name, sha256_of(truth.file), truth.file.stat().st_size, str(truth.file))
            for truth in truths if truth.file is not None}
    answers: dict[str, Answer] = {}
    for truth in truths:
        found = kept.get(jobs[truth.name].sha256) if truth.name in jobs else Answer(None, "file_access")
        if found is not None:
            answers[truth.name] = found
            done(truth, found)
    waiting = [truth for truth in truths if truth.name not in answers]
    for truth, answer in _answered(waiting, jobs, kept, workers, settings_for(kept.system, settings or default_settings())):
        answers[truth.name] = answer
        done(truth, answer)
    for truth in truths:
        yield truth, answers[truth.name]


def problems_of(truths: Sequence[Truth], answers: Sequence[Answer]) -> list[Problem]:
    """Files that changed since they were labelled, and documents that ended with an error."""
    found = []
    for truth, answer in zip(truths, answers, strict=True):
        if answer.report is not None and truth.report.sha256 and answer.report.sha256 != truth.report.sha256:
            found.append(Problem("file_changed", truth.name))
        if answer.error:
            found.append(Problem("failed", truth.name, answer.error))
    return found


def _answered(waiting: Sequence[Truth], jobs: dict[str, Job], kept: Kept, workers: int,
              settings: Settings) -> Iterator[tuple[Truth, Answer]]:
    """Answers as they come in; a process that crashes or hangs loses only the document that it was at."""
    if not waiting:
        return
    from extractor.batch.workers import Policy, Pool, Work

    # The pool hands on what the work returns, whatever it is, if only it tells `resident`.
    pool = Pool(cast(Work, partial(answer_file, kept)), settings, Policy.for_machine(workers))
    pending = list(reversed(waiting))
    running: dict[int, Truth] = {}
    try:
        while pending or running:
            while pending and pool.free:
                truth = pending.pop()
                running[id(jobs[truth.name])] = truth
                pool.start(jobs[truth.name])
            for job, result in pool.wait(1.0):
                truth = running.pop(id(job))
                if isinstance(result, Failed):
                    kept.put(job.sha256, Answer(None, result.category, result.seconds))
                yield truth, kept.read(job.sha256) or Answer(None, "internal")
    finally:
        pool.close()


def _peak_bytes() -> int:
    """The largest resident memory of this process so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
