"""Ruling lines of a straight page: found as long thin dark strokes, joined where broken, followed where bent.

A line is kept with its course (a height for each place along it), so that a page that is not quite flat still gives
cells whose borders are known to the pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from extractor.read.scan.dots import is_bilevel
from extractor.read.scan.straighten import Segment
from extractor.read.scan.strokes import STEP, Strokes, best_worths, followed, medians, opened

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALONG = 21
"""Pixels averaged along a line before it is looked for: noise goes, lines stay."""
FAR = 81
"""The same for hairlines, which are long and as faint as the noise."""
PALE = 24.0
"""Darkness, of 255, up to which a line is a hairline."""
LONG_LEVEL, LONG_UPRIGHT = 350, 200
"""Pixels: the least length of a hairline; titles in cells are shorter."""
SHARP, BLUNT = 5, 15
"""Pixels averaged when asking whether a stroke, or a hairline, has gaps."""
GAP_COST = 5.0
"""What a light pixel takes from a stroke's worth, where a dark one gives 1: a ruling is dark for five sixths."""
LONG = 150.0
"""Pixels: a shorter piece may be a row of characters' strokes, so more is asked of it."""
SOLID, SOLID_SHORT = 0.87, 0.94
"""Share of a piece that must be dark, if it is long and if it is short."""
BENDS = 250.0
"""Pixels from which a line on bent paper bends."""
WOBBLE, WOBBLE_GROWTH = 0.8, 0.001
"""Pixels a piece may stray from a straight line, and pixels more for each pixel of its length (bent paper)."""
STEADY = 0.7
"""What the shortest piece must be worth, as a share of its length."""
CROWD, CROWDED = 25, 0.4
"""Pixels of a neighbourhood, and the share of strokes in it from which it is texture."""
OUTSTANDING = 2.0
"""Contrast of a ruling in a crowd of strokes, as a multiple of theirs."""
PAPER = 41
"""Pixels: no stroke is as wide; shading is."""
THICK = 13
"""Pixels: a stroke thicker than this is no ruling."""
SHORTEST_LEVEL, SHORTEST_UPRIGHT = 60, 45
"""Pixels (of 200 dpi): shorter pieces are strokes of characters; rows are lower than columns are wide."""
BRIDGED = 11
"""Pixels: breaks this short are closed before pieces are looked for."""
STRONG, FAINTEST = 14.0, 4.0
"""Contrast, of 255, at which a line is found on a noisy page, and on a page without any noise."""
UNREST = 4.0
"""A line stands out from the noise of its page (the upper quartile of contrast) by this factor, up to `STRONG`."""
DARKER_PART = 0.4
"""Share of its greatest contrast that a line keeps all along, where it has grown together with other strokes."""
BLACK = 48.0
"""The least contrast of a line on a page without greys, broken as it may be: fainter strokes are print."""
WEAK = 2.5
"""Darkness, of 255, of a pixel that may belong to a faint line."""
DRIFT = 6.0
"""Pixels by which the two sides of a gap in a line may be off each other."""
GAP = 90
"""Pixels over which a broken line is joined, if its pieces are longer than the gap."""
DRAWN = 0.6
"""Share of a joined line that its pieces must make up."""


