"""Web pages: encodings, spans, frames, pasted markup, hidden parts, and the report found among the navigation."""

from __future__ import annotations

import contextlib
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.document import Document, Paragraph, Source, Table, TextLine
from extractor.errors import GoujiError, LimitExceeded, UnreadableDocument
from extractor.read import read
from extractor.read.flow import Span, lay_out
from extractor.read.web import read_web
from extractor.settings import Settings

SETTINGS = Settings()
PROSE = "现公布本年度政府信息公开工作年度报告所列数据的统计期限自2023年1月1日起至12月31日止，欢迎社会各界监督批评。"
NUMBERS = "<table><tr><td>规章<td>1<td>2<tr><td>规范性文件<td>3<td>4</table>"


def texts(document: Document) -> list[str]:
    """The flow as short strings: tables as `|`-separated rows."""
    return [" / ".join("|".join(cell.text for cell in cells) for cells in block.by_row())
            if isinstance(block, Table) else block.text for block in document.flow]


def page(body: str, head: str = "") -> list[str]:
    return texts(read(f"<html><head>{head}</head><body>{body}</body></html>".encode(), SETTINGS))


def only_table(html: str) -> Table:
    (found,) = [block for block in read(html.encode(), SETTINGS).flow if isinstance(block, Table)]
    return found


def spans(found: Table) -> list[tuple[str, int, int, int, int]]:
    return [(cell.text, cell.row, cell.column, cell.rowspan, cell.colspan) for cell in found.cells]


# ---- encodings

@pytest.mark.parametrize(("encoding", "declaration"), [
    ("utf-8", "utf-8"), ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("gb18030", "gb18030"), ("gbk", "gbk"),
    ("gb18030", "gb2312"), ("gb18030", ""), ("gb18030", "utf-8"), ("utf-8", "gb2312"), ("gb18030", "iso-8859-1"),
    ("gb18030", "no-such-charset"),
])
def test_the_encoding_is_found_whatever_the_page_declares(encoding: str, declaration: str) -> None:
    beyond = "" if encoding == "gbk" else "㐂\U00020000"  # not in GB2312 or GBK
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={declaration}">' if declaration else ""
    html = f"<html><head>{head}</head><body><p>一、总体情况，镕喆{beyond}</p></body></html>"
    assert texts(read(html.encode(encoding), SETTINGS)) == [f"一、总体情况，镕喆{beyond}"]


def test_a_charset_from_outside_the_page_is_used() -> None:
    assert texts(read_web("<p>政府資訊公開年度報告</p>".encode("big5"), SETTINGS, "big5")) == ["政府資訊公開年度報告"]


def test_traditional_characters_are_left_as_they_are() -> None:
    assert page("<p>一、總體情況</p>") == ["一、總體情況"]


# ---- cells

def test_rowspan_and_colspan_give_exact_places() -> None:
    found = only_table("<table><tr><td rowspan=2>a<td colspan=2>b<tr><td>c<td>d<tr><td>e<td colspan=2>f</table>")
    assert (found.rows, found.columns) == (3, 3)
    assert spans(found) == [("a", 0, 0, 2, 1), ("b", 0, 1, 1, 2), ("c", 1, 1, 1, 1), ("d", 1, 2, 1, 1),
                            ("e", 2, 0, 1, 1), ("f", 2, 1, 1, 2)]
    assert found.cells[2].place.name == "table 1 row 2 column 2"


def test_a_rowspan_ends_with_its_row_group() -> None:
    found = only_table("<table><thead><tr><td rowspan=9>a<td>b</thead><tbody><tr><td>c<td>d</table>")
    assert spans(found) == [("a", 0, 0, 1, 1), ("b", 0, 1, 1, 1), ("c", 1, 0, 1, 1), ("d", 1, 1, 1, 1)]


def test_a_rowspan_of_zero_reaches_the_end() -> None:
    assert spans(only_table("<table><tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d</table>"))[0] == ("a", 0, 0, 3, 1)


