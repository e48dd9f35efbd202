"""Where the errors come from: kinds by stage, and rows taken for other rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from eval.compare import Comparison
from eval.compare.cells import columns_of_fields
from eval.compare.numbers import KINDS_OF_ERROR
from eval.compare.stages import Stage
from eval.metrics.base import CountMetric, Floats, Ratio


class ErrorKinds(CountMetric):
    """Wrong cells by kind and by the stage at fault, as shares of all labelled cells."""

    name = "errors"
    columns = ("cells", *(f"{kind} {stage}" for kind in KINDS_OF_ERROR for stage in Stage))

    def count(self, comparison: Comparison) -> Mapping[str, float]:
        cells = comparison.cells or ()
        counts: Counter[str] = Counter(f"{cell.kind} {cell.stage}" for cell in cells if not cell.right)
        counts["cells"] = sum(cell.labelled for cell in cells)
        return counts

    def ratios(self, sums: Mapping[str, Floats]) -> dict[str, Ratio]:
        kinds = {str(kind): sum((sums[f"{kind} {stage}"] for stage in Stage), 0 * sums["cells"])
                 for kind in KINDS_OF_ERROR}
        stages = {f"stage.{stage}": sum((sums[f"{kind} {stage}"] for kind in KINDS_OF_ERROR), 0 * sums["cells"])
                  for stage in Stage}
        return {name: (count, sums["cells"]) for name, count in (kinds | stages).items()}

    def crossed(self) -> dict[str, dict[str, int]]:
        """How many errors of each kind each stage made."""
        sums = self._named(self.table.sum(axis=0))
        return {str(kind): {str(stage): int(sums[f"{kind} {stage}"]) for stage in Stage} for kind in KINDS_OF_ERROR}


class RowConfusion:
    """Cells whose number was taken from another row: labelled row by the row whose place it was read at."""

    name = "row_confusion"

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def update(self, comparison: Comparison) -> None:
        known = columns_of_fields()
        for cell in comparison.cells or ():
            row = known.get(cell.field, (cell.field, ""))[0]
            source = known.get(cell.from_field or "", ("", ""))[0]
            if cell.right:
                self._counts[row, row] += 1
            elif source:
                self._counts[row, source] += 1

    def summary(self) -> dict[str, dict[str, int]]:
        """Counts by labelled row, then by the row that was read."""
        rows: dict[str, dict[str, int]] = {}
        for (row, source), count in sorted(self._counts.items()):
            rows.setdefault(row, {})[source] = count
        return rows

    def reset(self) -> None:
        self._counts.clear()
