"""Archives in every form give the same documents; what cannot be had is named, never dropped."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest

from extractor.batch.sources import Entry, Source, open_source, printable
from extractor.batch.worklist import WorkList
from extractor.errors import EncryptedDocument, FileAccessError, GoujiError, LimitExceeded, UnreadableDocument

FILES = {"a.pdf": b"first", "deeper/b.docx": b"second one", "deeper/and deeper/报告.html": b"third", "empty.txt": b""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def fetched(source: Source, where: Path, limit: int = 1_000) -> dict[str, str]:
    """The SHA-256 of every document by the end of its name, or why it could not be had."""
    where.mkdir(exist_ok=True)
    found = {}
    for entry in source.entries():
        try:
            file = source.fetch(entry, where, limit)
        except GoujiError as error:
            found[entry.name] = type(error).__name__
            continue
        assert hashlib.sha256(Path(file.path).read_bytes()).hexdigest() == file.sha256
        assert file.size == Path(file.path).stat().st_size == entry.size or entry.size == 0
        found[entry.name] = file.sha256
    return found


EXPECTED = sorted(hashlib.sha256(content).hexdigest() for content in FILES.values())


def test_a_folder_is_listed_to_its_depths(folder: Path, tmp_path: Path) -> None:
    found = fetched(open_source(str(folder)), tmp_path / "spool")
    assert sorted(found.values()) == EXPECTED
    assert sorted(found) == sorted(str(folder / name) for name in FILES)


def test_a_list_names_files_relative_to_itself(folder: Path, tmp_path: Path) -> None:
    (folder / "list.txt").write_text("\n".join(FILES) + "\n\nmissing.pdf\n", "utf8")
    found = fetched(open_source(str(folder / "list.txt")), tmp_path / "spool")
    assert found.pop(str(folder / "missing.pdf")) == "FileAccessError"
    assert sorted(found.values()) == EXPECTED


def test_a_zip_gives_its_files(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "reports.zip", "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in FILES.items():
            package.writestr(name, content)
    found = fetched(open_source(str(tmp_path / "reports.zip")), tmp_path / "spool")
    assert sorted(found.values()) == EXPECTED
    assert f"{tmp_path}/reports.zip!/deeper/and deeper/报告.html" in found


def test_a_url_is_read_by_fsspec(folder: Path, tmp_path: Path) -> None:
    found = fetched(open_source(f"file://{folder}"), tmp_path / "spool")
    assert sorted(found.values()) == EXPECTED
    assert all(name.startswith("file://") for name in found)


def test_a_list_may_name_urls(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(f"file://{folder}/a.pdf\nfile://{folder}/none.pdf\n", "utf8")
    found = fetched(open_source(str(tmp_path / "list.txt")), tmp_path / "spool")
    assert found == {f"file://{folder}/a.pdf": hashlib.sha256(FILES["a.pdf"]).hexdigest(),
                     f"file://{folder}/none.pdf": "FileAccessError"}


def test_names_in_old_chinese_zips_are_read_as_gbk(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "reports.zip", "w") as package:
        package.writestr("XX.pdf", b"x")
    data = (tmp_path / "reports.zip").read_bytes().replace(b"XX.pdf", "报".encode("gbk") + b".pdf")
    (tmp_path / "reports.zip").write_bytes(data)
    (entry,) = open_source(str(tmp_path / "reports.zip")).entries()
    assert entry.name.endswith("!/报.pdf")


def test_a_locked_a_damaged_and_a_swollen_file_in_a_zip_are_told_apart(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("swollen", b" " * 100_000)
        package.writestr("damaged", b"0123456789" * 10)
    data = bytearray(file.getvalue())
    start = data.index(b"damaged") + len("damaged")
    data[start:start + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.zip").write_bytes(data)
    source = open_source(str(tmp_path / "a.zip"))
    errors = {}
    for entry in source.entries():
        with pytest.raises(GoujiError) as caught:
            source.fetch(entry, tmp_path, 1_000)
        errors[entry.name.rsplit("/")[-1]] = type(caught.value)
    assert errors == {"swollen": LimitExceeded, "damaged": UnreadableDocument}
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]  # nothing is left of what was not whole

    locked = bytearray(file.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    (tmp_path / "b.zip").write_bytes(locked)
    source = open_source(str(tmp_path / "b.zip"))
    with pytest.raises(EncryptedDocument):
        source.fetch(next(iter(source.entries())), tmp_path, 1_000)


def test_pipes_broken_links_and_large_files_are_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to(tmp_path / "nothing")
    (tmp_path / "large").write_bytes(b"x" * 2_000)
    (tmp_path / "circle").symlink_to(tmp_path)  # a link to a folder is a name without a document
    found = fetched(open_source(str(tmp_path)), tmp_path.parent / "spool", limit=1_000)
    assert {Path(name).name: kind for name, kind in found.items()} == {
        "pipe": "FileAccessError", "broken": "FileAccessError", "large": "LimitExceeded", "circle": "FileAccessError"}


@pytest.mark.parametrize(("name", "shown"), [
    ("报告　一.pdf", "报告　一.pdf"), ("a\nb", r"a\x0ab"), (os.fsdecode(b"\xb1\xa8"), r"\xb1\xa8"), (r"a\x0ab", r"a\\x0ab")])
def test_names_are_shown_so_that_different_ones_stay_different(name: str, shown: str) -> None:
    assert printable(name) == shown


@pytest.mark.parametrize("archive", ["nothing/there", "no-such-protocol://bucket/x"])
def test_what_is_no_archive_is_refused(archive: str) -> None:
    with pytest.raises(GoujiError):
        open_source(archive)


def test_a_single_report_is_no_archive(project: Path) -> None:
    with pytest.raises(GoujiError, match="no archive"):
        open_source(str(project / "eval" / "samples" / "demo" / "bureau_2022.docx"))


def test_the_list_is_sorted_by_falling_size() -> None:
    todo = WorkList()
    entries = [Entry(f"name {number}", b"key \xff", number % 7) for number in range(2_500)]
    todo.add(entries)
    assert list(todo) == sorted(entries, key=lambda entry: (-entry.size, entry.name))
    assert (todo.count, todo.size) == (2_500, sum(entry.size for entry in entries))
    todo.close()


def test_a_folder_that_may_not_be_listed_is_an_entry(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("and deeper"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    refused = [entry for entry in open_source(str(folder)).entries() if entry.error]
    assert [Path(entry.name).name for entry in refused] == ["and deeper"]


def test_fetching_a_missing_remote_prefix_says_so() -> None:
    source = open_source("memory://nowhere")
    with pytest.raises(FileAccessError):
        source.fetch(Entry("x", b"/nowhere/x", 0), Path("/tmp"), 10)
