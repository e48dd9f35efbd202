"""Which cells hold numbers, and what they read as: the recogniser's probabilities decoded with the table's help."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from extractor.document import UNREADABLE
from extractor.layout.grid import GridCell
from extractor.read.ocr import LineReading
from extractor.read.render import POINTS
from extractor.read.scan.calibration import calibrated
from extractor.read.scan.cells import InkLine
from extractor.read.scan.digits import as_number, decode
from extractor.read.scan.straighten import WORK_DPI

NUMBER = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?|-?[1-9]\d*(\.\d+)?|0|-?0\.\d+|[-/]+")
"""What a value cell holds, in the symbols of `digits`: 12, 1,234, 26.8, - and / (not applicable). No number begins with
a 0 that means nothing, and none is -0: that is a stroke or a halved 0 beside a 0.
"""
DIRT = " .,·•。、'`|丨/\\—–-一_:;^~()（）"
"""What dust, strokes of a pen and what is left of a ruling beside a number read as."""
MARKS = "/-"
"""What stands for "not applicable" besides a word."""
NONE = "无"
"""What stands in a value cell where there is nothing to count; no digit looks like it."""
ORDINAL = re.compile(r"[1-9]\d?[.．、)）]")
SURE = 0.5
"""Share of a table's column or row that must read as numbers for its doubtful cells to be taken as such."""
FORCED = 1e-4
"""Least probability, by character, that a doubtful cell of such a column holds a number at all."""
FAINT = 0.5
"""Most confidence in a number whose ink was only seen at the second look, or that stands among dirt."""
UNEVEN = 0.7
"""Most confidence in a number whose digits stand at different heights: one of them may be none."""
TALL, WITNESSES = 1.3, 4
"""Heights of a table's usual number from which one is doubted, and how many numbers tell what is usual. Of 2,500 sure numbers of
office and harsh scans the right ones had at most 1.15, two that an arc had made a 6 and a 10 of a 0 had 1.43 and 2.76."""
SURELY_NEGATIVE = 0.97
"""Confidence below which a number with a minus sign is doubted."""
SURELY_A_MARK = 0.75
"""Confidence below which a stroke or a slash alone is not believed to stand for "not applicable"."""
BESIDE = 2.0
"""Heights of a number from which what stands beside it, higher or lower, has nothing to do with it."""
BROAD = 0.95
"""Most width of a character of a number, in heights of its line; a digit takes 0.6 at most, a Chinese character 1."""
SECOND = 0.74
"""Most confidence in a number that a second look found."""
MARK, COMPANY, NAMED = 0.9, 2, 1
"""Confidence in a slash or a dash that was read as something else, and how many marks of its kind beside it, in its row or column,
make it one, and one that was read as what it is, but unsurely: marks fill rows. Of 30 such slashes of the corpus all were slashes;
alone one is only doubted."""
FELLOWS, ALIKE = 3, 0.25
"""How many marks of the same width, but for this share of it, elsewhere in the table do the same."""
HARDLY_ELSE = 0.7
"""Share of both a row and a column that one mark fills where what could not be read is likely that mark."""
LINES_APART, DIGIT, BORDERS = 1.2, 0.6, 2.0
"""Heights of a digit: how far the lines of a number that is broken in its cell stand apart at most, how wide a digit is, and how
much of a cell its borders and the room beside them take."""
DASH_HIGH, DASH_WIDE, DASH_MIDDLE = 0.4, 2.5, 0.3
"""Heights of a table's characters: how high and wide a dash may be, and how far its middle from that of the numbers of its row,
or of its cell. Of 250 dashes of office scans none was higher than 0.3, and they stood 0.05 above to 0.25 below; the foot of a
2, a point and a line below stand at 0.5. Of 6,785 numbers none is a dash by this and its shape."""
PIXEL = POINTS / WORK_DPI
"""Points in a pixel of the straight page."""
TOLD = 5
"""Alternatives that are kept."""


