"""A run does each document once, goes on where it was stopped, and says at its end what became of every name."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from extractor.batch.outcome import Job, Result
from extractor.batch.runner import Plan, Runner
from extractor.batch.sources import open_source
from extractor.batch.tally import Event
from extractor.batch.task import extract_job
from extractor.errors import ExitCode
from extractor.settings import Settings
from extractor.store import Configuration, Store, StoreError, schema
from tests.batch.conftest import CONFIGURATION, MakeArchive, Start, Witness, content, run_batch

OTHER = Configuration("d" * 64, "0.1", "1" * 64, "2" * 64, "4" * 64, "{}")


class Here:
    """Workers without processes: the job is done when its result is asked for."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.done: list[str] = []

    @property
    def free(self) -> int:
        return 2 - len(self.jobs)

    @property
    def running(self) -> int:
        return len(self.jobs)

    def processes(self) -> list[int]:
        return []

    def start(self, job: Job) -> None:
        self.jobs.append(job)

    def wait(self, seconds: float) -> list[tuple[Job, Result]]:
        if not self.jobs:
            return []
        job = self.jobs.pop(0)
        self.done.append(Path(job.name).name)
        return [(job, extract_job(job, Settings()))]

    def close(self) -> None:
        self.jobs.clear()


def run_here(archive: Path | str, url: str, *, retry: bool = False, configuration: Configuration = CONFIGURATION,
             stop_after: int = 0) -> tuple[Witness, Here]:
    """A run without processes; with `stop_after` it is interrupted after that many results."""
    workers = Here()

    def act(witness: Witness, event: Event) -> None:
        if stop_after and len(witness.events) == stop_after:
            os.kill(os.getpid(), signal.SIGINT)

    witness = Witness(workers, act)
    with Store.open(url, write=True) as store:
        plan = Plan(open_source(str(archive)), str(archive), configuration, Settings(), retry)
        Runner(plan, store, workers, [witness]).run()
    return witness, workers


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"{tmp_path}/store.sqlite"


def count(url: str, table: str) -> int:
    with Store.open(url) as store, store.transaction() as connection:
        return int(connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one())


def test_a_second_run_does_nothing_again(archive: MakeArchive, url: str) -> None:
    folder = archive(4, empty=b"")
    first, workers = run_here(folder, url)
    assert first.state == "partial" and len(workers.done) == 5
    before = content(url)
    second, workers = run_here(folder, url)
    assert workers.done == [] and content(url) == before
    assert second.state == "partial" and second.tally.outcomes == {"known": 4, "unreadable": 1}


def test_failures_are_tried_again_when_asked_for(archive: MakeArchive, url: str) -> None:
    folder = archive(2, empty=b"")
    run_here(folder, url)
    _, workers = run_here(folder, url, retry=True)
    assert workers.done == ["empty.txt"]


def test_new_files_are_all_that_a_later_run_does(archive: MakeArchive, url: str, report_text: bytes) -> None:
    folder = archive(3)
    run_here(folder, url)
    (folder / "new.txt").write_bytes(report_text + b"\n\n new")
    _, workers = run_here(folder, url)
    assert workers.done == ["new.txt"]


def test_another_configuration_does_the_work_anew_in_place(archive: MakeArchive, url: str) -> None:
    folder = archive(2)
    run_here(folder, url)
    _, workers = run_here(folder, url, configuration=OTHER)
    assert len(workers.done) == 2
    assert count(url, "reports") == 2 and count(url, "configurations") == 2


