"""Which cells hold numbers, and what they read as: the recogniser's probabilities decoded with the table's help."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractor.document import UNREADABLE
from extractor.layout.grid import GridCell
from extractor.read.ocr import LineReading
from extractor.read.scan.calibration import calibrated
from extractor.read.scan.cells import InkLine
from extractor.read.scan.digits import as_number, decode

NUMBER = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?|-?[1-9]\d*(\.\d+)?|0|-?0\.\d+|[-/]+")
"""What a value cell holds, in the symbols of `digits`: 12, 1,234, 26.8, - and / (not applicable). No number begins with
a 0 that means nothing, and none is -0: that is a stroke or a halved 0 beside a 0.
"""
DIRT = " .,·•。、'`|丨/\\—–-一_:;^~()（）"
"""What dust, strokes of a pen and what is left of a ruling beside a number read as."""
ORDINAL = re.compile(r"[1-9]\d?[.．、)）]")
SURE = 0.5
"""Share of a table's column or row that must read as numbers for its doubtful cells to be taken as such."""
FORCED = 1e-4
"""Least probability, by character, that a doubtful cell of such a column holds a number at all."""
FAINT = 0.5
"""Most confidence in a number whose ink was only seen at the second look, or that stands among dirt."""
UNEVEN = 0.7
"""Most confidence in a number whose digits stand at different heights: one of them may be none."""
SURELY_NEGATIVE = 0.97
"""Confidence below which a number with a minus sign is doubted."""
SURELY_A_MARK = 0.75
"""Confidence below which a stroke or a slash alone is not believed to stand for "not applicable"."""
BROAD = 0.95
"""Most width of a character of a number, in heights of its line; a digit takes 0.6 at most, a Chinese character 1."""
SECOND = 0.74
"""Most confidence in a number that a second look found."""
SLASH, COMPANY = 0.9, 2
"""Confidence in a slash that was read as a digit, and how many marks beside it, in its row or column, make it one: slashes fill
rows. Of 30 such readings of the corpus all were slashes; alone one is only doubted."""
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
    numbers = [_cell_number(lines, plain[index], expected[index]) for index, (_, lines) in enumerate(cells)]
    return _with_slashes(cells, numbers)


def _with_slashes(cells: Sequence[tuple[GridCell, Sequence[CellReading]]],
                  numbers: Sequence[NumberReading | None]) -> list[NumberReading | None]:
    """The numbers, but for strokes that lean as no digit does and were read as a 1."""
    leaning = [index for index, ((_, lines), number) in enumerate(zip(cells, numbers, strict=True))
               if number is not None and number.text == "1" and len(lines) == 1 and lines[0].ink.leaning]
    marks = [cells[index][0] for index, number in enumerate(numbers)
             if index in leaning or (number is not None and number.text == "/")]
    rows, columns = Counter(cell.row for cell in marks), Counter(cell.column for cell in marks)
    found = list(numbers)
    for index in leaning:
        cell = cells[index][0]
        beside = max(rows[cell.row], columns[cell.column]) > COMPANY
        found[index] = (NumberReading("/", SLASH, (("1", round(1.0 - SLASH, 6)),)) if beside
                        else NumberReading("1", FAINT, (("/", FAINT),)))
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
        if len(numbers) == 1 and (expected or alone):
            return replace(numbers[0], confidence=min(numbers[0].confidence, FAINT))
    return None


def _line_number(line: CellReading, plain: bool, expected: bool) -> NumberReading | None:
    if line.ink.specks:  # whatever they read as
        return NumberReading(UNREADABLE, 0.0, ())
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
    if first is not None and found.text in first.text and len(lines) == 1 and not (lines[0].ink.uneven or lines[0].ink.faint):
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
