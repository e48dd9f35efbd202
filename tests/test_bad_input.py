"""Bad input, end to end: each kind has its own exit code and message, never a traceback, never a partial output file."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from extractor.errors import ExitCode

GOUJI = str(Path(sys.executable).with_name("gouji"))
REPORT_OF_2015 = """某某市水务局2015年政府信息公开工作年度报告
根据《中华人民共和国政府信息公开条例》规定，现公布本局2015年政府信息公开年度报告。
一、概述
2015年，本局主动公开政府信息320条，收到公开申请5件，均已答复。
二、主动公开政府信息的情况
（一）公开的主要内容
本局通过门户网站公开部门文件、工作动态等信息。
"""
NOVEL = "那年秋天，船停在渡口，老人把缆绳系在柳树上，说水还要涨三天。孩子数着对岸的灯，一盏，两盏，数到第七盏就睡着了。\n" * 80


def pdf_bytes(pages: int = 1, size: tuple[float, float] = (595, 842), password: str | None = None) -> bytes:
    document = pikepdf.new()
    document.add_blank_page(page_size=size)
    for _ in range(pages - 1):
        document.pages.append(document.pages[0])
    out = io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner="o", user=password) if password is not None else False)
    return out.getvalue()


def zip_bomb() -> bytes:
    """A .docx of a few hundred kilobytes whose text unpacks to 400 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as entry:
            for _ in range(400):
                entry.write(b" " * 2**20)
    return out.getvalue()


CASES: dict[str, tuple[Callable[[], bytes], ExitCode, str]] = {
    "empty.pdf": (lambda: b"", ExitCode.UNREADABLE, "empty"),
    "random.bin": (lambda: random.Random(1).randbytes(20_000), ExitCode.UNREADABLE, ""),
    "truncated.pdf": (lambda: pdf_bytes()[:300], ExitCode.UNREADABLE, "cut off"),
    "locked.pdf": (lambda: pdf_bytes(password="secret"), ExitCode.ENCRYPTED, "password"),
    "endless.pdf": (lambda: pdf_bytes(10_000), ExitCode.LIMIT, "10000 pages"),
    "poster.pdf": (lambda: pdf_bytes(size=(14_400, 842)), ExitCode.LIMIT, "200 inches"),
    "bomb.docx": (zip_bomb, ExitCode.LIMIT, ""),
    "huge.html": (lambda: b"<html><body>" + b"<p>a</p>" * (100 * 2**20 // 8), ExitCode.LIMIT, ""),
    "old.doc": (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096), ExitCode.UNSUPPORTED_FORMAT, ".docx"),
    "report_2015.txt": (lambda: REPORT_OF_2015.encode(), ExitCode.UNSUPPORTED_TEMPLATE, "2015"),
    "novel.txt": (lambda: NOVEL.encode(), ExitCode.NOT_A_REPORT, "no annual report"),
}


def gouji(*arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run([GOUJI, *map(str, arguments)], capture_output=True, text=True, timeout=60, env=environment)


@pytest.mark.parametrize("name", CASES)
def test_each_bad_file_has_its_own_answer_and_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    make, code, words = CASES[name]
    (tmp_path / name).write_bytes(make())
    out = tmp_path / "out"
    out.mkdir()
    result = gouji("extract", tmp_path / name, "-o", out / "report.json")
    assert (result.returncode, result.stdout) == (code, "")
    assert words in result.stderr
    assert name in result.stderr
    assert "Traceback" not in result.stderr
    assert list(out.iterdir()) == []


def test_an_encrypted_file_with_an_empty_password_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "open.pdf"
    path.write_bytes(pdf_bytes(password=""))
    assert gouji("extract", path).returncode == ExitCode.NOT_A_REPORT


@pytest.mark.parametrize("make", ["missing", "directory", "pipe"])
def test_what_is_no_file_is_told_apart(tmp_path: Path, make: str) -> None:
    path = tmp_path / "thing.pdf"
    if make == "directory":
        path.mkdir()
    elif make == "pipe":
        os.mkfifo(path)
    result = gouji("extract", path)
    assert result.returncode == ExitCode.FILE_ACCESS
    assert "thing.pdf" in result.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_a_file_that_may_not_be_read_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "private.pdf"
    path.write_bytes(pdf_bytes())
    path.chmod(0)
    assert gouji("extract", path).returncode == ExitCode.FILE_ACCESS


def test_check_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(NOVEL)
    (tmp_path / "b.txt").write_text(REPORT_OF_2015)
    result = gouji("check", tmp_path / "a.txt", tmp_path / "b.txt")
    assert "a.txt" in result.stderr + result.stdout
    assert "b.txt" in result.stderr + result.stdout
    assert result.returncode in (ExitCode.NOT_A_REPORT, ExitCode.UNSUPPORTED_TEMPLATE)
