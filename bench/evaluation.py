"""Speed of the evaluation: 1,000 answers compared with their labels, without any extraction.

    python -m bench.evaluation [--documents 1000] [--noise 0.02]

Labels are those of the demo samples, answers the same with a share of the cells spoilt, so that every second document
or so takes the slow way of explaining its errors.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from eval.evaluate import Evaluator
from eval.loading import load_samples
from eval.types import Answer, Truth
from extractor.report import Report

SAMPLES = Path(__file__).resolve().parents[1] / "eval" / "samples"


def spoilt(report: Report, rng: random.Random, share: float) -> Report:
    """The report with about `share` of its cells wrong, in half of the documents."""
    if rng.random() < 0.5:
        return report
    values = {name: value.model_copy(update={"value": (value.value or Decimal(0)) + 1})
              if rng.random() < share else value for name, value in report.values.items()}
    return report.model_copy(update={"values": values})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--noise", type=float, default=0.02)
    options = parser.parse_args()
    rng = random.Random(1)
    start = time.perf_counter()
    truths: list[Truth] = load_samples(SAMPLES).truths
    loaded = time.perf_counter() - start
    pairs = [(replace(truth, name=f"{at}"), Answer(spoilt(truth.report, rng, options.noise)))
             for at in range(options.documents) for truth in [truths[at % len(truths)]]]
    start, processor = time.perf_counter(), time.process_time()
    evaluator = Evaluator("labels", "")
    for truth, answer in pairs:
        evaluator.update(truth, answer)
    compared = time.perf_counter() - start
    start = time.perf_counter()
    result = evaluator.result()
    summed = time.perf_counter() - start
    processor = time.process_time() - processor
    print(f"{len(truths)} labels loaded in {loaded:.2f} s; {len(pairs)} documents compared in {compared:.2f} s, summed up "
          f"with intervals and {len(result.slices)} slices in {summed:.2f} s")
    print(f"together {compared + summed:.2f} s, {processor:.2f} s of the processor; exact cells "
          f"{result.scores['cells.exact'].value:.4f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
