"""The same extraction over a Ray cluster: jobs carry their bytes, results come back to the one process that keeps them.

A lost node costs the documents that it was working on; they are tried again like those of a worker that crashed.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from typing import Any

from extractor.batch.outcome import Category, Failed, Job, Result
from extractor.batch.sources import SourceError
from extractor.batch.workers import START_SECONDS, THREAD_VARIABLES, Work
from extractor.errors import GoujiError
from extractor.guard import GRACE_SECONDS
from extractor.settings import Settings

LOCAL = "local"
RESOURCES_SECONDS = 10.0
"""How often the size of the cluster is asked for: nodes come and go."""


class ClusterError(GoujiError):
    """The cluster cannot be reached."""

    category = "file_access"


class Cluster:
    """Runs jobs as Ray tasks of one CPU each; see `extractor.batch.runner.Workers`."""

    def __init__(self, address: str, work: Work, settings: Settings) -> None:
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing about a run leaves the cluster
        try:
            import ray
        except ImportError as error:
            raise SourceError("Ray is not installed.", "pip install 'gouji[cluster]'.") from error
        self._ray: Any = ray
        self._settings = settings
        try:
            ray.init(address=None if address == LOCAL else address, log_to_driver=False, logging_level=logging.ERROR,
                     include_dashboard=False if address == LOCAL else None)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise ClusterError(f"The Ray cluster at {address} cannot be reached: {error}.", "Check its address.") from error
        # a task that ends its process is not repeated by Ray: poison would go from node to node
        threads = dict.fromkeys(THREAD_VARIABLES, str(settings.threads or 1))
        self._task: Any = ray.remote(num_cpus=1, max_retries=0, runtime_env={"env_vars": threads})(work)
        self._running: dict[Any, tuple[Job, float]] = {}
        self._slots = 0
        self._asked = 0.0

    @property
    def free(self) -> int:
        return max(0, self._size() - len(self._running))

    @property
    def running(self) -> int:
        return len(self._running)

    def start(self, job: Job) -> None:
        self._running[self._task.remote(job, self._settings)] = (job, time.monotonic())

    def wait(self, seconds: float) -> list[tuple[Job, Result]]:
        if not self._running:
            return []
        ready, _ = self._ray.wait(list(self._running), num_returns=len(self._running), timeout=0)
        if not ready:
            ready, _ = self._ray.wait(list(self._running), num_returns=1, timeout=seconds)
        results = [(self._running[task][0], self._result(task)) for task in ready]
        for task in ready:
            del self._running[task]
        return results + self._overdue()

    def close(self) -> None:
        for task in self._running:
            with suppress(Exception):
                self._ray.cancel(task, force=True)
        self._running.clear()
        self._ray.shutdown()

    def _result(self, task: Any) -> Result:
        seconds = time.monotonic() - self._running[task][1]
        try:
            result: Result = self._ray.get(task)
            return result
        except self._ray.exceptions.OutOfMemoryError:
            return Failed(Category.OUT_OF_MEMORY, "Ray ended the task because its node ran out of memory.",
                          "Use nodes with more memory for each CPU.", seconds)
        except self._ray.exceptions.RayError as error:
            reason = str(error).strip().partition("\n")[0][:200]
            return Failed(Category.CRASH, f"The task ended without a result: {reason}", "", seconds)

    def _overdue(self) -> list[tuple[Job, Result]]:
        limit = self._settings.max_seconds + GRACE_SECONDS + START_SECONDS
        late = [task for task, (_, started) in self._running.items() if time.monotonic() - started > limit]
        results: list[tuple[Job, Result]] = []
        for task in late:
            job, started = self._running.pop(task)
            self._ray.cancel(task, force=True)
            results.append((job, Failed(
                Category.TIME_OUT, f"The document took longer than {self._settings.max_seconds:g} seconds and could "
                "not be interrupted.", "Raise GOUJI_MAX_SECONDS if it really is that large.",
                time.monotonic() - started)))
        return results

    def _size(self) -> int:
        """The CPUs of the cluster now."""
        if time.monotonic() - self._asked > RESOURCES_SECONDS or not self._asked:
            self._slots = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
            self._asked = time.monotonic()
        return self._slots
