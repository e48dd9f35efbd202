"""Binds what words alone leave open: whose result a dispute's is, by the numbers before it; of which documents a bracket tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from extractor.document import Paragraph
from extractor.report import Figure

OTHER_KIND = {"review": "litigation", "litigation": "review"}
RESULTS = ("upheld", "corrected", "other", "pending")
_DISPUTE = re.compile("(?P<after>复议后)|(?P<direct>未经(?:行政)?复议)|(?P<litigation>诉讼(?!请求|期限|程序))"
                      "|(?P<review>(?<!撤回)(?<!撤销)复议(?!机关|请求|期限|程序))")
_DISPUTES = {"after": "litigation.after_review", "direct": "litigation.direct", "litigation": "litigation", "review": "review"}
_WAYS = ("after", "direct")
DOCUMENTS = re.compile("(?P<normative_documents>规范性文件|規範性文件)|(?P<regulations>规章|規章)(?!制度)")
DOCUMENT_GROUPS = ("disclosure.normative_documents", "disclosure.regulations")
RECEIVED = "requests.received.total"
_TAKEN_IN = re.compile("收到|接到|接收|受理|新收|收办|收悉")
_DEALT_WITH = re.compile("办理|处理|答复|回复")
_OPENS_LIST = re.compile("其中|包括|包含|含|分别|具体|主要|分为|组成|涵盖|涉及|即|[：:（(]|[在按].{0,20}[中上分]|一是")
_EACH_IN_TURN = re.compile("(?P<list>[^，。；：]*(?:、|和|及|与)[^，。；：]*)分别[^0-9０-９。；，]{0,6}(?P<numbers>[^。；，]{0,24})$")
_NUMBERED = re.compile(r"[0-9０-９]+\s*(?:件|份|个|部|条|项|篇)")
_MARK = re.compile("[，,、；;：:。（）()]")


def bound_results(figures: Iterable[Figure]) -> Iterator[Figure]:
    """The figures, results of disputes with those that can have them; figures of a paragraph must be in reading order.

    复议5件、诉讼0件，其中3件维持 tells results of both kinds in one breath. One that is more than the total of its own
    kind, stated before in the paragraph, but not than that of the other kind, is the other's.
    """
    totals: dict[str, Decimal] = {}
    paragraph, seen = -1, set[tuple[str | None, tuple[int, int, int]]]()
    for figure in figures:
        if figure.span[0] != paragraph:
            paragraph, totals = figure.span[0], {}
        kind, _, column = (figure.field or "").rpartition(".")
        if kind in OTHER_KIND and figure.period == "this_year" and figure.value is not None and figure.unit != "%":
            if column == "total":
                totals[kind] = figure.value
            elif column in RESULTS and _goes_over(figure.value, kind, totals):
                figure = figure.model_copy(update={"field": f"{OTHER_KIND[kind]}.{column}"})
        if kind in OTHER_KIND and (figure.field, figure.span) in seen:
            continue  # the number stood for both kinds
        seen.add((figure.field, figure.span))
        yield figure


def _goes_over(value: Decimal, kind: str, totals: dict[str, Decimal]) -> bool:
    """Whether a result fits the other kind's total and not its own."""
    own, other = totals.get(kind), totals.get(OTHER_KIND[kind])
    return own is not None and other is not None and own < value <= other


def bound(figures: Iterable[Figure], paragraphs: Sequence[Paragraph]) -> Iterator[Figure]:
    """The figures of some paragraphs, in reading order, with all that numbers and words around them leave no doubt of."""
    told = bound_documents(bound_disputes(bound_results(figures), paragraphs), paragraphs)
    return bound_parts(bound_handled(told, paragraphs), paragraphs)


def bound_handled(figures: Iterable[Figure], paragraphs: Sequence[Paragraph]) -> Iterator[Figure]:
    """The figures, a second number of requests received that were dealt with as the number handled.

    收到申请57件，全年办理申请55件: where both are told, 办理 is no other word for 收到.
    """
    received: tuple[int, Decimal | None] = (-1, None)
    for figure in figures:
        if figure.field == RECEIVED and figure.period == "this_year" and figure.scope == "own" and figure.subset is None:
            text = paragraphs[figure.span[0]].text
            dealt = not _TAKEN_IN.search(clause := text[slice(*_clause(text, *figure.span[1:]))]) and _DEALT_WITH.search(clause)
            if dealt and received[0] == figure.span[0] and received[1] != figure.value:
                figure = figure.model_copy(update={"field": "requests.handled.total"})
            elif not dealt:
                received = figure.span[0], figure.value
        yield figure


