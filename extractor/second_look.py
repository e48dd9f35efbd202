"""Looks again at cells of a scan whose numbers contradict others: their crops are read anew, in other ways.

A second look changes no number. It says how sure the reading may be, and what else may be printed there: whose error a
contradiction is, and whether a reading may be repaired, are decided on all readings of the crop together.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from extractor.document import Box, Document
from extractor.label.numerals import parse_cell
from extractor.labelled import Labelled
from extractor.reconcile import Reconciled
from extractor.reconcile.cause import scanned, uncertain
from extractor.report import DOUBTFUL_BELOW, Alternative, FindingStatus, Value, ValueStatus
from extractor.settings import Settings

MOST = 40
"""Cells that are looked at again in one report: with more in question it was misread as a whole."""
WEIGHT = 0.25
"""What another reading of the same crop counts for, against the first: they are not independent of each other, so that the
four of them together count for one. Assumption; of 337 cells of office scans they never took a right reading for wrong."""
LEAST = 1e-4
"""No reading excludes a number altogether: it has at least this chance."""
SPREAD = 0.05
"""Up to so much of a reading's probability is spread over numbers that it does not name; more is another doubt."""
KEPT = 5
"""Alternatives that are kept."""

Numbers = Mapping[Decimal | None, float]
"""What a crop may hold, with probabilities; None is a mark that stands for no number."""


def in_question(reconciled: Reconciled) -> tuple[str, ...]:
    """The cells of scans on which the cause of a contradiction hangs: suspects and unsure operands of what is violated,
    and what was repaired; at most `MOST`, in the order of the values."""
    values = reconciled.values
    wanted = {name for name, value in values.items() if value.status is ValueStatus.REPAIRED}
    for finding in reconciled.findings:
        if finding.status is FindingStatus.VIOLATED:
            wanted |= {suspect.field for suspect in finding.suspects}
            wanted |= {name for name in finding.operands if name in values and uncertain(values[name])}
    # Without rulings only the row's place is known: there is no crop of the cell alone.
    places = Counter((value.evidence[0].page, value.evidence[0].box) for value in values.values() if value.evidence)
    return tuple(name for name, value in values.items()
                 if name in wanted and scanned(value) and value.read is not None and value.evidence[0].box is not None
                 and places[value.evidence[0].page, value.evidence[0].box] == 1)[:MOST]


def looked_again(labelled: Labelled, names: Iterable[str], given: Document, document: Document, data: bytes,
                 settings: Settings) -> Labelled:
    """`labelled` with the confidence and the alternatives of the values `names` as all looks at their crops have them.

    `data` is the file, `given` its pages as they came, `document` the same pages as they were read.
    """
    from extractor.read.ocr import engine
    from extractor.read.scan.second_look import Spot, images_of, look_again

    pages = {page.number: page for page in document.pages}
    spots = {}
    for name in names:
        evidence = labelled.values[name].evidence[0]
        if evidence.box is not None and evidence.page in pages:
            spots[name] = Spot(evidence.page, Box(*evidence.box), pages[evidence.page].to_original)
    images = images_of(data, given, {spot.page for spot in spots.values()}, settings)
    found = look_again(images, spots, engine())
    values = dict(labelled.values)
    for name, readings in found.items():
        values[name] = weighed(values[name], [_numbers(((reading.text, reading.confidence), *reading.alternatives))
                                              for reading in readings])
    return replace(labelled, values=values)


def _numbers(texts: Iterable[tuple[str, float]]) -> Numbers:
    numbers: dict[Decimal | None, float] = {}
    for text, probability in texts:
        parsed = parse_cell(text)
        if parsed.status != "unreadable":
            numbers[parsed.value] = numbers.get(parsed.value, 0.0) + probability
    return numbers


def weighed(value: Value, others: Sequence[Numbers]) -> Value:
    """The value as surely as its own reading and `others` together say: a weighted geometric mean of probabilities.

    What is in doubt for another reason than its digits (dirt beside them, the place in the table) stays so: more than
    `SPREAD` of its probability is then neither the reading's nor any alternative's. So does a reading that was doubtful:
    it may be that of the cell next to it, which is read well. Without readings the value stays as it is.
    """
    if value.read is None or not others:
        return value
    own: dict[Decimal | None, float] = {other.value: other.probability for other in value.alternatives}
    own[value.read] = own.get(value.read, 0.0) + value.confidence
    sure = min(1.0, sum(own.values()))
    sure = 1.0 if sure >= 1.0 - SPREAD else sure
    numbers = sorted(set(own).union(*others), key=_in_order)
    logs = {number: math.log(_share(own, number)) + WEIGHT * sum(math.log(_share(reading, number)) for reading in others)
            for number in numbers}
    most = max(logs.values())
    weights = {number: math.exp(log - most) for number, log in logs.items()}
    scale = sure / sum(weights.values())
    confidence = round(weights.pop(value.read) * scale, 6)
    if value.confidence < DOUBTFUL_BELOW:
        confidence = min(confidence, value.confidence)
    ranked = sorted(weights.items(), key=lambda item: (-item[1], _in_order(item[0])))[:KEPT]
    status = value.status
    if status in (ValueStatus.READ, ValueStatus.DOUBTFUL):
        status = ValueStatus.DOUBTFUL if confidence < DOUBTFUL_BELOW else ValueStatus.READ
    return value.model_copy(update={"confidence": confidence, "status": status, "alternatives": tuple(
        Alternative(value=number, probability=round(weight * scale, 6)) for number, weight in ranked)})


def _in_order(number: Decimal | None) -> tuple[bool, Decimal]:
    return number is not None, number or Decimal(0)


def _share(reading: Numbers, number: Decimal | None) -> float:
    """The probability of a number among all that a reading tells of."""
    return max(LEAST, reading.get(number, 0.0) / max(sum(reading.values()), LEAST))
