"""The documents say what the code does: exit codes, settings, and the same in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extractor.errors import ExitCode
from extractor.settings import Settings
from extractor.verdict import SEVERITY

DOCUMENTS = ("docs/cli.md", "README.md", "README.zh.md")


def code_blocks(text: str) -> list[str]:
    return re.findall(r"^```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_exit_code_is_documented(project: Path, document: str) -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", (project / document).read_text("utf8"), re.MULTILINE)
    assert rows == [(str(int(code)), code.name) for code in ExitCode]


def test_the_order_of_exit_codes_is_documented(project: Path) -> None:
    text = (project / "docs/cli.md").read_text("utf8")
    assert ", ".join(str(int(code)) for code in SEVERITY) + "." in text


def test_every_setting_is_documented_with_its_default(project: Path) -> None:
    text = (project / "docs/cli.md").read_text("utf8")
    rows = re.findall(r"^\| `GOUJI_(\w+)` \| ([\d.]+) \| (.+) \|$", text, re.MULTILINE)
    assert [(name.lower(), float(default), meaning) for name, default, meaning in rows] == [
        (name, float(setting.default), setting.description) for name, setting in Settings.model_fields.items()]


def test_both_readmes_have_the_same_parts_and_commands(project: Path) -> None:
    english, chinese = ((project / name).read_text("utf8") for name in ("README.md", "README.zh.md"))
    for part in (r"^#+ ", r"^\| "):
        assert len(re.findall(part, english, re.MULTILINE)) == len(re.findall(part, chinese, re.MULTILINE))
    assert [re.findall(r"^(?:\$ .*|make \w+|from .*)", block, re.MULTILINE) for block in code_blocks(english)] == [
        re.findall(r"^(?:\$ .*|make \w+|from .*)", block, re.MULTILINE) for block in code_blocks(chinese)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(project: Path, document: str) -> None:
    place = project / document
    for target in re.findall(r"\]\(([^)#:]+)\)", place.read_text("utf8")):
        assert (place.parent / target).exists(), target