def bound_parts(figures: Iterable[Figure], paragraphs: Sequence[Paragraph]) -> Iterator[Figure]:
    """The figures, those of a list that nothing opens as parts of none.

    公开信息310条，其中通知12条 tells of a part; 公开信息310条。同时发布新闻610条 does not, nor 发布新闻38条，公告56条.
    """
    wholes: dict[tuple[int, str], int] = {}
    for figure in figures:
        at, first, last = figure.span
        whole = wholes.get((at, figure.part_of or ""))
        if whole is not None and (figure.part_of or "").startswith("prose.") and not _OPENS_LIST.search(
                paragraphs[at].text, whole, first):
            figure = figure.model_copy(update={"part_of": None})
        if figure.field is not None and figure.part_of is None:
            wholes[at, figure.field] = last
        yield figure


def bound_disputes(figures: Iterable[Figure], paragraphs: Sequence[Paragraph]) -> Iterator[Figure]:
    """The figures, results of disputes with the kind named last between the total before them and their number.

    复议5件、诉讼3件，其中复议维持4件、撤销1件 tells of reconsideration twice. 未经复议直接起诉2件，维持1件 tells of that alone.
    """
    total, named = (-1, 0), ""
    for figure in figures:
        group, _, column = (figure.field or "").rpartition(".")
        if group.partition(".")[0] not in OTHER_KIND or column not in (*RESULTS, "total") or figure.negated or figure.implied:
            yield figure
            continue
        at, first, last = figure.span
        text = paragraphs[at].text
        start = max(text.rfind(stop, 0, first) + 1 for stop in "。；;")
        if column == "total":
            kinds = _kinds(text, _clause(text, first, last)[0], last)
            way = kinds[-1] if kinds and kinds[-1] in _WAYS and group.startswith("litigation") else ""
            named = way if total < (at, start) or named in ("", way) else ""  # after both ways, results are of either
            total = at, last
        elif total >= (at, start):
            closed = max(text.rfind(bracket, total[1], first) + 1 for bracket in "）)")
            kinds = _kinds(text, max(closed, total[1]), last) or ([] if closed else [named])
        else:
            kinds = _kinds(text, start, last)
        kind = way if column == "total" else kinds[-1] if kinds else ""
        if kind and not (kind == "litigation" and group.startswith("litigation")):
            figure = figure.model_copy(update={"field": f"{_DISPUTES[kind]}.{column}"})
        yield figure


def _kinds(text: str, start: int, end: int) -> list[str]:
    """The kinds of disputes that characters `start` to `end` name, in order."""
    return [match.lastgroup or "" for match in _DISPUTE.finditer(text, start, end)]


def bound_documents(figures: Iterable[Figure], paragraphs: Sequence[Paragraph]) -> Iterator[Figure]:
    """The figures, those whose clause names no documents with the ones named last before it in the sentence.

    规章9件（新制定2件、废止1件）、规范性文件30件 tells in its bracket of the former, and so does 规章9件，其中新制定2件.
    制发规章、规范性文件分别为2件和9件 tells of each in turn.
    """
    shared: Figure | None = None
    for figure in figures:
        group, _, column = (figure.field or "").rpartition(".")
        if group not in DOCUMENT_GROUPS or figure.unit == "%":
            yield figure
            continue
        text = paragraphs[figure.span[0]].text
        start, end = _clause(text, figure.span[1], figure.span[2])
        turn = _in_turn(text[text.rfind("。", 0, figure.span[1]) + 1:figure.span[1]])
        if turn is not None:
            kind, number = turn
            column = shared.field.rpartition(".")[2] if number and shared and shared.field else column
            figure = shared = figure.model_copy(update={"field": f"disclosure.{kind}.{column}"})
        elif DOCUMENTS.search(text[start:end]) is None:
            named = [match.lastgroup for match in DOCUMENTS.finditer(text, text.rfind("。", 0, start) + 1, start)]
            figure = figure.model_copy(update={"field": f"disclosure.{named[-1]}.{column}"}) if named else figure
        yield figure


def _in_turn(before: str) -> tuple[str, int] | None:
    """The documents, and their place in the list, of a number for which each of two has one of its own."""
    found = _EACH_IN_TURN.search(before)
    if found is None:
        return None
    listed = [match.lastgroup or "" for match in DOCUMENTS.finditer(found["list"])]
    number = len(_NUMBERED.findall(found["numbers"]))
    return (listed[number], number) if len(listed) > number else None


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The characters between the marks around characters `start` to `end`."""
    before = [mark.end() for mark in _MARK.finditer(text, 0, start)]
    after = _MARK.search(text, end)
    return (before[-1] if before else 0), (after.start() if after else len(text))
