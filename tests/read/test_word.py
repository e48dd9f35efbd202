"""Word documents: reading order, merged cells, boxes, changes, controls, list numbers, hidden text, damage."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from collections.abc import Iterator

import docx
import pytest
from docx.document import Document as DocxDocument
from PIL import Image

from extractor.document import Document, Paragraph, Source, Table, TextLine
from extractor.errors import GoujiError, LimitExceeded, UnreadableDocument
from extractor.read import read
from extractor.read.ordinals import ordinal
from extractor.settings import Settings

SETTINGS = Settings()
NAMES = ('xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
         'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
         'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
         'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
         'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
         'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"')
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word_file(body: str, numbering: str = "", styles: str = "", relations: str = "") -> bytes:
    """A .docx of raw parts: what stands inside w:body, w:numbering, w:styles and the document's relationships."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
                       'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {NAMES}><w:body>{body}</w:body></w:document>",
        "word/numbering.xml": f"<w:numbering {NAMES}>{numbering}</w:numbering>",
        "word/styles.xml": f"<w:styles {NAMES}>{styles}</w:styles>",
        "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def saved(document: DocxDocument) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def para(text: str = "", properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text) if text else ''}</w:p>"


def cell(text: str = "", properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{para(text)}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def texts(document: Document) -> list[str]:
    """The flow as short strings: tables as `|`-separated rows."""
    return list(_texts(document))


def _texts(document: Document) -> Iterator[str]:
    for block in document.flow:
        if isinstance(block, Table):
            yield " / ".join("|".join(cell.text for cell in cells) for cells in block.by_row())
        else:
            yield block.text


def body(xml: str, **parts: str) -> list[str]:
    return texts(read(word_file(xml, **parts), SETTINGS))


def only_table(document: Document) -> Table:
    (found,) = [block for block in document.flow if isinstance(block, Table)]
    return found


def spans(found: Table) -> list[tuple[str, int, int, int, int]]:
    return [(cell.text, cell.row, cell.column, cell.rowspan, cell.colspan) for cell in found.cells]


# ---- order, places, headings

def test_paragraphs_and_tables_come_in_the_order_of_the_body() -> None:
    document = docx.Document()
    document.add_heading("二、主动公开政府信息情况", level=1)
    grid = document.add_table(rows=2, cols=2)
    for number, cell_ in enumerate(grid._cells):
        cell_.text = f"c{number}"
    document.add_paragraph("三、收到和处理")
    found = read(saved(document), SETTINGS)
    assert texts(found) == ["二、主动公开政府信息情况", "c0|c1 / c2|c3", "三、收到和处理"]
    assert found.source is Source.WORD
    heading, grid_block, paragraph = found.flow
    assert isinstance(heading, Paragraph) and heading.heading
    assert isinstance(paragraph, Paragraph) and not paragraph.heading
    assert paragraph.pieces[0].place.name == "paragraph 2"
    assert isinstance(grid_block, Table)
    assert [cell.place.name for cell in grid_block.cells][-1] == "table 1 row 2 column 2"


def test_a_paragraph_that_breaks_lines_by_hand_becomes_lines() -> None:
    found = read(word_file("<w:p><w:r><w:t>甲县</w:t><w:br/><w:t>年度报告</w:t></w:r></w:p>"), SETTINGS)
    assert [(type(block), block.text) for block in found.flow if not isinstance(block, Table)] == [
        (TextLine, "甲县"), (TextLine, "年度报告")]
    assert isinstance(found.flow[1], TextLine) and found.flow[1].where.name == "paragraph 1 line 2"


def test_a_row_typed_with_tabs_becomes_a_line_with_tabs() -> None:
    found = read(word_file("<w:p><w:r><w:t>规章</w:t><w:tab/><w:t>0</w:t><w:tab/><w:t>3</w:t></w:r></w:p>"), SETTINGS)
    assert [(type(block), texts(found)) for block in found.flow] == [(TextLine, ["规章\t0\t3"])]


def test_tables_flattened_into_paragraphs_become_lines() -> None:
    found = read(word_file(para("自然人") + "".join(para(str(number)) for number in range(20))), SETTINGS)
    assert {type(block) for block in found.flow} == {TextLine}


# ---- merged cells

def test_cells_merged_by_python_docx_stand_where_word_shows_them() -> None:
    document = docx.Document()
    grid = document.add_table(rows=3, cols=4)
    grid.cell(0, 0).merge(grid.cell(0, 2)).text = "wide"
    grid.cell(1, 0).merge(grid.cell(2, 0)).text = "tall"
    grid.cell(1, 2).merge(grid.cell(2, 3)).text = "block"
    grid.cell(2, 1).text = "x"
    found = only_table(read(saved(document), SETTINGS))
    assert (found.rows, found.columns) == (3, 4)
    assert spans(found) == [("wide", 0, 0, 1, 3), ("", 0, 3, 1, 1), ("tall", 1, 0, 2, 1), ("", 1, 1, 1, 1),
                            ("block", 1, 2, 2, 2), ("x", 2, 1, 1, 1)]


def test_grid_before_and_after_shift_cells_to_their_columns() -> None:
    found = only_table(read(word_file(table(
        row(cell("a"), cell("b"), cell("c"), cell("d")),
        row(cell("x"), properties='<w:gridBefore w:val="2"/><w:gridAfter w:val="1"/>'))), SETTINGS))
    assert spans(found)[-1] == ("x", 1, 2, 1, 1)
    assert found.columns == 4


def test_a_vertical_merge_without_a_beginning_is_a_cell_of_its_own() -> None:
    found = only_table(read(word_file(table(
        row(cell("a", '<w:gridSpan w:val="2"/>'), cell("b")),
        row(cell("x", "<w:vMerge/>"), cell("y"), cell("z")))), SETTINGS))
    assert spans(found)[2:] == [("x", 1, 0, 1, 1), ("y", 1, 1, 1, 1), ("z", 1, 2, 1, 1)]


def test_two_vertical_merges_in_one_column_stay_apart() -> None:
    begin, go_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    found = only_table(read(word_file(table(
        row(cell("一", begin), cell("1")), row(cell("", go_on), cell("2")),
        row(cell("二", begin), cell("3")), row(cell("", '<w:vMerge w:val="continue"/>'), cell("4")))), SETTINGS))
    assert [(text, row_, rowspan) for text, row_, column, rowspan, _ in spans(found) if column == 0] == [
        ("一", 0, 2), ("二", 2, 2)]


def test_old_horizontal_merges_widen_the_cell_before() -> None:
    found = only_table(read(word_file(table(
        row(cell("a", '<w:hMerge w:val="restart"/>'), cell("", "<w:hMerge/>"), cell("b")),
        row(cell("1"), cell("2"), cell("3")))), SETTINGS))
    assert spans(found)[:2] == [("a", 0, 0, 1, 2), ("b", 0, 2, 1, 1)]


def test_a_hostile_span_cannot_make_a_giant_grid() -> None:
    wide = "".join(row(cell("a", '<w:gridSpan w:val="999999999"/>')) for _ in range(400))
    found = only_table(read(word_file(table(row(cell("x"), cell("y")), wide)), SETTINGS))
    assert (found.rows, found.columns) == (401, 2)


def test_a_table_with_too_many_cells_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="more than 9 cells"):
        read(word_file(table(*[row(cell("a"), cell("b"))] * 5)), Settings(max_table_cells=9))


