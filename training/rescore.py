"""Scores a release again, as the product uses it now: `python -m training.rescore [FOLDER] [--calibrate]`.

What stands beside the network, such as the patterns and the number grammar, may have changed since the release was written. The
scores and the calibration in its card are replaced, and the sums written anew; with `--calibrate` its chances are fitted anew first.
The network stays as it is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from extractor.label.model.release import CALIBRATION, Network, released
from extractor.output import write_atomically
from training import guard
from training.calibrate import calibrate
from training.card import rescored
from training.export import CARD, write_sums


def rescore(folder: Path, again: bool) -> guard.Scores:
    """Replaces scores and calibration in a release's card, and its calibration if `again`; returns the scores."""
    network = Network(folder)
    calibration = calibrate(network) if again else json.loads((folder / CALIBRATION).read_text("utf8"))
    scores = guard.scores_of_model(network)
    card = rescored((folder / CARD).read_text("utf8"), scores, guard.scores_of_patterns(), calibration)
    write_atomically(folder / CALIBRATION, (json.dumps(calibration, indent=1) + "\n").encode())
    write_atomically(folder / CARD, card.encode())
    write_sums(folder)
    return scores


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.rescore", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--calibrate", action="store_true", help="fit the calibration anew first")
    given = parser.parse_args(arguments)
    for name, value in guard.headline(rescore(given.folder or released(), given.calibrate)).items():
        print(f"{name}: {value:.4f}")


if __name__ == "__main__":
    main()