def test_hostile_spans_neither_hang_nor_inflate_the_grid() -> None:
    wide = "<tr><td colspan=1000000000>a</tr>" * 300
    found = only_table(f"<table><tr><td>x<td>y{wide}</table>")
    assert (found.rows, found.columns) == (301, 2)
    start = time.process_time()
    with pytest.raises(LimitExceeded):
        only_table("<table>" + "<tr><td colspan=1000000000 rowspan=1000000000>a<td>b</tr>" * 20_000 + "</table>")
    assert time.process_time() - start < 20


def test_a_table_with_too_many_cells_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="more than 100 cells"):
        read(b"<table>" + b"<tr><td>1<td>2</tr>" * 51 + b"</table>", Settings(max_table_cells=100))


@given(st.lists(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6)), max_size=6), min_size=1, max_size=8),
       st.data())
def test_cells_never_overlap_nor_leave_the_grid(shape: list[list[tuple[int, int]]], data: st.DataObject) -> None:
    groups = sorted(data.draw(st.lists(st.integers(0, 2), min_size=len(shape), max_size=len(shape))))
    found = lay_out([[Span(tall, wide) for tall, wide in row] for row in shape], groups, SETTINGS)
    slots = [(row, column) for cell in found.cells for row in range(cell.row, cell.row + cell.rowspan)
             for column in range(cell.column, cell.column + cell.colspan)]
    assert len(slots) == len(set(slots))
    assert all(row < found.rows and column < found.columns for row, column in slots)
    assert len(found.cells) == sum(map(len, shape))


def test_a_hidden_cell_takes_no_place_an_invisible_one_does() -> None:
    found = only_table('<table><tr><td style="display:none">9<td>a<td style="visibility: hidden">8<td>b<tr><td>1<td>2'
                       "<td>3</table>")
    assert spans(found)[:3] == [("a", 0, 0, 1, 1), ("", 0, 1, 1, 1), ("b", 0, 2, 1, 1)]


def test_lines_in_a_cell_are_kept_apart() -> None:
    found = only_table("<table><tr><td>（四）无<br>法提供<td><p>1</p><p>2</p></table>")
    assert [cell.text for cell in found.cells] == ["（四）无\n法提供", "1\n2"]


def test_the_value_of_a_form_field_in_a_cell_is_its_text() -> None:
    fields = "<td>规章<td><input type=text value=3 readonly><tr><td>其他<td><input type=hidden value=9>"
    assert page(f"<table><tr>{fields}</table>") == ["规章|3 / 其他|"]


def test_a_caption_stands_before_its_table() -> None:
    assert page("<table><caption>表一</caption><tr><td>a<td>b</table>") == ["表一", "a|b"]


def test_text_between_cells_is_not_lost() -> None:
    assert page("<table>注：<tr>单位<td>a<td>b</tr></table>") == ["注：", "单位", "a|b"]


def test_unclosed_cells_and_rows_are_closed() -> None:
    assert page("<table><tr><td>a<td>b<tr><td>1<td>2</table><p>c") == ["a|b / 1|2", "c"]


# ---- text

def test_characters_in_spans_of_their_own_make_one_word() -> None:
    spread = "<span>政</span><span>府</span>\n   <span>信</span><b>息</b>\n1<i>2</i> 件"
    assert page(f"<p>{spread}</p>") == ["政府信息 12 件"]


def test_non_breaking_spaces_are_spaces_and_a_cell_of_them_is_blank() -> None:
    assert page("<p>&nbsp;&nbsp;&nbsp;&nbsp;一、总体&#8203;情况&nbsp;</p><table><tr><td>a<td>&nbsp;&nbsp;</table>") == [
        "一、总体情况", "a|"]


def test_pasted_word_markup_leaves_only_its_text() -> None:
    pasted = ("<!--[if gte mso 9]><xml><w:WordDocument><w:Zoom>0</w:Zoom></w:WordDocument></xml><![endif]-->"
              "<style>p.MsoNormal{mso-style-name:正文}</style><xml><o:p>7</o:p></xml>"
              '<p class="MsoNormal" style="mso-pagination:widow-orphan"><!--[if !supportLists]--><span style="mso-list:'
              'Ignore">一、<span>&nbsp;</span></span><!--[endif]--><![if !vml]>总体<![endif]>情况<o:p>&nbsp;</o:p></p>'
              '<p class=MsoNormal><v:shape id="x"></v:shape><span style="mso-hide:all">隐</span>二<del>三</del><ins>四'
              "</ins></p><div style='mso-element:comment-list'><p>批注</p></div>")
    assert page(pasted) == ["一、 总体情况", "二四"]


