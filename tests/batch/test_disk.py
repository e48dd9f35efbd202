"""A run on a disk that is full or may not be written says so and goes on later; nothing that was kept is harmed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extractor.store import Store
from extractor.store.questions import find_bodies
from tests.batch.conftest import MakeArchive, Start, content

Remount = Callable[[str], Path]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Remount]:
    """A file system of its own, mounted anew with other options at each call; where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")

    def remount(options: str) -> Path:
        subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)
        return folder

    yield remount
    subprocess.run(["umount", folder], check=True)


def run(start: Start, *arguments: str | Path) -> tuple[int, str]:
    process = start("batch", *arguments, "--workers", "1", "--lang", "en")
    _, errors = process.communicate(timeout=300)
    return process.returncode, errors.decode()


def test_a_full_disk_stops_the_run_and_room_lets_it_go_on(archive: MakeArchive, start: Start, disk: Remount,
                                                          tmp_path: Path) -> None:
    folder, store = archive(20), disk("size=1m") / "store.sqlite"
    code, errors = run(start, folder, "--store", store)
    assert code == 11 and "full" in errors and "Make room" in errors
    disk("size=64m")
    code, errors = run(start, folder, "--store", store)
    assert code == 0, errors
    run(start, folder, "--store", tmp_path / "undisturbed.sqlite")
    assert content(str(store)) == content(f"{tmp_path}/undisturbed.sqlite")


def test_a_summary_that_cannot_be_written_is_named_and_the_results_are_kept(archive: MakeArchive, start: Start,
                                                                             disk: Remount, tmp_path: Path) -> None:
    page, folder = disk("ro") / "page.html", archive(1)
    code, errors = run(start, folder, "--store", tmp_path / "store.sqlite", "--summary", page)
    assert code == 11 and str(page) in errors and "Read-only" in errors
    disk("rw")
    code, errors = run(start, folder, "--store", tmp_path / "store.sqlite", "--summary", page)
    assert code == 0 and "1 known" in errors and page.is_file()


def test_a_store_on_a_read_only_disk_is_not_written_but_answers(archive: MakeArchive, start: Start, disk: Remount) -> None:
    folder, store = archive(1), disk("size=64m") / "store.sqlite"
    assert run(start, folder, "--store", store)[0] == 0
    disk("ro")
    code, errors = run(start, folder, "--store", store)
    assert code == 11 and "writable" in errors
    with Store.open(str(store)) as opened:
        assert [row["reports"] for row in find_bodies(opened)] == [1]
