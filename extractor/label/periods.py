"""Tells which period, channel and part of the body a figure speaks of, from the words around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CARRY = "结转|转结|转入|顺延|遗留"
_YEAR_OF_FIGURE = re.compile(rf"(?<![比较与过至入到含转留延])@度?(?!(?:年?度?)?(?:{_CARRY}|相比|同期|版|号|以前))")
_LAST_YEAR = re.compile(rf"(?<![比较与含])(?:上一?年度?|去年)(?!度?(?:{_CARRY}|相比|同期))[^，。；#]*$")
_THIS_YEAR = re.compile("全年|本年|今年|年内|当年|年度")
_CUMULATIVE = re.compile("历年|自[^，。]{0,16}以来[^。]{0,24}(?:累计|共|总)"
                         "|(?:截至|截止)[^。]{0,24}(?:累计|共有|已有?)|累计至今")
_PLAN = re.compile("(?:计划|拟|预计|力争|将|争取|目标)(?:于|在|再|新|全年)?"
                   "(?:开展|组织|召开|制定|出台|举办|公开|发布|达)[^。]*$|明年|下一步")
_PART_OF_YEAR = re.compile("上半年|下半年|季度[，,]")
_THIS_YEARS_SUM = re.compile("(?:全年|本年度?|今年|年内|当年|年度?)(?:度)?[^，。；]{0,12}累计")
_SINCE = re.compile("历年|以来|自[^，。；]{0,16}起|截至|截止|至今")
_STANDING = (".in_force",)
_OFFICE = re.compile("(?:本办|我办|本级)(?:公室)?[^，。]{0,8}(?:收到|受理|收办|办理)")
_UNITS = re.compile("(?:各|[省市州县区]直(?:各)?)(?:[省市州县区旗]|有关|相关|职能|行政|政府|工作)*"
                    "(?:部门|单位|县区|区县|县|区|市|镇街?|乡镇?|街道|机关)"
                    "(?:共|共计|累计|全年|分别)*(?:收到|受理|收办|接到|办理|答复|办结)")
_ITSELF = re.compile("[我本](?:局|委|厅|院|所|队|站|中心|镇|乡|街道|单位|机关|部门)(?!系统|属|下属|辖)")
_REGION = re.compile("[我全](?:省|市|州|县|区|旗|系统)|各[^，。]{0,6}(?:局|委|厅|单位|部门|镇|乡|街道|县|区)|下属|所属|辖区")

_CHANNELS = (
    ("website", re.compile("网站|官网|信息公开网")),
    ("wechat", re.compile("微信|公众号|订阅号")),
    ("weibo", re.compile("微博")),
    ("new_media", re.compile("新媒体|抖音|视频号|客户端")),
    ("gazette", re.compile("公报")),
    ("board", re.compile("公示栏|公开栏|公告栏")),
)
_SEVERAL = re.compile("等|、|及其他|和|以及|多种|各类平台")


def _by_channel(words: str) -> re.Pattern[str]:
    """A request made through a channel, or taken in through it alone."""
    return re.compile(f"(?:{words})(?:提交|渠道|方式)?(?:的)?申请"
                      f"|(?:通过|经)(?:{words})[^、，和及等]{{0,8}}(?:收到|受理|接收)")


_REQUEST_CHANNELS = (
    ("online", _by_channel("在线|网上|网络|互联网|线上|官网|网站|平台")),
    ("mail", _by_channel("信函|邮寄|来信|邮件")),
    ("in_person", _by_channel("当面|现场|窗口")),
)


def period_of(field: str, before: str, words: str, years: Sequence[int], report_year: int | None,
              section: int) -> tuple[str, float]:
    """The period of a figure and how sure that is: `this_year`, `last_year`, `year:2018`, `part_of_year`,
    `cumulative` or `plan`.

    `before` is the skeleton of its sentence up to the figure, `words` the figure's own, `years` the years in `before`.
    """
    if _PLAN.search(before) or (section == 5 and report_year is not None and years and years[-1] > report_year):
        return "plan", 0.9
    if _CUMULATIVE.search(before + words) and not _THIS_YEAR.search(before + words) and not field.endswith(_STANDING):
        return "cumulative", 0.9
    if _PART_OF_YEAR.search(before):
        return "part_of_year", 0.9
    if _LAST_YEAR.search(before):
        return "last_year", 0.9
    named = _named_year(before, years)
    if report_year is None or named is None or named == report_year:
        return "this_year", 1.0
    if named > report_year:
        return "this_year", 0.6  # a slip of the pen, or a report that dates its own publication
    return ("last_year" if named == report_year - 1 else f"year:{named}"), 0.9


def yearly_sum(before: str) -> bool:
    """True if the sentence up to a number sums up one year (2023年累计收到), not all years so far."""
    return _THIS_YEARS_SUM.search(before) is not None and _SINCE.search(before) is None


def _named_year(before: str, years: Sequence[int]) -> int | None:
    """The last year in `before` that dates what is told, as against years compared with or carried over from."""
    named = None
    telling = {match.start() for match in _YEAR_OF_FIGURE.finditer(before)}
    positions = [index for index, char in enumerate(before) if char == "@"]
    for position, year in zip(positions, years, strict=False):
        if position in telling:
            named = year
    return named


def channel_of(field: str, clause: str) -> str | None:
    """The one channel that a figure is limited to; None if there is none or several. `clause` ends with the figure."""
    if field.startswith("requests."):
        return next((name for name, pattern in _REQUEST_CHANNELS if pattern.search(clause)), None)
    named = [(name, match) for name, pattern in _CHANNELS if (match := pattern.search(clause))]
    if len(named) != 1:
        return None
    around = clause[max(0, named[0][1].start() - 6):named[0][1].end() + 6]
    return None if _SEVERAL.search(around) else named[0][0]


def of_body_itself(before: str) -> bool:
    """True if the sentence up to a number speaks of what one authority did itself (我局共收到…), not of its region."""
    return _ITSELF.search(before) is not None and _REGION.search(before) is None


def scope_of(clause: str) -> str:
    """`office` where a figure is only what the body's own office received or did, `unit` where it is what others did
    that report to it, else `own`."""
    return "office" if _OFFICE.search(clause) else "unit" if _UNITS.search(clause) else "own"
