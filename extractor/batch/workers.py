"""Worker processes: each has its own pipe, a warm engine, a time limit enforced from outside, and is replaced in time.

A pool that shares one pipe and its locks between workers (as `multiprocessing.Pool` and pebble do) stands still or breaks
when a worker is killed while it holds a lock. Here nothing is shared: whatever ends a worker costs its own document only.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from extractor.batch.outcome import Category, Failed, Job, Result
from extractor.errors import GoujiError
from extractor.guard import GRACE_SECONDS
from extractor.settings import Settings

Work = Callable[[Job, Settings], Result]

START_SECONDS = 60.0
"""What a new worker may take longer for its first document: it has to load the program."""
STOP_SECONDS = 5.0
"""How long a worker that has nothing to do may take to end."""
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM",
                    "GOUJI_THREADS")


class WorkerError(GoujiError):
    """Workers cannot be started: nothing that a document has done."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How workers are run: how many, the threads of each, and after how many documents or resident bytes one is
    replaced, so that what libraries leak does not add up. A worker has one core to itself: what several threads of one
    document gain is less than what as many documents side by side do."""

    workers: int
    threads: int = 1
    max_jobs: int = 500
    max_resident: int = 1536 * 1024**2

    @classmethod
    def for_machine(cls, workers: int = 0, threads: int = 0) -> Policy:
        """As many workers as cores that this process may use, each with one thread, unless told otherwise."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(workers or cores, threads or 1)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What a worker says when it has loaded the program."""


@dataclass(frozen=True, slots=True)
class _Broken:
    """What a worker says when it could not."""

    why: str


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    job: Job | None = None
    deadline: float = 0.0
    started: float = 0.0
    jobs: int = 0
    ready: bool = False


class Pool:
    """Runs jobs in processes of their own. One thread uses it: `start` while `free`, then `wait` for results."""

    def __init__(self, work: Work, settings: Settings, policy: Policy) -> None:
        self._work = work
        self._settings = settings
        self._policy = policy
        self._context = get_context("spawn")  # a fork would copy whatever state the threads of this process hold
        self._workers: list[_Worker] = []

    @property
    def free(self) -> int:
        """How many jobs may be started now."""
        return self._policy.workers - self.running

    @property
    def running(self) -> int:
        return sum(worker.job is not None for worker in self._workers)

    def start(self, job: Job) -> None:
        """Hands `job` to a worker that has nothing to do, or to a new one."""
        worker = next((worker for worker in self._workers if worker.job is None), None) or self._spawn()
        worker.job = job
        worker.started = time.monotonic()
        worker.deadline = worker.started + self._settings.max_seconds + GRACE_SECONDS
        if not worker.ready:
            worker.deadline += START_SECONDS
        with suppress(OSError):  # it has died meanwhile: `wait` will see that
            worker.pipe.send(job)

    def wait(self, seconds: float) -> list[tuple[Job, Result]]:
        """What was finished, at the latest after `seconds`. Raises `WorkerError`."""
        busy = {worker.pipe: worker for worker in self._workers if worker.job is not None}
        if not busy:
            return []
        nearest = min(worker.deadline for worker in busy.values()) - time.monotonic()
        heard = wait(list(busy), max(0.0, min(seconds, nearest)))
        results = []
        for pipe, worker in busy.items():
            result = self._hear(worker) if pipe in heard else self._overdue(worker)
            if result is not None and worker.job is not None:
                results.append((worker.job, result))
                worker.job = None
                self._retire_if_due(worker, result)
        return results

    def close(self) -> None:
        """Lets idle workers end and kills those that still work."""
        for worker in self._workers:
            worker.pipe.close()
            if worker.job is not None:
                worker.process.kill()
        for worker in self._workers:
            worker.process.join(STOP_SECONDS)
            worker.process.kill()
            worker.process.join()
        self._workers.clear()

    def processes(self) -> list[int]:
        """The ids of the workers' processes."""
        return [worker.process.pid for worker in self._workers if worker.process.pid is not None]

    def _spawn(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(theirs, self._work, self._settings, os.getpid()), name="gouji-worker", daemon=True)
        with _interrupts_blocked(), _few_threads(self._policy.threads):
            process.start()
        theirs.close()  # so that this end reads its end when the worker dies
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _hear(self, worker: _Worker) -> Result | None:
        """What the worker says; if it has died without a word, how."""
        try:
            message = worker.pipe.recv()
        except Exception:  # the end of the pipe, or half of a message from a worker that died while it wrote
            return self._buried(worker)
        if isinstance(message, _Ready):
            worker.ready = True
            return None
        if isinstance(message, _Broken):
            raise WorkerError(f"A worker could not start: {message.why}.", "Install the program again.")
        result: Result = message
        return result

    def _overdue(self, worker: _Worker) -> Result | None:
        if time.monotonic() < worker.deadline:
            return None
        self._remove(worker)
        return Failed(Category.TIME_OUT, f"The document took longer than {self._settings.max_seconds:g} seconds and "
                      "could not be interrupted.", "Raise GOUJI_MAX_SECONDS if it really is that large.",
                      time.monotonic() - worker.started)

    def _buried(self, worker: _Worker) -> Result:
        seconds = time.monotonic() - worker.started
        worker.process.join(STOP_SECONDS)
        code = worker.process.exitcode
        self._remove(worker)
        if code == -signal.SIGKILL:
            return Failed(Category.OUT_OF_MEMORY, "The system killed the worker, most often because memory ran out.",
                          "Use fewer workers or a machine with more memory.", seconds)
        how = "without a word" if code is None else (
            f"by signal {signal.Signals(-code).name}" if code < 0 else f"with code {code}")
        return Failed(Category.CRASH, f"The worker ended {how} while it read the document.",
                      "The document is probably damaged or made to do harm.", seconds)

    def _retire_if_due(self, worker: _Worker, result: Result) -> None:
        worker.jobs += 1
        due = worker.jobs >= self._policy.max_jobs or result.resident > self._policy.max_resident
        if due and worker in self._workers:
            self._workers.remove(worker)
            worker.pipe.close()
            worker.process.join(STOP_SECONDS)
            worker.process.kill()
            worker.process.join()

    def _remove(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """A process started within never hears Ctrl-C, which the terminal sends to all: this process decides what ends."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    resource_tracker.ensure_running()  # starting it later would unblock SIGINT again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _few_threads(threads: int) -> Iterator[None]:
    """A process started within gives numeric libraries that many threads; they look only when they are loaded."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(pipe: Connection, work: Work, settings: Settings, parent: int) -> None:
    """The life of a worker: load the program, then answer each job with its result until the pipe ends."""
    _die_with(parent)
    try:
        warm_up()
        pipe.send(_Ready())
    except (BrokenPipeError, ConnectionError):
        return
    except Exception as error:
        pipe.send(_Broken(f"{type(error).__name__}: {error}"))
        return
    with suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            job = pipe.recv()
            result = work(job, settings)
            pipe.send(replace(result, resident=resident_bytes()))


def warm_up() -> None:
    """Loads what nearly every document needs, so that no document's time goes by meanwhile; the OCR engine starts with
    the first scan."""
    for module in ("extractor.pipeline", "extractor.read.pdf", "extractor.store.rows"):
        import_module(module)
    with suppress(GoujiError):  # without the model each document fails, and is named with that reason
        import_module("extractor.label.model.release").load()


def _die_with(parent: int) -> None:
    """On Linux the kernel ends a worker whose parent was killed; elsewhere it ends when it next uses its pipe."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    set_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def resident_bytes() -> int:
    """The memory that this process holds, in bytes; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
