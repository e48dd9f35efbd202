"""Trains the model on samples of the corpus, prose and tables' headers together; a run can be broken off and resumed."""

from __future__ import annotations

import csv
import random
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from extractor.label.model.tokens import SPECIAL, Vocabulary, labels_of_heads
from training.backbone import Pretrained, character_vocabulary, encoder
from training.network import Model
from training.samples import Level, ProseSample, header_samples, prose_samples
from training.targets import IGNORED, SPAN_HEADS, Batch, Heads, Item, Targets, batches, make_heads, no_boxes

CHECKPOINT, CURVE = "checkpoint.pt", "curve.csv"
PRECISIONS = ("float32", "bfloat16")
_PROSE_NOISE: tuple[tuple[Level, float], ...] = (("none", 0.75), ("light", 0.1), ("office", 0.1), ("harsh", 0.05))
_HEADER_NOISE: tuple[tuple[Level, float], ...] = (("none", 0.2), ("light", 0.2), ("office", 0.3), ("harsh", 0.3))
_EMPTY_SHARE = 0.12
"""Share of windows without any figure that are trained on: filler is most of a report, and soon learnt."""
_NARRATIVE = ("none", "distractor", "prose.")
_WEIGHTS = {"field": 1.0} | dict.fromkeys(SPAN_HEADS[1:], 0.3)
_UNKNOWN_SHARE = 0.05
"""Share of characters that are made unknown, so that no wording is learnt by a single one of them."""
GUARD = range(1_500_000_000, 1_500_000_080)
"""Reports on which a run is watched: never trained on, with the patterns kept for testing."""


@dataclass(frozen=True, slots=True)
class Config:
    """A run's settings; `training/config/*.toml` explain them."""

    layers: int = 4
    pretrained: bool = True
    boxes: bool = True
    noise: bool = True
    seed: int = 1
    first_report: int = 0
    reports_a_round: int = 300
    headers_a_round: int = 100
    steps: int = 6500
    batch_tokens: int = 2048
    learning_rate: float = 2.5e-4
    warmup_steps: int = 150
    decay_share: float = 0.35
    narrative_share: float = 0.45
    evaluate_every: int = 4
    threads: int = 2
    precision: str = "float32"
    device: str = "cpu"


def read_config(path: Path) -> Config:
    """A configuration file; raises `ValueError` for a setting that does not exist, or that this machine has no device for."""
    raw = tomllib.loads(path.read_text("utf8"))
    known = {setting.name for setting in fields(Config)}
    if unknown := set(raw) - known:
        raise ValueError(f"{path}: unknown setting {sorted(unknown)[0]!r}")
    config = Config(**raw)
    if config.precision not in PRECISIONS:
        raise ValueError(f"{path}: the precision is none of {', '.join(PRECISIONS)}")
    if config.device != "cpu" and not (config.device.startswith("cuda") and torch.cuda.is_available()):
        raise ValueError(f"{path}: there is no device {config.device!r} here")
    return config


@dataclass(slots=True)
class Trained:
    """A model with what it takes to use it: its tokens, the labels of its heads, and how far its training is.

    `origin` says in words what the training began from; empty for the pretrained encoder.
    """

    model: Model
    vocabulary: Vocabulary
    heads: Heads
    step: int = 0
    round: int = 0
    origin: str = ""

    @property
    def targets(self) -> Targets:
        return Targets(self.vocabulary, self.heads)


def fresh(config: Config) -> Trained:
    """An untrained model on the pretrained encoder (or on random weights)."""
    torch.manual_seed(config.seed)
    pretrained = Pretrained()
    tokens = character_vocabulary(pretrained)
    heads = make_heads()
    body = encoder(tokens, config.layers, pretrained if config.pretrained else None)
    return Trained(Model(body, sum(map(len, heads.values()))), Vocabulary(tokens), heads)


def losses(model: Model, batch: Batch, heads: Heads) -> dict[str, Tensor]:
    """The mean loss of each head that the batch asks something of."""
    hidden = model.encoder(batch.ids, batch.boxes).flatten(0, 1)
    weight, bias, places = model.scores.weight, model.scores.bias, labels_of_heads(heads)

    def score(vectors: Tensor, name: str) -> Tensor:
        return functional.linear(vectors, weight[places[name]], bias[places[name]]).float()

    found: dict[str, Tensor] = {}
    tags = batch.tags.flatten()
    if (asked := tags != IGNORED).any():
        found["words"] = functional.cross_entropy(score(hidden[asked], "words"), tags[asked])
    if len(batch.fields):
        spans = pooled(hidden, batch.pooled, len(batch.fields))
        known = batch.fields.sum(-1) > 0
        found["field"] = functional.cross_entropy(score(spans[known], "field"), batch.fields[known])
        for at, name in enumerate(SPAN_HEADS[1:]):
            if (batch.others[:, at] != IGNORED).any():
                found[name] = functional.cross_entropy(score(spans, name), batch.others[:, at], ignore_index=IGNORED)
    if len(batch.headers):
        cells = pooled(hidden, batch.cells, len(batch.headers))
        found["header"] = functional.cross_entropy(score(cells, "header"), batch.headers)
    return found


