"""Damaged copies of every sample: a documented error or a valid report, never a crash and never a hang."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from extractor import extract
from extractor.errors import GoujiError
from extractor.guard import guard
from extractor.report import Report
from extractor.settings import Settings

SAMPLES = sorted((Path(__file__).resolve().parents[1] / "eval/samples/demo").glob("*.*"))
MUTATIONS = 200
SECONDS = 20.0
PARTS = 4
"""Each file's mutations are split so that test processes share them."""


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A copy with bytes flipped, a stretch cut out, repeated, zeroed or shuffled, or the end cut off."""
    damaged = bytearray(data)
    kind = rng.randrange(6)
    start = rng.randrange(len(data))
    length = rng.randrange(1, max(2, len(data) // rng.choice((4, 20, 200))))
    if kind == 0:
        for _ in range(rng.choice((1, 3, 20, 200))):
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del damaged[start:start + length]
    elif kind == 2:
        damaged[start:start] = damaged[start:start + length]
    elif kind == 3:
        damaged[start:start + length] = bytes(len(damaged[start:start + length]))
    elif kind == 4:
        stretch = list(damaged[start:start + length])
        rng.shuffle(stretch)
        damaged[start:start + length] = bytes(stretch)
    else:
        del damaged[start:]
    return bytes(damaged)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_damaged_file_ends_in_a_documented_error_or_a_valid_report(path: Path, part: int) -> None:
    data = path.read_bytes()
    settings = Settings(max_seconds=SECONDS, ocr=False)  # OCR of pages that damage left without text takes minutes in all
    for number in range(part, MUTATIONS, PARTS):
        damaged = mutated(data, random.Random(f"{path.name} {number}"))
        try:
            with guard(settings):
                report = extract(damaged, name=path.name, settings=settings)
        except GoujiError as error:
            assert error.code
            assert error.message
            continue
        assert Report.from_json(report.to_json()) == report.model_copy(update={"timings": {}})
