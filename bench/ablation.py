"""What each part of the model's design is worth: short runs that differ in one setting, scored on unseen patterns.

    python bench/ablation.py FOLDER [NAME ...]

NAME is a file of `training/config/ablation`; all of them without one. A run takes some five minutes of a core. FOLDER keeps the runs: one
that was broken off goes on, one that has ended is only told again. Prints the shares of right answers as a table.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

CONFIGS = Path(__file__).resolve().parents[1] / "training" / "config" / "ablation"
HEADS = ("field", "words", "period", "scope", "part_of", "header")


def main(folder: Path, names: list[str]) -> None:
    """Trains what is not trained yet, then prints one row a run."""
    from training.finetune import CURVE, Run, last_of_curve, read_config

    names = names or sorted(path.stem for path in CONFIGS.glob("*.toml"))
    print(f"| run | steps | {' | '.join(HEADS)} | minutes |\n|---|{'---|' * (len(HEADS) + 2)}")
    for name in names:
        begun = time.perf_counter()
        trained = Run(read_config(CONFIGS / f"{name}.toml"), folder / name).train()
        shares = last_of_curve(folder / name / CURVE)
        told = " | ".join(f"{shares['guard_' + head]:.3f}" for head in HEADS)
        print(f"| {name} | {trained.step} | {told} | {(time.perf_counter() - begun) / 60:.1f} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
