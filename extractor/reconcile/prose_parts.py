"""Lists in prose: the parts that a sentence enumerates must not come to more than the whole that it states.

Less is no error, for a list may be incomplete. A list ends where another begins (其中 again, a second partition that adds
up to the whole by itself), and what stands in brackets behind a part is a part of that part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from extractor.reconcile.prose_case import SHARE, THIS_YEAR, Case, bounds, in_order, own, sure, within_reason
from extractor.reconcile.prose_doubt import of_documents
from extractor.reconcile.prose_table import judge
from extractor.reconcile.prose_words import unread_parts
from extractor.report import Figure, Finding, FindingStatus

RULE = "prose.parts"
_GREATER = Decimal("1.2")
"""How much greater another whole must be than the one that its parts exceed, for it to be theirs."""
_AGAIN = re.compile("其中|包括|具体为|(?<!平)按|从[^，。；]{0,12}看|划分|分类")


def findings(case: Case) -> Iterator[Finding]:
    """One finding for each list whose whole is stated in the same paragraph."""
    lists: dict[tuple[object, ...], list[Figure]] = {}
    for figure in case.figures:
        if _is_part(case, figure):
            lists.setdefault((figure.part_of, case.sentence(figure), _kind(figure)), []).append(figure)
    for listed in lists.values():
        whole = _whole(case, listed)
        if whole is not None:
            for parts in _partitions(case, in_order((*listed, *unread_parts(case, listed))), whole):
                finding = _finding(case, whole, parts)
                if len(parts) > 1 or finding.status is FindingStatus.VIOLATED:
                    yield finding


def _is_part(case: Case, figure: Figure) -> bool:
    return (figure.part_of is not None and figure.period == THIS_YEAR and figure.unit != SHARE and not figure.implied
            and within_reason(figure) and not of_documents(case, figure))


def _kind(figure: Figure) -> str:
    """Applicants and results split the same requests each in its own way."""
    row, _, column = (figure.field or "").rpartition(".")
    if not row:
        return ""
    return "rows" if column == "total" else "columns"


def _whole(case: Case, parts: Sequence[Figure]) -> Figure | None:
    """The figure that the parts belong to: of those that state the whole in their paragraph the one that allows most."""
    first = parts[0]
    wholes = [figure for figure in case.figures if figure.field == first.part_of and figure.span[0] == first.span[0]
              and figure.period == THIS_YEAR and figure.unit != SHARE and within_reason(figure)]
    whole = max([figure for figure in wholes if own(figure)] or wholes, key=lambda figure: bounds(figure)[1], default=None)
    # A number that the prose states again as the same is surely it.
    again = [figure.confidence for figure in case.figures if whole is not None and own(figure)
             and (figure.field, figure.value) == (whole.field, whole.value)]
    return whole if whole is None else whole.model_copy(update={"confidence": max([whole.confidence, *again])})


def _partitions(case: Case, listed: Sequence[Figure], whole: Figure) -> Iterator[list[Figure]]:
    """The figures of a sentence as lists of their own, parts of parts left out."""
    for parts in _separated(case, listed):
        cut = _second(parts, bounds(whole))
        yield parts[:cut]
        if parts[cut:]:
            yield parts[cut:]


def _separated(case: Case, listed: Sequence[Figure]) -> Iterator[list[Figure]]:
    text, parts, depth = case.text(listed[0]), [listed[0]], 0
    for before, figure in pairwise(listed):
        between = text[before.span[2]:figure.span[1]]
        depth = max(0, depth + len(re.findall("[（(]", between)) - len(re.findall("[）)]", between)))
        if depth > 0:
            continue
        if _AGAIN.search(between):
            yield parts
            parts = []
        parts.append(figure)
    yield parts


def _second(parts: Sequence[Figure], whole: tuple[Decimal, Decimal]) -> int:
    """Where a second partition of the same whole begins; the number of parts if there is none."""
    for cut in range(2, len(parts) - 1):
        if all(whole[0] <= _sum(half)[0] <= whole[1] for half in (parts[:cut], parts[cut:])):
            return cut
    return len(parts)


def _sum(parts: Sequence[Figure]) -> tuple[Decimal, Decimal]:
    ends = [bounds(part) for part in parts]
    return sum((low for low, _ in ends), Decimal(0)), sum((high for _, high in ends), Decimal(0))


def _nested(case: Case, whole: Figure, parts: Sequence[Figure]) -> bool:
    """Whether a list may belong to a greater whole that the prose states for the same, or to one that was not found, its
    own standing among the parts; or, if it was not surely read, holds parts of parts: its whole does not fit its table,
    it has one part only, or it comes to the whole without some neighbours in it."""
    if parts[0].span < whole.span < parts[-1].span:
        return True
    least = max(_sum(parts)[0], _GREATER * bounds(whole)[1])
    if any(other.field == whole.field and own(other) and bounds(other)[1] >= least for other in case.figures):
        return True
    if all(map(sure, (whole, *parts))):
        return False
    low, high = bounds(whole)
    return judge(case, whole).status is FindingStatus.UNDECIDED or len(parts) == 1 or any(
        low <= _sum([*parts[:start], *parts[end:]])[0] <= high
        for start in range(len(parts)) for end in range(start + 1, len(parts) + 1) if end - start < len(parts))


def _finding(case: Case, whole: Figure, parts: Sequence[Figure]) -> Finding:
    (least, most), (low, high) = _sum(parts), bounds(whole)
    status, key = FindingStatus.SATISFIED, ["satisfied"]
    if least > high:
        nested = _nested(case, whole, parts)
        status = FindingStatus.UNDECIDED if nested else FindingStatus.VIOLATED
        key = ["undecided", "nested"] if nested else ["violated"]
    elif most < low:
        status, key = FindingStatus.UNDECIDED, ["undecided", "fewer"]
    stated = sum((part.value or Decimal(0) for part in parts), Decimal(0))
    message = case.text_of(RULE, *key, quote=case.quote(whole), count=len(parts), expected=stated,
                           actual=whole.value or Decimal(0), first=case.quote(parts[0]), last=case.quote(parts[-1]),
                           difference=abs(stated - (whole.value or Decimal(0))))
    figures = (whole, *parts) if status is FindingStatus.VIOLATED else (whole,)
    return case.finding(RULE, status, parts[0].part_of or "", message, figures, expected=stated, actual=whole.value)
