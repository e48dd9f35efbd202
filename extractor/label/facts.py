"""Facts about a report as a whole: publishing body, year, period of the statistics; and whether it is one at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractor.document import Paragraph, Structure
from extractor.report import Period
from extractor.spelling import simplified

HEAD = 40
"""Paragraphs at the start, before the first section, in which the title is looked for."""
PREAMBLE = 12
"""Paragraphs at the start in which prose may name the body and the year."""
LONGEST_TITLE_LINE = 80
"""Characters: a longer paragraph is text, not part of the title."""
SUBJECT = r"(?:政府信息|政务信息|政务|信息)公开(?:工作)?"
KIND = rf"{SUBJECT}(?:情况)?(?:的)?(?:年度工作报告|年度报告|工作年报|年报|工作报告|报告)"
BODY = r"(?:[^，。；：:、（）()《》“”\d]|（[^（）\d]{1,20}）){0,40}"
TITLES = (
    re.compile(rf"(?P<before>{BODY})(?P<year>(?:19|20)\d\d)年?度?(?P<between>{BODY}?){KIND}"),
    re.compile(rf"(?P<before>{BODY}?){SUBJECT}(?P<year>(?:19|20)\d\d)年?度?(?P<between>)(?:工作)?(?:情况)?的?(?:年度)?(?:报告|年报)"),
    re.compile(rf"(?P<before>{BODY}?)(?P<between>){KIND}[（(]?(?P<year>(?:19|20)\d\d)(?:年度?)?(?:[)）]|年|$)"),
)
"""洪泽区人民政府2023年政府信息公开工作年度报告; 某局关于2019年政府信息公开工作情况的报告; 某县政府信息公开工作2022年度报告;
某局政府信息公开工作年度报告（2022年）."""
TITLE_WITHOUT_YEAR = re.compile(rf"(?P<agency>{BODY}?){KIND}")
ORGANISATION = re.compile(r"[一-鿿]{2,}(?:政府|办公室|办公厅|委员会|厅|局|委|办|处|院|署|部|社|会|中心|街道|镇|乡|区"
                          r"|县|市|省|州|旗|盟|所|队|站|行|馆|关|场|台|校|大学|学院|公司)$")
DATE = r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?"
PERIOD = re.compile(rf"{DATE}(?:起)?(?:至|到|-|—|－|~|～)+(?:{DATE}|(\d{{1,2}})月(\d{{1,2}})日)")
PREFIX = re.compile(r"^(?:正文|关于|公开|标题|名称|首页|附件\d*|【[^【】]*】|现将?|公布|发布|[\s:：])+")
SPELT_YEAR = re.compile(r"二[〇○OＯ0０零][〇○OＯ0０零一二三四五六七八九]{2}(?=年)")
SPELT_DIGITS = {**{sign: str(digit) for digit, sign in enumerate("〇一二三四五六七八九")}, **dict.fromkeys("○OＯ0０零", "0")}
PUBLISHER = re.compile(r"(?:发布机构|发布单位|发文机关|发文机构|公开机构|制发机关|制作单位|编制单位|编制机关|信息来源|来源)[:：]?")
DATED = re.compile(r"(?:19|20)\d\d年\d{1,2}月\d{1,2}日?$")
YEAR_OF_PROSE = re.compile(r"^((?:19|20)\d\d)年度?(?:以来)?[，,、]|^((?:19|20)\d\d)年[^，。]{0,12}(?:我|本|全|在|坚持|认真)")
COMPILED_BY = re.compile(r"由([一-鿿]{3,30}?(?:办公室|办公厅|局|委员会|政府|厅|委))(?:编制|编写)")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the whole report; None where the text does not say."""

    agency: str | None
    year: int | None
    period: Period
    is_report: bool


def report_facts(structure: Structure) -> Facts:
    """Reads title and preamble. The year is that of the statistics, not of the publication."""
    paragraphs = structure.paragraphs
    period = _period(paragraphs)
    agency, year = _title(paragraphs)
    if agency is None or (year is None and period.end is None):
        agency, year = _title_in_prose(paragraphs, agency, year)
    if year is None:
        year = int(period.end[:4]) if period.end is not None else _year_of_prose(paragraphs)
    if agency is None:
        agency = _signature(paragraphs) or _publisher(structure) or _compiler(paragraphs)
    text = "".join(_compact(paragraph.text) for paragraph in paragraphs)
    return Facts(agency, year, period, bool(re.search(KIND, text)) or ("信息公开" in text and "年度报告" in text))


def _compact(text: str) -> str:
    """Simplified, full-width digits unified, without spaces and Markdown marks; Chinese punctuation stays."""
    text = simplified(re.sub(r"^#{1,6}\s*", "", text.strip()))
    text = SPELT_YEAR.sub(lambda year: "".join(SPELT_DIGITS[sign] for sign in year[0]), "".join(text.split()))
    return "".join(unicodedata.normalize("NFKC", c) if "０" <= c <= "９" else c for c in text if not c.isspace())


