"""Bars: every promise has a command whose output tells it; what it told is kept, and met or not."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench.reconcile import Score
from bench.scan import Tally
from eval import bars
from eval.bars import Bar, Command, Measured, load_bars, load_measured, rows_of_commands, told_by

PROSE = """                    core P       R      F1   all P       R      F1  n core   distr.     ECE
reserved patterns   0.9900  0.9700  0.9799  0.9800  0.9500  0.9648    1380   0.120%  0.0110
open patterns       0.9950  0.9900  0.9925  0.9800  0.9500  0.9648    1380   0.100%  0.0090
"""
HEADERS = """none     all 0.99990 of 9000 cells, 1 wrong, 0 missed, 2/400 unknown forced, ECE 0.0010
          hybrid       0.99800 of   2000 wrong 0 missed 4 forced 0/0 tables 1/1
          renamed      0.98000 of   1000 wrong 9 missed 4 forced 0/0 tables 1/1
office   all 0.99960 of 9000 cells, 1 wrong, 0 missed, 0/400 unknown forced, ECE 0.0020
          renamed      0.97000 of   1000 wrong 9 missed 4 forced 0/0 tables 1/1
"""


def command(name: str) -> Command:
    return next(found for found in load_bars().commands if found.name == name)


def test_names_are_unique_and_every_bar_has_one_limit() -> None:
    book = load_bars()
    names = [found.name for found in book.commands]
    assert len(set(names)) == len(names)
    for bar in (*book.figures, *(bar for found in book.commands for bar in found.bars)):
        assert (bar.at_least is None) != (bar.at_most is None), bar.promise
    for found in book.commands:
        assert len({bar.promise for bar in found.bars}) == len(found.bars), found.name


def test_everything_that_is_run_is_there(project: Path) -> None:
    for found in load_bars().commands:
        for words in (line.split() for line in found.run):
            if words[:2] == ["python", "-m"]:
                assert importlib.util.find_spec(words[2]), words
            paths = [word for word in words if word.endswith(".py") and "{" not in word]
            assert all((project / path).is_file() for path in paths), words


def scan_output() -> str:
    """What `bench.scan` prints of two reports, of which one has an error that was found and one that was not."""
    tally = Tally(Counter(reports=2, pages=8, cells=400, right=398, nonzero=122, right_nonzero=120, misread=2, silent=1))
    tally.score = Score(right=49, missed=1, reports=2, values=380, silent=1, milliseconds=[20.0, 40.0])
    return "\n".join((Tally(Counter(reports=1, cells=200, right=100)).line("office"), tally.line("office"),
                      tally.reconciled_line("office"), ""))


def test_the_last_line_of_a_scan_counts_and_silent_errors_are_a_share() -> None:
    told = told_by(scan_output(), 9.0, command("scans-office").bars)
    assert told["office: value cells right, before reconciliation"] == (0.995, 400)
    assert told["office: those that are not 0"] == (0.98361, 122)
    assert told["office: wrong without a flag"] == (1 / 400, 400)


def test_of_a_scan_what_is_reconciled_is_told_apart_from_what_was_read() -> None:
    told = told_by(scan_output(), 9.0, command("scans-office").bars)
    assert told["office reports with errors: accusations deserved"] == (1.0, 49)
    assert told["office: errors found"] == (0.98, 50)
    assert told["office: reports accused of a misreading"] == (0.0, 2)
    assert told["office: genuine errors erased by a repair"] == (0.0, None)
    assert told["office: cells wrong without a flag after decoding"] == (1 / 380, 380)


def test_tables_of_the_model_are_told_by_row_and_level() -> None:
    prose, headers = (told_by(text, 9.0, command(name).bars) for name, text in (("prose", PROSE), ("headers", HEADERS)))
    assert [value for value, _ in prose.values()] == [0.9799, 0.12, 0.011]
    assert headers["Headers under office noise: cells with the right field"] == (0.9996, 9000)
    assert headers["… of tables with renamed rows, undamaged"] == (0.98, 1000)
    assert headers["… values of unknown rows forced into known ones, undamaged"] == (0.005, 400)
    assert "… under harsh noise" not in headers


def test_tests_count_only_if_all_pass() -> None:
    [bar] = command("samples").bars
    assert told_by("12 passed in 3.20s\n", 3.2, [bar]) == {bar.promise: (12, None)}
    assert told_by("1 failed, 11 passed in 3.20s\n", 3.2, [bar]) == {}
    assert told_by("12 skipped in 0.10s\n", 0.1, [bar]) == {}


def test_met_missed_and_not_measured_are_told_apart() -> None:
    found = Command(name="x", area="A", run=("python -c pass",), minutes=1, bars=(
        Bar(promise="fast", measure="seconds", unit="s", at_most=2), Bar(promise="right", measure="x", at_least=0.999),
        Bar(promise="new", measure="x", at_least=1)))
    measured = Measured(seconds=3, load=0, values={"fast": (3, None), "right": (0.9995, 2000)})
    assert list(rows_of_commands([found], {"x": measured})) == [
        ("fast", "≤ 2 s", "3 s", "**no**", "`x`"), ("right", "≥ 99.90 %", "99.9500 % of 2,000", "yes", "`x`"),
        ("new", "≥ 100 %", "–", "not measured", "`x`")]


def test_what_a_command_told_is_kept_beside_what_others_told(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "measured.json"
    monkeypatch.setattr(bars, "MEASURED", kept)
    book = tmp_path / "bars.toml"
    book.write_text('figures = []\n[[commands]]\nname = "one"\narea = "A"\nminutes = 1\n'
                    'run = ["python -c print(41)", "python -c print(42)"]\n'
                    "[[commands.bars]]\npromise = 'answer'\nmeasure = '^([0-9]+)$'\nunit = 'x'\nat_least = 42\n"
                    '[[commands]]\nname = "two"\narea = "A"\nminutes = 1\nrun = ["python {real}/x.py"]\nbars = []\n', "utf8")
    monkeypatch.setattr(bars, "load_bars", lambda: load_bars(book))
    monkeypatch.setattr(bars, "load_measured", lambda: load_measured(kept))
    monkeypatch.setattr(sys, "argv", ["bars", "one", "two"])
    bars.main()
    said = capfd.readouterr()
    assert "two: left out, not given: real" in said.err and "answer | ≥ 42 x | 42 x | yes" in said.out
    assert load_measured(kept)["one"].values == {"answer": (42, None)}