def test_scripts_styles_and_hidden_parts_are_dropped() -> None:
    assert page("<p>a<script>var x='<p>9</p>'</script><style>p{}</style></p><div style='display : none'>b</div>"
                "<div hidden>c</div><noscript>d</noscript><template><p>e</p></template><p>f</p>") == ["a", "f"]


def test_struck_numbers_and_note_marks_do_not_join_numbers() -> None:
    assert page("<p><s>5</s>8件<sup>1</sup></p><p>x<sup>th</sup></p>") == ["8件[1]", "xth"]


def test_hand_made_line_breaks_make_lines() -> None:
    found = read("<div>一、总体情况<br><br>　　本年度收到<br/>申请12件。</div><p>二、</p>".encode(), SETTINGS)
    assert texts(found) == ["一、总体情况", "", "本年度收到", "申请12件。", "二、"]
    assert [type(block) for block in found.flow] == [TextLine] * 4 + [Paragraph]
    assert isinstance(found.flow[2], TextLine) and found.flow[2].where.name == "paragraph 1 line 3"


def test_preformatted_text_keeps_lines_and_tabs() -> None:
    found = read("<body><pre>信息内容\t本年制发件数\n\n规章\t0\n</pre></body>".encode(), SETTINGS)
    assert texts(found) == ["信息内容\t本年制发件数", "", "规章\t0"]
    assert {type(block) for block in found.flow} == {TextLine}


def test_plain_text_around_html_tables_keeps_its_lines() -> None:
    text = "# 报告\n\n## 二、主动公开\n<table><tr><td>规章</td><td>0\n</td></tr></table>\n第一行\n第二行\n"
    assert texts(read(text.encode(), SETTINGS)) == ["# 报告", "", "## 二、主动公开", "规章|0", "第一行", "第二行"]


def test_tables_flattened_into_paragraphs_become_lines() -> None:
    found = read(("<body><p>自然人</p>" + "".join(f"<p>{number}</p>" for number in range(20)) + "</body>").encode(),
                 SETTINGS)
    assert {type(block) for block in found.flow} == {TextLine}


def test_headings_are_marked() -> None:
    heading, paragraph = read("<h2>一、总体<br>情况</h2><p>x</p>".encode(), SETTINGS).flow
    assert isinstance(heading, Paragraph) and heading.heading and heading.text == "一、总体\n情况"
    assert isinstance(paragraph, Paragraph) and not paragraph.heading


def test_ordered_lists_are_numbered_as_shown() -> None:
    assert page("<ol><li>甲<li><p>乙</p><li value=7>丙<li>5件</ol><ol type=a start=2><li>丁</ol><ul><li>戊</ul>"
                "<ol style='list-style-type:none'><li>己</ol><ol style='list-style:cjk-ideographic'><li>庚</ol>") == [
        "1.甲", "2.乙", "7.丙", "5件", "b.丁", "戊", "己", "一、庚"]


# ---- frames made of tables

def test_layout_tables_are_dissolved_into_what_they_hold() -> None:
    frame = f"<table><tr><td><a href=/>首页</a></td><td><p>二、主动公开</p>{NUMBERS}<p>三、</p></td></tr></table>"
    assert page(frame) == ["二、主动公开", "规章|1|2 / 规范性文件|3|4", "三、"]


def test_a_table_nested_in_a_data_table_follows_it() -> None:
    nested = "<table><tr><td>a<td>b<td>c<tr><td>d<table><tr><td>x<td>y</table><td>e<td>f</table>"
    assert page(nested) == ["a|b|c / d|e|f", "x|y"]


def test_a_cell_that_holds_running_text_makes_a_frame() -> None:
    prose = "本年度……。" * 60
    assert page(f"<table><tr><td>一、总体情况<td><p>{prose}</p><p>完</p></table>") == ["一、总体情况", prose, "完"]


