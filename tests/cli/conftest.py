"""Runs `gouji` both inside the test (with any report or failure in place of the pipeline) and as a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import extractor
from extractor.cli import app
from extractor.report import Report
from extractor.settings import default_settings

Run = Callable[..., Result]
ReadsAs = Callable[[dict[str, Report | BaseException]], None]


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    default_settings.cache_clear()
    yield
    default_settings.cache_clear()


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def run(english: None) -> Run:
    """Runs the command inside this process: `run("check", "a.pdf")`."""
    def invoke(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])
    return invoke


@pytest.fixture
def reads_as(monkeypatch: pytest.MonkeyPatch) -> ReadsAs:
    """Puts reports, or errors to be raised, in place of what the files of these names would be read as."""
    def install(results: dict[str, Report | BaseException]) -> None:
        def read(source: Path, **_: Any) -> Report:
            result = results[source.name]
            if isinstance(result, BaseException):
                raise result
            return result
        monkeypatch.setattr(extractor, "extract", read)
    return install


@pytest.fixture(scope="session")
def gouji() -> Path:
    """The installed command."""
    command = Path(sys.executable).with_name("gouji")
    if not command.exists():
        pytest.skip("the command is not installed in this environment")
    return command


Process = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def process(gouji: Path, tmp_path: Path) -> Process:
    """Runs the installed command as a process in an empty folder: `process("check", "a.pdf", GOUJI_MAX_PAGES="1")`."""
    def start(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([gouji, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, env=os.environ | {"LC_ALL": "C.UTF-8"} | environment)
    return start


@pytest.fixture
def with_pipeline(tmp_path: Path) -> Process:
    """Runs the command as a process whose pipeline is `body`, the source of a function `extract(source, **_)`."""
    def start(body: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        script = f"import extractor\n{body}\nextractor.extract = extract\nfrom extractor.cli import main\nmain()\n"
        return subprocess.run([sys.executable, "-c", script, *arguments], cwd=tmp_path, capture_output=True, text=True,
                              timeout=60, stdin=subprocess.DEVNULL,
                              env=os.environ | {"LC_ALL": "C.UTF-8"} | environment)
    return start
