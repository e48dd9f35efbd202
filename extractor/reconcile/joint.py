"""Chooses one option for each of several rows such that sums across the rows come out: exactly, and in bounded work.

An option is what a row would add to each relation. Options that no choice of the other rows can make up for are struck
out, row by row, until nothing changes; then the row with fewest options left is tried with each. The work is counted,
never timed, so that the outcome is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Vector = tuple[int, ...]
Domains = list[list[int]]


class TooMuchWork(Exception):
    """The budget is spent before the question is settled."""


@dataclass(slots=True)
class Joint:
    """`options[row]` are vectors, one number a relation; of each relation the numbers chosen add up to its constant.

    `budget` is how many options may be looked at, in all searches together.
    """

    options: Sequence[Sequence[Vector]]
    constants: Vector
    budget: int

    def search(self, without: dict[int, int]) -> list[int] | None:
        """An option for each row, by index; None if there is no choice. `without`: options not to take, by row.

        Raises `TooMuchWork`.
        """
        domains = [[index for index in range(len(options)) if without.get(row) != index]
                   for row, options in enumerate(self.options)]
        return self._search(domains)

    def _search(self, domains: Domains) -> list[int] | None:
        narrowed = self._narrowed(domains)
        if narrowed is None:
            return None
        open_rows = [row for row, domain in enumerate(narrowed) if len(domain) > 1]
        if not open_rows:
            return [domain[0] for domain in narrowed]
        row = min(open_rows, key=lambda r: (len(narrowed[r]), r))
        for index in narrowed[row]:
            found = self._search([[index] if r == row else domain for r, domain in enumerate(narrowed)])
            if found is not None:
                return found
        return None

    def _narrowed(self, domains: Domains) -> Domains | None:
        """The domains without options that the others cannot make up for; None if a row has none left."""
        domains = list(domains)
        if not all(domains):
            return None
        lows = [self._extreme(row, domain, min) for row, domain in enumerate(domains)]
        highs = [self._extreme(row, domain, max) for row, domain in enumerate(domains)]
        low, high = [sum(column) for column in zip(*lows, strict=True)], [sum(c) for c in zip(*highs, strict=True)]
        changed = True
        while changed:
            changed = False
            for row, domain in enumerate(domains):
                least = [c - h + own for c, h, own in zip(self.constants, high, highs[row], strict=True)]
                most = [c - h + own for c, h, own in zip(self.constants, low, lows[row], strict=True)]
                self._spend(len(domain))
                kept = [index for index in domain if all(
                    a <= x <= b for a, x, b in zip(least, self.options[row][index], most, strict=True))]
                if not kept:
                    return None
                if len(kept) < len(domain):
                    changed = True
                    domains[row] = kept
                    for bounds, total, pick in ((lows, low, min), (highs, high, max)):
                        new = self._extreme(row, kept, pick)
                        total[:] = [t - old + now for t, old, now in zip(total, bounds[row], new, strict=True)]
                        bounds[row] = new
        return domains

    def _extreme(self, row: int, domain: Sequence[int], pick: Callable[[Iterable[int]], int]) -> list[int]:
        return [pick(column) for column in zip(*(self.options[row][index] for index in domain), strict=True)]

    def _spend(self, looked_at: int) -> None:
        self.budget -= looked_at
        if self.budget < 0:
            raise TooMuchWork
