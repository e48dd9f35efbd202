"""A result is written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from extractor.errors import OutputError
from extractor.output import write_atomically


def test_a_new_file_gets_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write_atomically(tmp_path / "out", b"new")
    assert (tmp_path / "out").read_bytes() == b"new"
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    target.chmod(0o640)
    write_atomically(target, b"new")
    assert target.read_bytes() == b"new" and stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"new"


def test_a_device_is_written_through(tmp_path: Path) -> None:
    write_atomically(tmp_path.joinpath(os.devnull), b"new")
    assert not os.path.isfile(os.devnull)


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failure_leaves_the_old_content_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                           failing: str) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")
    (tmp_path / "out").write_bytes(b"old")
    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OutputError, match="No space left"):
        write_atomically(tmp_path / "out", b"new")
    assert os.listdir(tmp_path) == ["out"] and (tmp_path / "out").read_bytes() == b"old"


@pytest.mark.parametrize("place", [".", "missing/out", "file/out"])
def test_a_place_that_holds_no_file(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        write_atomically(tmp_path / place, b"new")
    assert os.listdir(tmp_path) == ["file"]


def test_a_long_chinese_name(tmp_path: Path) -> None:
    target = tmp_path / ("政府信息公开工作年度报告" * 7)
    write_atomically(target, b"new")
    assert target.read_bytes() == b"new"