def pooled(hidden: Tensor, pairs: Tensor, count: int) -> Tensor:
    """The means of `count` groups of tokens; `hidden` is (all tokens, hidden), `pairs` holds (token, group)."""
    index = pairs[:, 1]
    total = hidden.new_zeros(count, hidden.shape[1]).index_add(0, index, hidden[pairs[:, 0]])
    sizes = hidden.new_zeros(count).index_add(0, index, hidden.new_ones(len(index)))
    return total / sizes[:, None]


def rate(config: Config, step: int) -> float:
    """The learning rate's factor: rising, level, then falling to 0 over the last `decay_share` of the steps."""
    falling = max(1.0, config.steps * config.decay_share)
    return max(0.0, min(1.0, (step + 1) / max(1, config.warmup_steps), (config.steps - step) / falling))


def round_items(config: Config, number: int, targets: Targets) -> list[Item]:
    """The training items of a round: the same for the same configuration and number."""
    rng = random.Random(f"{config.seed} {number}")
    first = config.first_report + number * config.reports_a_round
    found: list[Item] = []
    kept = {"core": 1.0, "narrative": config.narrative_share, "empty": _EMPTY_SHARE}
    prose = {level: list[int]() for level, _ in _PROSE_NOISE}
    for seed in range(first, first + config.reports_a_round):
        prose[_drawn(rng, _PROSE_NOISE, config.noise)].append(seed)
    for level, seeds in prose.items():
        for sample in prose_samples(seeds, noise=level):
            found += [item for item in targets.prose(sample) if rng.random() < kept[_holds(item, targets)]]
    for seed in range(first, first + config.headers_a_round):
        for table in header_samples([seed], _drawn(rng, _HEADER_NOISE, config.noise)):
            found += targets.header(table, grid=rng.random() < 0.7)
    return found if config.boxes else list(no_boxes(found))


def _holds(item: Item, targets: Targets) -> str:
    """What a window holds: figures of the tables (`core`), others or look-alikes (`narrative`), or none (`empty`)."""
    fields = targets.heads["field"]
    if any(not fields[at].startswith(_NARRATIVE) for span in item.spans for at in span.fields):
        return "core"
    return "narrative" if item.spans else "empty"


def _drawn(rng: random.Random, levels: tuple[tuple[Level, float], ...], noise: bool) -> Level:
    return rng.choices([level for level, _ in levels], [share for _, share in levels])[0] if noise else "none"


class Run:
    """A training run in a folder: its checkpoint, its curve and its configuration.

    `start` is the model to begin with, `corrected` are samples that each round is to hold beside those of the corpus,
    `watch` is told of each step.
    """

    def __init__(self, config: Config, folder: Path, start: Trained | None = None,
                 watch: Callable[[int, dict[str, float]], None] | None = None,
                 corrected: Sequence[ProseSample] = ()) -> None:
        self.config, self.folder = config, folder
        self._watch, self._corrected = watch, corrected
        folder.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(config.threads)
        saved = _load(folder / CHECKPOINT)
        self.trained = restored(saved) if saved else start or fresh(config)
        self.trained.model.to(config.device)
        self._optimizer = torch.optim.AdamW(_groups(self.trained.model), lr=config.learning_rate, fused=True)
        if saved and "optimizer" in saved:
            self._optimizer.load_state_dict(saved["optimizer"])

    def train(self) -> Trained:
        """Trains up to the last step of the configuration, and saves after each round. The model ends up on the CPU."""
        trained, config = self.trained, self.config
        guard = guard_items(trained.targets) if config.evaluate_every else []
        guard = guard if config.boxes else list(no_boxes(guard))
        while trained.step < config.steps:
            own = [item for sample in self._corrected for item in trained.targets.prose(sample)]
            self._round(round_items(config, trained.round, trained.targets) + own)
            trained.round += 1
            self.save()
            if guard and (trained.round % config.evaluate_every == 0 or trained.step >= config.steps):
                self._log({f"guard_{name}": value for name, value in validate(trained, guard).items()})
        trained.model.to("cpu")
        return trained

    def _round(self, items: list[Item]) -> None:
        trained, config = self.trained, self.config
        rng = random.Random(f"batches {config.seed} {trained.round}")
        torch.manual_seed(config.seed * 1_000_003 + trained.round)
        begin, tokens, sums = time.monotonic(), 0, dict[str, list[float]]()
        for batch in batches(items, config.batch_tokens, len(trained.heads["field"]), rng):
            found = self._step(batch)
            tokens += batch.ids.numel()
            for name, value in found.items():
                sums.setdefault(name, []).append(value)
            if self._watch:
                self._watch(trained.step, found)
            if trained.step >= config.steps:
                break
        speed = tokens / (time.monotonic() - begin)
        self._log({name: sum(values) / len(values) for name, values in sums.items()} | {"tokens_a_second": speed})

    def _step(self, batch: Batch) -> dict[str, float]:
        trained = self.trained
        trained.model.train()
        for group in self._optimizer.param_groups:
            group["lr"] = self.config.learning_rate * rate(self.config, trained.step)
        unknown = (torch.rand(batch.ids.shape) < _UNKNOWN_SHARE) & (batch.ids >= len(SPECIAL))
        batch.ids = batch.ids.masked_fill(unknown, trained.vocabulary.unknown)
        batch = batch.to(self.config.device)
        with torch.autocast(batch.ids.device.type, torch.bfloat16, enabled=self.config.precision == "bfloat16"):
            found = losses(trained.model, batch, trained.heads)
        total = torch.stack([_WEIGHTS.get(name, 1.0) * value for name, value in found.items()]).sum()
        self._optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained.model.parameters(), 1.0)
        self._optimizer.step()
        trained.step += 1
        return {name: float(value.detach()) for name, value in found.items()}

    def save(self) -> None:
        """Writes the checkpoint beside its place, then moves it there."""
        state = saved_state(self.trained) | {"optimizer": self._optimizer.state_dict(), "config": asdict(self.config)}
        part = self.folder / (CHECKPOINT + ".part")
        torch.save(state, part)
        part.replace(self.folder / CHECKPOINT)

    def _log(self, values: dict[str, float]) -> None:
        with (self.folder / CURVE).open("a", newline="", encoding="utf8") as handle:
            writer = csv.writer(handle)
            for name, value in values.items():
                writer.writerow([self.trained.step, self.trained.round, name, f"{value:.6g}"])


