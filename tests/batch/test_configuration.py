"""The fingerprint of a configuration changes with all that can change a report, and with nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from extractor import extract
from extractor.batch.configuration import RULES, STAGES, _model_files, configuration
from extractor.batch.task import solved_again
from extractor.document import Source
from extractor.report import Report
from extractor.settings import Settings
from extractor.store.rows import report_rows

DECIDE_NOTHING = {"errors", "settings"}
"""Modules that an extraction needs and that no number comes from; the settings are in the fingerprint by their values."""


def test_every_module_that_an_extraction_loads_is_part_of_it(project: Path) -> None:
    script = ("import sys, json, extractor, extractor.read.scan.second_look, extractor.second_look\n"
              f"extractor.extract({str(project / 'eval' / 'samples' / 'demo' / 'township_2019.txt')!r})\n"
              "print(json.dumps([name.split('.')[1] for name in sys.modules if name.startswith('extractor.')]))")
    out = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    covered = {part.partition(".")[0] for part in (*STAGES, *RULES)}
    assert set(json.loads(out)) - DECIDE_NOTHING <= covered


def test_every_file_of_the_model_is_part_of_it(project: Path) -> None:
    sums = (project / "models" / "released" / "SHA256SUMS").read_text("utf8").splitlines()
    used = {line.split()[1].lstrip("*") for line in sums if Path(line.split()[1]).suffix not in (".md", ".csv")}
    assert used and used <= {part.decode() for part in _model_files() if len(part) != 32}


@pytest.mark.parametrize(("settings", "same"), [
    (Settings(max_seconds=7.0), True), (Settings(threads=3), True), (Settings(max_memory_bytes=0), True),
    (Settings(ocr=False), False), (Settings(max_pages=3), False)])
def test_settings_that_change_no_report_do_not_count(settings: Settings, same: bool) -> None:
    first = configuration(Settings())
    assert (configuration(settings).fingerprint == first.fingerprint) is same


# ------------------------------------------------------------------------------------------------- a changed rule book
@pytest.mark.parametrize("name", ["township_2019.txt", "bureau_2022.docx", "city_2024.html", "county_2022.pdf"])
def test_solving_what_was_read_is_the_same_as_reading_it_again(project: Path, name: str) -> None:
    report = extract(project / "eval" / "samples" / "demo" / name)
    again = solved_again(report, report.source)
    assert again is not None and report_rows(again) == report_rows(report)


def test_a_report_in_whose_reading_the_rules_had_a_say_is_read_again(contradictory: Report) -> None:
    assert solved_again(contradictory, "x") is not None
    page = contradictory.pages[0].model_copy(update={"source": Source.OCR})
    assert solved_again(contradictory.model_copy(update={"pages": (page,)}), "x") is None
    field, value = next(iter(contradictory.values.items()))
    cut = value.model_copy(update={"note": "digits run together; cut in the only way that satisfies the relations"})
    assert solved_again(contradictory.model_copy(update={"values": contradictory.values | {field: cut}}), "x") is None
