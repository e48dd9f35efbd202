"""Numbers in cells: decoding restricted to what a value cell may hold, with the other readings that were possible."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SYMBOLS = "0123456789.,-/"
"""What a number in a cell is written with; the classes of the recogniser are folded into these."""
LOOKALIKES = {
    "0": "0０OoＯQD〇○。", "1": "1１lI|｜i!！丨", "2": "2２Zz", "3": "3３", "4": "4４", "5": "5５Ss", "6": "6６",
    "7": "7７", "8": "8８B", "9": "9９", ".": ".．·", ",": ",，", "-": "-－—–―一", "/": "/／",
}
"""In a cell that holds a number, these characters of a general reading are the symbol: a lone 0 is read as 。 or O."""
ASKED = tuple(LOOKALIKES[symbol] for symbol in SYMBOLS)
"""The groups whose probabilities the recogniser is asked for, in the order of `SYMBOLS`."""
BEAM = 12
LEAST = 1e-4
"""Readings less probable than this are not told."""


def as_number(text: str) -> str | None:
    """`text` in `SYMBOLS`, or None if it holds a character that is no look-alike of any."""
    folded = []
    for character in text.replace(" ", ""):
        for symbol, looks in LOOKALIKES.items():
            if character in looks:
                folded.append(symbol)
                break
        else:
            return None
    return "".join(folded)


def decode(chosen: NDArray[np.float32]) -> tuple[list[tuple[str, float]], float]:
    """Readings of a crop as a number, most probable first, and how probable it is that it holds a number at all.

    `chosen` (steps x (1 + symbols)) are the recogniser's probabilities of the blank and of `SYMBOLS`. The readings'
    probabilities are given that it is a number, and sum to at most 1. Prefix search (Graves 2012, section 7.5): all
    the paths that collapse to one reading count for it.
    """
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    scale = 0.0
    for row in chosen.astype(np.float64):
        grown: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        likely = [index for index in range(1, len(row)) if row[index] > 1e-6]
        for prefix, (blank, tail) in beams.items():
            grown[prefix][0] += (blank + tail) * row[0]
            for index in likely:
                symbol = SYMBOLS[index - 1]
                if prefix.endswith(symbol):
                    grown[prefix][1] += tail * row[index]
                    grown[prefix + symbol][1] += blank * row[index]
                else:
                    grown[prefix + symbol][1] += (blank + tail) * row[index]
        best = sorted(grown.items(), key=lambda item: (-sum(item[1]), item[0]))[:BEAM]
        total = sum(sum(parts) for _, parts in best)
        if total <= 0.0:
            return [], 0.0
        scale += float(np.log(total))
        beams = {prefix: (parts[0] / total, parts[1] / total) for prefix, parts in best}
    readings = [(prefix, sum(parts)) for prefix, parts in beams.items()]
    return [(text, share) for text, share in readings if share >= LEAST], float(np.exp(scale))
