"""Runs the `$ gouji …` commands of the documents and compares what they print; a line `…` stands for any lines."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from extractor.errors import ExitCode

PROJECT = Path(__file__).resolve().parents[1]
SAMPLES = "eval/samples/demo/"


@dataclass(frozen=True)
class Example:
    """A command of a document's `console` block and the lines shown below it (none: any output will do)."""

    document: str
    line: int
    command: str
    shown: tuple[str, ...]


def examples_in(document: str, text: str) -> list[Example]:
    found: list[Example] = []
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append(Example(document, number, line[2:], ()))
        elif inside and found:
            last = found[-1]
            found[-1] = Example(last.document, last.line, last.command, (*last.shown, line.rstrip()))
    return [example for example in found if example.command.startswith("gouji ")]


def matches(shown: tuple[str, ...], printed: str) -> bool:
    """Whether `printed` is what is shown, line by line; blanks at line ends and an empty last line do not matter."""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + r"[ ]*\n" for line in shown)
    return re.fullmatch(pattern, printed.rstrip("\n") + "\n") is not None


EXAMPLES = [example for path in sorted([*PROJECT.glob("README*.md"), *PROJECT.glob("docs/*.md")])
            for example in examples_in(str(path.relative_to(PROJECT)), path.read_text("utf8"))]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.document}:{example.line}")
def test_the_command_does_what_the_document_shows(example: Example, tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("gouji")
    if not command.exists():
        pytest.skip("the command is not installed in this environment")
    if SAMPLES in example.command and not (PROJECT / SAMPLES).is_dir():
        pytest.skip("the repository has no demo samples yet")
    (tmp_path / "eval").symlink_to(PROJECT / "eval")
    language = "zh_CN.UTF-8" if ".zh." in example.document else "en_US.UTF-8"
    arguments = [part for word in shlex.split(example.command)[1:] for part in expanded(word)]
    result = subprocess.run(
        [command, *arguments], cwd=tmp_path, capture_output=True, timeout=120, encoding="utf8",
        env={name: value for name, value in os.environ.items() if not name.startswith("GOUJI_")}
        | {"LC_ALL": language, "PYTHONUTF8": "1", "COLUMNS": "80"})
    assert result.returncode not in (ExitCode.USAGE, ExitCode.INTERNAL), result.stderr
    assert not example.shown or matches(example.shown, result.stdout + result.stderr), result.stdout + result.stderr


def expanded(word: str) -> list[str]:
    """What a shell makes of a pattern of files."""
    return sorted(str(path.relative_to(PROJECT)) for path in PROJECT.glob(word)) if "*" in word else [word]


def test_examples_are_found_with_what_they_print() -> None:
    text = "text\n```console\n$ gouji a\none\n…\n$ ls\nx\n$ gouji b\n```\n$ gouji c\n```sh\n$ gouji d\n```\n"
    assert examples_in("x.md", text) == [Example("x.md", 3, "gouji a", ("one", "…")), Example("x.md", 8, "gouji b", ())]
    assert EXAMPLES


@pytest.mark.parametrize(("shown", "printed", "same"), [
    (("one", "two"), "one\ntwo  \n", True), (("one", "…"), "one\n2\n3\n", True), (("…", "end"), "1\nend\n", True),
    (("one",), "one\ntwo\n", False), (("one", "…", "end"), "one\nend", True), (("one", "…"), "other\n", False)])
def test_what_is_shown_is_compared_line_by_line(shown: tuple[str, ...], printed: str, same: bool) -> None:
    assert matches(shown, printed) is same
