"""How long the released model takes: loading, and one report with its prose and its tables' headers, on two threads.

    python bench/model.py [REPORTS]

Reports are those of the corpus. Prints milliseconds and the process's peak memory.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time

from extractor.document import Paragraph, Table


def main(count: int) -> None:
    start = time.perf_counter()
    from extractor.fields import load as load_fields
    from extractor.label.cells import label_tables
    from extractor.label.model.agreed import AgreedProse
    from extractor.label.model.headers import ModelMatcher
    from extractor.label.model.prose import ModelProse
    from extractor.label.model.release import load

    imported = time.perf_counter()
    network = load()
    print(f"imports {1000 * (imported - start):.0f} ms, load {1000 * (time.perf_counter() - imported):.0f} ms")
    dictionary = load_fields()
    times: dict[str, list[float]] = {"prose": [], "with patterns": [], "headers": []}
    for paragraphs, tables, year in reports(range(9_400_000, 9_400_000 + count)):
        begun = time.perf_counter()
        ModelProse(network).label(paragraphs, year)
        middle = time.perf_counter()
        AgreedProse(network).label(paragraphs, year)
        later = time.perf_counter()
        label_tables(tables, dictionary, ModelMatcher(network))
        for name, seconds in zip(times, (middle - begun, later - middle, time.perf_counter() - later), strict=True):
            times[name].append(1000 * seconds)
    for name, found in times.items():
        print(f"{name}: median {statistics.median(found):.0f} ms, longest {max(found):.0f} ms of {count} reports")
    both = [a + b for a, b in zip(times["prose"], times["headers"], strict=True)]
    print(f"both tasks: median {statistics.median(both):.0f} ms, longest {max(both):.0f} ms")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB (corpus included)")


def reports(seeds: range) -> list[tuple[list[Paragraph], list[Table], int]]:
    """Paragraphs, tables and year of reports of the corpus."""
    from training.corpus.report import make_report
    from training.samples import drawn_tables

    found = []
    for seed in seeds:
        report = make_report(seed)
        paragraphs = [Paragraph(p.text, section=p.section, heading=p.heading) for p in report.paragraphs]
        found.append((paragraphs, [drawn.table for drawn in drawn_tables([seed])], report.year))
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
