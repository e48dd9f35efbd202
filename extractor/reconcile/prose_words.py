"""What prose says without a figure of its own that a labeller has found: percentages behind counts, and statements.

A share or a growth that stands right behind a count belongs to it: 不予公开35件，占4.34%. A number in the
middle of a list belongs to it if those beside it do. Words that say a number without writing it are read as figures too:
所有申请均已办结 says that nothing is carried out. None of them is added to the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from extractor.reconcile.prose_case import GROWTH, SHARE, THIS_YEAR, Case, evidence_near, own
from extractor.report import Figure

CARRIED_OUT = "requests.carried_out.total"
HANDLED = "requests.handled.total"
_DONE = "(?:办结|办理完毕|办理完成|办理完|处理完毕|处理完成|答复完毕)"
_REQUEST = "(?:(?:政府|政务)?信息公开|依申请公开|公开)(?:的)?申请(?:事项|件)?"
_DULY = "(?:均|都|全部|已|按|要求|规定|按时|按期|依法|及时|在|法定|期限|时限|内)*"
_ALL_DONE = (
    re.compile(f"(?:所有|全部)(?:的)?(?:{_REQUEST}|申请(?:事项|件)?){_DULY}{_DONE}"),
    re.compile(f"{_REQUEST}[^。；！？，]{{0,20}}[，、](?:目前|现)?(?:均|都|已|现已|均已|都已){{0,2}}全部{_DULY}{_DONE}"),
)
_EXCEPT = re.compile("除|其余|其他|剩余|余下|尚有|另有|未办结|在办|正在|(?:结转|转结|顺延)[^，。；]{0,6}(?:下|次|明)|率")
_OTHER_BUSINESS = re.compile("提案|建议|热线|留言|信访|信箱|投诉|复议|诉讼|许可|督办")
_SURE_OF_WORDS = 0.8
"""How sure it is that such words mean what they say: writers use them of all that was due as well."""

_NUMBER = r"(?P<n>[0-9０-９]{1,5}(?:[.．][0-9０-９]{1,4})?)\s*[%％](?![0-9０-９.．])"
_SHARE = re.compile(r"\s*[（(，,、]?\s*占(?:比|总数|总量|总|全部|申请|办结|办理|答复|受理|件|数|量|的|为|达|到){0,4}\s*" + _NUMBER)
_DOWN = re.compile("下降|减少|回落|降低|下滑|降幅|缩减|少|降")
_GROWTH = re.compile(
    r"(?:同比|(?:较|比|与)\s*(?:上一?年度?|去年度?|(?P<year>(?:19|20)\d\d)\s*年度?)(?:同期)?(?:相比)?)[^，。；：#%％0-9０-９]{0,8}?"
    r"(?:增长|上升|增加|提高|上涨|攀升|增幅|下降|减少|回落|降低|下滑|降幅)(?:了|为|达|约|幅度|\s)*" + _NUMBER)
_ITEM = re.compile(
    r"(?:[，,（(]\s*占[^，,；;。（(]{0,8}[%％][)）]?)?[，,、；;]\s*(?P<name>[^，,、；;。：:（）()0-9０-９]{2,16}?)"
    r"(?P<n>[0-9０-９]{1,8})\s*(?P<unit>[条件份篇个项次期])(?=\s*(?:[，,、；;。]|[（(]?占|$))")
_ANOTHER_STATEMENT = re.compile("其中|同比|累计|公开|发布|公布|推送|更新|刊登|通过|办理|答复|收到|受理|召开|举办|回应|开展|编发|制发|解读|共有")
_NEAR = 30
"""Characters between a count and the growth that is said of it, at most."""


def all_done(case: Case) -> tuple[Figure, ...]:
    """Statements that all requests have been closed, as figures: nothing was carried out."""
    found = []
    for index, text in enumerate(case.paragraphs):
        if "申请" not in text:
            continue
        for match in (match for pattern in _ALL_DONE for match in pattern.finditer(text)):
            figure = Figure(field=CARRIED_OUT, value=Decimal(0), low=Decimal(0), high=Decimal(0), unit="件", implied=True,
                            confidence=_SURE_OF_WORDS, span=(index, *match.span()), text=match[0],
                            evidence=evidence_near(case.figures, index))
            sentence = case.sentence_text(figure)
            if not _EXCEPT.search(sentence) and not _OTHER_BUSINESS.search(sentence):
                found.append(figure)
    return tuple(found)


def unread_shares(case: Case) -> Iterator[tuple[Figure, Figure]]:
    """Each count with the share that stands right behind it, where the labeller has not found that."""
    for figure in case.figures:
        if not own(figure) or figure.implied or figure.negated:
            continue
        match = _SHARE.match(case.text(figure), figure.span[2])
        whole = HANDLED if _of_requests(case, figure) else figure.part_of
        if match is not None and whole and not _found(case, figure.span[0], match):
            yield figure, _percentage(figure, match, part_of=whole)


def unread_parts(case: Case, listed: Sequence[Figure]) -> list[Figure]:
    """Numbers of a list that the labeller has not found: items without a break behind the first part of the list, in the
    unit of its parts. They are parts as surely as those around them."""
    first, places = listed[0], {part.span[1]: part for part in listed}
    text, at, units = case.text(first), first.span[2], {part.unit for part in listed}
    found: list[Figure] = []
    while len(listed) > 1 and len(units) == 1 and (item := _ITEM.match(text, at)) is not None:
        at = item.end("unit")
        if item.start("n") in places:
            continue
        other = any(figure.span[0] == first.span[0] and figure.span[1] < at and item.start("n") < figure.span[2]
                    for figure in case.figures)
        if other or item["unit"] not in units or _ANOTHER_STATEMENT.search(item["name"]):
            break
        value = Decimal(int(item["n"]))
        found.append(Figure(field=None, value=value, low=value, high=value, unit=item["unit"], part_of=first.part_of,
                            confidence=min(part.confidence for part in listed), evidence=first.evidence,
                            span=(first.span[0], item.start("n"), at), text=item[0]))
    return found


def _of_requests(case: Case, figure: Figure) -> bool:
    return any(term.pattern.startswith("requests.") for meant in case.meanings.expressions(figure) for term in meant.terms)


def unread_growths(case: Case, year: int | None = None) -> Iterator[Figure]:
    """Growth since last year that stands close behind a count of the same sentence, where it has not been found."""
    for index, text in enumerate(case.paragraphs):
        for match in _GROWTH.finditer(text):
            before = [figure for figure in case.figures if figure.span[0] == index and own(figure) and figure.field
                      and not figure.implied and match.start() - _NEAR <= figure.span[2] <= match.start()]
            if not before or _found(case, index, match) or (match["year"] and year and int(match["year"]) != year - 1):
                continue
            growth = _percentage(before[-1], match, period=GROWTH)
            if case.sentence(growth) == case.sentence(before[-1]):
                yield growth


def _found(case: Case, index: int, match: re.Match[str]) -> bool:
    return any(figure.unit == SHARE and figure.span[0] == index and figure.span[1] < match.end() and match.start("n") < figure.span[2]
               for figure in case.figures)


def _percentage(count: Figure, match: re.Match[str], part_of: str | None = None, period: str = THIS_YEAR) -> Figure:
    """A percentage said of a count, with the interval of what rounds or is cut to it; a decrease is negative."""
    value = Decimal(match["n"].replace("．", "."))
    unit = Decimal(1).scaleb(min(0, int(value.as_tuple().exponent)))
    low, high = value - unit / 2, value + unit
    if _DOWN.search(match[0]):
        value, low, high = -value, -high, -low
    return Figure(field=count.field, value=value, low=low, high=high, unit=SHARE, period=period, part_of=part_of,
                  confidence=count.confidence, evidence=count.evidence, span=(count.span[0], *match.span()),
                  text=match[0])