def _groups(model: Model) -> list[dict[str, Any]]:
    """Weights decay, but for biases, norms and embeddings."""
    decayed = [p for n, p in model.named_parameters() if p.ndim == 2 and "layers" in n]
    known = {id(p) for p in decayed}
    plain = [p for p in model.parameters() if id(p) not in known]
    return [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]


def saved_state(trained: Trained) -> dict[str, Any]:
    """What a checkpoint holds of a model."""
    return {"model": trained.model.state_dict(), "tokens": list(trained.vocabulary.tokens),
            "heads": {name: list(labels) for name, labels in trained.heads.items()},
            "layers": trained.model.encoder.shape.layers, "step": trained.step, "round": trained.round,
            "origin": trained.origin}


def restored(state: dict[str, Any]) -> Trained:
    """The model of a checkpoint."""
    heads = {name: tuple(labels) for name, labels in state["heads"].items()}
    model = Model(encoder(state["tokens"], state["layers"], None), sum(map(len, heads.values())))
    model.load_state_dict(state["model"])
    return Trained(model, Vocabulary(state["tokens"]), heads, state["step"], state["round"],
                   state.get("origin", ""))


def last_of_curve(path: Path) -> dict[str, float]:
    """The last value of each quantity in a run's curve, by its name."""
    with path.open(encoding="utf8", newline="") as handle:
        return {name: float(value) for _, _, name, value in csv.reader(handle)}


def load_checkpoint(folder: Path) -> Trained:
    """The model of a run's folder; raises `FileNotFoundError`."""
    state = _load(folder / CHECKPOINT)
    if state is None:
        raise FileNotFoundError(folder / CHECKPOINT)
    return restored(state)


def _load(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def guard_items(targets: Targets) -> list[Item]:
    """Items of reports that no run is trained on."""
    found = [item for sample in prose_samples(GUARD, reserved=True) for item in targets.prose(sample) if item.spans]
    tables = header_samples(GUARD[:20], "office", reserved=True)
    return found + [item for table in tables for item in targets.header(table)]


@torch.no_grad()
def validate(trained: Trained, items: list[Item]) -> dict[str, float]:
    """Shares of right answers on items: spans by head, words by token (those outside any left out), headers by cell."""
    trained.model.eval()
    places = labels_of_heads(trained.heads)
    right: dict[str, list[Tensor]] = {}
    device = next(trained.model.parameters()).device
    for batch in batches(items, 4096, len(trained.heads["field"]), random.Random(0)):
        for name, hits in _hits(trained.model, batch.to(device), places):
            right.setdefault(name, []).append(hits)
    return {name: float(torch.cat(hits).float().mean()) for name, hits in right.items()}


def _hits(model: Model, batch: Batch, places: dict[str, slice]) -> Iterator[tuple[str, Tensor]]:
    scores = model(batch.ids, batch.boxes).flatten(0, 1)
    tags = batch.tags.flatten()
    guessed = scores[:, places["words"]].argmax(-1)
    asked = (tags > 0) | ((guessed > 0) & (tags == 0))
    yield "words", guessed[asked] == tags[asked]
    if len(batch.fields):
        spans = pooled(scores, batch.pooled, len(batch.fields))
        yield "field", batch.fields.gather(1, spans[:, places["field"]].argmax(-1, keepdim=True))[:, 0] > 0
        for at, name in enumerate(SPAN_HEADS[1:]):
            known = batch.others[:, at] != IGNORED
            yield name, (spans[:, places[name]].argmax(-1) == batch.others[:, at])[known]
    if len(batch.headers):
        cells = pooled(scores, batch.cells, len(batch.headers))
        yield "header", cells[:, places["header"]].argmax(-1) == batch.headers