# ---- nested tables, boxes

def test_a_nested_table_follows_the_table_that_holds_it() -> None:
    inner = table(row(cell("内1"), cell("内2")))
    outer = table(row(cell("a"), cell("b"), cell("c")), row(f"<w:tc>{para('d')}{inner}{para('e')}</w:tc>", cell("f")))
    assert body(outer) == ["a|b|c / d\ne|f", "内1|内2"]


def test_a_table_that_only_frames_the_page_is_dissolved() -> None:
    inner = table(row(cell("规章"), cell("0")), row(cell("规范性文件"), cell("3")))
    framed = table(row(f"<w:tc>{para('一、总体情况')}{inner}{para('二、')}</w:tc>"))
    assert body(framed) == ["一、总体情况", "规章|0 / 规范性文件|3", "二、"]


def test_a_form_that_holds_running_text_is_dissolved() -> None:
    form = table(row(cell("一、总体情况"), cell("本年度……。" * 60)))
    assert body(form) == ["一、总体情况", "本年度……。" * 60]


def test_a_long_note_does_not_dissolve_a_table_full_of_numbers() -> None:
    numbers = table(row(*[cell(str(number)) for number in range(9)]), row(cell("说明" * 200)))
    assert len(body(numbers)) == 1


def test_a_table_in_a_text_box_is_read_once() -> None:
    box = f"<w:txbxContent>{para('框内')}{table(row(cell('a'), cell('1')))}</w:txbxContent>"
    anchored = ('<w:p><w:r><w:t>前</w:t><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>'
                f"{box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict>"
                "</mc:Fallback></mc:AlternateContent><w:t>后</w:t></w:r></w:p>")
    assert body(anchored) == ["前后", "框内", "a|1"]


