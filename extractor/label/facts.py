"""Facts about a report as a whole: publishing body, year, period of the statistics."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractor.document import Paragraph, Structure
from extractor.report import Period
from extractor.spelling import readings, simplified

HEAD = 40
"""Paragraphs before the first section, then those at the start of the page, in which the title is looked for."""
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
ABOUT_REPORTS = re.compile("(?:的|等)?(?:有关|编制|编写|发布|公布|工作|相关)*(?:事项|工作)?的?(?:通知|格式|模板|办法|制度|规定|方案|要求|栏目)")
"""Words that, behind the name of such reports, make it the title of something about them."""
ANNOUNCED = (
    re.compile(rf"(?:编制|编写|制定|公布|发布|公开)(?:了)?《?(?P<agency>{BODY}?)(?P<year>(?:19|20)\d\d)年?度?(?P<between>{BODY}?){KIND}"),
    re.compile(rf"(?:现将?|特向社会|特)(?:予以|向社会)?(?:公布|发布|公开|公告|编制|报告)?(?P<agency>{BODY}?)(?:(?P<year>(?:19|20)\d\d)年?度?)?"
               rf"(?P<between>{BODY}?){KIND}"),
)
"""编制《某镇2022年政府信息公开工作年度报告》; 现公布某县人民政府政府信息公开工作年度报告."""
UP_TO = re.compile(r"(?:截至|截止)(?:日期|时间|期限)?(?:为|到|至|是)?((?:19|20)\d\d)年(?:12月31日|底|年底|12月底)")
OTHER_YEARS = re.compile(r"《[^《》]*》|〔[^〔〕]*〕|(?:较|比|与|同)(?:19|20)\d\d年|(?:19|20)\d\d年(?:版|以来)")
YEAR_NAMED = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
OWN = re.compile("^[本我全各该]|[我本](?:局|委|厅|办|院|镇|乡|街道|单位|机关|部门|县|市|区|省)$")
"""Words for a body that do not name it: 我局, 全县."""
SHORT_NAME = re.compile("[一-鿿](?:镇|乡|县)$")
ORGANISATION = re.compile(r"[一-鿿]{2,}(?:政府|办公室|办公厅|委员会|厅|局|委|办|处|院|署|部|社|会|室|中心|街道|镇|乡|区"
                          r"|县|市|省|州|旗|盟|所|队|站|行|馆|关|场|台|校|大学|学院|公司)$")
DATE = r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?"
PERIOD = re.compile(rf"{DATE}(?:起)?(?:至|到|-|—|－|~|～)+(?:{DATE}|(\d{{1,2}})月(\d{{1,2}})日)")
PREFIX = re.compile(r"^(?:正文|关于|公开|标题|名称|首页|附件\d*|【[^【】]*】|现将?|(?:特)?向社会|公布|发布|(?:组织)?编制了?|年度|[\s:：])+")
SPELT_YEAR = re.compile(r"二[〇○OＯ0０零][〇○OＯ0０零一二三四五六七八九]{2}(?=年)")
SPELT_DIGITS = {**{sign: str(digit) for digit, sign in enumerate("〇一二三四五六七八九")}, **dict.fromkeys("○OＯ0０零", "0")}
PUBLISHER = re.compile(r"(?:发布机构|发布单位|发文机关|发文机构|公开机构|制发机关|制作单位|编制单位|编制机关|信息来源|来源)[:：]?")
DATED = re.compile(r"(?:19|20)\d\d年\d{1,2}月\d{1,2}日?$")
YEAR_OF_PROSE = re.compile(r"^((?:19|20)\d\d)年度?(?:以来)?[，,、]|^((?:19|20)\d\d)年[^，。]{0,12}(?:我|本|全|在|坚持|认真)")
COMPILED_BY = re.compile(r"由([一-鿿]{3,30}?(?:办公室|办公厅|办事处|局|委员会|政府|厅|委|院|署|部|街道|镇|乡|中心|公司|大学|学院))"
                         r"(?:负责)?(?:编制|编写|汇总)")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the whole report; None where the text does not say."""

    agency: str | None
    year: int | None
    period: Period


def report_facts(structure: Structure) -> Facts:
    """Reads title and preamble. The year is that of the statistics, not of the publication."""
    paragraphs = structure.paragraphs
    period = _period(paragraphs)
    agency, year = _title(paragraphs)
    if agency is None or (year is None and period.end is None):
        agency, year = _title_in_prose(paragraphs, agency, year)
    if year is None:
        year = int(period.end[:4]) if period.end is not None else _year_of_prose(paragraphs) or _year_named_most(paragraphs)
    if agency is None:
        agency = _signature(paragraphs) or _publisher(structure) or _compiler(paragraphs)
    return Facts(agency, year, period)


def compact(text: str) -> str:
    """The text as it is compared: simplified, full-width digits unified, without readings, spaces and Markdown marks;
    Chinese punctuation stays."""
    for start, end in reversed(readings(text)):
        text = text[:start] + text[end:]
    text = simplified(re.sub(r"^#{1,6}\s*", "", text.strip()))
    text = SPELT_YEAR.sub(lambda year: "".join(SPELT_DIGITS[sign] for sign in year[0]), "".join(text.split()))
    return "".join(unicodedata.normalize("NFKC", c) if "０" <= c <= "９" else c for c in text if not c.isspace())