# ---- the report among other things

SITE = ("<div class=top><ul><li><a href=/>首页</a><li><a href=/1>2022年政府信息公开工作年度报告</a></ul></div>"
        "<div class=side><ul><li><a href=/2>一、机构职能</a><li><a href=/3>二、政策法规</a></ul></div>"
        "<div class=wrap><div class=path>您现在的位置：<a href=/>首页</a></div>{article}</div>"
        "<div class=foot><p>主办单位：甲县人民政府</p><p>备案号：苏ICP备05000000号</p>"
        "<table><tr><td><a href=/4>网站地图</a><td><a href=/5>联系我们</a></table></div>")


def test_navigation_and_footer_are_left_out() -> None:
    article = (f"<div class=text><p>{PROSE}</p><p>一、总体情况</p><p>好。</p><p>二、主动公开</p>{NUMBERS}"
               "<p><a href=x.doc>附件</a></p></div>")
    assert page(SITE.format(article=article)) == [
        PROSE, "一、总体情况", "好。", "二、主动公开", "规章|1|2 / 规范性文件|3|4"]


def test_title_and_introduction_around_the_sections_belong_to_the_report() -> None:
    article = ("<div class=article><div class=title>甲县2023年政府信息公开工作年度报告</div>"
               f"<div class=intro><p>{PROSE}</p></div>"
               f"<div class=text><p>一、总体情况</p><p>二、主动公开</p>{NUMBERS}</div></div>")
    found = page(SITE.format(article=article))
    assert found[:3] == ["甲县2023年政府信息公开工作年度报告", PROSE, "一、总体情况"]
    assert not any("主办单位" in text or "2022年" in text for text in found)


def test_sections_in_separate_containers_are_all_kept() -> None:
    article = (f"<div><p>一、总体情况</p></div><div><p>二、主动公开</p>{NUMBERS}</div>"
               "<div><div><p>六、其他</p></div></div>")
    assert page(SITE.format(article=article))[-4:] == [
        "一、总体情况", "二、主动公开", "规章|1|2 / 规范性文件|3|4", "六、其他"]


def test_the_title_of_the_page_stands_in_for_a_missing_one() -> None:
    head = ("<title>甲县2023年政府信息公开工作年度报告_通知公告 - 甲县人民政府</title>"
            "<meta name=ContentSource content=甲县应急管理局>")
    html = f"<html><head>{head}</head><body><p>一、总体情况</p>{NUMBERS}</body></html>"
    title, publisher, first, _ = read(html.encode(), SETTINGS).flow
    assert isinstance(title, Paragraph) and title.heading and title.pieces[0].place.name == "page title"
    assert title.text == "甲县2023年政府信息公开工作年度报告"
    assert isinstance(publisher, Paragraph) and publisher.text == "甲县应急管理局"
    assert isinstance(first, Paragraph) and first.pieces[0].place.name == "paragraph 1"


def test_a_title_that_the_report_begins_with_is_not_repeated() -> None:
    title = "甲县2023年政府信息公开工作年度报告"
    assert page(f"<h1>{title}</h1><p>一、总体情况</p>{NUMBERS}", f"<title>{title}</title>").count(title) == 1


def test_a_link_left_open_does_not_swallow_the_page() -> None:
    assert page(f"<a href=/x><div><p>一、总体情况</p><p>{PROSE}</p></div></a>") == ["一、总体情况", PROSE]


def test_a_single_heading_does_not_cost_the_rest_of_the_page() -> None:
    assert page(f"<div><p>一、总体情况</p></div><div><p>{PROSE}</p></div><div><p>第二部分 主动公开</p></div>") == [
        "一、总体情况", PROSE, "第二部分 主动公开"]


def test_a_page_without_sections_is_kept_less_its_links() -> None:
    assert page("<p>关于放假的通知</p><p><a href=/>首页</a></p>") == ["关于放假的通知"]


# ---- pages that are only a cover

