"""Do the labels of injected errors say the truth? `python -m training.corpus.agreement --count 10000`

For each report without pages, the rules that its injected errors name are compared with the rules that are violated:
the tables' rules by the product's own engine, all rules by the corpus's independent formulas.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Annotated

import typer

from extractor.reconcile import engine_of_product
from extractor.report import FindingStatus, Value, ValueStatus
from training.corpus.relations import violations
from training.corpus.report import make_report
from training.corpus.types import SyntheticReport


def by_engine(report: SyntheticReport) -> set[tuple[str, str]]:
    """(rule, where) of each violated rule of the tables, by the product's engine on the label's values."""
    values = {name: Value(field=name, value=number, read=number, status=ValueStatus.BLANK if number is None else
                          ValueStatus.READ) for name, number in report.values.items()}
    findings = engine_of_product().findings(report.template, values)
    return {(finding.rule, finding.where) for finding in findings
            if finding.status is FindingStatus.VIOLATED and not finding.rule.startswith("form.")}


def named(report: SyntheticReport) -> set[tuple[str, str]]:
    """(rule, where) that the injected errors of a report name, but for those that need another year's report."""
    return {rule for error in report.errors for rule in error.rules if not rule[0].startswith("history.")}


def of_tables(rules: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {rule for rule in rules if not rule[0].startswith("prose.")}


def main(count: Annotated[int, typer.Option(help="reports")] = 10_000,
         seed: Annotated[int, typer.Option(help="number of the first one")] = 0) -> None:
    """Compares, and lists every difference; ends with 1 if there is any."""
    start, kinds, without, wrong = time.perf_counter(), Counter[str](), 0, 0
    for number in range(seed, seed + count):
        report = make_report(number, errors=1.0)
        kinds.update(error.kind for error in report.errors)
        without += not report.errors
        expected = named(report)
        engine, formulas = by_engine(report), set(violations(report.values, report.paragraphs))
        if engine != of_tables(expected) or formulas != expected:
            wrong += 1
            typer.echo(f"{number}: named {sorted(expected)}, engine {sorted(engine)}, formulas {sorted(formulas)}")
    typer.echo(f"{count} reports in {time.perf_counter() - start:.0f} s, {wrong} differ, {without} without an error")
    typer.echo(", ".join(f"{kind} {times}" for kind, times in kinds.most_common()))
    raise typer.Exit(1 if wrong else 0)


if __name__ == "__main__":
    typer.run(main)
