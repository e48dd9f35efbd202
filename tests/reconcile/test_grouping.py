"""One finding a cause: headline, suspects, fingerprints that survive a re-run, and the order of the queue."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.document import Source
from extractor.labelled import Labelled
from extractor.reconcile import reconcile
from extractor.report import Figure, Finding, FindingStatus, Report

Build = Callable[..., Any]
CELL = "requests.granted.business"


def violated(labelled: Labelled, text: str = "") -> list[Finding]:
    result = reconcile(labelled, [text])
    return [finding for finding in result.findings if finding.status is FindingStatus.VIOLATED]


def report(labelled: Labelled) -> Report:
    return Report(source="", sha256="", format=Source.PDF, findings=reconcile(labelled).findings)


def of(body: Labelled, agency: str = "某市人民政府", year: int = 2022) -> Labelled:
    return replace(body, agency=agency, year=year)


def test_a_wrong_cell_that_breaks_three_relations_is_one_cause(build: Build, draw: Build) -> None:
    numbers = draw(1) | {"requests.handled.business": draw(1)["requests.handled.business"] + 7}
    found = violated(build(numbers))
    assert sorted(finding.rule for finding in found) == ["requests.applicant_sum", "requests.balance", "requests.handled_sum"]
    assert len({finding.cause_id for finding in found}) == 1
    [headline] = [finding for finding in found if finding.headline]
    assert headline.explanation is not None
    assert "every relation listed (3) holds" in headline.explanation.en
    assert all(finding.explanation is None for finding in found if finding is not headline)


def test_two_wrong_cells_apart_are_two_causes(build: Build, draw: Build) -> None:
    numbers = draw(1) | {CELL: draw(1)[CELL] + 7, "requests.carried_out.social": draw(1)["requests.carried_out.social"] + 2}
    causes = report(build(numbers)).causes
    assert [group[0].headline for group in causes] == [True, True]
    assert {suspect.field for suspect in causes[0][0].suspects} == {CELL}, "the greater difference comes first"


def test_prose_that_states_the_right_number_joins_the_cause(build: Build, draw: Build) -> None:
    right = draw(2)["requests.granted.total"]
    text = f"予以公开{right}件"
    figure = Figure(field="requests.granted.total", value=Decimal(right), low=Decimal(right), high=Decimal(right),
                    unit="件", span=(0, 4, len(text)), text=f"{right}件")
    wrong = replace(build(draw(2) | {"requests.granted.total": right + 7}), figures=(figure,))
    found = violated(wrong, text)
    assert {finding.rule for finding in found} == {"prose.table", "requests.applicant_sum", "requests.handled_sum"}
    assert len({finding.cause_id for finding in found}) == 1


def test_a_fingerprint_tells_bodies_and_years_apart_but_not_spellings(build: Build, draw: Build) -> None:
    wrong = build(draw(1) | {CELL: 999})
    prints = [violated(of(wrong, *which))[0].fingerprint
              for which in (("某市人民政府", 2022), ("某市 人民政府", 2022), ("某县人民政府", 2022), ("某市人民政府", 2023))]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_a_fingerprint_survives_changes_elsewhere_and_not_of_its_own_numbers(build: Build, draw: Build) -> None:
    numbers = draw(1) | {CELL: 999}
    before = {finding.where: finding.fingerprint for finding in violated(of(build(numbers)))}
    elsewhere = numbers | {"review.total": 999}
    after = {finding.where: finding.fingerprint for finding in violated(of(build(elsewhere)))}
    assert before.items() < after.items()
    own = {finding.where: finding.fingerprint for finding in violated(of(build(numbers | {CELL: 998})))}
    assert not set(before.values()) & set(own.values())


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), errors=st.integers(1, 3))
def test_the_order_of_the_input_never_matters(seed: int, errors: int, build: Build, draw: Build) -> None:
    rng = random.Random(seed)
    numbers = draw(seed)
    numbers |= {name: rng.randint(0, 500) for name in rng.sample(sorted(numbers), errors)}
    shuffled = list(numbers.items())
    rng.shuffle(shuffled)
    assert reconcile(build(dict(shuffled))) == reconcile(build(numbers))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), row=st.sampled_from(("not_held", "needs_creation")))
def test_exchanging_whole_rows_exchanges_what_is_found(seed: int, row: str, build: Build, draw: Build) -> None:
    """Rows that stand in the same sums are alike but for their names, as long as one cell is wrong."""
    first, second = f"requests.unavailable.{row}.", "requests.not_processed.petition."
    numbers = draw(seed)
    numbers[f"{first}business"] += 7

    def exchanged(name: str) -> str:
        return name.replace(first, "\0").replace(second, first).replace("\0", second)

    there = violated(build({exchanged(name): number for name, number in numbers.items()}))
    here = violated(build(numbers))
    assert {exchanged(suspect.field) for finding in here for suspect in finding.suspects} == {
        suspect.field for finding in there for suspect in finding.suspects}


def test_queue_puts_what_moves_published_totals_first(build: Build, draw: Build) -> None:
    numbers = draw(5, 900)
    numbers["requests.received.total"] += 400
    numbers["requests.refused.state_secret.social"] += 1
    first, second = report(build(numbers)).causes
    assert first[0].priority > second[0].priority
    assert {suspect.field for suspect in first[0].suspects} == {"requests.received.total"}


def test_nothing_is_grouped_where_nothing_is_wrong(build: Build, draw: Build) -> None:
    for numbers in ({}, dict.fromkeys(draw(1), 0), dict.fromkeys(draw(1), None), draw(1)):
        result = reconcile(build(numbers))
        assert not any(finding.cause_id or finding.headline for finding in result.findings)