def test_a_changed_rule_book_reads_nothing_again(archive: MakeArchive, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = archive(2)
    run_here(folder, url)
    before = content(url)

    def read_again(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("extractor.extract", read_again)
    assert run_here(folder, url, configuration=OTHER)[0].outcomes == {"report-0000": "done", "report-0001": "done"}
    after = content(url)
    assert all(before[table] == after[table] for table in ("field_values", "figures", "findings", "evidence"))
    assert {row[1] for row in after["reports"]} == {OTHER.id}
    changed_code = replace(OTHER, fingerprint="e" * 64, code="9" * 64)
    assert run_here(folder, url, configuration=changed_code)[0].tally.failures == {"internal": 2}


def test_the_same_bytes_under_two_names_are_extracted_once_and_listed_twice(archive: MakeArchive, url: str,
                                                                            report_text: bytes) -> None:
    folder = archive(1)
    (folder / "copy.txt").write_bytes(report_text)
    witness, workers = run_here(folder, url)
    assert len(workers.done) == 1
    assert witness.outcomes == {"copy": "done", "report-0000": "duplicate"}
    assert (count(url, "names"), count(url, "documents"), count(url, "reports")) == (2, 1, 1)


def test_long_documents_come_first(archive: MakeArchive, url: str) -> None:
    _, workers = run_here(archive(5), url)
    assert workers.done == [f"report-{number:04d}.txt" for number in (4, 3, 2, 1, 0)]


def test_an_interrupted_run_keeps_its_results_and_is_gone_on_with(archive: MakeArchive, url: str) -> None:
    folder = archive(8)
    first, workers = run_here(folder, url, stop_after=3)
    assert first.state == "interrupted"
    assert count(url, "reports") == len(workers.done) < 8
    second, rest = run_here(folder, url)
    assert second.state == "complete" and not set(workers.done) & set(rest.done)
    assert len(workers.done) + len(rest.done) == 8


def test_a_store_that_fails_stops_the_run_and_loses_nothing(archive: MakeArchive, url: str) -> None:
    folder = archive(6)
    with Store.open(url, write=True) as store:
        with store.transaction() as connection:
            connection.execute(text("CREATE TRIGGER full BEFORE INSERT ON reports WHEN (SELECT count(*) FROM reports) = 3"
                                    " BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"))
        workers = Here()
        plan = Plan(open_source(str(folder)), "x", CONFIGURATION, Settings())
        with pytest.raises(StoreError, match="Make room"):
            Runner(plan, store, workers, [witness := Witness(workers)]).run()
        assert witness.state == "stopped"
        with store.transaction() as connection:
            connection.execute(text("DROP TRIGGER full"))
    _, workers = run_here(folder, url)
    assert len(workers.done) == 3 and count(url, "reports") == 6


def test_a_store_locked_by_another_program_stops_the_run_and_loses_nothing(archive: MakeArchive, url: str,
                                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.store.engine.LOCK_SECONDS", 0.1)
    folder, workers = archive(4), Here()
    with closing(sqlite3.connect(url, isolation_level=None)) as other:
        def lock(witness: Witness, event: Event) -> None:
            if len(witness.events) == 2:
                other.execute("BEGIN IMMEDIATE")

        with Store.open(url, write=True) as store:
            plan = Plan(open_source(str(folder)), "x", CONFIGURATION, Settings())
            with pytest.raises(StoreError, match="Another program is writing") as caught:
                Runner(plan, store, workers, [Witness(workers, lock)]).run()
    assert caught.value.code == ExitCode.OUTPUT
    witness, _ = run_here(folder, url)
    assert witness.state == "complete" and witness.tally.outcomes == {"known": 2, "done": 2}


def test_no_room_for_temporary_files_stops_the_run(tmp_path: Path, url: str, report_text: bytes,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as package:
        package.writestr("a.txt", report_text)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("extractor.batch.sources.spooled", full)
    with pytest.raises(OSError, match="No space"):
        run_here(tmp_path / "archive.zip", url)
    monkeypatch.undo()
    assert run_here(tmp_path / "archive.zip", url)[0].state == "complete"


def test_a_clock_set_back_changes_nothing(archive: MakeArchive, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = archive(4)
    clock = iter(range(10**9, 0, -3600))
    monkeypatch.setattr(time, "time", lambda: float(next(clock)))
    assert run_here(folder, url)[0].state == "complete"
    assert run_here(folder, url)[0].tally.outcomes == {"known": 4}


# -------------------------------------------------------------------------------------------------------- as a process
def finish(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=300)
    return process.returncode, errors.decode()


def test_exit_codes_tell_complete_partial_and_failed(archive: MakeArchive, start: Start, url: str, tmp_path: Path) -> None:
    folder = archive(2)
    code, errors = finish(start("batch", folder, "--store", url, "--workers", "1"))
    assert (code, errors.splitlines()[-1].split(":")[0]) == (0, "complete"), errors
    (folder / "empty.txt").touch()
    code, errors = finish(start("batch", folder, "--store", url, "--workers", "1"))
    assert code == 12 and "failed unreadable" in errors and "1 failed" in errors
    bad = tmp_path / "bad"
    bad.mkdir()
    assert finish(start("batch", bad, "--store", url))[0] == 9
    (bad / "empty.txt").touch()
    assert finish(start("batch", bad, "--store", url, "--retry", "--workers", "1"))[0] == 3


def test_logs_metrics_and_summary_are_written(archive: MakeArchive, start: Start, url: str, tmp_path: Path) -> None:
    folder = archive(3, empty=b"")
    code, errors = finish(start("batch", folder, "--store", url, "--log", tmp_path / "log", "--metrics",
                                tmp_path / "metrics", "--summary", tmp_path / "page.html", "--workers", "1"))
    assert code == 12, errors
    events = [json.loads(line) for line in (tmp_path / "log").read_text("utf8").splitlines()]
    assert [event["event"] for event in events] == ["document"] * 4 + ["run"]
    assert all(len(event["sha256"]) == 64 for event in events[:-1])
    assert {event["outcome"] for event in events[:-1]} == {"done", "unreadable"}
    samples = dict(line.rsplit(" ", 1) for line in (tmp_path / "metrics").read_text("utf8").splitlines()
                   if not line.startswith("#"))
    assert samples['gouji_batch_names_total{outcome="done"}'] == "3" and samples["gouji_batch_running"] == "0"
    page = (tmp_path / "page.html").read_text("utf8")
    assert "empty.txt" in page and "<svg" in page and "<script" not in page and "http" not in page


def test_killed_at_any_moment_it_ends_with_the_same_store(archive: MakeArchive, start: Start, tmp_path: Path,
                                                          report_text: bytes) -> None:
    folder = archive(6, bad=b"", **{f"slow{n}": b"#slow 0.3\n" + report_text + b" " * n for n in range(6)})
    (folder / "copy.txt").write_bytes((folder / "report-0001.txt").read_bytes())
    code, errors = finish(start("batch", folder, "--store", tmp_path / "calm.sqlite", "--workers", "2"))
    assert code == 12, errors
    stirred = tmp_path / "stirred.sqlite"
    for kept in (2, 7):
        process = start("batch", folder, "--store", stirred, "--workers", "2")
        while process.poll() is None and reports(stirred) < kept:
            time.sleep(0.1)
        process.kill()
        process.communicate()
    assert finish(start("batch", folder, "--store", stirred, "--workers", "2"))[0] == 12
    assert content(str(stirred)) == content(str(tmp_path / "calm.sqlite"))


def reports(path: Path) -> int:
    """How many reports a store has while another process writes to it."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM reports").fetchone()[0])
    except sqlite3.OperationalError:  # it is being made
        return 0


def test_ctrl_c_lets_running_documents_end_and_a_second_one_does_not(archive: MakeArchive, start: Start, url: str,
                                                                     report_text: bytes) -> None:
    slow = {f"slow{n}": b"#slow 4\n" + report_text + b" " * n for n in range(6)}
    folder = archive(0, **slow)
    for presses, kept in ((1, 1), (2, 0)):
        path = f"{url}{presses}"
        process = start("batch", folder, "--store", path, "--workers", "1", GOUJI_MAX_SECONDS="300")
        while not Path(path).exists() or not workers_of(process.pid):
            time.sleep(0.05)
        time.sleep(2)
        for _ in range(presses):
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.5)
        assert process.wait(timeout=300) == 130
        assert count(path, "reports") == kept


def workers_of(process: int) -> list[str]:
    """The processes that `process` has started."""
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def test_workers_end_with_a_killed_parent(archive: MakeArchive, start: Start, url: str) -> None:
    folder = archive(0, hang=b"#hang")
    process = start("batch", folder, "--store", url, "--workers", "1", GOUJI_MAX_SECONDS="600")
    while len(children := workers_of(process.pid)) < 2:  # the worker, and Python's own tracker of resources
        time.sleep(0.05)
    time.sleep(2)
    process.kill()
    process.communicate()
    until = time.monotonic() + 20
    while time.monotonic() < until and any(running(child) for child in children):
        time.sleep(0.1)
    assert not any(running(child) for child in children)


def running(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_number_and_kind_of_workers_do_not_change_the_store(archive: MakeArchive, tmp_path: Path) -> None:
    folder = archive(3)
    run_here(folder, f"{tmp_path}/here.sqlite")
    run_batch(folder, f"{tmp_path}/there.sqlite")
    assert content(f"{tmp_path}/here.sqlite") == content(f"{tmp_path}/there.sqlite")
