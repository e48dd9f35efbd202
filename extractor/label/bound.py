"""Binds what words alone leave open: whose result a dispute's is, by the numbers that stand before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from extractor.report import Figure

OTHER_KIND = {"review": "litigation", "litigation": "review"}
RESULTS = ("upheld", "corrected", "other", "pending")


def bound_results(figures: Iterable[Figure]) -> Iterator[Figure]:
    """The figures, results of disputes with those that can have them; figures of a paragraph must be in reading order.

    复议5件、诉讼0件，其中3件维持 tells results of both kinds in one breath. One that is more than the total of its own
    kind, stated before in the paragraph, but not than that of the other kind, is the other's.
    """
    totals: dict[str, Decimal] = {}
    paragraph, seen = -1, set[tuple[str | None, tuple[int, int, int]]]()
    for figure in figures:
        if figure.span[0] != paragraph:
            paragraph, totals = figure.span[0], {}
        kind, _, column = (figure.field or "").rpartition(".")
        if kind in OTHER_KIND and figure.period == "this_year" and figure.value is not None and figure.unit != "%":
            if column == "total":
                totals[kind] = figure.value
            elif column in RESULTS and _goes_over(figure.value, kind, totals):
                figure = figure.model_copy(update={"field": f"{OTHER_KIND[kind]}.{column}"})
        if kind in OTHER_KIND and (figure.field, figure.span) in seen:
            continue  # the number stood for both kinds
        seen.add((figure.field, figure.span))
        yield figure


def _goes_over(value: Decimal, kind: str, totals: dict[str, Decimal]) -> bool:
    """Whether a result fits the other kind's total and not its own."""
    own, other = totals.get(kind), totals.get(OTHER_KIND[kind])
    return own is not None and other is not None and own < value <= other
