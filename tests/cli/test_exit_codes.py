"""Every way a run can end has its documented exit code and one line that says what to do, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractor import errors
from extractor.errors import ExitCode, GoujiError
from extractor.messages import catalogue

if TYPE_CHECKING:
    from tests.cli.conftest import Process, ReadsAs, Run

DOCUMENTED = [kind for kind in vars(errors).values()
              if isinstance(kind, type) and issubclass(kind, GoujiError) and kind is not GoujiError]
SLOW = "def extract(source, **_):\n    import time\n    while True: time.sleep(0.01)"


def test_exit_codes_are_the_published_ones() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0, "VIOLATED": 1, "USAGE": 2, "UNREADABLE": 3, "ENCRYPTED": 4, "UNSUPPORTED_FORMAT": 5,
        "NOT_A_REPORT": 6, "UNSUPPORTED_TEMPLATE": 7, "LIMIT": 8, "FILE_ACCESS": 9, "INTERNAL": 10, "OUTPUT": 11,
        "INCOMPLETE": 12, "MODEL": 13, "INTERRUPTED": 130}


@pytest.mark.parametrize("kind", DOCUMENTED, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("command", ["extract", "check"])
def test_a_documented_error_ends_with_its_code_message_and_advice(run: Run, reads_as: ReadsAs, command: str,
                                                                  kind: type[GoujiError]) -> None:
    reads_as({"a.pdf": kind("It happened here.", "Do this.")})
    result = run(command, "a.pdf")
    assert result.exit_code == kind.code
    assert result.stderr == "gouji: a.pdf: It happened here. Do this.\n"
    assert result.stdout == ""


@pytest.mark.parametrize("kind", DOCUMENTED, ids=lambda kind: kind.__name__)
def test_every_error_is_explained_in_chinese(run: Run, reads_as: ReadsAs, kind: type[GoujiError]) -> None:
    reads_as({"a.pdf": kind("It happened here.")})
    entry = catalogue()["errors"][kind.category]
    stderr = run("check", "--lang", "zh", "a.pdf").stderr
    assert entry["zh"] in stderr and entry["advice_zh"] in stderr and "It happened here." in stderr


def test_the_locale_decides_the_language(run: Run, reads_as: ReadsAs, monkeypatch: pytest.MonkeyPatch) -> None:
    reads_as({"a.pdf": errors.EncryptedDocument("Locked.")})
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "加密" in run("extract", "a.pdf").stderr


@pytest.mark.parametrize("command", ["extract", "check"])
def test_an_unforeseen_exception_is_one_line_without_a_traceback(run: Run, reads_as: ReadsAs, command: str) -> None:
    reads_as({"a.pdf": KeyError("surprise")})
    result = run(command, "a.pdf")
    assert result.exit_code == ExitCode.INTERNAL
    assert "KeyError" in result.stderr and "--debug" in result.stderr
    assert "Traceback" not in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["extract", "check"])
def test_debug_shows_the_traceback(run: Run, reads_as: ReadsAs, command: str) -> None:
    reads_as({"a.pdf": KeyError("surprise")})
    assert "Traceback" in run(command, "--debug", "a.pdf").stderr


@pytest.mark.parametrize(("error", "code"), [
    (MemoryError(), ExitCode.LIMIT), (RecursionError(), ExitCode.LIMIT),
    (PermissionError(13, "Permission denied"), ExitCode.FILE_ACCESS), (KeyboardInterrupt(), ExitCode.INTERRUPTED)])
@pytest.mark.parametrize("command", ["extract", "check"])
def test_failures_of_the_machine_and_its_user_have_codes_too(run: Run, reads_as: ReadsAs, command: str,
                                                             error: BaseException, code: ExitCode) -> None:
    reads_as({"a.pdf": error})
    assert run(command, "a.pdf").exit_code == code


def test_a_missing_file(process: Process) -> None:
    result = process("extract", "nowhere.pdf")
    assert result.returncode == ExitCode.FILE_ACCESS
    assert result.stderr.count("nowhere.pdf") == 1


def test_a_directory(process: Process, tmp_path: Path) -> None:
    assert process("check", tmp_path).returncode == ExitCode.FILE_ACCESS


def test_an_empty_file(process: Process, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    assert process("extract", "empty.pdf").returncode == ExitCode.UNREADABLE


@pytest.mark.parametrize("arguments", [["extract"], ["frobnicate"], ["check", "--json", "--frobnicate", "a.pdf"],
                                       ["extract", "--format", "docx", "a.pdf"]])
def test_wrong_usage(process: Process, arguments: list[str]) -> None:
    result = process(*arguments)
    assert result.returncode == ExitCode.USAGE
    assert "Traceback" not in result.stderr and result.stdout == ""


def test_a_setting_that_is_no_number_is_named(process: Process) -> None:
    result = process("check", "a.pdf", GOUJI_MAX_PAGES="many")
    assert result.returncode == ExitCode.USAGE
    assert "GOUJI_MAX_PAGES" in result.stderr


def test_a_document_that_takes_too_long_is_given_up(with_pipeline: Process) -> None:
    result = with_pipeline(SLOW, "extract", "a.pdf", GOUJI_MAX_SECONDS="0.3")
    assert result.returncode == ExitCode.LIMIT
    assert "0.3 seconds" in result.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux only")
def test_a_document_that_takes_too_much_memory_is_given_up(with_pipeline: Process) -> None:
    greedy = "def extract(source, **_):\n    kept = []\n    while True: kept.append(bytearray(2**24))"
    result = with_pipeline(greedy, "extract", "a.pdf", GOUJI_MAX_MEMORY_BYTES=str(2**28))
    assert result.returncode == ExitCode.LIMIT
    assert "256 MiB" in result.stderr


def test_foreign_code_that_cannot_be_interrupted_is_ended_with_the_process(with_pipeline: Process) -> None:
    stuck = ("import extractor.guard, signal\nextractor.guard.GRACE_SECONDS = 0.2\n"
             "def extract(source, **_):\n    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n"
             "    import time\n    time.sleep(50)")
    result = with_pipeline(stuck, "extract", "a.pdf", "-o", "out.json", GOUJI_MAX_SECONDS="0.3")
    assert result.returncode == ExitCode.LIMIT
    assert "a.pdf" in result.stderr


def test_ctrl_c(tmp_path: Path) -> None:
    script = ("import extractor, time\ndef extract(source, **_):\n    print('reading', flush=True)\n    time.sleep(50)\n"
              "extractor.extract = extract\nfrom extractor.cli import main\nmain()")
    with subprocess.Popen([sys.executable, "-c", script, "extract", "a.pdf", "-o", "out.json"], cwd=tmp_path, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as running:  # a job in the background
        assert running.stdout is not None and running.stdout.readline() == "reading\n"
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=20)
    assert running.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in stderr
    assert os.listdir(tmp_path) == []


def test_a_reader_that_goes_away_is_no_crash(gouji: Path) -> None:
    with subprocess.Popen([gouji, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == ExitCode.OUTPUT


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output(gouji: Path) -> None:
    with open("/dev/full", "w") as full:
        result = subprocess.run([gouji, "schema"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert result.returncode == ExitCode.OUTPUT
    assert "No space left" in result.stderr and "Traceback" not in result.stderr