@pytest.mark.parametrize(("body", "code", "detail"), [
    ("<p>年度报告</p><iframe src='/viewer.html?file=/a.pdf'></iframe>", "embedded_file", "/viewer.html?file=/a.pdf"),
    ("<p>年度报告</p><embed src=a.pdf>", "embedded_file", "a.pdf"),
    ("<p>年度报告</p><p><a href='/doc/2023.docx'>附件：年度报告.docx</a></p>", "embedded_file", "/doc/2023.docx"),
    ("<p>年度报告</p><img src=1.jpg><img src=2.jpg><img src=logo.gif width=20 height=20>", "needs_ocr",
     "2 pictures, no table"),
])
def test_a_page_that_only_shows_the_report_says_so(body: str, code: str, detail: str) -> None:
    found = read(f"<html><body>{body}</body></html>".encode(), SETTINGS)
    assert [(notice.code, notice.detail) for notice in found.notices] == [(code, detail)]


def test_pictures_beside_tables_are_no_reason_to_worry() -> None:
    assert not read(f"<p>二、</p>{NUMBERS}<img src=seal.png><a href=a.pdf>下载</a>".encode(), SETTINGS).notices


def test_a_page_without_anything_is_unreadable() -> None:
    for html in ("<html><body></body></html>", "<html>", "<!-- --><div></div>"):
        with pytest.raises(UnreadableDocument):
            read(html.encode(), SETTINGS)


# ---- saved pages

def test_a_page_saved_as_one_file_is_read() -> None:
    parts = ("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"--=x\"\r\n\r\n----=x\r\n"
             "Content-Type: text/html; charset=\"gb2312\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
             "<html><body><p>=D2=BB=A1=A2=D7=DC=CC=E5=C7=E9=BF=F6</p></body></html>\r\n----=x\r\n"
             "Content-Type: image/png\r\n\r\nxx\r\n----=x--\r\n")
    found = read(parts.encode("ascii"), SETTINGS)
    assert (found.source, texts(found)) == (Source.WEB, ["一、总体情况"])


def test_a_saved_page_without_a_page_is_unreadable() -> None:
    with pytest.raises(UnreadableDocument, match="holds no page"):
        read(b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\nnothing", SETTINGS)


# ---- made to do harm

def test_a_page_of_100_megabytes_is_refused_without_parsing() -> None:
    data = b"<html><body>" + b"<p>x</p>" * (100 * 1024 * 1024 // 8)
    start = time.process_time()
    with pytest.raises(LimitExceeded):
        read(data, SETTINGS)
    with pytest.raises(LimitExceeded, match="GOUJI_MAX_TEXT_BYTES"):
        read(data, Settings(max_file_bytes=1 << 30))
    assert time.process_time() - start < 1


@pytest.mark.parametrize("unit", ["<div>", "<table><tr><td>", "<b>", "<ul><li>", "<span>x"])
def test_elements_nested_without_end_are_refused(unit: str) -> None:
    with pytest.raises(LimitExceeded):
        read(("<html>" + unit * 20_000 + "x").encode(), SETTINGS)


def test_hundreds_of_unclosed_inline_elements_are_borne() -> None:
    assert page("<p>一、" + "<font color=red>总" * 900 + "</p>") == ["一、" + "总" * 900]


def test_a_page_with_too_many_paragraphs_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="more than 100 paragraphs"):
        read(b"<p>x" * 101, Settings(max_page_objects=100))


def test_damaged_pages_raise_only_documented_errors() -> None:
    article = f"<div><h1>年度报告</h1><p>{PROSE}</p><p>一、总体情况</p>{NUMBERS}<ol><li>甲</ol><pre>a\tb</pre></div>"
    data = f"<!DOCTYPE html><html><head><meta charset=utf-8></head><body>{SITE.format(article=article)}".encode()
    chance = random.Random(3)
    for _ in range(300):
        broken = bytearray(data[:chance.randrange(50, len(data))])
        for _ in range(chance.randrange(1, 20)):
            broken[chance.randrange(len(broken))] = chance.choice(b'<>/="&;# \x00\xff\x80t0')
        with contextlib.suppress(GoujiError):
            read(bytes(broken), SETTINGS)
