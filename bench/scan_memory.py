"""Memory of a worker that reads many scanned pages: its peak, and how much it grows.

    python -m bench.scan_memory ../shared/real/hongze_2023_scan_harsh.pdf --pages 500
"""

from __future__ import annotations

import argparse
import gc
import resource
from pathlib import Path

from extractor.read.ocr import engine
from extractor.read.pdf import read_pdf
from extractor.read.scan import ocr_pages
from extractor.settings import default_settings

WARM = 0.1
"""Share of the readings of the file before growth is counted."""


def resident() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdf", type=Path)
    parser.add_argument("--pages", type=int, default=500)
    options = parser.parse_args()
    data = options.pdf.read_bytes()
    settings = default_settings()
    numbers = [page.number for page in read_pdf(data, settings).pages]
    engine()
    held: list[float] = []
    for _ in range(-(-options.pages // len(numbers))):
        ocr_pages(data, numbers, settings)
        gc.collect()
        held.append(resident())
    warm = max(1, round(WARM * len(held)))
    before, after = sum(held[:warm][-3:]) / len(held[:warm][-3:]), sum(held[-3:]) / len(held[-3:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(held) * len(numbers)} pages: peak {peak:.0f} MB (bar 1500); "
          f"{before:.0f} MB held after {warm * len(numbers)} pages, "
          f"{after:.0f} MB at the end: {100 * (after / before - 1):+.1f} % (bar +5 %)")


if __name__ == "__main__":
    main()
