"""Runs over an archive of which one document in twenty is poison: each is to be named rightly, all others to be done.

    python -m bench.poison [--documents 200] [--poison 10] [--rounds 2] [--seconds 20]

Fifteen kinds of poison (`tests/batch/poison.py`) take turns, so that two rounds with ten of them have had all. What a file
cannot do by itself (hang, crash, eat memory) the worker does in its place (`tests/batch/hostile.py`). Each round is a run
of `gouji batch` by the command line, with `--seconds` for a document. Ends with 1 if a document is named wrongly, or a run
does not end by itself with the exit code for a partial run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from extractor.errors import ExitCode
from tests.batch.poison import POISON, Poison

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "eval" / "samples" / "demo" / "township_2019.txt"
HOSTILE = """from tests.batch.hostile import install
install()
if __name__ == "__main__":
    from extractor.cli import main
    main()
"""


def make_archive(folder: Path, good: int, poison: Sequence[Poison]) -> dict[str, str]:
    """Reports that differ in their bytes, and poison; returns the outcome that each name is to have."""
    folder.mkdir()
    text = SAMPLE.read_bytes()
    for number in range(good):
        (folder / f"report-{number:04d}.txt").write_bytes(text + b"\n" * number)
    for one in poison:
        one.put(folder)
    return {f"report-{number:04d}": "done" for number in range(good)} | {one.shown: one.category for one in poison}


def run(archive: Path, folder: Path, seconds: float) -> tuple[int, dict[str, str]]:
    """The exit code of a run with hostile workers, and what its log says of each name."""
    script, log = folder / "hostile_gouji.py", folder / "log"
    script.write_text(HOSTILE, "utf8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "GOUJI_MAX_SECONDS": str(seconds),
                                "GOUJI_MAX_MEMORY_BYTES": str(2 * 1024**3)}
    ended = subprocess.run([sys.executable, script, "batch", archive, "--store", folder / "store.sqlite", "--workers", "2",
                            "--log", log], check=False, capture_output=True, stdin=subprocess.DEVNULL, env=environment)
    events = [json.loads(line) for line in log.read_text("utf8").splitlines()]
    return ended.returncode, {Path(event["name"]).stem: event["outcome"] for event in events if event["event"] == "document"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--poison", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    wrong = 0
    for number in range(options.rounds):
        kinds = [POISON[(number * options.poison + turn) % len(POISON)] for turn in range(options.poison)]
        with tempfile.TemporaryDirectory() as name:
            folder, begun = Path(name), time.perf_counter()
            expected = make_archive(folder / "archive", options.documents - options.poison, kinds)
            code, found = run(folder / "archive", folder, options.seconds)
        print(f"round {number + 1}: {time.perf_counter() - begun:.0f} s, exit code {code},",
              ", ".join(f"{count} {outcome}" for outcome, count in Counter(found.values()).most_common()), flush=True)
        for one in kinds:
            print(f"  {one.shown}: {found.get(one.shown)}")
        different = {name: found.get(name) for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)}
        wrong += len(different) + (code != ExitCode.INCOMPLETE)
        if different:
            print("  WRONG:", different)
    print("all poison named rightly, all others done" if not wrong else "WRONG")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
