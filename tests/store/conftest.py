"""Stores to test with: every test that asks for `url` or `store` runs on SQLite and on a private PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extractor.report import Report
from extractor.store import Configuration, Listed, Store
from extractor.store.rows import report_rows

CONFIGURATION = Configuration("c" * 64, "0.0", "1" * 64, "2" * 64, "3" * 64, "{}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL, without a database's name, of a PostgreSQL that lives as long as the tests; from Debian's package."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    # a socket's path is bounded to 107 bytes, so that pytest's own folders are too deep
    folder = Path(tempfile.mkdtemp(prefix="gouji-pg-"))
    as_user = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root; its package made a user for it
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, capture_output=True, timeout=60, cwd=folder)

    run(f"{programs}/initdb", "-D", f"{folder}/data", "-U", "gouji", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run(f"{programs}/pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start")
    try:
        yield f"postgresql://gouji@/{{name}}?host={folder}"
    finally:
        run(f"{programs}/pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _programs() -> Path | None:
    """Where initdb and pg_ctl are; Debian keeps them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@pytest.fixture
def new_database(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes empty databases in the private PostgreSQL; returns their URLs."""
    template: str = request.getfixturevalue("postgres")
    count = iter(range(1_000))

    def make() -> str:
        import psycopg

        name = f"t{abs(hash(request.node.nodeid))}_{next(count)}"
        with psycopg.connect(template.format(name="postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return template.format(name=name)
    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.sqlite"
    made: str = request.getfixturevalue("new_database")()
    return made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store, open for writing."""
    with Store.open(url, write=True) as opened:
        yield opened


Keep = Callable[..., None]


@pytest.fixture
def keep(store: Store) -> Keep:
    """Puts reports into the store as one run would: `keep(report, name="a.pdf")`."""
    run = store.start_run(CONFIGURATION, "tests")

    def put(report: Report, *names: str, configuration: Configuration = CONFIGURATION) -> None:
        listed = [Listed(name, report.sha256) for name in names or (report.source,)]
        store.put_report(run, configuration, 1_000, listed, report_rows(report))
    return put