@dataclass(frozen=True, slots=True)
class CellReading:
    """A line of ink of a cell and what was read there."""

    ink: InkLine
    reading: LineReading


@dataclass(frozen=True, slots=True)
class NumberReading:
    """A number that was read, and the other readings."""

    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]


def read_number(reading: LineReading) -> NumberReading | None:
    """The number that a line holds, or None if it reads as something else."""
    return _number(reading, True) if _plainly(reading.text) else None


def read_numbers(cells: Sequence[tuple[GridCell, Sequence[CellReading]]]) -> list[NumberReading | None]:
    """For each cell of a table the number it holds, or None where it is blank or holds something else.

    A cell whose reading is a number, look-alikes folded, holds one. A cell of one line that reads as something else
    still holds one if most other filled cells of its column or of its row do, and the recogniser does not exclude it.
    """
    plain = [len(lines) == 1 and _plainly(lines[0].reading.text) for _, lines in cells]
    expected = _expected(cells, plain)
    numbers = [_broken_number(cell, lines) or _cell_number(lines, plain[index], expected[index])
               for index, (cell, lines) in enumerate(cells)]
    numbers = _with_doubted_heights(cells, numbers)
    leaning = [index for index, ((_, lines), number) in enumerate(zip(cells, numbers, strict=True))
               if number is not None and number.text in ("1", UNREADABLE) and len(lines) == 1 and lines[0].ink.leaning]
    numbers = _with_marks(cells, numbers, "/", leaning)
    numbers = _with_marks(cells, numbers, "-", _dashes(cells, numbers))
    numbers = _with_marks(cells, numbers, NONE, [index for index, (_, lines) in enumerate(cells) if _says_none(lines)])
    return _with_likely_marks(cells, numbers)


def _with_doubted_heights(cells: Sequence[tuple[GridCell, Sequence[CellReading]]],
                          numbers: Sequence[NumberReading | None]) -> list[NumberReading | None]:
    """The numbers, those doubted that are higher than the digits of their table and of their row: an arc of a seal has joined
    them.
    """
    sure = {index: lines[0].ink.height for index, ((_, lines), number) in enumerate(zip(cells, numbers, strict=True))
            if number is not None and number.confidence > UNEVEN and len(lines) == 1 and any(map(str.isdigit, number.text))}
    if len(sure) < WITNESSES:
        return list(numbers)
    usual = median(sure.values())
    found = list(numbers)
    for index, height in sure.items():
        row = [other for at, other in sure.items() if at != index and cells[at][0].row == cells[index][0].row]
        number = numbers[index]
        if number is not None and height > TALL * max(usual, median(row) if len(row) > 1 else 0.0):
            found[index] = replace(number, confidence=UNEVEN)
    return found


def _with_marks(cells: Sequence[tuple[GridCell, Sequence[CellReading]]], numbers: Sequence[NumberReading | None], mark: str,
                shaped: Sequence[int]) -> list[NumberReading | None]:
    """The numbers, but for those of the cells `shaped`, whose ink has the shape of a mark and of no digit: a mark is sure among
    others, one that also reads as the mark beside a single other; alone it is doubted if digits were made of it.
    """
    marks = set(shaped) | {index for index, number in enumerate(numbers) if number is not None and set(number.text) == {mark}}
    rows, columns = (Counter(getattr(cells[index][0], line) for index in marks) for line in ("row", "column"))
    found = list(numbers)
    for index in shaped:
        (cell, [line]), number = cells[index], numbers[index]
        read = number.text if number is not None and any(map(str.isdigit, number.text)) else ""
        named = as_number(line.reading.text) == mark
        alike = sum(abs(cells[other][1][0].ink.width - line.ink.width) <= ALIKE * line.ink.width for other in shaped)
        if max(rows[cell.row], columns[cell.column]) > (NAMED if named else COMPANY) or alike > FELLOWS:
            trusted = 0.0 if read else number.confidence if number is not None else line.reading.confidence
            found[index] = NumberReading(mark, max(MARK, trusted), ((read, round(1.0 - MARK, 6)),) if read else ())
        elif read:
            # nothing but its shape tells a lone dash, and a lone slash may be a 1 in italics
            text, other = (mark, read) if named or mark == "-" else (read, mark)
            found[index] = NumberReading(text, FAINT, ((other, FAINT),))
    return found


