"""Measures how varied the corpus is: distinct sentence skeletons, numbers and names masked.

`python -m training.corpus.diversity --count 10000` prints what the documentation quotes.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterator

from training.corpus.bodies import stem
from training.corpus.report import make_report
from training.corpus.types import SyntheticReport

_SENTENCE = re.compile(r"[^。！？]+[。！？]?")
_DIGITS = re.compile(r"[0-9０-９]+(?:[.,．][0-9０-９]+)*")
_QUOTED = re.compile(r"“[^”]{2,12}”|[a-z]+(?:\.[a-z]+)+(?:/\S*)?")


def skeletons(report: SyntheticReport) -> Iterator[str]:
    """Each sentence of the running text (headings left out) with figures, digits, body and place names masked.

    Lines that hold nothing but a name or a date (the signature) are no sentences.
    """
    for paragraph in report.paragraphs:
        if paragraph.heading:
            continue
        text, at = "", 0
        for figure in sorted(paragraph.figures, key=lambda f: f.start):
            if figure.start >= at and not figure.negated and not figure.implied:
                text += paragraph.text[at:figure.start] + "N"
                at = figure.end
        text += paragraph.text[at:]
        for name in (report.body.name, report.body.own, report.body.place, stem(report.body.place)):
            text = text.replace(name, "X")
        text = _QUOTED.sub("Q", _DIGITS.sub("N", text))
        yield from (s.strip() for s in _SENTENCE.findall(text) if s.strip(" NXQ办公室。"))


def measure(count: int, reserved: bool = False) -> tuple[int, Counter[str]]:
    """The number of sentences, and how often each skeleton occurs, in reports of seeds 0 to `count` - 1."""
    counted: Counter[str] = Counter()
    for seed in range(count):
        counted.update(skeletons(make_report(seed, reserved=reserved)))
    return sum(counted.values()), counted


def main() -> None:
    """Prints the figures that the corpus' documentation quotes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10000, help="reports to make")
    parser.add_argument("--reserved", action="store_true", help="with test-only patterns")
    options = parser.parse_args()
    start = time.perf_counter()
    total, counted = measure(options.count, options.reserved)
    print(
        f"{options.count} reports in {time.perf_counter() - start:.1f} s: {total} sentences, {len(counted)} skeletons, "
        f"{sum(1 for n in counted.values() if n == 1)} of them once"
    )
    for skeleton, number in counted.most_common(15):
        print(f"{number / total:8.4%}  {skeleton[:80]}")


if __name__ == "__main__":
    main()