def test_an_old_text_box_without_alternatives_is_read() -> None:
    box = f"<w:txbxContent>{table(row(cell('a'), cell('1')))}</w:txbxContent>"
    assert body(f"<w:p><w:r><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></w:r></w:p>") == ["a|1"]


def test_word_art_is_text() -> None:
    art = '<w:p><w:r><w:pict><v:shape><v:textpath string="甲县年度报告"/></v:shape></w:pict></w:r></w:p>'
    assert body(art) == ["甲县年度报告"]


# ---- changes, controls, fields, hidden text

def test_deletions_are_dropped_and_insertions_kept() -> None:
    changed = f"<w:p>{run('申请')}<w:del><w:r><w:delText>5</w:delText></w:r></w:del><w:ins>{run('8')}</w:ins>件</w:p>"
    moved = f"<w:moveFrom>{run('旧')}</w:moveFrom><w:moveTo>{run('新')}</w:moveTo>"
    found = read(word_file(changed.replace("件", run("件")) + f"<w:p>{moved}</w:p>"), SETTINGS)
    assert texts(found) == ["申请8件", "新"]
    assert [(notice.code, notice.detail) for notice in found.notices] == [("tracked_changes", "4")]


def test_a_deleted_paragraph_mark_joins_the_paragraphs() -> None:
    marked = f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('收到申请')}</w:p>"
    assert body(marked + para("12件。")) == ["收到申请12件。"]


def test_a_deleted_row_is_no_row() -> None:
    found = only_table(read(word_file(table(row(cell("a"), cell("1")), row(cell("b"), cell("2"), properties="<w:del/>"),
                                            row(cell("c"), cell("3")))), SETTINGS))
    assert [text for text, *_ in spans(found)] == ["a", "1", "c", "3"]
    assert found.rows == 2