def _with_likely_marks(cells: Sequence[tuple[GridCell, Sequence[CellReading]]],
                       numbers: Sequence[NumberReading | None]) -> list[NumberReading | None]:
    """The numbers, but for doubtful ones where both row and column hold hardly anything but one mark: under a seal a slash reads
    as a 1 or a 4. It is that mark then, and as doubtful. A sure 1 among nothing but slashes stays what it is, but is doubted.
    """
    found = list(numbers)
    rows, columns = (_tally(cells, numbers, line) for line in ("row", "column"))
    for index, ((cell, lines), number) in enumerate(zip(cells, numbers, strict=True)):
        doubtful = number.confidence <= SECOND if number is not None else lines and not any(_prose(line.reading) for line in lines)
        own = number.text if number is not None else ""
        if not (doubtful or own == "1") or _says_none(lines):
            continue
        for mark in MARKS if doubtful else "/":
            if own != mark and all(among[mark] >= max(FELLOWS, HARDLY_ELSE * sum(among.values()))
                                   for among in (rows[cell.row], columns[cell.column])):
                if number is not None and not doubtful:
                    found[index] = replace(number, confidence=FAINT, alternatives=(("/", FAINT),))
                    continue
                digits = ((own, number.confidence),) if number is not None and own != UNREADABLE else ()
                found[index] = NumberReading(mark, FAINT, digits)
    return found


def _tally(cells: Sequence[tuple[GridCell, Sequence[CellReading]]], numbers: Sequence[NumberReading | None],
           line: str) -> dict[int, Counter[str]]:
    """How often each number that is not doubted stands in each row or column."""
    tally: dict[int, Counter[str]] = defaultdict(Counter)
    for (cell, _), number in zip(cells, numbers, strict=True):
        if number is not None and number.confidence > SECOND:
            tally[getattr(cell, line)][number.text] += 1
    return tally


def _says_none(lines: Sequence[CellReading]) -> bool:
    return len(lines) == 1 and lines[0].reading.text == NONE


def _middle(ink: InkLine) -> float:
    return (ink.top + ink.bottom) / 2


def _dashes(cells: Sequence[tuple[GridCell, Sequence[CellReading]]], numbers: Sequence[NumberReading | None]) -> list[int]:
    """Cells whose ink is a flat stroke at the height of the middle of digits."""
    heights = [line.ink.height for _, lines in cells for line in lines if not line.ink.flat]
    if not heights:
        return []
    size = median(heights)
    standing: dict[int, list[float]] = defaultdict(list)
    for (cell, lines), number in zip(cells, numbers, strict=True):
        if number is not None and len(lines) == 1 and not lines[0].ink.flat:
            standing[cell.row].append(_middle(lines[0].ink))
    found = []
    for index, (cell, lines) in enumerate(cells):
        if len(lines) == 1 and lines[0].ink.flat:
            ink = lines[0].ink
            level = median(standing[cell.row]) if standing[cell.row] else (cell.box.top + cell.box.bottom) / 2 / PIXEL
            if (ink.height <= DASH_HIGH * size and ink.width <= DASH_WIDE * size
                    and abs(_middle(ink) - level) <= DASH_MIDDLE * size):
                found.append(index)
    return found


def _cell_number(lines: Sequence[CellReading], plain: bool, expected: bool) -> NumberReading | None:
    """The number of a cell. Of several lines where one number is expected, the only one that reads as a number is it,
    and what else is there is dirt; but that is never sure.
    """
    if len(lines) == 1:
        return _line_number(lines[0], plain, expected)
    if len(lines) > 1:
        tallest = max(line.ink.height for line in lines)
        numbers = [number for line in lines if line.ink.height >= 0.6 * tallest
                   and (number := read_number(line.reading)) is not None]
        # elsewhere several digits with single marks above or below, but no label set downwards
        alone = sum(len(line.reading.text) > 1 for line in lines) == 1 and all(len(number.text) > 1 for number in numbers)
        if len(numbers) == 1 and (expected or alone or _with_hairs(lines)):
            return replace(numbers[0], confidence=min(numbers[0].confidence, FAINT))
    return None


