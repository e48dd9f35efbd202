"""Cells, rows and whole documents: precision, recall and F1, exact matches, silent errors, straight-through rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from eval.compare import Comparison
from eval.compare.cells import CellOutcome, columns_of_fields
from eval.compare.numbers import Kind, digits
from eval.metrics.base import CountMetric, Floats, Ratio, f1, share_or_zero


class CellScores(CountMetric):
    """All cells as one pool (micro average). A number is wanted, given, or both; blanks count as exact matches only.

    `silent` is the share of cells that are wrong without a flag, `blank_as_zero` and `zero_as_blank` are shares of the
    cells that are blank, or 0, in truth.
    """

    name = "cells"
    columns = ("cells", "exact", "nonzero", "nonzero_exact", "wanted", "given", "right", "silent", "flagged", "blank",
               "zero", "blank_as_zero", "zero_as_blank")

    def count(self, comparison: Comparison) -> Mapping[str, float]:
        counts: Counter[str] = Counter()
        for cell in comparison.cells or ():
            right, wanted = cell.right, cell.wanted
            counts["cells"] += cell.labelled
            counts["exact"] += right and cell.labelled
            if wanted is not None:
                counts["wanted"] += 1
                counts["right"] += right
                counts["zero" if wanted == 0 else "nonzero"] += 1
                counts["nonzero_exact"] += right and wanted != 0
            else:
                counts["blank"] += cell.labelled
            counts["given"] += cell.got is not None
            if not right:
                counts["silent"] += not cell.flagged
                counts["blank_as_zero"] += cell.kind is Kind.BLANK_AS_ZERO
                counts["zero_as_blank"] += cell.kind is Kind.ZERO_AS_BLANK
            counts["flagged"] += cell.flagged
        return counts

    def ratios(self, sums: Mapping[str, Floats]) -> dict[str, Ratio]:
        return {
            "precision": share_or_zero(sums["right"], sums["given"], sums["wanted"]),
            "recall": (sums["right"], sums["wanted"]),
            "f1": f1(sums["right"], sums["given"], sums["wanted"]),
            "exact": (sums["exact"], sums["cells"]),
            "exact_nonzero": (sums["nonzero_exact"], sums["nonzero"]),
            "silent": (sums["silent"], sums["cells"]),
            "flagged": (sums["flagged"], sums["cells"]),
            "blank_as_zero": (sums["blank_as_zero"], sums["blank"]),
            "zero_as_blank": (sums["zero_as_blank"], sums["zero"]),
        }


class FieldScores(CountMetric):
    """Precision, recall and F1 of every field, and their mean over the fields (macro average)."""

    name = "fields"

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[str] = sorted(columns_of_fields())
        self.columns = tuple(f"{kind} {name}" for kind in ("right", "given", "wanted") for name in self.fields)

    def count(self, comparison: Comparison) -> Mapping[str, float]:
        counts: Counter[str] = Counter()
        for cell in comparison.cells or ():
            counts[f"wanted {cell.field}"] += cell.wanted is not None
            counts[f"given {cell.field}"] += cell.got is not None
            counts[f"right {cell.field}"] += cell.right and cell.wanted is not None
        return counts

    def ratios(self, sums: Mapping[str, Floats]) -> dict[str, Ratio]:
        right, given, wanted = (np.stack([sums[f"{kind} {name}"] for name in self.fields], axis=-1)
                                for kind in ("right", "given", "wanted"))
        seen = (given + wanted) > 0
        score = np.divide(2 * right, given + wanted, out=np.zeros_like(right), where=seen)
        return {"macro_f1": (score.sum(axis=-1), seen.sum(axis=-1).astype(np.float64))}

    def by_field(self) -> dict[str, dict[str, float]]:
        """Counts, precision, recall and F1 of each field that was wanted or given at all."""
        sums = self._named(self.table.sum(axis=0)) if self._rows else {}
        scores = {}
        for name in self.fields:
            right, given, wanted = (float(sums.get(f"{kind} {name}", 0.0)) for kind in ("right", "given", "wanted"))
            if given + wanted:
                scores[name] = {"right": right, "given": given, "wanted": wanted,
                                "precision": right / given if given else 0.0,
                                "recall": right / wanted if wanted else 0.0, "f1": 2 * right / (given + wanted)}
        return scores


class RowScores(CountMetric):
    """Rows of the tables: one that states a number is right if each of its cells is, blank ones too."""

    name = "rows"
    columns = ("right", "given", "wanted")

    def count(self, comparison: Comparison) -> Mapping[str, float]:
        known = columns_of_fields()
        rows: dict[str, list[CellOutcome]] = {}
        for cell in comparison.cells or ():
            rows.setdefault(known.get(cell.field, (cell.field, ""))[0], []).append(cell)
        wanted = [row for row in rows.values() if any(cell.wanted is not None for cell in row)]
        return {"wanted": len(wanted), "right": sum(all(cell.right for cell in row) for row in wanted),
                "given": sum(any(cell.got is not None for cell in row) for row in rows.values())}

    def ratios(self, sums: Mapping[str, Floats]) -> dict[str, Ratio]:
        return {"precision": share_or_zero(sums["right"], sums["given"], sums["wanted"]),
                "recall": (sums["right"], sums["wanted"]), "f1": f1(sums["right"], sums["given"], sums["wanted"])}


class DocumentScores(CountMetric):
    """Whole documents: without any wrong cell; answered at all; straight through, that is without any flag.

    `straight_through` is the share of documents that no person needs to look at by the system's own word, and
    `straight_through_right` the share of these that are right: what an archive would accept unseen.
    """

    name = "documents"
    columns = ("labelled", "perfect", "answered", "straight", "straight_right", "facts", "facts_right")

    def count(self, comparison: Comparison) -> Mapping[str, float]:
        facts = comparison.facts_right
        counts = {"facts": len(facts), "facts_right": sum(facts.values()),
                  "answered": comparison.answer.report is not None}
        if comparison.cells is None:
            return counts
        perfect = all(cell.right for cell in comparison.cells)
        straight = comparison.answer.report is not None and not any(cell.flagged for cell in comparison.cells)
        return counts | {"labelled": 1, "perfect": perfect, "straight": straight, "straight_right": straight and perfect}

    def ratios(self, sums: Mapping[str, Floats]) -> dict[str, Ratio]:
        return {"perfect": (sums["perfect"], sums["labelled"]),
                "straight_through": (sums["straight"], sums["labelled"]),
                "straight_through_right": (sums["straight_right"], sums["straight"]),
                "facts": (sums["facts_right"], sums["facts"])}


class DigitErrorRate(CountMetric):
    """Edits (Levenshtein) between the digits printed and the digits read, a printed digit; lost cells lose all theirs."""

    name = "digits"
    columns = ("edits", "printed")

    def count(self, comparison: Comparison) -> Mapping[str, float]:
        from rapidfuzz.distance import Levenshtein

        edits = printed = 0
        for cell in comparison.cells or ():
            expected = digits(cell.wanted_raw) or (digits(str(cell.wanted)) if cell.wanted is not None else "")
            printed += len(expected)
            if not cell.right:
                edits += Levenshtein.distance(expected, digits(cell.got_raw))
        return {"edits": edits, "printed": printed}

    def ratios(self, sums: Mapping[str, Floats]) -> dict[str, Ratio]:
        return {"cer": (sums["edits"], sums["printed"])}


class EvidenceScores(CountMetric):
    """Boxes of evidence: mean intersection over union with the labelled cell or its text, and the share in the place."""

    name = "evidence"
    columns = ("boxes", "overlap", "placed")

    def count(self, comparison: Comparison) -> Mapping[str, float]:
        wanted = [cell for cell in comparison.cells or () if comparison.truth.cells.get(cell.field)]
        return {"boxes": len(wanted), "overlap": sum(cell.overlap or 0.0 for cell in wanted),
                "placed": sum(bool(cell.placed) for cell in wanted)}

    def ratios(self, sums: Mapping[str, Floats]) -> dict[str, Ratio]:
        return {"iou": (sums["overlap"], sums["boxes"]), "placed": (sums["placed"], sums["boxes"])}


