"""A running service to ask: a real server on a free port, over SQLite and over a private PostgreSQL."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from extractor import extract
from extractor.report import Report
from extractor.serve.accounts import Accounts
from extractor.serve.app import create_app
from extractor.serve.config import ServeSettings
from extractor.serve.model import Scope
from extractor.serve.run import Server, server
from extractor.serve.service import Service
from extractor.settings import Settings
from extractor.store import Listed, Store
from extractor.store.rows import report_rows
from tests.store.conftest import CONFIGURATION, new_database, postgres, url

__all__ = ["new_database", "postgres", "url"]

START_SECONDS = 240.0
GOUJI = str(Path(sys.executable).with_name("gouji"))


@dataclass
class Running:
    """A service that answers at `base`; `tokens` by scope."""

    base: str
    config: ServeSettings
    service: Service
    accounts: Accounts
    tokens: dict[Scope, str] = field(default_factory=dict)

    def client(self, scope: Scope | None = Scope.ADMIN, **options: Any) -> httpx.Client:
        """A client with the token of this scope."""
        headers = {"Authorization": f"Bearer {self.tokens[scope]}"} if scope is not None else {}
        return httpx.Client(base_url=self.base, headers=headers | options.pop("headers", {}), timeout=60, **options)

    def token(self, name: str, scope: Scope = Scope.REVIEW, days: float | None = None) -> tuple[int, str]:
        made, secret = self.accounts.create(name, scope, days)
        return made.id, secret


Start = Callable[..., Running]


def free_port() -> int:
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def running(config: ServeSettings, settings: Settings | None = None) -> Iterator[Running]:
    """The service in a thread, until the block ends."""
    app = create_app(config, settings)
    http: Server = server(app, config)
    http.config.host, http.config.port = "127.0.0.1", free_port()
    thread = threading.Thread(target=http.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not http.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert http.started, "the service did not start"
    found = Running(f"http://127.0.0.1:{http.config.port}", config, app.state.service, app.state.accounts)
    for scope in Scope:
        found.tokens[scope] = found.token(f"the {scope}", scope)[1]
    try:
        yield found
    finally:
        app.state.service.announce_stop()
        http.should_exit = True
        thread.join(60)
        assert not thread.is_alive(), "the service did not stop"


@contextmanager
def serving(data: Path, *options: str, **variables: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`gouji serve` in a process of its own, and its address; its log is `log-PORT` beside the folder of its data."""
    port = free_port()
    command = [GOUJI, "serve", "--data", str(data), "--port", str(port), "--workers", "1", *options]
    with (data.parent / f"log-{port}").open("wb") as log:
        process = subprocess.Popen(command, stderr=log, stdout=log, env=os.environ | variables)
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(base, process)
            yield process, base
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(30)


def _wait_for(base: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{base}/readyz", timeout=10).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(f"not ready: {process.poll()}")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts services over folders of their own: `start(store=URL, rate=5)`."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        def begin(settings: Settings | None = None, **options: Any) -> Running:
            chosen = {"data": tmp_path / "data", "workers": 1, "rate": 1000.0, "burst": 5000, **options}
            return stack.enter_context(running(ServeSettings(**chosen), settings))
        yield begin


@pytest.fixture
def served(start: Start, url: str) -> Running:
    """A service over an empty store, on SQLite and on PostgreSQL."""
    return start(store=url)


@pytest.fixture(scope="module")
def shared_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service on SQLite for all tests of a file that do not change what the others see."""
    config = ServeSettings(data=tmp_path_factory.mktemp("served"), workers=1, rate=1000.0, burst=5000)
    with running(config) as found:
        yield found


@dataclass(frozen=True)
class Sample:
    """A document of the samples: its bytes, and the report that the extractor makes of it."""

    name: str
    data: bytes
    report: Report


@pytest.fixture(scope="session")
def county(samples: Path) -> Sample:
    """A PDF of six pages whose table 3 contradicts itself."""
    return sample_of(samples / "demo" / "county_2022.pdf")


@pytest.fixture(scope="session")
def city(samples: Path) -> Sample:
    """A web page whose table 3 does not balance."""
    return sample_of(samples / "demo" / "city_2024.html")


def sample_of(path: Path) -> Sample:
    data = path.read_bytes()
    return Sample(path.name, data, extract(data, name=path.name))


def put(service: Service, sample: Sample) -> str:
    """Has the service know a document without waiting for its extraction; returns its hash."""
    kept = service.archive.put(io.BytesIO(sample.data), 10**9)
    keep(service.store, sample.report, f"upload:{kept.sha256}/{sample.name}")
    return kept.sha256


def keep(store: Store, report: Report, name: str, configuration: Any = CONFIGURATION) -> None:
    run = store.start_run(configuration, "tests")
    store.put_report(run, configuration, 1_000, [Listed(name, report.sha256)], report_rows(report))


def ended(client: httpx.Client, job: str, seconds: float = 300.0) -> dict[str, Any]:
    """The job, once it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found: dict[str, Any] = client.get(f"/v1/jobs/{job}").json()
        if found["state"] not in ("pending", "running"):
            return found
        time.sleep(0.1)
    raise AssertionError(f"the job has not ended: {found}")


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of a refused request."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    return found
