"""Readings of printed numbers as a reader of scans gives them, by rates set by hand: for `bench.reconcile noise`."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from extractor.document import Source
from extractor.report import DOUBTFUL_BELOW, Alternative, Evidence, Value, ValueStatus
from extractor.second_look import weighed


@dataclass(frozen=True, slots=True)
class Noise:
    """How a scan reader errs, as chances a cell: `doubtful` readings, of which `wrong` are wrong; `sure_wrong` readings
    that are wrong although confident. `told`: how often the right number is among the alternatives of a wrong one."""

    doubtful: float
    wrong: float
    sure_wrong: float
    told: float


LEVELS = {"office": Noise(0.004, 0.25, 0.00005, 0.9), "harsh": Noise(0.03, 0.35, 0.0005, 0.85)}
"""Set by hand after what `bench/scan.py` shows of the two levels; to be replaced by counts as they are measured."""


def read_right(numbers: Mapping[str, Decimal | None], source: Source = Source.PDF) -> dict[str, Value]:
    """The values as they are read without any error."""
    return {name: Value(field=name, value=number, read=number, raw="" if number is None else str(number),
                        evidence=(Evidence(page=1, box=(0.0, 10.0 * place, 10.0, 10.0 * place + 8), source=source,
                                           text="" if number is None else str(number)),),
                        status=ValueStatus.BLANK if number is None else ValueStatus.READ)
            for place, (name, number) in enumerate(numbers.items())}


_NEAR_SURE = 0.0008
"""What a sure reading leaves to all other numbers, on average."""


def disturbed(rng: random.Random, numbers: Mapping[str, Decimal | None], noise: Noise) -> dict[str, Value]:
    """The values of tables 3 and 4 as a scan reader of this quality gives them."""
    values = read_right(numbers, Source.OCR)
    for name, value in values.items():
        if value.value is None or not name.startswith(("requests", "review", "litigation")):
            continue
        number, draw = int(value.value), rng.random()
        if draw < noise.sure_wrong:
            values[name] = _misread(rng, value, _lookalike(rng, number), rng.uniform(0.93, 0.999), noise)
        elif draw < noise.sure_wrong + noise.doubtful:
            read = _lookalike(rng, number) if rng.random() < noise.wrong else number
            values[name] = _misread(rng, value, read, rng.uniform(0.3, 0.89), noise)
        else:
            values[name] = _misread(rng, value, number, 1 - rng.expovariate(1 / _NEAR_SURE), noise)
    return values


def _misread(rng: random.Random, value: Value, read: int, confidence: float, noise: Noise) -> Value:
    """A reading with alternatives that share what its confidence leaves."""
    confidence = round(max(0.0, confidence), 4)
    true = int(value.value or 0)
    others = [_lookalike(rng, read) for _ in range(3)]
    if read != true and rng.random() < noise.told:
        others.insert(0 if rng.random() < 0.7 else 1, true)
    shares = [0.7, 0.2, 0.07, 0.03]
    left = 1 - confidence
    told = {number: share * left for number, share in zip(dict.fromkeys(others), shares, strict=False) if number != read}
    alternatives = tuple(Alternative(value=Decimal(number), probability=round(share, 6)) for number, share in told.items())
    return value.model_copy(update={
        "value": Decimal(read), "read": Decimal(read), "raw": str(read), "confidence": confidence,
        "alternatives": alternatives, "status": ValueStatus.DOUBTFUL if confidence < 0.75 else ValueStatus.READ})


_LOOKALIKES = {"0": "689", "1": "74", "2": "73", "3": "85", "4": "19", "5": "638", "6": "058", "7": "12", "8": "036",
               "9": "04"}


def _lookalike(rng: random.Random, number: int) -> int:
    """Another number that a recogniser may take this one for."""
    while True:
        digits = list(str(number))
        place = rng.randrange(len(digits))
        kind = rng.choice(("replace", "replace", "replace", "drop", "add"))
        if kind == "replace":
            digits[place] = rng.choice(_LOOKALIKES[digits[place]])
        elif kind == "drop" and len(digits) > 1:
            del digits[place]
        elif kind == "add":
            digits.insert(place, "1")
        found = int("".join(digits))
        if found != number:
            return found


def seen_again(rng: random.Random, value: Value, printed: Decimal | None) -> Value:
    """The value after a second look of four readings: what was read surely and right is read so again; of what was in
    doubt or misread a second look tells nothing new."""
    if value.read is None or value.read != printed or value.confidence < DOUBTFUL_BELOW:
        return value
    return weighed(value, [{value.read: 1 - rng.expovariate(1 / _NEAR_SURE)} for _ in range(4)])