def _broken_number(cell: GridCell, lines: Sequence[CellReading]) -> NumberReading | None:
    """The number that several lines of a narrow cell make, 5,82 above 2; it is never sure. None if they make none, if they stand
    further apart than lines do, or if the first one leaves room for the next digit.
    """
    if len(lines) < 2:
        return None
    parts = [as_number(line.reading.text) for line in lines]
    if not all(part and part.strip(".,").isascii() and any(map(str.isdigit, part)) for part in parts):
        return None
    high, first = max(line.ink.height for line in lines), lines[0].ink
    apart = max(after.ink.top - before.ink.bottom for before, after in pairwise(lines))
    room = cell.box.width / PIXEL - BORDERS * high
    text = "".join(part or "" for part in parts)
    if apart > LINES_APART * high or first.width + high * DIGIT < room or any(line.ink.width > first.width for line in lines[1:]):
        return None
    grouped = re.fullmatch(r"([1-9]\d{0,2})\.(\d{3})", text)  # a comma, since a count has no thousandths
    text = ",".join(grouped.groups()) if grouped else text
    if not NUMBER.fullmatch(text):
        return None
    return NumberReading(text, min(SECOND, *(line.reading.confidence for line in lines)), ())


def _with_hairs(lines: Sequence[CellReading]) -> bool:
    """True if of the lines of a cell one is a number, and the others are lower, and so far beside it as no line of a text is."""
    [number, *others] = sorted((line.ink for line in lines), key=lambda ink: -ink.height)
    return all(max(other.left - number.right, number.left - other.right) >= BESIDE * number.height
               and other.width <= number.height for other in others)


def _line_number(line: CellReading, plain: bool, expected: bool) -> NumberReading | None:
    if line.ink.specks:  # whatever they read as
        return NumberReading(UNREADABLE, 0.0, ())
    if _says_none([line]):
        return None
    number = _number(line.reading, plain) if plain or expected else None
    if number is not None and (plain or not _is_text(line, number.text)):
        most = FAINT if line.ink.faint else UNEVEN if line.ink.uneven else 1.0
        return replace(number, confidence=min(number.confidence, most))
    inner = _without_dirt(line.reading.text)
    return NumberReading(inner, FAINT, ()) if inner is not None else None


def _is_text(line: CellReading, number: str) -> bool:
    """True if a line that reads as no number is too wide to be the number that it might be, or Chinese: a blurred label
    in a row of numbers.
    """
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in line.reading.text)
    return chinese >= 2 or line.ink.width > (len(number) + 1) * BROAD * line.ink.height


def surest(readings: Sequence[LineReading]) -> NumberReading | None:
    """Of several readings of one number the one that most of their confidence is for, at its best; None of none."""
    numbers = [number for reading in readings if (number := read_number(reading)) is not None]
    trust: dict[str, float] = defaultdict(float)
    for number in numbers:
        trust[number.text] += number.confidence
    return max(numbers, key=lambda number: (trust[number.text], number.confidence), default=None)


def better_number(lines: Sequence[CellReading], first: NumberReading | None,
                  found: NumberReading | None) -> NumberReading | None:
    """The surer of a cell's number and what a second look at its place found; a second look is never sure.

    Text that is surely no number stays what it is, and a minus sign stays.
    """
    if found is None or any(_prose(line.reading) for line in lines):
        return first
    if first is not None and (first.confidence >= found.confidence or first.text == "-" + found.text):
        return first  # the second look's place is that of digits alone
    if first is not None and set(first.text) <= set(MARKS):
        return first  # told by its shape or its company, which no look at a stroke can tell better
    if first is not None and found.text in first.text and len(lines) == 1 and (
            first.confidence >= UNEVEN or not (lines[0].ink.uneven or lines[0].ink.faint)):
        return first  # digits set wide apart, of which that place holds some
    others = {text: chance for text, chance in (*found.alternatives, *(first.alternatives if first else ()))}
    if first is not None:
        others.setdefault(first.text, round(first.confidence * (1 - found.confidence), 6))
    others.pop(found.text, None)
    return NumberReading(found.text, min(found.confidence, SECOND), tuple(others.items())[:TOLD])


