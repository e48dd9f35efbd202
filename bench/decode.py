"""How often the decoder locates injected errors in table 3, and how long it takes.

    python -m bench.decode [--tables 120] [--seed 7] [--errors 1 2 3 5] [--json OUT]

Tables are drawn like those of real bodies of all levels; wrong cells are distinct and read as another number by the
slips of recognition and typing: a digit replaced, dropped, doubled or added, two swapped. All costs are equal, so that
only the relations speak. `exact`: the one answer is the injected errors, cell by cell and number by number.
`containing`: it is one of the alternatives that the decoder names. `wrong`: an answer is given, and it is another one.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from extractor.reconcile import engine_of_product
from extractor.reconcile.decode import Equation, Outcome, Reading, decode
from extractor.report import Value
from training.corpus.bodies import draw_body
from training.corpus.figures import draw_figures
from training.corpus.types import Level


def slip(rng: random.Random, number: int) -> int:
    """`number` as it might be misread; always another number."""
    while True:
        digits = list(str(number))
        place = rng.randrange(len(digits))
        kind = rng.choice(("replace", "replace", "drop", "double", "add", "swap"))
        if kind == "replace":
            digits[place] = rng.choice("0123456789")
        elif kind == "drop" and len(digits) > 1:
            del digits[place]
        elif kind == "double":
            digits.insert(place, digits[place])
        elif kind == "add":
            digits.insert(place, rng.choice("123456789"))
        elif kind == "swap" and place:
            digits[place - 1], digits[place] = digits[place], digits[place - 1]
        wrong = int("".join(digits))
        if wrong != number:
            return wrong


def draw_table(rng: random.Random) -> dict[str, int]:
    """A consistent table 3 that is not all zeros, of a body of any level."""
    while True:
        values = draw_figures(rng, draw_body(rng, rng.choice(get_args(Level))), 2022, "2021", "")
        table = {name: int(value) for name, value in values.items() if value is not None and name.startswith("requests.")}
        if any(table.values()):
            return table


def equations_of(table: dict[str, int]) -> list[Equation]:
    values = {name: Value(field=name, value=Decimal(number), read=Decimal(number)) for name, number in table.items()}
    return [Equation(f"{instance.rule.id} {instance.where}", instance.coefficients)
            for instance in engine_of_product().instances("2021", values)]


def trial(rng: random.Random, errors: int) -> tuple[str, float, float]:
    """One table with so many errors: how it was answered, in how many milliseconds by the clock and of the processor."""
    table = draw_table(rng)
    changed = {name: slip(rng, table[name]) for name in rng.sample(sorted(table), errors)}
    readings = {name: Reading(number) for name, number in (table | changed).items()}
    equations = equations_of(table)
    start, processor = time.perf_counter(), time.process_time()
    decoding = decode(readings, equations)
    spent = ((time.perf_counter() - start) * 1000, (time.process_time() - processor) * 1000)
    truth = {name: table[name] for name in changed}
    answers = [dict(solution.changes) for solution in decoding.solutions]
    if decoding.outcome is Outcome.NOT_IDENTIFIABLE:
        return f"not identifiable ({decoding.reason})", *spent
    if truth in answers:
        return "exact" if decoding.outcome is Outcome.ONE else "containing", *spent
    return "wrong", *spent


def run(tables: int, seed: int, errors: int) -> dict[str, Any]:
    rng = random.Random(f"{seed}/{errors}")
    outcomes, times, cpu = zip(*(trial(rng, errors) for _ in range(tables)), strict=True)
    counts = {name: outcomes.count(name) for name in sorted(set(outcomes))}
    good = counts.get("exact", 0) + counts.get("containing", 0)
    return {"errors": errors, "tables": tables, "located_share": good / tables, "outcomes": counts,
            "median_ms": statistics.median(times), "p95_ms": sorted(times)[int(0.95 * (tables - 1))],
            "max_ms": max(times), "median_cpu_ms": statistics.median(cpu), "max_cpu_ms": max(cpu)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=120)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--errors", type=int, nargs="+", default=[1, 2, 3, 5])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    trial(random.Random(0), 2)  # loads the product's data
    results = [run(arguments.tables, arguments.seed, errors) for errors in arguments.errors]
    for result in results:
        print(f"{result['errors']} errors: located {result['located_share']:.1%} of {result['tables']}, "
              f"median {result['median_ms']:.1f} ms, 95 % {result['p95_ms']:.1f} ms, max {result['max_ms']:.1f} ms "
              f"(processor: {result['median_cpu_ms']:.1f}, {result['max_cpu_ms']:.1f} ms), {result['outcomes']}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", "utf8")


if __name__ == "__main__":
    main()
