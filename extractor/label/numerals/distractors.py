"""Finds what looks like a number but is none: years, dates, document numbers, clauses, telephone numbers, addresses.

All patterns have bounded repetitions and start at a border, so that hostile text costs linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractor.label.numerals.model import Kind

_W = r"[ \t\r\n]{0,4}"
_CN = "[〇一二三四五六七八九十百]"
_Y = r"[12] ?[09] ?\d ?\d"
_NUMBER = rf"(?:\d{{1,4}}|{_CN}{{1,6}})"
_COUNTED = rf"{_W}[件条个次人起宗余多万项例份篇期通场名位张部家]"
_HOTLINES = "12345|12315|12316|12329|12333|12348|12350|12366|12369|12388|12393|8890"
_SERVICE = "政务服便民市公共消费者投诉举报监督咨询社会保障税纳人综合"

# In order of precedence; where a pattern has a group `n`, only that part is the number.
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("identifier", r"(?<![\w.%+-])[\w.%+-]{1,64}@[\w.-]{1,64}"),
    ("identifier", r"(?:https?://|www\.)[\x21-\x7e]{1,200}"),
    ("document", rf"[〔\[【﹝(]{_W}(?:19|20)\d\d{_W}[〕\]】﹞)]{_W}第?{_W}\d{{1,5}}{_W}号"),
    ("document", r"[〔﹝](?:19|20)\d\d[〕﹞]"),
    ("document", rf"(?:(?:19|20)\d\d{_W}年{_W})?第{_W}(?:\d{{1,6}}|{_CN}{{1,6}}){_W}号"),
    ("clause", rf"第{_W}{_NUMBER}{_W}[条款章节编](?!短|信息|新闻)(?:之{_CN}{{1,2}})?"),
    ("clause", rf"第?{_W}\({_W}{_NUMBER}{_W}\){_W}项"),
    ("clause", rf"第{_W}{_NUMBER}{_W}项"),
    ("postcode", rf"邮 ?政? ?编 ?码? ?[为是:]?{_W}(?P<n>\d{{6}})(?!\d)"),
    ("phone", rf"(?<![\d-])(?:\(0\d{{2,3}}\)|0\d{{2,3}}{_W}-){_W}\d{{7,8}}(?:[-转]\d{{1,6}})?(?!\d)"),
    ("phone", r"(?<![\d-])\d{3,4}-\d{3,4}-\d{3,4}(?!\d)"),
    ("phone", r"(?<![\d.])1[3-9]\d{9}(?!\d)"),
    ("phone", rf"(?:电话|热线|传真|专线|手机|号码)[为是:]?{_W}(?P<n>\d{{3,13}}(?:-\d{{1,8}})?)(?!\d|{_COUNTED})"),
    ("phone", rf"(?<![\d.])(?P<n>\d{{3,5}})[”\"]?[{_SERVICE}]{{0,14}}(?:热线|专线|电话|平台)"),
    ("phone", rf"(?<![\d.])(?P<n>{_HOTLINES})(?![\d,.]|{_COUNTED})"),
    ("date", rf"(?<!\d){_Y}{_W}年?{_W}\d{{1,2}}{_W}月{_W}\d{{1,2}}{_W}[日号]"),
    ("date", rf"(?<!\d){_Y}{_W}年{_W}\d{{1,2}}{_W}(?:[-~至到、]{_W}\d{{1,2}}{_W})?月份?"),
    ("date", rf"(?<!\d)(?:19|20)\d{{3,5}}{_W}日"),
    ("date", r"(?<![\d.])(?:19|20)\d\d(?P<sep>[-./])\d{1,2}(?P=sep)\d{1,2}(?![\d.])"),
    ("date", rf"(?<![\d.])\d{{1,2}}{_W}月{_W}\d{{1,2}}{_W}[日号]"),
    ("date", rf"(?<![\d.])(?:\d{{1,2}}[-~至到、]{_W})?\d{{1,2}}{_W}月(?:份|底|初|末|中旬|上旬|下旬)?"),
    ("date", rf"(?<![\d.])\d{{1,2}}{_W}日(?!常|均)"),
    ("date", r"(?<![\d.])\d{1,2}·\d{1,2}(?![\d.])"),
    ("date", rf"[一二][〇一二三四五六七八九]{{3}}年(?:{_CN}{{1,3}}月(?:{_CN}{{1,3}}[日号])?)?"),
    ("date", rf"(?<!个)(?<!{_CN}){_CN}{{1,3}}月(?:份|底|初|末|{_CN}{{1,3}}[日号])"),
    ("year", rf"(?<!\d){_Y}{_W}[-~至到、和/]{_W}(?:{_Y}|\d\d){_W}(?:年度?|学年|财年)"),
    ("year", rf"(?<!\d){_Y}{_W}(?:年度?|年?版|学年|财年)(?!鉴定)"),
    ("year", r"(?<![\d.-])20\d\d[-~](?:20)?\d\d(?![\d-]|[件条个次份篇])"),
    ("year", r"\((?P<n>(?:19|20)\d\d)\)"),
    ("time", r"(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])"),
    ("identifier", r"(?<![\d.])\d{1,8}(?:\.\d{1,8}){2,8}(?![\d.])"),
    ("name", r"(?<![\d.+])\d{1,3}(?:\+(?:\d{1,3}|[NnXx])){1,6}"),
    ("address", rf"(?<![\d.])\d{{1,5}}{_W}(?:号楼?(?!召|文件)|室(?!内)|栋|幢|弄|单元|楼(?!盘)|层(?!级|面|次))"),
    ("address", rf"(?<![\d.])\d{{1,5}}{_W}号"),
    ("ordinal", rf"第{_W}{_NUMBER}(?:{_W}(?:届|季度|批次?|轮|期|次|位|名|个|方|类|部|年))?"),
    ("ordinal", rf"[前列](?:\d{{1,3}}|{_CN}{{1,3}}){_W}[名位强]"),
    ("enumerator", rf"(?:^|[\n。；;:!?]){_W}(?P<n>\d{{1,2}}){_W}(?:[、)]|\.(?!\d|{_W}\d)|\.(?=20\d\d{_W}年))"),
    ("enumerator", rf"(?:^|[\n。；;:,，、]){_W}(?P<n>\d{{1,2}})(?=[是要])"),
    ("enumerator", rf"\((?P<n>\d{{1,2}}|{_CN}{{1,3}})\)(?!{_COUNTED})"),
    ("enumerator", rf"(?:^|[\n。；;:]){_W}(?P<n>{_CN}{{1,3}})、"),
)
_COMPILED: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(text, re.ASCII)) for kind, text in _PATTERNS)
_TITLE = re.compile(r"《[^《》\n]{1,120}》")


@dataclass(frozen=True, slots=True)
class Distractor:
    """Characters `start` to `end` hold a number that counts nothing."""

    start: int
    end: int
    kind: Kind


def find_distractors(folded: str) -> list[Distractor]:
    """All distractors of a folded text, left to right, none overlapping another."""
    taken = bytearray(len(folded))
    found: list[Distractor] = []
    for kind, pattern in _COMPILED:
        group = "n" if "n" in pattern.groupindex else 0
        for match in pattern.finditer(folded):
            start, end = match.span(group)
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\x01" * (end - start)
            found.append(Distractor(start, end, kind))
    return sorted(found, key=lambda distractor: distractor.start)


def titles(folded: str) -> list[tuple[int, int]]:
    """The spans of titles in book marks; numbers in them are part of a name."""
    return [match.span() for match in _TITLE.finditer(folded)]
