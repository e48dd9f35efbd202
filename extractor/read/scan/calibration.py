"""Confidence that means something: the recogniser's score to the share of readings with that score that are right."""

from __future__ import annotations

from bisect import bisect_right


def calibrated(raw: float) -> float:
    """The probability that a number read with score `raw` (0 to 1) is right."""
    return max(0.0, min(1.0, raw))


def interpolated(raw: float, points: list[tuple[float, float]]) -> float:
    """The piecewise linear function through `points` (score, probability), which rise in both."""
    index = bisect_right(points, (raw, 2.0))
    if index == 0:
        return points[0][1]
    if index == len(points):
        return points[-1][1]
    (x0, y0), (x1, y1) = points[index - 1], points[index]
    return y0 if x1 <= x0 else y0 + (y1 - y0) * (raw - x0) / (x1 - x0)
