"""A document that hangs, crashes or eats memory costs its own result only, and is named with the reason."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from extractor.batch.outcome import Job
from extractor.batch.tally import Event
from extractor.batch.workers import Policy, Pool, WorkerError
from extractor.settings import Settings
from extractor.store import Store, schema
from tests.batch.conftest import SETTINGS, SHORT, MakeArchive, Witness, content, run_batch
from tests.batch.hostile import hostile_work
from tests.batch.poison import POISON


def test_each_hostile_document_is_named_with_its_reason_and_the_others_are_done(archive: MakeArchive, tmp_path: Path,
                                                                                ) -> None:
    folder = archive(12)
    for poison in POISON:
        poison.put(folder)

    witness = run_batch(folder, str(tmp_path / "store.sqlite"), settings=SHORT)

    assert witness.state == "partial"
    outcomes = witness.outcomes
    assert all(outcomes.pop(f"report-{number:04d}") == "done" for number in range(12))
    assert outcomes == {poison.shown: poison.category for poison in POISON}
    with Store.open(str(tmp_path / "store.sqlite")) as store, store.transaction() as connection:
        attempts = {row.category: row.attempts for row in connection.execute(select(schema.failures))}
    assert attempts == {"time_out": 2, "crash": 2, "out_of_memory": 2, "internal": 2, "unreadable": 1, "encrypted": 1,
                        "limit": 1}


def test_what_crashed_once_is_done_when_it_is_alone(archive: MakeArchive, tmp_path: Path, report_text: bytes) -> None:
    mark = tmp_path / "mark"
    folder = archive(3, once=b"#once " + str(mark).encode() + b"\n" + report_text)
    witness = run_batch(folder, str(tmp_path / "store.sqlite"))
    assert witness.state == "complete"
    assert witness.events["once"].attempts == 2


def test_killed_workers_cost_nothing_but_time(archive: MakeArchive, tmp_path: Path) -> None:
    folder = archive(24)
    run_batch(folder, f"{tmp_path}/undisturbed.sqlite")
    killed: list[int] = []

    def kill(witness: Witness, event: Event) -> None:
        if len(witness.events) % 6 == 0:
            killed.extend(witness.pool.processes()[:1])
            os.kill(killed[-1], signal.SIGKILL)

    witness = run_batch(folder, f"{tmp_path}/disturbed.sqlite", act=kill)
    assert len(killed) == 4
    assert witness.state == "complete"
    assert content(f"{tmp_path}/disturbed.sqlite") == content(f"{tmp_path}/undisturbed.sqlite")


def one_result(pool: Pool) -> str:
    while not (found := pool.wait(5)):
        pass
    (_, result), = found
    return type(result).__name__


@pytest.fixture
def job(archive: MakeArchive) -> Callable[[bytes], Job]:
    import hashlib

    folder = archive(0)

    def make(text: bytes) -> Job:
        path = folder / "one.txt"
        path.write_bytes(text)
        return Job("one.txt", hashlib.sha256(text).hexdigest(), len(text), str(path))
    return make


def test_workers_are_replaced_after_their_share_of_documents(job: Callable[[bytes], Job], report_text: bytes) -> None:
    pool = Pool(hostile_work, SETTINGS, Policy(1, max_jobs=2))
    seen = []
    for _ in range(4):
        pool.start(job(report_text))
        seen += pool.processes()
        assert one_result(pool) == "Done"
    pool.close()
    assert seen[0] == seen[1] != seen[2] == seen[3]


def test_workers_are_replaced_when_they_have_grown(job: Callable[[bytes], Job], report_text: bytes) -> None:
    pool = Pool(hostile_work, SETTINGS, Policy(1, max_resident=1))
    for _ in range(2):
        pool.start(job(report_text))
        assert one_result(pool) == "Done"
        assert pool.processes() == []
    pool.close()


def test_a_document_that_changes_meanwhile_is_not_taken_for_the_other(job: Callable[[bytes], Job],
                                                                      report_text: bytes) -> None:
    from extractor.batch.task import extract_job

    given = job(report_text)
    Path(given.path).write_bytes(report_text + b" ")
    result = extract_job(given, Settings())
    assert "changed" in getattr(result, "message", "")



def test_workers_that_cannot_start_stop_the_run(job: Callable[[bytes], Job], monkeypatch: pytest.MonkeyPatch,
                                                report_text: bytes, tmp_path: Path) -> None:
    shadow = tmp_path / "shadow" / "pdfplumber"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("raise ImportError('no such library')", "utf8")
    monkeypatch.syspath_prepend(str(shadow.parent))
    pool = Pool(hostile_work, SETTINGS, Policy(1))
    pool.start(job(report_text))
    with pytest.raises(WorkerError, match="no such library"):
        while True:
            pool.wait(60)
    pool.close()


def test_closing_leaves_no_process(job: Callable[[bytes], Job]) -> None:
    pool = Pool(hostile_work, SETTINGS, Policy(1))
    pool.start(job(b"#hang"))
    processes = pool.processes()
    time.sleep(0.2)
    pool.close()
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
