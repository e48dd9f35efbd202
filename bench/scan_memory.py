"""Memory of a worker that reads many scanned pages: its peak, and how much it grows.

    python -m bench.scan_memory SCAN.pdf --pages 500

Several files are read in turn. The peak of each file's reading is taken by itself (the kernel's high-water mark, reset
before it), so that growth is that of peaks as well as of what is held between two files.
"""

from __future__ import annotations

import argparse
import gc
import sys
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from extractor.read.ocr import engine
from extractor.read.pdf import read_pdf
from extractor.read.scan import ocr_pages
from extractor.settings import default_settings

PEAK_BAR, GROWTH_BAR = 1500, 5
"""Megabytes, and per cent."""
WINDOW = 100
"""Pages at either end of a run that are compared."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Megabytes at most while one file was read, and held after it; `pages` counts from the start of the run."""

    pages: int
    peak: float
    held: float


def status(field: str) -> float:
    """Megabytes of a field of this process's status: `VmHWM`, the most it held, or `VmRSS`, what it holds now."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field + ":"))
    return int(line.split()[1]) / 1024


def read_in_turn(files: list[Path], pages: int) -> list[Reading]:
    """Reads the files one after the other until that many pages are read."""
    settings, done = default_settings(), list[Reading]()
    contents = [(data, [page.number for page in read_pdf(data, settings).pages])
                for data in (path.read_bytes() for path in files)]
    for data, numbers in cycle(contents):
        Path("/proc/self/clear_refs").write_text("5")
        ocr_pages(data, numbers, settings)
        gc.collect()
        before = done[-1].pages if done else 0
        done.append(Reading(before + len(numbers), status("VmHWM"), status("VmRSS")))
        print(f"{done[-1].pages} pages: peak {done[-1].peak:.0f} MB, held {done[-1].held:.0f} MB", file=sys.stderr, flush=True)
        if done[-1].pages >= pages:
            return done
    return done


def growth(before: float, after: float) -> str:
    return f"{before:.0f} -> {after:.0f} MB, {100 * (after / before - 1):+.1f} % (bar +{GROWTH_BAR} %)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdf", type=Path, nargs="+")
    parser.add_argument("--pages", type=int, default=500)
    options = parser.parse_args()
    engine()
    done = read_in_turn(options.pdf, options.pages)
    first = [reading for reading in done if reading.pages <= WINDOW] or done[:1]
    last = [reading for reading in done if reading.pages > done[-1].pages - WINDOW]
    print(f"{done[-1].pages} pages: peak {max(reading.peak for reading in done):.0f} MB (bar {PEAK_BAR})")
    print(f"peaks of the first and last {WINDOW} pages: "
          + growth(max(reading.peak for reading in first), max(reading.peak for reading in last)))
    print("held after them, mean: " + growth(sum(reading.held for reading in first) / len(first),
                                              sum(reading.held for reading in last) / len(last)))


if __name__ == "__main__":
    main()