def _plainly(text: str) -> bool:
    folded = as_number(text)
    return folded is not None and NUMBER.fullmatch(folded) is not None


def _without_dirt(text: str) -> str | None:
    """The number in a text that is one but for strokes and points at its ends; None of an ordinal (1.) and other texts."""
    inner = text.strip(DIRT)
    return inner if inner != text and not ORDINAL.fullmatch(text) and inner.isascii() and _plainly(inner) else None


def _prose(reading: LineReading) -> bool:
    """True if the general reading is sure to be more than a number: a label, or 22（其中修订16件）."""
    folded = as_number(reading.text)
    return folded is None and len(reading.text) >= 2 and reading.confidence >= 0.8


def _expected(cells: Sequence[tuple[GridCell, Sequence[CellReading]]], plain: Sequence[bool]) -> list[bool]:
    """Which cells stand in a column or a row that mostly holds numbers, and are not surely something else."""
    filled = [cell for cell, lines in cells if lines]
    numbers = [cell for (cell, _), number in zip(cells, plain, strict=True) if number]
    columns, rows = Counter(cell.column for cell in filled), Counter(cell.row for cell in filled)
    in_column, in_row = Counter(cell.column for cell in numbers), Counter(cell.row for cell in numbers)
    return [bool(lines) and not any(_prose(line.reading) for line in lines)
            and (in_column[cell.column] >= max(2, SURE * columns[cell.column])
                 or in_row[cell.row] >= max(2, SURE * rows[cell.row])) for cell, lines in cells]


def _number(reading: LineReading, plain: bool) -> NumberReading | None:
    """The most probable number of a line, or None if there is none, or the recogniser as good as excludes it."""
    decoded, share = decode(reading.chosen)
    readings = [(text, weight) for text, weight in decoded if NUMBER.fullmatch(text)]
    if not readings:
        return None
    by_character = share ** (1 / len(readings[0][0]))
    if not plain and by_character < FORCED:
        return None
    total = sum(weight for _, weight in readings)
    text, weight = readings[0]
    # what was read must be probable among numbers, and a number must be probable at all
    confidence = calibrated(float(min(1.0, weight / total * min(1.0, weight) * min(1.0, by_character))))
    if text.startswith("-") and len(text) > 1 and confidence < SURELY_NEGATIVE:
        confidence = min(confidence, FAINT)  # dust before a number is a minus sign to the recogniser
    rest = sum(other for _, other in readings[1:]) or 1.0
    alternatives = tuple((other, round(float((1.0 - confidence) * chance / rest), 6))
                         for other, chance in readings[1:TOLD + 1])
    number = NumberReading(text, round(confidence, 6), alternatives)
    return number if any(map(str.isdigit, text)) or confidence >= SURELY_A_MARK else _doubted_mark(number)


def _doubted_mark(mark: NumberReading) -> NumberReading:
    """A mark that stands for no number, unsurely read: a number that is as doubtful, since a stroke says nothing by
    itself and would pass for a blank.
    """
    digits = [(text, chance) for text, chance in mark.alternatives if any(map(str.isdigit, text))]
    if not digits:
        return NumberReading(UNREADABLE, 0.0, ((mark.text, mark.confidence),))
    text, chance = digits[0]
    others = [(mark.text, mark.confidence), *(other for other in mark.alternatives if other[0] != text)]
    return NumberReading(text, min(chance, FAINT), tuple(others)[:TOLD])