def _title(paragraphs: Sequence[Paragraph]) -> tuple[str | None, int | None]:
    """Body and year from the title, which may run over up to four lines: the fewest that make a title with a body."""
    before = next((i for i, paragraph in enumerate(paragraphs) if paragraph.section > 0), PREAMBLE)
    agency, year = _title_among(paragraphs[max(0, before - HEAD):before])
    if before > HEAD and (agency is None or year is None):  # the menus of a page
        first = _title_among(paragraphs[:HEAD])
        agency, year = agency or first[0], year or first[1]
    return agency, year


def _title_among(paragraphs: Sequence[Paragraph]) -> tuple[str | None, int | None]:
    """Body and year of the first title among some paragraphs."""
    year: int | None = None
    head = [text for paragraph in paragraphs if len(paragraph.text) < LONGEST_TITLE_LINE
            and not re.search("[《。，]", text := re.sub(r"^《([^《》]*)》$", r"\1", compact(paragraph.text)))]
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
    if OWN.search(name) or re.search("[:：]", name):
        return None
    known = 3 <= len(name) <= 40 and ORGANISATION.search(re.sub(r"（[^（）]*）$", "", name))
    return name if known or SHORT_NAME.fullmatch(name) else None


def _title_in_prose(paragraphs: Sequence[Paragraph], agency: str | None,
                    year: int | None) -> tuple[str | None, int | None]:
    """Body and year, where the title lacks them, from a sentence of the preamble that names the report in full."""
    for paragraph in paragraphs[:PREAMBLE]:
        whole = compact(paragraph.text)
        if (found := announced(whole)) is not None:
            agency = agency or _organisation(found["agency"]) or _organisation(found["between"])
            year = int(found["year"]) if year is None and found["year"] else year
        found = TITLES[0].search(re.sub("《[^《》]*》", "", whole))
        if found and not ABOUT_REPORTS.match(found.string[found.end():]):
            return agency or _organisation(found["before"]), year if year is not None else int(found["year"])
    return agency, year


def announced(text: str) -> re.Match[str] | None:
    """The place where a compact text says that it is such a report, or gives one out; with `agency` and `year`."""
    found = (match for pattern in ANNOUNCED for match in pattern.finditer(text))
    return next((match for match in found if not ABOUT_REPORTS.match(text[match.end():])), None)


def _year_of_prose(paragraphs: Sequence[Paragraph]) -> int | None:
    """The year with which the first section begins."""
    for paragraph in paragraphs:
        if paragraph.section == 1 and (found := YEAR_OF_PROSE.match(compact(paragraph.text))):
            return int(found[1] or found[2])
    return None


def _year_named_most(paragraphs: Sequence[Paragraph]) -> int | None:
    """The year up to whose end the statistics go, or that the first section names most; of several the last."""
    told = [compact(paragraph.text) for paragraph in paragraphs if paragraph.section <= 1]
    ends = [int(found[1]) for text in told if (found := UP_TO.search(text))]
    if ends:
        return ends[0]
    first = (compact(paragraph.text) for paragraph in paragraphs if paragraph.section == 1)
    named = Counter(int(year) for text in first for year in YEAR_NAMED.findall(OTHER_YEARS.sub("", text)))
    return max(named, key=lambda year: (named[year], year)) if named else None


def _publisher(structure: Structure) -> str | None:
    """The body that the lines or the small table above the report name as its publisher."""
    for paragraph in structure.paragraphs[:PREAMBLE]:
        for part in re.split(r"\s+", paragraph.text):
            found = PUBLISHER.match(part)
            if found and (name := _organisation(compact(part[found.end():]))) is not None:
                return name
    for table in structure.tables:
        if table.section == 0:
            cells = [compact(cell.text) for row in table.by_row() for cell in row]
            for label, text in pairwise(cells):
                if PUBLISHER.fullmatch(label) and (name := _organisation(text)) is not None:
                    return name
    return None


def _signature(paragraphs: Sequence[Paragraph]) -> str | None:
    """The name under the report, before its date."""
    tail = [DATED.sub("", compact(paragraph.text)) for paragraph in paragraphs[-4:]]
    return next((text for text in reversed(tail) if len(text) <= 30 and _organisation(text)), None)


def _compiler(paragraphs: Sequence[Paragraph]) -> str | None:
    for paragraph in paragraphs[:PREAMBLE]:
        if found := COMPILED_BY.search(compact(paragraph.text)):
            return found[1]
    return None


def _period(paragraphs: Sequence[Paragraph]) -> Period:
    """The statistics' first and last day: 自2021年1月1日起至12月31日止."""
    for paragraph in paragraphs:
        found = PERIOD.search(compact(paragraph.text))
        if found:
            y0, m0, d0, y1, m1, d1, m2, d2 = found.groups()
            end = (y1, m1, d1) if y1 else (y0, m2, d2)
            if int(end[0]) - int(y0) in (0, 1):
                return Period(start=_iso(y0, m0, d0), end=_iso(*end))
    return Period()


def _iso(year: str, month: str, day: str) -> str:
    return f"{int(year):04d}-{int(month):02d}-{int(day):02d}"
