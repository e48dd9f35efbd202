"""The other commands, commands that packages add, and what the command imports before it knows what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from extractor import plugins
from extractor.errors import ExitCode
from extractor.fields import load
from extractor.plugins import GROUP
from extractor.report import Report

if TYPE_CHECKING:
    from tests.cli.conftest import Process, ReadsAs, Run

HEAVY = ("extractor.report", "rich", "numpy", "scipy", "pdfplumber", "pypdfium2", "docx", "lxml", "xlsxwriter", "PIL",
         "training", "eval", "models")


def test_fields_lists_every_field_with_its_label(run: Run) -> None:
    lines = run("fields").stdout.splitlines()
    listed = {line.split()[0]: line for line in lines if line.startswith("  ")}
    assert set(load().fields) <= set(listed)
    assert "（一）予以公开·自然人" in listed["requests.granted.natural_person"]


def test_fields_as_json(run: Run) -> None:
    records = {record["id"]: record for record in json.loads(run("fields", "--json").stdout)}
    assert records["disclosure.fees.amount"]["unit"] == "万元"
    assert records["requests.to_handle"]["sum_of"] == ["requests.received", "requests.carried_in"]


def test_rules_lists_the_relations(run: Run) -> None:
    result = run("rules", "--json")
    rules = {rule["id"]: rule for rule in json.loads(result.stdout)}
    assert {"requests.balance", "requests.handled_sum", "requests.applicant_sum", "review.sum"} <= set(rules)
    assert all(rule["source"] for rule in rules.values())
    assert set(rules) <= set(run("rules").stdout.split())


def test_schema_describes_what_extract_writes(run: Run, reads_as: ReadsAs, contradictory: Report) -> None:
    reads_as({"a.pdf": contradictory})
    schema = json.loads(run("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(run("extract", "a.pdf").stdout), schema)


def test_version(process: Process) -> None:
    result = process("--version")
    assert result.returncode == ExitCode.OK and result.stdout.startswith("gouji ")


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["fields"]])
def test_nothing_slow_is_imported_to_show_help(arguments: list[str]) -> None:
    script = ("import sys\nfrom extractor.cli import main\ntry:\n    main()\nfinally:\n"
              f"    print('imported', *(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)")
    result = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=60)
    assert result.stderr == "imported\n" and result.returncode == 0


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A package outside the product that adds the command `greet`, and one whose import fails."""
    package = tmp_path / "added_commands"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "greeting.py").write_text(
        '"""Greets people."""\nimport typer\napp = typer.Typer()\n@app.callback()\ndef callback() -> None: ...\n'
        '@app.command()\ndef hello(name: str) -> None:\n    print("hello", name)\n')
    (package / "broken.py").write_text('"""Needs more."""\nimport a_package_that_is_not_installed\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    points = [EntryPoint(name, f"added_commands.{module}:app", GROUP)
              for name, module in (("greet", "greeting"), ("broken", "broken"))]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points if group == GROUP else [])
    yield
    for name in [name for name in sys.modules if name.startswith("added_commands")]:
        del sys.modules[name]


def test_help_names_added_commands_without_importing_them(run: Run, added: None) -> None:
    lines = run("--help").stdout.splitlines()
    assert "  greet   Greets people." in lines and "  broken  Needs more." in lines
    assert not any(name.startswith("added_commands") for name in sys.modules)


def test_an_added_command_runs(run: Run, added: None) -> None:
    result = run("greet", "hello", "world")
    assert (result.exit_code, result.stdout) == (ExitCode.OK, "hello world\n")


def test_an_added_command_that_cannot_be_loaded_says_what_is_missing(run: Run, added: None) -> None:
    result = run("broken")
    assert result.exit_code == ExitCode.USAGE
    assert "a_package_that_is_not_installed" in result.stderr and "Traceback" not in result.stderr
