"""Loading bytes from a path: ordinary files within the limit, and a named error for everything else."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from extractor.errors import ExitCode, FileAccessError, LimitExceeded
from extractor.read.source import load
from extractor.settings import Settings

SETTINGS = Settings()


def test_a_file_is_loaded_whole(tmp_path: Path) -> None:
    path = tmp_path / "报告.txt"
    path.write_bytes(b"\x00\xffabc")
    assert load(path, SETTINGS) == b"\x00\xffabc"
    assert load(str(path), SETTINGS) == b"\x00\xffabc"


def test_an_empty_file_loads_as_no_bytes(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert load(path, SETTINGS) == b""


def test_a_file_of_exactly_the_limit_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "full"
    path.write_bytes(b"x" * 100)
    assert len(load(path, Settings(max_file_bytes=100))) == 100


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"x" * 101)
    with pytest.raises(LimitExceeded, match="101 bytes; the limit is 100"):
        load(path, Settings(max_file_bytes=100))


def test_a_huge_sparse_file_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(LimitExceeded):
        load(path, SETTINGS)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs a file whose size is not known beforehand")
def test_a_file_that_hides_its_size_is_read_no_further_than_the_limit() -> None:
    assert os.stat("/proc/self/maps").st_size == 0
    with pytest.raises(LimitExceeded, match="more than 100 bytes"):
        load("/proc/self/maps", Settings(max_file_bytes=100))


def _missing(folder: Path) -> Path:
    return folder / "missing.pdf"


def _below_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "report.pdf"


def _directory(folder: Path) -> Path:
    return folder


def _fifo(folder: Path) -> Path:
    os.mkfifo(folder / "fifo")
    return folder / "fifo"


def _socket(folder: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s"))
    return folder / "s"


def _device(folder: Path) -> Path:
    return Path("/dev/zero")


def _loop(folder: Path) -> Path:
    (folder / "loop").symlink_to("loop")
    return folder / "loop"


def _endless_name(folder: Path) -> Path:
    return folder / ("长" * 300)


def _nul(folder: Path) -> Path:
    return folder / "a\0b"


@pytest.mark.parametrize(("make", "message"), [
    (_missing, "does not exist"), (_below_a_file, "does not exist"), (_directory, "is a directory"),
    (_fifo, "not an ordinary file"), (_socket, "not an ordinary file"), (_device, "not an ordinary file"),
    (_loop, "leads back to itself"), (_endless_name, "too long"), (_nul, "Not a file name"),
])
def test_what_is_no_readable_file_is_named(make: Callable[[Path], Path], message: str, tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match=message) as caught:
        load(make(tmp_path), SETTINGS)
    assert caught.value.advice
    assert caught.value.code is ExitCode.FILE_ACCESS


def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.pdf"
    path.write_bytes(b"%PDF-1.7")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("permission bits do not bind this user (root)")
    with pytest.raises(FileAccessError, match="may not be read"):
        load(path, SETTINGS)


def test_a_refusal_by_the_system_becomes_an_access_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same refusal, brought about for users whom permission bits do not bind."""
    path = tmp_path / "secret.pdf"
    path.write_bytes(b"%PDF-1.7")

    def refuse(*arguments: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FileAccessError, match="may not be read"):
        load(path, SETTINGS)


def test_a_fifo_put_in_the_place_of_a_file_does_not_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the check and the opening the path may change: the open file is checked again."""
    path = _fifo(tmp_path)
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    real = os.stat
    monkeypatch.setattr(os, "stat", lambda given: real(ordinary))
    with pytest.raises(FileAccessError, match="not an ordinary file"):
        load(path, SETTINGS)
