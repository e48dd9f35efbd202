"""A run whose database server goes away stops with a clear error, and goes on later from where it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from extractor.batch.runner import Plan, Runner
from extractor.batch.sources import open_source
from extractor.batch.tally import Event
from extractor.settings import Settings
from extractor.store import Store, StoreError
from extractor.store.schema import reports
from tests.batch.conftest import Witness
from tests.batch.test_runner import Here
from tests.store.conftest import CONFIGURATION


def test_a_run_without_its_server_stops_and_goes_on_later(new_database: Callable[[], str], postgres: str, tmp_path: Path,
                                                          project: Path) -> None:
    url, text = new_database(), (project / "eval" / "samples" / "demo" / "township_2019.txt").read_bytes()
    name = url.partition("gouji@/")[2].partition("?")[0]
    for number in range(4):
        (tmp_path / f"{number}.txt").write_bytes(text + b"\n" * number)

    def serve(answer: bool) -> None:
        with psycopg.connect(postgres.format(name="postgres"), autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {answer}')
            if not answer:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

    def lose(witness: Witness, event: Event) -> None:
        if len(witness.events) == 2:
            serve(False)

    def run(act: Callable[[Witness, Event], None] | None = None) -> Witness:
        workers = Here()
        witness = Witness(workers, act)
        with Store.open(url, write=True) as store:
            Runner(Plan(open_source(str(tmp_path)), "x", CONFIGURATION, Settings()), store, workers, [witness]).run()
        return witness

    with pytest.raises(StoreError, match="reached again"):
        run(lose)
    serve(True)
    assert run().tally.outcomes == {"known": 2, "done": 2}
    with Store.open(url) as store, store.transaction() as connection:
        assert connection.execute(select(func.count()).select_from(reports)).scalar_one() == 4