@dataclass(slots=True)
class Course:
    """A line followed along the page: `at[i]` is its position across at `along[i]`, both in pixels.

    `drawn` is the length that was seen. The edge of a shaded cell is a line without ink (`shaded`, nothing drawn).
    """

    along: NDArray[np.float64]
    at: NDArray[np.float64]
    drawn: float
    shaded: bool = False

    @property
    def start(self) -> float:
        return float(self.along[0])

    @property
    def end(self) -> float:
        return float(self.along[-1])

    def where(self, position: float) -> float:
        """The line's position across at `position` along it; beyond its ends it goes on level."""
        # `np.interp` takes several times as long for a single place
        along, at = self.along, self.at
        after = int(along.searchsorted(position, side="right"))
        if after == 0 or after == len(along):
            return float(at[0 if after == 0 else -1])
        start, level = along.item(after - 1), at.item(after - 1)
        if position == start:
            return float(level)
        return float((at.item(after) - level) / (along.item(after) - start) * (position - start) + level)

    def places(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """The line's positions across at many positions along it."""
        return np.interp(positions, self.along, self.at)

    @property
    def level(self) -> float:
        return float(self.at.sum()) / len(self.at)


@dataclass(slots=True)
class GridLine:
    """All courses at one position of a grid: `level` is where the line is put, the courses say where it really runs."""

    courses: list[Course]
    level: float = 0.0

    def where(self, position: float) -> float:
        """Where the line runs at `position` along it: on the course that is nearest there."""
        return self.nearest(position).where(position)

    def nearest(self, position: float) -> Course:
        """The course at `position`, or the one that comes nearest to it."""
        if len(self.courses) == 1:
            return self.courses[0]
        return min(self.courses, key=lambda c: max(c.start - position, position - c.end, 0.0))


def contrast(grey: NDArray[np.uint8], along: int = ALONG) -> NDArray[np.uint8]:
    """How much darker than the paper above and below it each pixel is, for thin level strokes."""
    blurred = cv2.blur(grey, (along, 1))
    kernel = np.ones((THICK, 1), np.uint8)
    return np.asarray(cv2.subtract(cv2.morphologyEx(blurred, cv2.MORPH_CLOSE, kernel), blurred), dtype=np.uint8)


def transposed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image with rows and columns exchanged, in a memory of its own."""
    return np.asarray(cv2.transpose(image), dtype=np.uint8)


def bounded(places: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Places held between 0 and `size` - 1; on arrays as short as these `np.clip` takes ten times as long."""
    return np.minimum(np.maximum(places, 0), size - 1)


def median(values: NDArray[Any]) -> float:
    """The median of a short array without gaps, several times as fast as `np.median`; 0 of an empty one."""
    half = len(values) // 2
    if not len(values):
        return 0.0
    if len(values) % 2:
        return float(np.partition(values, half)[half])
    lower, upper = np.partition(values, (half - 1, half))[half - 1:half + 1]
    return (float(lower) + float(upper)) / 2


def darkness(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How much darker than the paper around it each pixel is; shaded cells count as paper."""
    paper = cv2.morphologyEx(cv2.blur(grey, (3, 3)), cv2.MORPH_CLOSE, np.ones((PAPER, PAPER), np.uint8))
    return np.asarray(cv2.subtract(paper, grey), dtype=np.uint8)


def find_courses(grey: NDArray[np.uint8], dark: NDArray[np.uint8], horizontal: bool) -> list[Course]:
    """All long thin strokes of one direction, pieces of one line joined; `dark` is the `darkness` of `grey`."""
    least = BLACK if is_bilevel(grey) else 0.0
    if not horizontal:
        grey, dark = transposed(grey), transposed(dark)
    shortest, long = (SHORTEST_LEVEL, LONG_LEVEL) if horizontal else (SHORTEST_UPRIGHT, LONG_UPRIGHT)
    lines = _found(contrast(grey), dark, SHARP, shortest, least)
    if least:
        return lines
    # hairlines on a noisy page stand out only if more of them is averaged
    hairlines = _found(contrast(grey, FAR), dark, BLUNT, long, 0.0, PALE)
    return lines + [line for line in hairlines if not _known(line, lines)]


def _found(response: NDArray[np.uint8], dark: NDArray[np.uint8], along: int, shortest: int, least: float,
           darkest: float = 255.0) -> list[Course]:
    """The level strokes of a response above `least`, which must be dark all along when `along` pixels of them are averaged,
    but not darker than `darkest` in most places: digits below each other look like a line if much of it is averaged.
    """
    thick = np.asarray(cv2.dilate(cv2.blur(dark, (along, 1)), np.ones((5, 1), np.uint8)), dtype=np.uint8)
    thick = np.asarray(cv2.subtract(thick, np.full_like(thick, int(np.median(thick[::4, ::4])))), dtype=np.uint8)
    pieces = [part for strokes in _strokes(response, shortest, least) for part in _steady(strokes, thick, shortest)
              if darkest >= 255.0 or _darkness_along(part, thick) <= darkest]
    return [course for course in _joined(pieces)
            if course.end - course.start >= shortest and course.drawn >= DRAWN * (course.end - course.start)]


def _darkness_along(course: Course, dark: NDArray[np.uint8]) -> float:
    """The upper quartile of the darkness along a course."""
    along = np.arange(int(course.start), int(course.end) + 1)
    across = bounded(np.rint(course.places(along.astype(np.float64))).astype(np.intp), dark.shape[0])
    return float(np.percentile(dark[across, along], 75))


def _known(line: Course, others: list[Course]) -> bool:
    """True if most of a line was found already."""
    middle = (line.start + line.end) / 2
    near = [other for other in others if abs(other.where(middle) - line.where(middle)) <= THICK]
    covered = sum(max(0.0, min(line.end, other.end) - max(line.start, other.start)) for other in near)
    return covered >= 0.8 * (line.end - line.start)


def mapped(courses: list[Course], horizontal: bool, matrix: NDArray[np.float64]) -> list[Course]:
    """The courses as they run on a page whose pixels are `matrix` times those of this one."""
    found = []
    for course in courses:
        x, y = (course.along, course.at) if horizontal else (course.at, course.along)
        u, v, w = matrix @ np.stack([x, y, np.ones_like(x)])
        along, at = (u / w, v / w) if horizontal else (v / w, u / w)
        order = np.argsort(along, kind="stable")
        found.append(Course(along[order], at[order], course.drawn))
    return found


def segments(courses: list[Course], horizontal: bool) -> list[Segment]:
    """Each course as a straight segment (least squares), for finding perspective."""
    found = []
    for course in courses:
        if len(course.along) < 4:
            continue
        slope, offset = np.polyfit(course.along, course.at, 1)
        y0, y1 = slope * course.start + offset, slope * course.end + offset
        found.append(Segment(course.start, y0, course.end, y1) if horizontal
                     else Segment(y0, course.start, y1, course.end))
    return found


def _strokes(response: NDArray[np.uint8], shortest: int, least: float = 0.0) -> list[Strokes]:
    """Connected strokes of a response whose lines run along the rows."""
    mask = _above(response, max(least, _threshold(response)))
    mask = _without_crowds(mask, response)
    # a line that drifts by a pixel must not fall to pieces: thicken it, then ask for length
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    bridged = np.asarray(cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, BRIDGED), np.uint8)), dtype=np.uint8)
    flat, other = _flat(bridged, response, shortest)
    # a line grown together with what shows through the paper is the darker part of it
    return [flat] if other is None else [flat, _flat(other, response, shortest)[0]]


def _without_crowds(mask: NDArray[np.uint8], response: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mask without strokes that crowd and of which none stands out from the others: shading printed as dots, dense
    print, and what shows through the paper are full of strokes that are no rulings.
    """
    share = np.asarray(cv2.blur(mask, (CROWD, CROWD)), dtype=np.uint8)
    crowd = cv2.bitwise_and(_above(share, CROWDED * 255), mask)
    if not crowd.any():
        return mask
    # in whole numbers: response < OUTSTANDING * total / (share / 255); greater totals than fit leave no doubt
    outstanding = np.minimum(np.arange(256) * round(OUTSTANDING * 255), 65535).astype(np.uint16)
    needed = cv2.LUT(cv2.blur(cv2.bitwise_and(response, mask), (CROWD, CROWD)), outstanding)
    plain = cv2.compare(cv2.multiply(response, share, dtype=cv2.CV_16U), needed, cv2.CMP_LT)
    return np.asarray(cv2.subtract(mask, cv2.bitwise_and(crowd, plain)), dtype=np.uint8)


def _above(values: NDArray[np.uint8], least: float) -> NDArray[np.uint8]:
    """255 where a value is above `least`, else 0."""
    return np.asarray(cv2.threshold(values, float(np.floor(least)), 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)


def _flat(thick: NDArray[np.uint8], response: NDArray[np.uint8],
          shortest: int) -> tuple[Strokes, NDArray[np.uint8] | None]:
    """The long flat strokes of a mask, and the darker parts of the long ones that are not flat, if there are any."""
    long = opened(thick, shortest)
    # most rows are empty: without them, but for one between strokes, looking for what hangs together takes half the time
    filled = np.concatenate([[False], long.any(axis=1), [False]])
    rows = np.flatnonzero(filled[:-2] | filled[1:-1] | filled[2:])
    if len(rows) == 0:
        return Strokes.none(), None
    _, labels, stats, _ = (np.asarray(part) for part in cv2.connectedComponentsWithStats(long[rows], connectivity=8))
    wide = stats[:, 2] >= shortest
    wide[0] = False  # the background
    flat = wide & (stats[:, 3] <= THICK + 4 + 0.1 * stats[:, 2])
    crooked = np.flatnonzero(wide & ~flat)
    darker = np.zeros_like(thick) if len(crooked) else None
    for index in crooked:
        left, place, width, height, _ = (int(value) for value in stats[index])
        top, across = int(rows[place]), slice(left, left + width)
        area = (slice(top, top + height), across)
        weights = np.where(labels[place:place + height, across] == index, response[area], np.uint8(0))
        if darker is not None:
            darker[area] |= (weights > DARKER_PART * float(weights.max())).astype(np.uint8)
    return followed(labels, stats, flat, rows, response), darker


def _threshold(response: NDArray[np.uint8]) -> float:
    """The contrast from which a stroke counts: hairlines of screen print stand 6 grey levels out of a quiet page."""
    usual, unrest = np.percentile(response[::4, ::4], (50, 75))
    return float(max(FAINTEST, min(STRONG, UNREST * unrest), 3 * usual))


def _steady(strokes: Strokes, dark: NDArray[np.uint8], shortest: int) -> list[Course]:
    """The parts of strokes that are dark all along: characters in a row leave gaps, a ruling does not.

    Characters that a ruling runs into are cut off, since the gaps between them weigh more than their ink.
    """
    if not len(strokes):
        return []
    stroke, along, at = strokes.pixels()
    values = dark[bounded(np.rint(at).astype(np.intp), dark.shape[0]), along]
    usual = medians(values, stroke, strokes.width)
    worth = np.where(values > np.maximum(WEAK, 0.4 * usual)[stroke], 1.0, -GAP_COST)
    begin = np.cumsum(strokes.width) - strokes.width
    found = []
    # most strokes are characters, which need no closer look
    for index in np.flatnonzero(best_worths(worth, strokes.width) >= STEADY * shortest).tolist():
        left, width = int(strokes.left[index]), int(strokes.width[index])
        found += _steady_parts(Course(*strokes.course(index), float(width)), left,
                               worth[begin[index]:begin[index] + width], shortest)
    return found


def _steady_parts(piece: Course, left: int, worth: NDArray[np.float64], shortest: int) -> list[Course]:
    """The parts of one stroke, which begins at `left`, that are worth most and stray little."""
    runs = [(first, last) for first, last in _best_runs(worth, 0, shortest)
            if float(np.mean(worth[first:last + 1] > 0)) >= (SOLID if last - first >= LONG else SOLID_SHORT)]
    parts = [part_of(piece, float(left + first), float(left + last)) for first, last in runs]
    return [part for part in parts if _wobble(part) <= WOBBLE + WOBBLE_GROWTH * (part.end - part.start)]


def _wobble(course: Course) -> float:
    """Pixels by which a course strays, at the root mean square, from a straight line or, if it is long, a bent one."""
    degree = 3 if course.end - course.start >= BENDS and len(course.along) >= 10 else 1
    middle = (course.start + course.end) / 2
    scaled = (course.along - middle) / max(1.0, course.end - course.start)
    powers = np.vander(scaled, degree + 1)
    off = course.at - powers @ np.linalg.lstsq(powers, course.at, rcond=None)[0]
    return float(np.sqrt(off @ off / len(off)))


def _best_runs(worth: NDArray[np.float64], offset: int, shortest: int) -> list[tuple[int, int]]:
    """(first, last) of the stretches that are worth most, each at least `shortest` long."""
    if len(worth) < shortest:
        return []
    total = np.concatenate([[0.0], np.cumsum(worth)])
    lowest = np.minimum.accumulate(total)
    last = int(np.argmax(total - lowest))
    first = int(np.argmin(total[:last + 1]))
    if total[last] - total[first] < STEADY * shortest:
        return []
    here = [(offset + first, offset + last - 1)] if last - first >= shortest else []
    return _best_runs(worth[:first], offset, shortest) + here + _best_runs(worth[last:], offset + last, shortest)


def part_of(piece: Course, start: float, end: float) -> Course:
    """The part of a course from `start` to `end`."""
    inside = (piece.along > start + STEP / 2) & (piece.along < end - STEP / 2)
    if not inside.any():
        return Course(np.array([start, end]), np.array([piece.where(start), piece.where(end)]), end - start)
    # what was cut off bends the course near the cut: the ends are taken from the nearest place within
    at = piece.at[inside]
    return Course(np.concatenate([[start], piece.along[inside], [end]]), np.concatenate([at[:1], at, at[-1:]]),
                  end - start)


def _joined(pieces: list[Course]) -> list[Course]:
    """Pieces that go on where another ends, nearest first."""
    lines: list[Course] = []
    spans: list[tuple[float, float]] = []  # where each line runs, across, with room for drift
    for piece in sorted(pieces, key=lambda p: p.start):
        lowest, highest = float(piece.at.min()), float(piece.at.max())
        before = [index for index, (first, last) in enumerate(spans)
                  if first <= highest and lowest <= last and _goes_on(lines[index], piece)]
        if before:
            index = min(before, key=lambda item: abs(_off(lines[item], piece)))
            _extend(lines[index], piece)
            spans[index] = min(spans[index][0], lowest - DRIFT), max(spans[index][1], highest + DRIFT)
        else:
            lines.append(Course(piece.along, piece.at, piece.drawn))
            spans.append((lowest - DRIFT, highest + DRIFT))
    return lines


def _off(line: Course, piece: Course) -> float:
    """How far `piece` starts from where `line` stops, across."""
    if piece.start <= line.end:
        middle = (piece.start + min(line.end, piece.end)) / 2
        return line.where(middle) - piece.where(middle)
    return line.where(line.end) - piece.where(piece.start)


def _goes_on(line: Course, piece: Course) -> bool:
    gap = piece.start - line.end
    return gap <= min(GAP, max(line.drawn, piece.drawn)) and abs(_off(line, piece)) <= DRIFT


def _extend(line: Course, piece: Course) -> None:
    new = piece.along > line.end
    line.along = np.concatenate([line.along, piece.along[new]])
    line.at = np.concatenate([line.at, piece.at[new]])
    line.drawn += piece.drawn
