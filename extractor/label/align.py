"""The structural decoder: which row of the dictionary each row of a table is, over the whole table at once.

Tables keep the statutory order, use each row once, may leave rows out and may have rows of their own. So the best
assignment is a monotone alignment (dynamic programming, O(rows x dictionary rows)). Rows without a readable label are
placed by their neighbours, and only if the gap leaves exactly one way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

HINTED = 0.85
"""Score from which a hint at a row's label counts."""
UNLABELLED = 0.25
"""Worth of placing a row without a label: less than any labelled match."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A row's id (None if it is none of the dictionary's) and how sure that is, 0 to 1."""

    row: str | None
    confidence: float


def align(scores: Sequence[Mapping[str, float] | None], order: Sequence[str], exclusive: Mapping[str, Collection[str]],
          allowed: Sequence[Collection[str] | None] = ()) -> list[Placement]:
    """Places each row of a table.

    `scores` holds a row's scores by id, or None for a row without a readable label. `order` is the statutory order.
    `exclusive` maps an id to the ids it stands in place of: they are never used together. `allowed` holds, for rows
    without a readable label, the ids of the group that they stand in, None where that is not known.
    """
    variants = _variants(order, exclusive)
    best = max((_aligned(scores, variant) for variant in variants), key=lambda result: result[0])
    chosen, variant = best[1], best[2]
    placed = _only_certain(scores, chosen, variant, allowed or [None] * len(scores))
    return _rescue(scores, placed, exclusive)


def _variants(order: Sequence[str], exclusive: Mapping[str, Collection[str]]) -> list[list[str]]:
    """The order without the rows that stand in for others, and with them instead."""
    standing_in = set(exclusive)
    replaced = {row for rows in exclusive.values() for row in rows}
    plain = [row for row in order if row not in standing_in]
    return [plain, [row for row in order if row not in replaced]] if standing_in else [plain]


def _aligned(scores: Sequence[Mapping[str, float] | None],
             order: Sequence[str]) -> tuple[tuple[float, int], list[int | None], Sequence[str]]:
    """The best monotone alignment: its worth (ties: the shorter order), each row's index in `order`, and the order."""
    n, m = len(scores), len(order)
    worth = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        row = scores[i]
        for j in range(m - 1, -1, -1):
            worth[i][j] = max(worth[i + 1][j], worth[i][j + 1], worth[i + 1][j + 1] + _worth(row, order[j]))
    chosen: list[int | None] = [None] * n
    i = j = 0
    while i < n and j < m:
        gain = _worth(scores[i], order[j])
        if gain > 0 and worth[i][j] == worth[i + 1][j + 1] + gain:
            chosen[i] = j
            i, j = i + 1, j + 1
        elif worth[i][j] == worth[i][j + 1]:
            j += 1
        else:
            i += 1
    return (worth[0][0], -m), chosen, order


def _worth(row: Mapping[str, float] | None, row_id: str) -> float:
    return UNLABELLED if row is None else row.get(row_id, 0.0)


def _only_certain(scores: Sequence[Mapping[str, float] | None], chosen: list[int | None], order: Sequence[str],
                  allowed: Sequence[Collection[str] | None]) -> list[Placement]:
    """Keeps rows without a label only where their labelled neighbours and their groups leave exactly one way."""
    placed = [Placement(None, 0.0)] * len(scores)
    anchors = [i for i, row in enumerate(scores) if row is not None and chosen[i] is not None]
    for i in anchors:
        index, row = chosen[i], scores[i]
        assert index is not None and row is not None
        rivals = [score for row_id, score in row.items() if row_id != order[index]]
        sure = row[order[index]] if row[order[index]] >= max(rivals, default=0.0) else row[order[index]] * 0.8
        placed[i] = Placement(order[index], min(1.0, sure))
    borders = [(-1, -1), *((i, chosen[i]) for i in anchors), (len(scores), len(order))]
    for (before, low), (after, high) in pairwise(borders):
        assert low is not None and high is not None
        between = [i for i in range(before + 1, after) if scores[i] is None]
        for i, row_id in zip(between, _only_way([allowed[i] for i in between], order[low + 1:high]), strict=False):
            placed[i] = Placement(row_id, 0.9)
    return placed


def _only_way(allowed: Sequence[Collection[str] | None], places: Sequence[str]) -> Sequence[str]:
    """The one way to put rows in order on some of `places`, each on one that it is allowed; empty if there are more ways.

    There is one way exactly if the first that each can take, from the front, is the last that it can take.
    """
    first = _earliest(allowed, places)
    last = _earliest(allowed[::-1], places[::-1])
    return first if first == last[::-1] else ()


def _earliest(allowed: Sequence[Collection[str] | None], places: Sequence[str]) -> list[str]:
    """The first place for each row, in order; empty if there is no place for one."""
    left = iter(places)
    found = [next((place for place in left if may is None or place in may), None) for may in allowed]
    return [place for place in found if place is not None] if None not in found else []


def _rescue(scores: Sequence[Mapping[str, float] | None], placed: list[Placement],
            exclusive: Mapping[str, Collection[str]]) -> list[Placement]:
    """A row out of the statutory order still counts if its label is exact and nothing else took its place.

    A row that could stand in for others, but stands beside them, holds their sum and is none of the dictionary's.
    """
    taken = {placement.row for placement in placed if placement.row is not None}
    result = list(placed)
    for i, row in enumerate(scores):
        if placed[i].row is None and row:
            row_id, score = max(row.items(), key=lambda item: item[1])
            instead = {*exclusive.get(row_id, ()), *(other for other, rows in exclusive.items() if row_id in rows)}
            if score >= 0.97 and row_id not in taken and not instead & taken:
                result[i] = Placement(row_id, 0.9)
                taken.add(row_id)
    return result


def settle(placed: Sequence[Placement], hints: Sequence[Mapping[str, float]], order: Sequence[str],
           exclusive: Mapping[str, Collection[str]]) -> list[Placement]:
    """Places rows that `align` could not, by uncertain hints at their labels (scores by id, empty for other rows).

    Hints count only within the gap between placed neighbours, and only if they place all hinted rows of the gap, in
    the statutory order: lines of a label that stand out of order hint at the wrong row.
    """
    result = list(placed)
    rank = {row: index for index, row in enumerate(order)}
    taken = {p.row for p in placed if p.row is not None}
    barred = taken | {other for row in taken for other in exclusive.get(row, ())} | {
        row for row, others in exclusive.items() if taken & set(others)}
    ends = [i for i, p in enumerate(placed) if p.row is not None]
    for before, after in pairwise([-1, *ends, len(placed)]):
        rows = [i for i in range(before + 1, after) if hints[i]]
        last = rank[placed[before].row or ""] if before >= 0 else -1
        end = rank[placed[after].row or ""] if after < len(placed) else len(order)
        chosen: dict[int, tuple[str, float]] = {}
        for i in rows:
            inside = {row: score for row, score in hints[i].items()
                      if last < rank[row] < end and row not in barred and score >= HINTED}
            if not inside:
                break
            best = max(inside, key=lambda row: inside[row])
            chosen[i] = best, inside[best]
            last = rank[best]
        if len(chosen) == len(rows):
            result[before + 1:after] = [Placement(chosen[i][0], 0.9 * min(1.0, chosen[i][1])) if i in chosen
                                        else result[i] for i in range(before + 1, after)]
    return result
