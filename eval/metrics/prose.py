"""Figures of the prose: spans found, figures bound, distractors taken."""

from __future__ import annotations

from collections.abc import Mapping

from eval.compare import Comparison
from eval.compare.figures import FigureOutcome, is_core
from eval.metrics.base import CountMetric, Floats, Ratio, f1, share_or_zero


class FigureScores(CountMetric):
    """Spans (the place found), bound figures (field and value right too), and core figures.

    Core figures bind to the tables or to sums of them; they are right if span, field, value, period and scope are.
    `distractors` is the share of look-alikes (years, hotlines, document numbers) that were answered as core figures.
    """

    name = "figures"
    columns = ("wanted", "given", "spans", "bound", "core_wanted", "core_given", "core_right", "distractors", "taken")

    def count(self, comparison: Comparison) -> Mapping[str, float]:
        figures = comparison.figures
        if figures is None:
            return {}
        pairs = [pair for pair in figures.outcomes if not _unbound(pair)]
        return {
            "wanted": sum(pair.wanted is not None for pair in pairs),
            "given": sum(pair.given is not None for pair in pairs),
            "spans": sum(pair.wanted is not None and pair.given is not None for pair in pairs),
            "bound": sum(pair.bound for pair in pairs),
            "core_wanted": sum(pair.wanted is not None and is_core(pair.wanted) for pair in pairs),
            "core_given": sum(pair.given is not None and is_core(pair.given) for pair in pairs),
            "core_right": sum(pair.right and pair.wanted is not None and is_core(pair.wanted) for pair in pairs),
            "distractors": figures.distractors, "taken": figures.taken,
        }

    def ratios(self, sums: Mapping[str, Floats]) -> dict[str, Ratio]:
        found: dict[str, Ratio] = {}
        for name, right, given, wanted in (("span", "spans", "given", "wanted"), ("bound", "bound", "given", "wanted"),
                                           ("core", "core_right", "core_given", "core_wanted")):
            found[f"{name}_precision"] = share_or_zero(sums[right], sums[given], sums[wanted])
            found[f"{name}_recall"] = sums[right], sums[wanted]
            found[f"{name}_f1"] = f1(sums[right], sums[given], sums[wanted])
        return found | {"distractors": (sums["taken"], sums["distractors"])}


def _unbound(pair: FigureOutcome) -> bool:
    """A figure that the label leaves without field and whole need not be answered, and does no harm if it is."""
    wanted = pair.wanted
    return wanted is not None and wanted.field is None and wanted.part_of is None and (
        pair.given is None or (pair.given.field is None and pair.given.part_of is None))
