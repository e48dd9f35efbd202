"""An evidence page shows every finding with its arithmetic and places, hides nothing, and lets nothing in or out."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extractor import evidence
from extractor.evidence import crops
from extractor.evidence import page as page_module
from extractor.evidence.years import with_year_before
from extractor.reconcile.history import compare
from extractor.report import Alternative, Evidence, Figure, Report, Suspect, Text, Value, ValueStatus
from extractor.settings import Settings

Page = Any
PageOf = Callable[..., Page]
HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{ 7 * 7 }}{% raw %}", "]]></style><svg onload=x>",
           "javascript:alert(1)"]


def text_of(element: Page) -> str:
    return " ".join(element.text_content().split())


def one(element: Page, path: str) -> Page:
    found = element.xpath(path)
    assert len(found) == 1, (path, len(found))
    return found[0]


def with_value(report: Report, field: str, **changes: object) -> Report:
    changed = report.values[field].model_copy(update=changes)
    return report.model_copy(update={"values": report.values | {field: changed}})


def cell(page: Page, field: str) -> Page:
    return one(page, f"//td[@id='cell-{field}']")


# ---------------------------------------------------------------------------------------------------------------- findings
def test_every_operand_of_every_finding_is_listed_with_its_page(county: Report, county_page: Page) -> None:
    listed = {row.get("data-field"): text_of(row) for row in county_page.xpath("//table[@class='ledger']//tr[@data-field]")}
    assert county.violated
    for finding in county.violated:
        for name in finding.operands:
            pages = {item.page for item in county.values[name].evidence if item.box is not None}
            assert pages and all(f"第{number}页" in listed[name] for number in pages), name


def test_every_operand_of_every_finding_is_framed_on_a_picture_of_its_page(county: Report, county_page: Page) -> None:
    plates = {image.get("id"): tuple(float(image.get(key)) for key in ("x", "y", "width", "height"))
              for image in county_page.xpath("//image")}
    drawn: dict[str, set[int]] = {}
    for svg in county_page.xpath("//svg[@class='crop']"):
        plate = one(svg, ".//use").get("href").removeprefix("#")
        x, y, width, height = (float(edge) for edge in svg.get("viewbox").split())
        left, top, across, down = plates[plate]
        assert left - 1 <= x and top - 1 <= y and x + width <= left + across + 1 and y + height <= top + down + 1
        for frame in svg.xpath(".//g[@data-field]"):
            rect = one(frame, "./rect")
            assert x <= float(rect.get("x")) and float(rect.get("x")) + float(rect.get("width")) <= x + width + 0.2
            assert y <= float(rect.get("y")) and float(rect.get("y")) + float(rect.get("height")) <= y + height + 0.2
            drawn.setdefault(frame.get("data-field"), set()).add(int(plate.removeprefix("plate-")))
    for finding in county.violated:
        for name in finding.operands:
            assert {item.page for item in county.values[name].evidence} <= drawn[name], name


def test_frames_in_pictures_and_lines_of_the_ledger_bear_the_same_numbers(county_page: Page) -> None:
    for case in county_page.xpath("//article"):
        lines = {row.get("data-field"): one(row, "./td[1]/span").text for row in case.xpath(".//tr[@data-field]")}
        frames = {(frame.get("data-field"), one(frame, "./text").text)
                  for frame in case.xpath(".//svg[@class='crop']//g[@data-field][text]")}
        assert frames == set(lines.items())


def test_the_arithmetic_is_written_out(city: Report, page_of: PageOf) -> None:
    balance = next(case for case in page_of(city).xpath("//article") if "社会公益组织”列收支不平" in text_of(case))
    formula = text_of(balance.xpath(".//p[@class='formula']")[0])
    assert formula.startswith("12 + 1 = 13 ≠ 23 = 23 + 0") and formula.endswith("相差 10")


def test_the_two_sides_add_up_line_by_line(contradictory: Report, page_of: PageOf) -> None:
    for side in page_of(contradictory).xpath("//table[@class='ledger']/tbody[tr[@class='total']]"):
        numbers = [Decimal(line.xpath("string(td[3])").split()[0])
                   for line in side.xpath("tr[@data-field][not(contains(td[3]/@class, 'blank'))]")]
        assert sum(numbers) == Decimal(side.xpath("string(tr[@class='total']/td[3])"))


def test_findings_of_one_cause_are_one_case_that_names_the_cell_and_what_it_should_be(contradictory: Report,
                                                                                      page_of: PageOf) -> None:
    rows = [finding for finding in contradictory.violated if "requests.granted.total" in finding.operands]
    assert len(rows) == 2
    suspect = Suspect(field="requests.granted.total", probability=0.99)
    told = Text(zh="改正这一处即全部成立。", en="With this cell corrected all hold.")
    findings = tuple(finding.model_copy(update={
        "cause_id": "one" if finding in rows else str(index), "fingerprint": f"mark{index}", "explanation": told,
        "headline": finding is rows[0], "suspects": (suspect,) if finding in rows else (), "priority": 0.5})
        for index, finding in enumerate(contradictory.findings))
    report = with_value(contradictory, "requests.granted.total", implied=Decimal(6))
    page = page_of(report.model_copy(update={"findings": findings}))
    assert len(page.xpath("//article")) == len(contradictory.violated) - 1
    case = one(page, "//article[.//div[contains(@class, 'alone')]]")
    said = text_of(one(case, ".//div[contains(@class, 'alone')]"))
    assert all(part in said for part in ("最可能有误", "填0", "按其余关系应为6", "99%", "改正这一处即全部成立。"))
    assert len(case.xpath(".//section[@class='equation']")) == 2
    assert case.xpath("string(.//code)").startswith("mark")


def test_cells_that_are_wrong_together_are_told_from_cells_one_of_which_is_wrong(contradictory: Report,
                                                                                page_of: PageOf) -> None:
    finding = next(finding for finding in contradictory.violated if finding.rule == "review.sum")
    suspects = tuple(Suspect(field=name, probability=0.45) for name in finding.operands[:2])
    report = contradictory.model_copy(update={"findings": (finding.model_copy(update={"suspects": suspects}),)})
    assert "不能再区分" in text_of(one(page_of(report), "//div[@class='suspects']"))
    sure = tuple(suspect.model_copy(update={"probability": 0.98}) for suspect in suspects)
    report = report.model_copy(update={"findings": (finding.model_copy(update={"suspects": sure}),)})
    for name in finding.operands[:2]:
        report = with_value(report, name, implied=Decimal(7))
    assert "同时有误" in text_of(one(page_of(report), "//div[@class='suspects']"))


def test_the_year_before_is_shown_beside_what_it_contradicts(county: Report, page_of: PageOf) -> None:
    before = with_value(county, "requests.carried_out.total", value=Decimal(9), read=Decimal(9)).model_copy(
        update={"year": 2021, "source": "before.pdf", "sha256": "0" * 64})
    pair = compare(before, county)
    page = page_of(with_year_before(pair))
    case = one(page, "//article[.//tr[@data-field='previous.requests.carried_out.total']]")
    carried_in = county.values["requests.carried_in.total"].value
    assert text_of(one(case, ".//p[@class='formula']")).startswith(f"9 ≠ {carried_in}")
    line = text_of(one(case, ".//tr[@data-field='previous.requests.carried_out.total']"))
    assert "上年报告：四、结转下年度继续办理·总计" in line and "before.pdf 第" in line


def test_a_suspected_cell_is_shown_enlarged(county: Report, county_bytes: bytes, page_of: PageOf) -> None:
    finding = next(finding for finding in county.violated if finding.rule == "requests.handled_sum")
    field = finding.operands[3]
    changed = finding.model_copy(update={"suspects": (Suspect(field=field, probability=0.9),)})
    report = county.model_copy(update={"findings": (changed,)})
    lens = one(page_of(report, "zh", county_bytes), "//svg[@class='lens']")
    x, y, width, height = (float(edge) for edge in lens.get("viewbox").split())
    box = county.values[field].evidence[0].box
    assert box is not None and x < box[0] < box[2] < x + width and y < box[1] < box[3] < y + height
    assert width < 120


def test_formats_without_pages_show_the_rows_of_the_table_instead(city: Report, page_of: PageOf) -> None:
    page = page_of(city)
    assert not page.xpath("//image") and not page.xpath("//svg[@class='crop']")
    for case in page.xpath("//article[.//tr[@data-field]]"):
        shown = set(case.xpath(".//table[contains(@class, 'excerpt')]//td/@data-field"))
        assert set(case.xpath(".//table[@class='ledger']//tr/@data-field")) <= shown


def test_places_in_words_are_told_in_the_language_of_the_page(city: Report, page_of: PageOf) -> None:
    place = city.violated[0].evidence[0].place
    table, row, column = re.findall(r"\d+", place)
    assert f"表格{table} 第{row}行第{column}列" in text_of(page_of(city, "zh"))
    assert f"table {table} row {row} col. {column}" in text_of(page_of(city, "en"))


def test_a_figure_of_the_prose_is_marked_in_its_sentence_and_on_its_page(mismatching: Report, county_bytes: bytes,
                                                                         page_of: PageOf) -> None:
    case = one(page_of(mismatching, "zh", county_bytes), "//article")
    figure = next(figure for figure in mismatching.figures if figure.verdict == "mismatch")
    assert one(case, ".//blockquote/mark[@class='mismatch']").xpath("string(a/text())") == figure.text
    assert len(case.xpath(".//svg[@class='crop']//g[@class='mark figure']/rect")) == len(figure.evidence)


def test_a_figure_is_held_against_the_sum_that_it_was_compared_with(mismatching: Report, page_of: PageOf) -> None:
    case = one(page_of(mismatching), "//article")
    there, stated = mismatching.findings[0].expected, mismatching.findings[0].actual
    assert text_of(one(case, ".//p[@class='formula']")) == f"{there} ≠ {stated} 相差 34"
    assert "上年结转" in text_of(one(case, ".//tbody[@class='operands']"))


# ------------------------------------------------------------------------------------------------------------------ tables
def test_blank_zero_unread_doubtful_and_repaired_cells_are_told_apart(contradictory: Report, page_of: PageOf) -> None:
    report = with_value(contradictory, "review.upheld", status=ValueStatus.DOUBTFUL, confidence=0.61)
    report = with_value(report, "review.corrected", status=ValueStatus.REPAIRED, value=Decimal(4), read=Decimal(9),
                        confidence=0.5, alternatives=(Alternative(value=Decimal(4), probability=0.4),))
    report = with_value(report, "review.other", status=ValueStatus.MISSING, value=None, read=None, raw="")
    report = with_value(report, "review.pending", status=ValueStatus.BLANK, value=None, read=None, raw="")
    page = page_of(report, "en")
    states = {name: cell(page, f"review.{name}") for name in ("upheld", "corrected", "other", "pending", "total")}
    kinds = [next(kind for kind in element.get("class").split() if kind not in ("number", "conflict", "suspect"))
             for element in states.values()]
    assert kinds == ["doubtful", "repaired", "missing", "blank", "zero"]
    assert text_of(states["upheld"]).endswith("? 61%")
    assert states["corrected"].xpath("string(s)") == "9" and "9 4 50%" in text_of(states["corrected"])
    assert "read as 9, repaired to 4" in states["corrected"].get("title")
    assert text_of(states["other"]).endswith("unread") and text_of(states["pending"]).endswith("blank")


def test_what_a_person_confirmed_says_so_and_keeps_the_reading(contradictory: Report, page_of: PageOf) -> None:
    kind = ValueStatus.CONFIRMED
    report = with_value(contradictory, "review.upheld", status=kind, value=Decimal(4), read=Decimal(9))
    report = with_value(report, "review.other", status=kind, value=None, read=Decimal(1))
    page = page_of(report, "en")
    upheld, other = cell(page, "review.upheld"), cell(page, "review.other")
    assert "confirmed" in upheld.get("class").split() and "9 4✓" in text_of(upheld)
    assert "confirmed by a person" in upheld.get("title")
    assert " blank " in text_of(other)
    assert "confirmed by a person" in text_of(one(page, "//ul[@class='legend']"))
    assert "confirmed by a person" not in text_of(one(page_of(contradictory, "en"), "//ul[@class='legend']"))


def test_what_was_printed_stands_beside_what_was_read(contradictory: Report, page_of: PageOf) -> None:
    issued = cell(page_of(contradictory), "disclosure.regulations.issued")
    assert contradictory.values["disclosure.regulations.issued"].raw == "/"
    assert issued.xpath("string(span[@class='printed'])").strip() == "/"


def test_cells_in_a_contradiction_lead_to_it(contradictory: Report, page_of: PageOf) -> None:
    page = page_of(contradictory)
    total = cell(page, "review.total")
    assert "conflict" in total.get("class")
    target = one(total, ".//a").get("href").removeprefix("#")
    assert "行政复议" in text_of(one(page, f"//article[@id='{target}']/header"))


def test_table_3_is_laid_out_as_in_the_form(contradictory: Report, page_of: PageOf) -> None:
    table = one(page_of(contradictory), "//table[contains(@class, 'form-requests')]")
    assert [text_of(head) for head in table.xpath("thead/tr/th")] == [
        "信息内容", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
    widths = [sum(int(item.get("colspan", 1)) for item in row) for row in table.xpath("tbody/tr[td]")]
    assert widths[0] == 10 and len(table.xpath("tbody/tr")) == 25
    assert one(table, ".//th[span='三、本年度办理结果']").get("rowspan") == "22"


# ------------------------------------------------------------------------------------------------------------------- prose
def test_each_figure_has_its_meaning_the_number_of_the_table_and_a_verdict(mismatching: Report, page_of: PageOf) -> None:
    rows = page_of(mismatching).xpath("//table[@class='figures']/tbody/tr")
    assert len(rows) == len(mismatching.figures)
    figure = next(figure for figure in mismatching.figures if figure.verdict == "mismatch")
    row = next(row for row in rows if row.xpath(".//span[@class='verdict mismatch']"))
    assert [text_of(item) for item in row.xpath("td")[2:6]] == [
        f"{figure.value} {figure.unit}", "一、本年新收申请数量·总计", str(mismatching.findings[0].expected), "不符"]


def test_figures_that_overlap_share_one_mark(contradictory: Report, page_of: PageOf) -> None:
    text = "未发生行政复议、行政诉讼，收到申请20件。"
    figures = (Figure(field="review.total", value=Decimal(0), span=(0, 0, 12), text=text[:12]),
               Figure(field="litigation.total", value=Decimal(0), span=(0, 0, 12), text=text[:12]),
               Figure(field="requests.received.total", value=Decimal(20), span=(0, 13, 20), text=text[13:20]))
    page = page_of(contradictory.model_copy(update={"paragraphs": (text,), "figures": figures}))
    passage = one(page, "//div[contains(@class, 'passages')]/p")
    assert [mark.xpath("string(a/text())") for mark in passage.xpath("mark")] == [text[:12], text[13:20]]
    assert [mark.xpath("string(a/sup)") for mark in passage.xpath("mark")] == ["1, 2", "3"]


# -------------------------------------------------------------------------------------------------------------- the header
def test_the_header_says_which_file_this_is_about(county: Report, county_page: Page) -> None:
    head = text_of(one(county_page, "//header[@class='head']"))
    assert all(part in head for part in (county.agency or "?", "2022年度", "county_2022.pdf", county.sha256, "〔2021〕30号"))
    counts = county_page.xpath("//ul[@class='counts']/li/b/text()")[:3]
    assert counts == [str(sum(f.status == status for f in county.findings)) for status in
                      ("violated", "undecided", "satisfied")]


def test_a_consistent_report_says_so(consistent: Report, page_of: PageOf) -> None:
    page = page_of(consistent, "en")
    assert "No contradictions" in text_of(one(page, "//section[@id='findings']"))
    assert not page.xpath("//article")


def test_undecided_relations_are_listed_after_the_contradictions(scanned: Report, page_of: PageOf,
                                                                 shared: Path) -> None:
    from extractor import extract

    report = extract(shared / "real" / "shanghai_general_office_2019.md")
    page = page_of(report)
    undecided = [finding for finding in report.findings if finding.status == "undecided"]
    assert len(page.xpath("//section[@id='open']/details")) == len(undecided)
    assert not page.xpath("//section[@id='open']/preceding::section[@id='tables']")


def test_unread_pages_are_named(scanned: Report, page_of: PageOf) -> None:
    assert "第2页没有可用的文字" in text_of(one(page_of(scanned), "//section[@id='notes']"))


def test_an_empty_report_makes_a_page(contradictory: Report, page_of: PageOf) -> None:
    empty = Report(source="x", sha256="0" * 64, format=contradictory.format)
    assert "没有可以核对的关系" in text_of(page_of(empty))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_languages_speak_throughout(county: Report, page_of: PageOf, language: Any) -> None:
    page = page_of(county, language)
    assert page.get("lang") == {"zh": "zh-Hans", "en": "en"}[language]
    own = [text_of(element) for element in page.xpath(
        "//h2 | //nav//a | //dt | //*[@class='kicker'] | //table[@class='ledger']//th | //footer | //ul[@class='legend']/li")]
    chinese = [text for text in own if re.search("[\u4e00-\u9fff]", text)]
    assert (chinese == []) if language == "en" else len(chinese) > 0.8 * len(own)


# ------------------------------------------------------------------------------------------------------------------ safety
def test_the_page_refers_to_nothing_outside_itself(county_page: Page) -> None:
    references = [value for element in county_page.iter() if isinstance(element.tag, str)
                  for name, value in element.attrib.items()
                  if name in ("src", "href", "xlink:href", "action", "data", "srcset", "poster", "background", "ping")]
    assert references and all(value.startswith(("#", "data:image/webp;base64,")) for value in references)
    for tag in ("link", "iframe", "object", "embed", "form", "base", "a[@target]"):
        assert not county_page.xpath(f"//{tag}")
    style = one(county_page, "//style").text
    assert "url(" not in style and "@import" not in style and "http" not in one(county_page, "//script").text


def test_the_policy_allows_only_what_the_page_holds(county: Report) -> None:
    text = evidence.to_html(county).decode("utf8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    rules = policy[1].replace("&#39;", "'")
    assert "default-src 'none'" in rules and "unsafe" not in rules
    for tag in ("style", "script"):
        content = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(content) == 1
        digest = base64.b64encode(hashlib.sha256(content[0].encode("utf8")).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in rules
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(contradictory: Report, page_of: PageOf, text: str) -> None:
    field = contradictory.violated[0].operands[0]
    there = contradictory.values[field].model_copy(update={
        "raw": text, "unit": text, "evidence": (Evidence(place=text, text=text),)})
    finding = contradictory.violated[0].model_copy(update={"message": Text(zh=text, en=text), "rule": text, "where": text})
    figure = Figure(field=text, value=Decimal(1), unit=text, text=text, span=(0, 0, len(text)), period=text, scope=text)
    report = contradictory.model_copy(update={
        "agency": text, "source": text, "paragraphs": (text,), "figures": (figure,), "template": text,
        "values": contradictory.values | {field: there}, "findings": (finding, *contradictory.findings)})
    page = page_of(report)
    assert len(page.xpath("//script")) == 1 and len(page.xpath("//style")) == 1 and not page.xpath("//img")
    assert not [name for element in page.iter() if isinstance(element.tag, str) for name in element.attrib
                if name.startswith("on")]
    assert one(page, "//h1").text_content() == text
    assert text in page.xpath("string(//td[@class='item' or contains(@class, 'number')]/span[@class='printed'])")


def test_signs_that_hide_or_turn_text_are_made_visible(contradictory: Report) -> None:
    content = evidence.to_html(contradictory.model_copy(update={"agency": "甲\u202e乙\x00丙\u2066丁\ud800"})).decode("utf8")
    assert "甲\ufffd乙\ufffd丙\ufffd丁\ufffd" in content
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", content)


def test_a_number_out_of_reason_does_not_fill_the_page(contradictory: Report) -> None:
    report = with_value(contradictory, "review.total", value=Decimal("1E+1000000"), raw="1" * 100_000)
    assert len(evidence.to_html(report)) < 400_000


# ------------------------------------------------------------------------------------------------------------------ bounds
def test_only_so_many_cases_are_shown_and_the_others_counted(contradictory: Report, monkeypatch: pytest.MonkeyPatch,
                                                             page_of: PageOf) -> None:
    monkeypatch.setattr(page_module, "MOST_CASES", 1)
    section = one(page_of(contradictory, "en"), "//section[@id='findings']")
    assert len(section.xpath("./article")) == 1
    assert f"{len(contradictory.violated) - 1} more are not shown" in text_of(section)


@pytest.mark.parametrize(("limit", "value"), [("MOST_PAGES", 1), ("MOST_BYTES", 40_000)])
def test_pictures_are_bounded_and_the_places_still_named(county: Report, county_bytes: bytes, page_of: PageOf,
                                                         monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(crops, limit, value)
    page = page_of(county, "zh", county_bytes)
    assert len(page.xpath("//image")) <= 1
    assert "原图未附" in text_of(page)


def test_bytes_of_another_file_are_refused(county: Report) -> None:
    with pytest.raises(ValueError, match="not the bytes"):
        evidence.to_html(county, "zh", b"%PDF-1.7 another")


def test_a_page_that_cannot_be_drawn_is_said_to_be_so(contradictory: Report, page_of: PageOf) -> None:
    data = b"%PDF-1.4 nothing here"
    report = contradictory.model_copy(update={"sha256": hashlib.sha256(data).hexdigest()})
    page = page_of(report, "zh", data)
    assert not page.xpath("//image") and "无法绘制" in text_of(page)


def test_the_same_report_gives_the_same_bytes(county: Report, county_bytes: bytes) -> None:
    settings = Settings()
    assert evidence.to_html(county, "en", county_bytes, settings) == evidence.to_html(county, "en", county_bytes, settings)


def test_an_image_file_is_shown_like_a_page(contradictory: Report, page_of: PageOf) -> None:
    import io

    from PIL import Image, ImageDraw

    from extractor.document import Source
    from extractor.report import PageInfo

    picture = Image.new("RGB", (1240, 1754), "white")
    ImageDraw.Draw(picture).text((400, 400), "12", "black")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    pages = tuple(PageInfo(number=number, width=595.0, height=842.0, source=Source.OCR) for number in (1,))
    moved = {name: Value.model_validate(value.model_dump() | {"evidence": [
        item.model_copy(update={"page": 1}) for item in value.evidence]}) for name, value in contradictory.values.items()}
    report = contradictory.model_copy(update={
        "format": Source.OCR, "pages": pages, "values": moved, "sha256": hashlib.sha256(buffer.getvalue()).hexdigest(),
        "findings": tuple(finding.model_copy(update={"evidence": ()}) for finding in contradictory.findings)})
    page = page_of(report, "zh", buffer.getvalue())
    assert [image.get("id") for image in page.xpath("//image")] == ["plate-1"]
    assert page.xpath("//svg[@class='crop']")


# -------------------------------------------------------------------------------------------------------------- readability
def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    parts = [int((digits if len(digits) == 6 else "".join(c * 2 for c in digits))[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("ink", "paper"), [
    ("ink", "paper"), ("soft", "wash"), ("faint", "wash"), ("faint", "paper"), ("bad", "bad-wash"), ("bad", "accent-wash"),
    ("doubt", "doubt-wash"), ("mend", "mend-wash"), ("good", "paper"), ("accent", "paper"), ("ink", "bad-wash")])
def test_colours_contrast_as_wcag_aa_asks(ink: str, paper: str, project: Path) -> None:
    style = (project / "extractor/evidence/templates/parts.css").read_text("utf8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", style))
    light, dark = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
