"""Which rulings make a table together: lines that meet, short ones only if they end where strokes of print do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from extractor.read.scan.rulings import LONG, Course

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH = 14.0
"""Pixels by which a line may miss or overrun the line it ends at."""
TOUCH = 6.0
"""Pixels by which both ends of a short line may miss the lines they must end at."""
CROSSED = 12.0
"""Pixels by which a line must go on at both sides of one that it crosses."""


def touching_groups(level: list[Course], upright: list[Course]) -> list[tuple[list[Course], list[Course]]]:
    """Groups of lines that touch. An upright line belongs to no table unless it touches two level ones, or one while a
    page break leaves its other end open; a level line may touch a single upright one, since tables without borders at
    their sides have rows of two cells.
    """
    meeting = _Meeting.of(level, upright)
    while True:
        touching = _touching(level, upright, meeting)
        across, down = touching.sum(axis=1) >= 1, touching.sum(axis=0) + _open(upright, level, meeting) >= 2
        if across.all() and down.all():
            break
        level = [course for course, kept in zip(level, across, strict=True) if kept]
        upright = [course for course, kept in zip(upright, down, strict=True) if kept]
        meeting = meeting.part(across, down)
    groups = []
    left = set(range(len(level)))
    while left:
        rows, columns = _group(min(left), touching)
        left -= rows
        groups.append(([level[i] for i in sorted(rows)], [upright[j] for j in sorted(columns)]))
    return groups


@dataclass(frozen=True, slots=True)
class _Meeting:
    """How level lines (first axis) and upright ones (second) meet: whether they do at all, whether the one's start or
    end (third axis) lies at the other, and whether the one goes on at both sides of the other.
    """

    meet: NDArray[np.bool_]
    level_ends: NDArray[np.bool_]
    upright_ends: NDArray[np.bool_]
    crossed_level: NDArray[np.bool_]
    crossed_upright: NDArray[np.bool_]

    @classmethod
    def of(cls, level: list[Course], upright: list[Course]) -> _Meeting:
        shape = (len(level), len(upright))
        x, y = np.zeros(shape), np.zeros(shape)
        for j, down in enumerate(upright):
            x[:, j] = down.places(np.array([across.level for across in level]))
        for i, across in enumerate(level):
            y[i] = across.places(x[i])
        starts, ends = (np.array([getattr(course, at) for course in level]).reshape(-1, 1) for at in ("start", "end"))
        tops, bottoms = (np.array([getattr(course, at) for course in upright]) for at in ("start", "end"))
        return cls((starts - REACH <= x) & (x <= ends + REACH) & (tops - REACH <= y) & (y <= bottoms + REACH),
                   np.stack([abs(starts - x) <= TOUCH, abs(ends - x) <= TOUCH], axis=2),
                   np.stack([abs(tops - y) <= TOUCH, abs(bottoms - y) <= TOUCH], axis=2),
                   (starts + CROSSED < x) & (x < ends - CROSSED), (tops + CROSSED < y) & (y < bottoms - CROSSED))

    def part(self, level: NDArray[np.bool_], upright: NDArray[np.bool_]) -> _Meeting:
        """The same for some of the lines."""
        return _Meeting(*(array[level][:, upright] for array in (
            self.meet, self.level_ends, self.upright_ends, self.crossed_level, self.crossed_upright)))


def _touching(level: list[Course], upright: list[Course], meeting: _Meeting) -> NDArray[np.bool_]:
    """Which lines meet. A short one must end at a line with both ends, since strokes of characters do not."""
    meet = meeting.meet
    held_level = _held(level, upright, np.logical_or.reduce(meeting.level_ends & meet[:, :, None], axis=1),
                       np.logical_or.reduce(meeting.crossed_level & meet, axis=1))
    held_upright = _held(upright, level, np.logical_or.reduce(meeting.upright_ends & meet[:, :, None], axis=0),
                         np.logical_or.reduce(meeting.crossed_upright & meet, axis=0))
    return np.asarray(meet & held_level[:, None] & held_upright[None, :], dtype=np.bool_)


def _held(courses: list[Course], others: list[Course], ends: NDArray[np.bool_],
          crossed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which lines are long, or held at both ends, or held at one end and open at the other.

    An open end is real if the line crosses another one, or if others end at the same height: a page break.
    """
    long, agree = _agreeing(courses, others)
    open_end = (ends[:, 0] & agree[:, 1]) | (ends[:, 1] & agree[:, 0])
    return np.asarray(long | ends.all(axis=1) | (ends.any(axis=1) & crossed) | open_end, dtype=np.bool_)


def _agreeing(courses: list[Course], others: list[Course]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which courses are long, and which starts and ends (columns) stand level with those of a long one, of three, or of
    those at both ends of a line of the other direction.
    """
    spans = np.array([(course.start, course.end) for course in courses], dtype=np.float64).reshape(len(courses), 2)
    long = spans[:, 1] - spans[:, 0] >= LONG
    level = np.abs(spans[:, None, :] - spans[None, :, :]) <= TOUCH
    agree = np.logical_or.reduce(level[:, long, :], axis=1) | (np.add.reduce(level, axis=1) > 3)
    levels = np.array([course.level for course in courses], dtype=np.float64)
    for border in others:
        for near, far in ((0, 1), (1, 0)):
            agree[_cornered(spans, levels, border, near), far] = True
    return np.asarray(long, dtype=np.bool_), np.asarray(agree, dtype=np.bool_)


def _open(upright: list[Course], level: list[Course], meeting: _Meeting) -> NDArray[np.int_]:
    """1 for each upright line with one end at a level line and the other where a page break left the row open, else 0."""
    if not upright:
        return np.zeros(0, dtype=np.int_)
    _, agree = _agreeing(upright, level)
    held = np.logical_or.reduce(meeting.upright_ends & meeting.meet[:, :, None], axis=0)
    return np.asarray((held[:, 0] & agree[:, 1]) | (held[:, 1] & agree[:, 0]), dtype=np.int_)


def _cornered(spans: NDArray[np.float64], levels: NDArray[np.float64], border: Course, near: int) -> NDArray[np.intp]:
    """Which lines (start and end, level) start (`near` 0) or end (1) at a border across them and go on as far as those
    at both its ends.
    """
    touching = np.flatnonzero(np.abs(spans[:, near] - border.places(levels)) <= TOUCH)
    first = touching[np.abs(levels[touching] - border.start) <= TOUCH]
    last = touching[np.abs(levels[touching] - border.end) <= TOUCH]
    if len(first) == 0 or len(last) == 0:
        return touching[:0]
    reach = spans[first[0], 1 - near]
    others = touching[np.abs(spans[touching, 1 - near] - reach) <= TOUCH]
    return others if abs(spans[last[0], 1 - near] - reach) <= TOUCH else touching[:0]


def _group(first: int, touching: NDArray[np.bool_]) -> tuple[set[int], set[int]]:
    """Rows and columns of `touching` that hang together with row `first`."""
    rows, columns = {first}, set[int]()
    while True:
        more_columns = {int(j) for i in rows for j in np.flatnonzero(touching[i])}
        more_rows = {int(i) for j in more_columns for i in np.flatnonzero(touching[:, j])} | rows
        if more_rows == rows and more_columns == columns:
            return rows, columns
        rows, columns = more_rows, more_columns
