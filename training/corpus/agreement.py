"""Do the labels of injected errors say the truth? `python -m training.corpus.agreement --count 10000`

For each report without pages, the rules that its injected errors name are compared with the rules that are violated, by
the product's own engine and prose checks on the label's values and figures, and by the corpus's independent formulas.
With `--years 3` the reports are series of as many years, and the rules between years are compared too.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import typer

from extractor.document import Source
from extractor.reconcile import engine_of_product
from extractor.reconcile.history import check_history
from extractor.reconcile.prose import case_of, check_prose
from extractor.report import Figure, Finding, FindingStatus, Qualifier, Report, Value, ValueStatus
from training.corpus.relations import Values, violations
from training.corpus.report import make_report, make_series
from training.corpus.types import LabelledFigure, SyntheticReport


def values_of(report: SyntheticReport) -> dict[str, Value]:
    """The label's values as the reader would hand them on."""
    return {name: Value(field=name, value=number, read=number, status=ValueStatus.BLANK if number is None else
                        ValueStatus.READ) for name, number in report.values.items()}


def figures_of(report: SyntheticReport) -> tuple[Figure, ...]:
    """The label's figures as a faultless labeller would find them; distractors are none."""
    return tuple(_figure(figure, index, paragraph.text) for index, paragraph in enumerate(report.paragraphs)
                 for figure in paragraph.figures if figure.distractor is None)


def _figure(figure: LabelledFigure, index: int, text: str) -> Figure:
    return Figure(field=figure.field, value=figure.value, low=figure.low, high=figure.high, unit=figure.unit,
                  qualifier=Qualifier(figure.qualifier), period=figure.period, scope=figure.scope, subset=figure.subset,
                  negated=figure.negated, implied=figure.implied, part_of=figure.part_of,
                  span=(index, figure.start, figure.end), text=text[figure.start:figure.end])


def as_read(report: SyntheticReport) -> Report:
    """The report as a faultless reader would hand it on, without findings."""
    return Report(source=f"{report.seed}-{report.year}", sha256=f"{report.seed}-{report.year}", format=Source.TEXT,
                  agency=report.body.name, year=report.year, template=report.template, values=values_of(report),
                  figures=figures_of(report), paragraphs=tuple(paragraph.text for paragraph in report.paragraphs))


def found_in(read: Report, previous: Report | None = None) -> Iterator[Finding]:
    """What the product finds violated in a report, and between it and that of the year before."""
    engine = engine_of_product()
    prose = check_prose(case_of(read.figures, read.paragraphs, read.values, engine.book, engine.catalogue), read.figures)
    history = check_history([previous, read]) if previous is not None else ()
    for finding in (*engine.findings(read.template or "", read.values), *prose.findings, *history):
        if finding.status is FindingStatus.VIOLATED and not finding.rule.startswith("form."):
            yield finding


def by_product(report: SyntheticReport, previous: SyntheticReport | None = None) -> set[tuple[str, str]]:
    """(rule, where) of each violated rule, by the product."""
    before = as_read(previous) if previous is not None else None
    return {(finding.rule, finding.where) for finding in found_in(as_read(report), before)}


def named(report: SyntheticReport) -> set[tuple[str, str]]:
    """(rule, where) that the injected errors of a report name."""
    return {rule for error in report.errors for rule in error.rules}


def by_formulas(report: SyntheticReport, previous: SyntheticReport | None = None) -> set[tuple[str, str]]:
    """(rule, where) of each violated rule, by the corpus's own formulas."""
    before: Values | None = previous.values if previous is not None else None
    return set(violations(report.values, report.paragraphs, before))


def pairs(seed: int, years: int) -> Iterator[tuple[SyntheticReport, SyntheticReport | None]]:
    """The reports of one seed, each with that of the year before, if there is one."""
    if years == 1:
        yield make_report(seed, errors=1.0), None
        return
    series = make_series(seed, years, errors=1.0)
    yield from zip(series, [None, *series[:-1]], strict=True)


def main(count: Annotated[int, typer.Option(help="reports, or series of them")] = 10_000,
         seed: Annotated[int, typer.Option(help="number of the first one")] = 0,
         years: Annotated[int, typer.Option(help="years of a series")] = 1) -> None:
    """Compares, and lists every difference; ends with 1 if there is any."""
    start, kinds, without, wrong = time.perf_counter(), Counter[str](), 0, 0
    for report, previous in (pair for number in range(seed, seed + count) for pair in pairs(number, years)):
        kinds.update(error.kind for error in report.errors)
        without += not report.errors
        expected, product, formulas = named(report), by_product(report, previous), by_formulas(report, previous)
        if product != expected or formulas != expected:
            wrong += 1
            typer.echo(f"{report.seed} {report.year}: named {sorted(expected)}, product without "
                       f"{sorted(expected - product)} and with {sorted(product - expected)}, formulas without "
                       f"{sorted(expected - formulas)} and with {sorted(formulas - expected)}")
    typer.echo(f"{count * years} reports in {time.perf_counter() - start:.0f} s, {wrong} differ, {without} without an error")
    typer.echo(", ".join(f"{kind} {times}" for kind, times in kinds.most_common()))
    raise typer.Exit(1 if wrong else 0)


if __name__ == "__main__":
    typer.run(main)
