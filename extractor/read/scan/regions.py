"""Cells are rectangles: where the walls found leave a cell of another shape, the one wall that would part it is missing.

A ruling that a stain covers, or that the scan lost, joins two cells. If one is wider or higher than the other, what
they make up together is no rectangle, and as a rule only one wall parts it into rectangles again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

Slot = tuple[int, int]
"""Row and column."""
Walls = set[tuple[int, int]]
"""(line, slot) at which a line is drawn, as in `RuledGrid`."""
Left = Callable[[int, Slot], float]
"""How much of a wall is left, as a share of the usual contrast of its line: (0 level or 1 upright, (line, slot))."""
SOME, CLEARLY = 0.15, 2.0
"""How much must be left of a wall, and how many times as much as of the next one, for it to be the one that is meant."""


def rectangular(level: Walls, upright: Walls, shape: tuple[int, int],
                left: Left | None = None) -> tuple[Walls, Walls]:
    """The level and upright walls of a grid of `shape` (rows, columns), with those that make its cells rectangles."""
    level, upright = set(level), set(upright)
    for region in _regions(level, upright, shape):
        if _is_rectangle(region):
            continue
        ways = [way for way in _ways(region, level, upright)
                if all(_is_rectangle(part) for part in parts(region, level | way[0], upright | way[1]))]
        way = _meant(ways, left)
        if way is not None:
            level |= way[0]
            upright |= way[1]
    return level, upright


def _meant(ways: list[tuple[Walls, Walls]], left: Left | None) -> tuple[Walls, Walls] | None:
    """The one way that needs the fewest walls or, of several, that of which clearly the most is left; None if nobody knows."""
    shortest = min((len(way[0]) + len(way[1]) for way in ways), default=0)
    best = [way for way in ways if len(way[0]) + len(way[1]) == shortest]
    if len(best) == 1:
        return best[0]
    if not best or left is None:
        return None
    # of a way of several walls, the one of which least is left counts
    shares = [min(left(upright, wall) for upright, walls in enumerate(way) for wall in walls)
              for way in best]
    first, second = sorted(range(len(best)), key=lambda i: -shares[i])[:2]
    return best[first] if shares[first] >= max(SOME, CLEARLY * shares[second]) else None


def _regions(level: Walls, upright: Walls, shape: tuple[int, int]) -> list[set[Slot]]:
    return parts({(row, column) for row in range(shape[0]) for column in range(shape[1])}, level, upright)


def parts(slots: set[Slot], level: Walls, upright: Walls) -> list[set[Slot]]:
    """The slots that hang together, walls between them respected."""
    left, found = set(slots), []
    while left:
        part, waiting = set[Slot](), [min(left)]
        while waiting:
            row, column = waiting.pop()
            if (row, column) in part or (row, column) not in slots:
                continue
            part.add((row, column))
            if (row, column) not in level:
                waiting.append((row - 1, column))
            if (row + 1, column) not in level:
                waiting.append((row + 1, column))
            if (column, row) not in upright:
                waiting.append((row, column - 1))
            if (column + 1, row) not in upright:
                waiting.append((row, column + 1))
        found.append(part)
        left -= part
    return found


def _is_rectangle(slots: set[Slot]) -> bool:
    rows, columns = {row for row, _ in slots}, {column for _, column in slots}
    return (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1) == len(slots)


def _ways(region: set[Slot], level: Walls, upright: Walls) -> Iterator[tuple[Walls, Walls]]:
    """Each stretch of a line that runs inside a region without a wall, as the walls that would close it."""
    for line in {row for row, _ in region}:
        open_at = sorted(c for r, c in region if r == line and (line - 1, c) in region and (line, c) not in level)
        yield from (({(line, slot) for slot in run}, set()) for run in runs(open_at))
    for line in {column for _, column in region}:
        open_at = sorted(r for r, c in region if c == line and (r, line - 1) in region and (line, r) not in upright)
        yield from ((set(), {(line, slot) for slot in run}) for run in runs(open_at))


def runs(numbers: list[int]) -> Iterator[list[int]]:
    """Numbers that follow each other."""
    run: list[int] = []
    for number in numbers:
        if run and number != run[-1] + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run
