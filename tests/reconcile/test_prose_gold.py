"""Real reports: every labelled contradiction of prose is found, weak ones as weak, and nothing else is said of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extractor import extract
from extractor.report import Cause, FindingStatus, Report, Verdict

GOLD = {"000_23b209a5a38a2d15": "seeds/000_23b209a5a38a2d15.txt", "001_bc2d3f9030932090": "seeds/001_bc2d3f9030932090.txt",
        "002_ca9055e41dfea331": "seeds/002_ca9055e41dfea331.txt", "003_d67b1e978b819952": "seeds/003_d67b1e978b819952.txt"}
FITTING = (Verdict.MATCH, Verdict.OTHER_DEFINITION, Verdict.WITHIN_INTERVAL)


def contradictions(report: Report) -> list[tuple[str, Cause]]:
    return [(finding.rule, finding.cause) for finding in report.findings
            if finding.status is FindingStatus.VIOLATED and finding.rule.startswith("prose.")]


@pytest.mark.parametrize("name", GOLD)
def test_seeds_contradict_their_tables_where_they_are_labelled_so(name: str, shared: Path) -> None:
    labelled = [entry["rule"] for entry in json.loads((shared / "gold" / f"{name}.json").read_text("utf8"))["violations"]
                if entry["rule"].startswith("prose.")]
    report = extract(shared / GOLD[name])
    assert contradictions(report) == [(rule, Cause.UNCLEAR) for rule in labelled]
    assert Verdict.MISMATCH not in {figure.verdict for figure in report.figures}


def test_words_are_taken_in_the_sense_that_fits(shared: Path) -> None:
    report = extract(shared / "real" / "shuyang_2025.md")
    senses = {figure.field: (figure.verdict, figure.definition) for figure in report.figures if figure.verdict in FITTING}
    assert senses["requests.received.total"] == (
        Verdict.OTHER_DEFINITION, "requests.received.total + requests.carried_in.total")
    assert senses["requests.handled.total"] == (Verdict.MATCH, "requests.handled.total")
    assert contradictions(report) == []


def test_blank_totals_are_undecided_and_a_share_that_no_count_gives_is_found(shared: Path) -> None:
    report = extract(shared / "real" / "shanghai_general_office_2019.md")
    assert [finding.where for finding in report.findings if finding.status is FindingStatus.UNDECIDED
            and finding.rule == "prose.table"] == ["prose.granted_or_partial"]
    assert [rule for rule, _ in contradictions(report)] == ["prose.share"]
    cut = [finding.message.zh for finding in report.findings if finding.rule == "prose.share" and "4.34%" in finding.message.zh]
    assert "截去尾数" in cut[0]


def test_all_answered_and_one_carried_forward_asks_for_a_word(shared: Path) -> None:
    report = extract(shared / "real" / "shanghai_stcsm_2024.md")
    assert contradictions(report) == [("prose.prose", Cause.UNCLEAR)]
