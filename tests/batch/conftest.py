"""Archives of small documents, and runs over them inside the test or as a process that can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import select

from extractor.batch.runner import Plan, Runner
from extractor.batch.sources import open_source
from extractor.batch.tally import Event, Tally
from extractor.batch.workers import Policy, Pool
from extractor.settings import Settings
from extractor.store import Configuration, Store, schema
from tests.batch.hostile import hostile_work

CONFIGURATION = Configuration("c" * 64, "0.0", "1" * 64, "2" * 64, "3" * 64, "{}")
SETTINGS = Settings(max_seconds=120.0, max_memory_bytes=2 * 1024**3)
"""Time enough on a busy machine."""
SHORT = Settings(max_seconds=5.0, max_memory_bytes=2 * 1024**3)
"""For documents that hang."""


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that hears no alarm is killed soon after its time."""
    monkeypatch.setattr("extractor.batch.workers.GRACE_SECONDS", 0.5)


@pytest.fixture(scope="session")
def report_text(project: Path) -> bytes:
    """A report as text: the quickest format to read."""
    return (project / "eval" / "samples" / "demo" / "township_2019.txt").read_bytes()


MakeArchive = Callable[..., Path]


@pytest.fixture
def archive(tmp_path: Path, report_text: bytes) -> MakeArchive:
    """Makes a folder of `count` reports that differ in their bytes, and of files with the given contents."""
    def make(count: int, **others: bytes) -> Path:
        folder = tmp_path / "archive"
        (folder / "deeper").mkdir(parents=True)
        for number in range(count):
            place = folder / "deeper" if number % 3 == 0 else folder
            (place / f"report-{number:04d}.txt").write_bytes(report_text + b"\n" * number)
        for name, content in others.items():
            (folder / f"{name}.txt").write_bytes(content)
        return folder
    return make


class Processes(Protocol):
    """Workers whose processes can be killed."""

    def processes(self) -> list[int]: ...


class Witness:
    """An observer that remembers what it was told, and may act on it."""

    def __init__(self, pool: Processes, act: Callable[[Witness, Event], None] | None = None) -> None:
        self.pool = pool
        self.events: dict[str, Event] = {}
        self.tally = Tally()
        self.state = ""
        self._act = act

    def listed(self, tally: Tally) -> None:
        pass

    def tick(self, tally: Tally) -> None:
        pass

    def landed(self, event: Event, tally: Tally) -> None:
        self.events[Path(event.name).stem] = event
        if self._act is not None:
            self._act(self, event)

    def ended(self, state: str, tally: Tally) -> None:
        self.state, self.tally = state, tally

    @property
    def outcomes(self) -> dict[str, str]:
        return {name: str(event.outcome) for name, event in self.events.items()}


def run_batch(archive: Path | str, url: str, *, workers: int = 2, retry: bool = False, settings: Settings = SETTINGS,
              configuration: Configuration = CONFIGURATION, policy: Policy | None = None,
              act: Callable[[Witness, Event], None] | None = None) -> Witness:
    """One run with hostile workers, inside this process."""
    pool = Pool(hostile_work, settings, policy or Policy(workers))
    witness = Witness(pool, act)
    with Store.open(url, write=True) as store:
        plan = Plan(open_source(str(archive)), str(archive), configuration, settings, retry)
        Runner(plan, store, pool, [witness]).run()
    return witness


def content(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a store that do not depend on how many runs it took."""
    found = {}
    with Store.open(url) as store, store.transaction() as connection:
        for table in schema.metadata.sorted_tables:
            if table.name != "runs":
                columns = [column for column in table.columns if column.name != "run_id"]
                found[table.name] = [tuple(row) for row in connection.execute(
                    select(*columns).order_by(*table.primary_key))]
    return found


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path, project: Path) -> Start:
    """Starts `gouji ARGUMENTS` with hostile workers as a process of its own."""
    script = tmp_path / "hostile_gouji.py"
    script.write_text("from tests.batch.hostile import install\ninstall()\n"
                      "if __name__ == '__main__':\n    from extractor.cli import main\n    main()\n", "utf8")

    def begin(*arguments: str | Path, **environment: str) -> subprocess.Popen[bytes]:
        own = {"PYTHONPATH": str(project), "LC_ALL": "C.UTF-8", "GOUJI_MAX_SECONDS": "20"}
        return subprocess.Popen([sys.executable, script, *map(str, arguments)], env=os.environ | own | environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                start_new_session=True)
    return begin