def test_content_controls_around_anything_are_transparent() -> None:
    def control(inside: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{inside}</w:sdtContent></w:sdt>"

    grid = control(table(control(row(control(cell("a")), cell("1"))), row(cell("b"), cell("2"))))
    word = f"<w:p>{control(run('总体'))}{run('情况')}</w:p>"
    assert body(control(word) + grid) == ["总体情况", "a|1 / b|2"]


def test_the_prompt_of_an_empty_control_is_no_text() -> None:
    prompt = (f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('单击输入0')}</w:sdtContent></w:sdt>")
    assert body(table(row(cell("a"), f"<w:tc><w:p>{prompt}</w:p></w:tc>"))) == ["a|"]


def test_a_table_of_contents_is_left_out() -> None:
    contents = ('<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
                f"<w:sdtContent>{para('一、总体情况 1')}</w:sdtContent></w:sdt>")
    styles = '<w:style w:type="paragraph" w:styleId="11"><w:name w:val="toc 1"/></w:style>'
    loose = para("二、主动公开 2", '<w:pStyle w:val="11"/>')
    assert body(contents + loose + para("一、总体情况"), styles=styles) == ["一、总体情况"]


def test_field_codes_are_no_text_but_their_results_are() -> None:
    simple = f'<w:fldSimple w:instr="DATE">{run("2023年")}</w:fldSimple>'
    begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    computed = f"{begin}<w:r><w:instrText>= SUM(ABOVE)</w:instrText></w:r>{separate}{run('12')}{end}"
    assert body(f"<w:p>{simple}{computed}</w:p>") == ["2023年12"]


def test_hidden_text_is_dropped_also_by_style() -> None:
    styles = ('<w:style w:type="character" w:styleId="h"><w:name w:val="h"/><w:rPr><w:vanish/></w:rPr></w:style>'
              '<w:style w:type="character" w:styleId="k"><w:name w:val="k"/><w:basedOn w:val="h"/></w:style>')
    hidden = run("1", "<w:vanish/>") + run("2", '<w:rStyle w:val="k"/>')
    shown = run("3", '<w:vanish w:val="0"/>') + run("4", '<w:rStyle w:val="k"/><w:vanish w:val="false"/>')
    assert body(f"<w:p>{hidden}{shown}</w:p>", styles=styles) == ["34"]


def test_struck_out_numbers_do_not_join_the_new_ones() -> None:
    assert body(f"<w:p>{run('5', '<w:strike/>')}{run('8')}</w:p>") == ["8"]


def test_note_marks_do_not_join_numbers() -> None:
    raised = run("1", '<w:vertAlign w:val="superscript"/>')
    real = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    assert body(f"<w:p>{run('25')}{raised}{real}</w:p>") == ["25[1]"]


def test_the_pronunciation_above_characters_is_dropped() -> None:
    ruby = f"<w:r><w:ruby><w:rt>{run('shù')}</w:rt><w:rubyBase>{run('沭')}</w:rubyBase></w:ruby></w:r>"
    assert body(f"<w:p>{ruby}{run('阳县')}</w:p>") == ["沭阳县"]


def test_signs_that_are_elements_are_text() -> None:
    signs = ('<w:r><w:t>一</w:t><w:noBreakHyphen/><w:softHyphen/><w:sym w:font="宋体" w:char="2103"/>'
             '<w:sym w:font="Wingdings" w:char="F0FE"/><w:tab/><w:t>二\u200b</w:t></w:r>')
    assert body(f"<w:p>{signs}</w:p>") == ["一-℃\t二"]


# ---- list numbers

def level(index: int, style: str, text: str, more: str = "") -> str:
    return (f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/>'
            f"{more}</w:lvl>")


def definition(*levels: str, name: int = 0) -> str:
    return f'<w:abstractNum w:abstractNumId="{name}">{"".join(levels)}</w:abstractNum>'


def use(number: int, name: int = 0, more: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{name}"/>{more}</w:num>'


def item(text: str, number: int = 1, index: int = 0) -> str:
    return para(text, f'<w:numPr><w:ilvl w:val="{index}"/><w:numId w:val="{number}"/></w:numPr>')


OUTLINE = definition(level(0, "chineseCounting", "%1、"), level(1, "japaneseCounting", "（%2）"),
                     level(2, "decimal", "%3."), level(3, "decimal", "%3.%4")) + use(1)


def test_list_numbers_are_printed_as_word_prints_them() -> None:
    items = [item("总体情况"), item("公开"), item("主动公开", index=1), item("依申请", index=1), item("甲", index=2),
             item("乙", index=2), item("丙", index=3), item("问题"), item("不足", index=1), item("丁", index=2)]
    assert body("".join(items), numbering=OUTLINE) == [
        "一、总体情况", "二、公开", "（一）主动公开", "（二）依申请", "1.甲", "2.乙", "2.1 丙", "三、问题",
        "（一）不足", "1.丁"]


def test_row_labels_in_cells_are_numbered_too() -> None:
    labels = ("属于国家秘密", "其他", "危及")
    grid = table(*[row(f"<w:tc>{item(label, index=2)}</w:tc>", cell("0")) for label in labels])
    assert body(grid, numbering=OUTLINE) == ["1.属于国家秘密|0 / 2.其他|0 / 3.危及|0"]


def test_a_list_number_never_joins_the_number_behind_it() -> None:
    numbering = definition(level(0, "decimal", "%1."), level(1, "decimal", "%2")) + use(1)
    assert body(item("5月", 1) + item("3月", 1, 1), numbering=numbering) == ["1. 5月", "1 3月"]


def test_a_bare_number_or_blank_in_a_list_style_stays_what_it_is() -> None:
    grid = table(row(cell("a"), f"<w:tc>{item('7')}</w:tc>", f"<w:tc>{item('')}</w:tc>"))
    assert body(grid, numbering=OUTLINE) == ["a|7|"]


def test_bullets_print_nothing() -> None:
    assert body(item("甲"), numbering=definition(level(0, "bullet", "\uf0b7")) + use(1)) == ["甲"]


def test_lists_that_share_a_definition_count_on_unless_restarted() -> None:
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    numbering = definition(level(0, "decimal", "%1)")) + use(1) + use(2) + use(3, more=restart)
    assert body(item("a", 1) + item("b", 2) + item("c", 3) + item("d", 3), numbering=numbering) == [
        "1)a", "2)b", "1)c", "2)d"]


def test_levels_restart_only_where_their_definition_says_so() -> None:
    numbering = definition(level(0, "decimal", "%1."), level(1, "decimal", "%2)", '<w:lvlRestart w:val="0"/>')) + use(1)
    items = [item("a"), item("b", index=1), item("c"), item("d", index=1)]
    assert body("".join(items), numbering=numbering) == ["1.a", "1)b", "2.c", "2)d"]


def test_a_style_can_number_its_paragraphs() -> None:
    numbering = definition(level(0, "decimal", "%1."), level(1, "chineseCounting", "（%2）", '<w:pStyle w:val="s"/>'))
    styles = ('<w:style w:type="paragraph" w:styleId="s"><w:name w:val="s"/>'
              '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
              '<w:style w:type="paragraph" w:styleId="t"><w:name w:val="t"/><w:basedOn w:val="s"/></w:style>')
    items = [para("甲", '<w:pStyle w:val="s"/>'), para("乙", '<w:pStyle w:val="t"/>'),
             para("丙", '<w:pStyle w:val="s"/><w:numPr><w:numId w:val="0"/></w:numPr>')]
    assert body("".join(items), numbering=numbering + use(1), styles=styles) == ["（一）甲", "（二）乙", "丙"]


def test_a_list_style_leads_to_the_definition_behind_it() -> None:
    numbering = (definition('<w:numStyleLink w:val="L"/>', name=0) + definition(level(0, "upperLetter", "%1."), name=1)
                 + use(1, 0) + use(2, 1))
    styles = ('<w:style w:type="numbering" w:styleId="L"><w:name w:val="L"/>'
              '<w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>')
    assert body(item("甲") + item("乙"), numbering=numbering, styles=styles) == ["A.甲", "B.乙"]


@pytest.mark.parametrize(("number", "style", "printed"), [
    (1, "chineseCounting", "一"), (10, "chineseCounting", "十"), (12, "chineseCountingThousand", "十二"),
    (20, "japaneseCounting", "二十"), (21, "taiwaneseCounting", "二十一"), (105, "chineseCountingThousand", "一百〇五"),
    (110, "chineseCounting", "一百一十"), (1001, "chineseCounting", "一千〇一"), (3, "ideographTraditional", "丙"),
    (11, "ideographTraditional", "11"), (2, "ideographZodiac", "丑"), (12, "chineseLegalSimplified", "壹拾贰"),
    (3, "decimalEnclosedCircle", "③"), (21, "decimalEnclosedCircle", "21"), (2, "decimalEnclosedParen", "⑵"),
    (12, "decimalFullWidth", "１２"), (4, "lowerRoman", "iv"), (1994, "upperRoman", "MCMXCIV"),
    (27, "upperLetter", "AA"), (26, "lowerLetter", "z"), (7, "decimalZero", "07"), (0, "chineseCounting", "0"),
    (5, "none", ""), (5, "unheardOf", "5"), (10**8, "chineseCounting", "100000000"),
])
def test_ordinals_in_every_common_style(number: int, style: str, printed: str) -> None:
    assert ordinal(number, style) == printed


# ---- what packages look like in the wild

def test_a_strict_document_reads_like_any_other() -> None:
    data = word_file(item("总体情况") + table(row(cell("a", '<w:gridSpan w:val="2"/>'), cell("b"))), numbering=OUTLINE)
    strict = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(strict, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            part = part.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                                b"http://purl.oclc.org/ooxml/wordprocessingml/main")
            part = part.replace(OFFICE.encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships")
            target.writestr(name, part)
    assert strict.getvalue().count(b"purl.oclc.org") >= 3
    assert texts(read(strict.getvalue(), SETTINGS)) == ["一、总体情况", "a|b"]


def test_a_dangling_reference_does_not_matter() -> None:
    dangling = f'<Relationship Id="r9" Type="{OFFICE}/image" Target="NULL"/>'
    assert body(para("甲"), relations=dangling) == ["甲"]


def test_a_package_without_anything_but_the_document_is_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word\\document.xml", f"<w:document {NAMES}><w:body>{para('甲')}</w:body></w:document>")
    assert texts(read(buffer.getvalue(), SETTINGS)) == ["甲"]


def test_a_document_of_scanned_pages_asks_for_recognition() -> None:
    document = docx.Document()
    picture = io.BytesIO()
    Image.new("RGB", (80, 80)).save(picture, "PNG")
    for _ in range(3):
        document.add_picture(picture)
    found = read(saved(document), SETTINGS)
    assert not found.flow
    assert [(notice.code, notice.detail) for notice in found.notices] == [("needs_ocr", "3 pictures, no table")]


def test_a_table_embedded_as_a_spreadsheet_is_named() -> None:
    embedded = '<w:p><w:r><w:object><v:shape/><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r></w:p>'
    found = read(word_file(para("二、主动公开") + embedded), SETTINGS)
    assert [(notice.code, notice.detail) for notice in found.notices] == [("embedded_file", "Excel.Sheet.12")]


@pytest.mark.parametrize("part", ["<w:document", "<x/>", "", "\x00\x01", "<w:document><w:body/></w:document>"])
def test_a_broken_main_part_is_unreadable(part: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", part)
    with pytest.raises(UnreadableDocument):
        read(buffer.getvalue(), SETTINGS)


def test_elements_nested_without_end_are_refused() -> None:
    with pytest.raises(UnreadableDocument, match="not well-formed"):
        read(word_file("<w:sdt><w:sdtContent>" * 5000 + "</w:sdtContent></w:sdt>" * 5000), SETTINGS)


def test_tables_nested_without_end_are_refused() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 80 + "</w:tc></w:tr></w:tbl>" * 80
    with pytest.raises(LimitExceeded, match="nested more than"):
        read(word_file(deep), SETTINGS)


def test_flipped_bytes_raise_only_documented_errors() -> None:
    document = docx.Document()
    document.add_heading("一、总体情况")
    document.add_table(rows=3, cols=3).cell(0, 0).merge(document.tables[0].cell(1, 1))
    document.add_paragraph("甲", style="List Number")
    data = saved(document)
    chance = random.Random(1)
    outcomes = set()
    for _ in range(300):
        broken = bytearray(data)
        for _ in range(chance.randrange(1, 8)):
            broken[chance.randrange(4, len(broken))] ^= 1 << chance.randrange(8)
        try:
            read(bytes(broken), SETTINGS)
            outcomes.add("read")
        except GoujiError as error:
            outcomes.add(error.category)
    assert "unreadable" in outcomes


def test_flipped_bytes_in_the_xml_itself_raise_only_documented_errors() -> None:
    """Stored without compression and sums, so that the damage reaches the reader."""
    source = word_file(item("总体情况") + table(row(cell("a", '<w:gridSpan w:val="2"/>'), cell("1")),
                                            row(cell("b", "<w:vMerge/>"))), numbering=OUTLINE)
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(2)
    for _ in range(300):
        name = chance.choice([name for name in parts if name.startswith("word/")])
        broken = bytearray(parts[name])
        for _ in range(chance.randrange(1, 4)):
            broken[chance.randrange(len(broken))] = chance.choice(b'0123456789<>/"-ab\xff')
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for other, data in parts.items():
                archive.writestr(other, bytes(broken) if other == name else data)
        with contextlib.suppress(GoujiError):
            read(buffer.getvalue(), SETTINGS)
