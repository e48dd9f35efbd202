"""Paragraphs of synthetic reports with their figures, clean or as OCR would read them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from training.corpus.report import make_report
from training.samples.noise import Level, noisy_prose
from training.samples.types import ProseSample


def prose_samples(seeds: Iterable[int], reserved: bool = False, noise: Level = "none") -> Iterator[ProseSample]:
    """All paragraphs of the reports `seeds`, headings included, in reading order.

    `reserved` lets patterns in that are kept for testing; without it none occurs. The same arguments give the same
    samples. One report in five carries errors of its own, so that prose and tables are not always in agreement.
    """
    for seed in seeds:
        report = make_report(seed, errors=0.2, reserved=reserved)
        rng = random.Random(f"prose {noise} {seed}")
        heading = ""
        for paragraph in report.paragraphs:
            text, figures = noisy_prose(rng, paragraph.text, paragraph.figures, noise)
            if paragraph.heading:
                heading = text
            yield ProseSample(text, paragraph.section, report.year, heading, figures)
