"""The mixed-integer solver (HiGHS, by scipy), kept from writing to standard output, which carries results only."""

from __future__ import annotations

import ctypes
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

INFEASIBLE = "infeasible"
UNFINISHED = "unfinished"

_STDOUT = 1
_LOCK = threading.Lock()
_NOISE = b"HighsMipSolverData::"


def minimise(costs: np.ndarray, whole: np.ndarray, low: np.ndarray, high: np.ndarray, constraints: Sequence[Any],
             seconds: float) -> np.ndarray | str:
    """The cheapest x between `low` and `high`, whole where `whole` is 1, that satisfies the linear `constraints`.

    `INFEASIBLE` if there is none, `UNFINISHED` if that could not be told within `seconds`. The answer is as exact as
    floating point: callers check it in whole numbers.
    """
    from scipy.optimize import Bounds, milp

    with _without_noise():
        # For programs as small as these, presolving takes longer than it saves.
        result = milp(costs, integrality=whole, bounds=Bounds(low, high), constraints=constraints,
                      options={"time_limit": seconds, "mip_rel_gap": 0.0, "presolve": False})
    if result.status == 0:
        answer: np.ndarray = result.x
        return answer
    return INFEASIBLE if result.status == 2 else UNFINISHED


@contextmanager
def _without_noise() -> Iterator[None]:
    """Takes lines of the solver out of standard output: it prints some whatever its options say (seen in scipy 1.17).

    What others write meanwhile is passed on. Where standard output is closed there is nothing to keep clean.
    """
    with _LOCK:
        try:
            saved = os.dup(_STDOUT)
        except OSError:
            yield
            return
        with tempfile.TemporaryFile() as sink:
            _flush()
            os.dup2(sink.fileno(), _STDOUT)
            try:
                yield
            finally:
                _flush()
                os.dup2(saved, _STDOUT)
                os.close(saved)
                sink.seek(0)
                _write(b"".join(line for line in sink if not line.startswith(_NOISE)))


def _flush() -> None:
    """Empties the buffers of the C library, where the solver's lines wait."""
    try:
        ctypes.CDLL(None).fflush(None)
    except (OSError, TypeError, AttributeError):  # no C library under that name: then its buffers stay as they are
        return


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(_STDOUT, data):]
