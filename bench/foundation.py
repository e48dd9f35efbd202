"""Speed of the foundation: the whole pipeline against pdfplumber alone on the same PDF, and how long a start takes.

    python bench/foundation.py [REPORT.pdf ...] [--json OUT]

Pairs are timed in turn in one process, so that a slow moment of the machine hits both; the ratio is the median of the
pairs' ratios. Starts are whole processes.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAIRS = 7


def peer(data: bytes) -> None:
    """What pdfplumber alone needs for the words and tables of all pages."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        for page in document.pages:
            page.extract_words()
            page.extract_tables()


def ours(data: bytes) -> None:
    from extractor import extract

    extract(data)


def seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(path: Path) -> dict[str, Any]:
    """Medians of both and of the ratio of each pair, after one warm-up of each."""
    data = path.read_bytes()
    peer(data)
    ours(data)
    pairs = [(seconds(lambda: ours(data)), seconds(lambda: peer(data))) for _ in range(PAIRS)]
    ratios = [a / b for a, b in pairs]
    return {"file": path.name, "gouji_s": statistics.median(a for a, _ in pairs),
            "pdfplumber_s": statistics.median(b for _, b in pairs), "ratio": statistics.median(ratios),
            "ratio_min": min(ratios), "ratio_max": max(ratios)}


def start_up() -> dict[str, float]:
    """Median wall time of whole processes, in seconds."""
    commands = {"gouji --help": [str(Path(sys.executable).with_name("gouji")), "--help"],
                "import extractor": [sys.executable, "-c", "import extractor"],
                "python alone": [sys.executable, "-c", "pass"]}
    found = {}
    for name, command in commands.items():
        subprocess.run(command, capture_output=True, check=True)
        found[name] = statistics.median(
            seconds(lambda command=command: subprocess.run(command, capture_output=True, check=True) and None)
            for _ in range(PAIRS))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="*", type=Path, default=sorted((ROOT / "eval/samples/demo").glob("*.pdf")))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = {"reports": [compare(path) for path in options.reports], "start_up_s": start_up(),
              "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    print(f"{'file':32} {'gouji s':>9} {'pdfplumber s':>13} {'ratio':>7}  (min - max)")
    for row in result["reports"]:
        print(f"{row['file'][:32]:32} {row['gouji_s']:9.3f} {row['pdfplumber_s']:13.3f} {row['ratio']:7.2f}"
              f"  ({row['ratio_min']:.2f} - {row['ratio_max']:.2f})")
    for name, value in result["start_up_s"].items():
        print(f"{name:32} {value:9.3f}")
    print(f"{'peak memory MB':32} {result['peak_memory_mb']:9.0f}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