def _title(paragraphs: Sequence[Paragraph]) -> tuple[str | None, int | None]:
    """Body and year from the title, which may run over up to four lines: the fewest that make a title with a body."""
    year: int | None = None
    before = next((i for i, paragraph in enumerate(paragraphs) if paragraph.section > 0), PREAMBLE)
    head = [text for paragraph in paragraphs[:min(before, HEAD)] if len(paragraph.text) < LONGEST_TITLE_LINE
            and not re.search("[《。，]", text := re.sub(r"^《([^《》]*)》$", r"\1", _compact(paragraph.text)))]
    for lines in range(1, 5):
        for start in range(len(head) - lines + 1):
            text = "".join(head[start:start + lines])
            found = next((match for title in TITLES if (match := title.search(text))), None)
            if found is None:
                continue
            names = [found["before"], found["between"], *reversed(head[:start][-2:]), *head[start + lines:start + lines + 1]]
            agency = next((name for text in names if (name := _organisation(text)) is not None), None)
            year = year or int(found["year"])
            if agency is not None:
                return agency, year
    for text in head:
        found = TITLE_WITHOUT_YEAR.search(text)
        if found and (agency := _organisation(found["agency"])) is not None:
            return agency, year
    return None, year


def _organisation(text: str | None) -> str | None:
    """The text as the name of a body, or None if it does not look like one."""
    name = re.sub(r"^.*[>»|/]", "", PREFIX.sub("", (text or "").strip("\u3000 ·-—_|>»*#")))
    if (labelled := PUBLISHER.match(name)) and labelled[0].endswith((":", "：")):
        name = name[labelled.end():]
    name = re.sub(r"(关于|本级)$", "", re.sub(rf"^{PUBLISHER.pattern}", "", name))
    return name if 3 <= len(name) <= 40 and ORGANISATION.search(re.sub(r"（[^（）]*）$", "", name)) else None


def _title_in_prose(paragraphs: Sequence[Paragraph], agency: str | None,
                    year: int | None) -> tuple[str | None, int | None]:
    """Body and year, where the title lacks them, from a sentence of the preamble that names the report in full."""
    for paragraph in paragraphs[:PREAMBLE]:
        text = re.sub("《[^《》]*》", "", _compact(paragraph.text))
        found = TITLES[0].search(text)
        if found and not re.match("格式|模板|的?编制|的?通知", text[found.end():]):
            agency = agency or _organisation(found["before"])
            return agency, year if year is not None else int(found["year"])
    return agency, year


def _year_of_prose(paragraphs: Sequence[Paragraph]) -> int | None:
    """The year with which the first section begins."""
    for paragraph in paragraphs:
        if paragraph.section == 1 and (found := YEAR_OF_PROSE.match(_compact(paragraph.text))):
            return int(found[1] or found[2])
    return None


def _publisher(structure: Structure) -> str | None:
    """The body that the lines or the small table above the report name as its publisher."""
    for paragraph in structure.paragraphs[:PREAMBLE]:
        for part in re.split(r"\s+", paragraph.text):
            found = PUBLISHER.match(part)
            if found and (name := _organisation(_compact(part[found.end():]))) is not None:
                return name
    for table in structure.tables:
        if table.section == 0:
            cells = [_compact(cell.text) for row in table.by_row() for cell in row]
            for label, text in pairwise(cells):
                if PUBLISHER.fullmatch(label) and (name := _organisation(text)) is not None:
                    return name
    return None


def _signature(paragraphs: Sequence[Paragraph]) -> str | None:
    """The name under the report, before its date."""
    tail = [DATED.sub("", _compact(paragraph.text)) for paragraph in paragraphs[-4:]]
    return next((text for text in reversed(tail) if len(text) <= 30 and _organisation(text)), None)


def _compiler(paragraphs: Sequence[Paragraph]) -> str | None:
    for paragraph in paragraphs[:PREAMBLE]:
        if found := COMPILED_BY.search(_compact(paragraph.text)):
            return found[1]
    return None


def _period(paragraphs: Sequence[Paragraph]) -> Period:
    """The statistics' first and last day: 自2021年1月1日起至12月31日止."""
    for paragraph in paragraphs:
        found = PERIOD.search(_compact(paragraph.text))
        if found:
            y0, m0, d0, y1, m1, d1, m2, d2 = found.groups()
            end = (y1, m1, d1) if y1 else (y0, m2, d2)
            if int(end[0]) - int(y0) in (0, 1):
                return Period(start=_iso(y0, m0, d0), end=_iso(*end))
    return Period()


def _iso(year: str, month: str, day: str) -> str:
    return f"{int(year):04d}-{int(month):02d}-{int(day):02d}"
