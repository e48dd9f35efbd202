"""Tables on pages: words fall into cells, prose boxes are refused, a table cut by a page break becomes whole again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractor.document import Box, Cell, Document, Page, Ruling, Source, Table, Word
from extractor.layout import structure
from extractor.layout.lines import to_lines
from extractor.layout.tables import RuledTable, join, page_tables

XS = [50.0, 110.0, 250.0, 300.0, 350.0]
HEIGHT = 20.0


def word(text: str, x: float, y: float, size: float = 10.0) -> Word:
    edges = tuple(x + size * i for i in range(len(text) + 1))
    return Word(text, Box(x, y, edges[-1], y + size), edges, size)


def ruled_page(number: int, rows: list[list[str]], top: float = 80.0, xs: list[float] = XS,
               extra: tuple[Word, ...] = ()) -> Page:
    """A page with one fully ruled table; an empty text is an empty cell, None joins the cell above."""
    ys = [top + HEIGHT * i for i in range(len(rows) + 1)]
    rulings = [Ruling(x, ys[0], x, ys[-1]) for x in xs]
    words: list[Word] = list(extra)
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text != "^":
                rulings.append(Ruling(xs[c], ys[r], xs[c + 1], ys[r]))
                if text:
                    words.append(word(text, xs[c] + 2, ys[r] + 5, size=min(10.0, (xs[c + 1] - xs[c] - 4) / len(text))))
    rulings.append(Ruling(xs[0], ys[-1], xs[-1], ys[-1]))
    return Page(number, 595, 842, tuple(words), tuple(rulings))


def only_table(*pages: Page) -> Table:
    [table] = structure(Document(Source.PDF, pages)).tables
    return table


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.by_row()]


def test_words_fall_into_their_cells() -> None:
    table = only_table(ruled_page(1, [["甲", "乙", "1", "2"], ["丙", "", "3", "4"]]))
    assert texts(table) == [["甲", "乙", "1", "2"], ["丙", "", "3", "4"]]


def test_a_word_that_runs_over_a_border_is_dealt_out_by_characters() -> None:
    page = ruled_page(1, [["甲", "乙", "", ""], ["丙", "丁", "5", "6"]])
    glued = Word("12", Box(290, 85, 310, 95), (290.0, 300.0, 310.0), 10.0)
    [table], _ = page_tables(Page(1, 595, 842, (*page.words, glued), page.rulings))
    assert texts(table.table)[0] == ["甲", "乙", "1", "2"]


def test_a_box_around_prose_is_no_table() -> None:
    box = [Ruling(50, 100, 500, 100), Ruling(50, 200, 500, 200), Ruling(50, 100, 50, 200), Ruling(500, 100, 500, 200),
           Ruling(50, 150, 500, 150)]
    page = Page(1, 595, 842, (word("说明文字", 60, 110), word("更多文字", 60, 160)), tuple(box))
    laid_out = structure(Document(Source.PDF, (page,)))
    assert laid_out.tables == []
    assert "说明文字" in laid_out.paragraphs[0].text


def test_a_table_continued_on_the_next_page_is_one_table() -> None:
    first = ruled_page(1, [["甲", "一", "1", "2"]], top=780)
    second = ruled_page(2, [["乙", "二", "3", "4"]], top=60)
    assert texts(only_table(first, second)) == [["甲", "一", "1", "2"], ["乙", "二", "3", "4"]]


def test_a_page_number_between_does_not_part_it() -> None:
    first = ruled_page(1, [["甲", "一", "1", "2"]], top=740, extra=(word("- 3 -", 280, 800),))
    second = ruled_page(2, [["乙", "二", "3", "4"]], top=60)
    assert only_table(first, second).rows == 2


def test_prose_between_parts_two_tables() -> None:
    heading = word("三、收到和处理政府信息公开申请情况", 80, 700)
    first = ruled_page(1, [["甲", "一", "1", "2"]], top=600, extra=(heading,))
    second = ruled_page(2, [["乙", "二", "3", "4"]], top=60)
    assert len(structure(Document(Source.PDF, (first, second))).tables) == 2


def test_a_repeated_header_is_dropped() -> None:
    header = ["类别", "名称", "自然人", "总计"]
    first = ruled_page(1, [header, ["甲", "一", "1", "2"]], top=760)
    second = ruled_page(2, [header, ["乙", "二", "3", "4"]], top=60)
    assert texts(only_table(first, second)) == [header, ["甲", "一", "1", "2"], ["乙", "二", "3", "4"]]


def test_a_repeated_header_is_dropped_though_a_mark_or_a_character_of_it_is_misread() -> None:
    header, again = ["（勾稽关系，如下）", "名称说明", "自然人", "总计"], ["(勾稽关系,如下)", "名称说朋", "自然人", "总计"]
    first = ruled_page(1, [header, ["甲", "一", "1", "2"]], top=760)
    second = ruled_page(2, [again, ["乙", "二", "3", "4"]], top=60)
    assert texts(only_table(first, second)) == [header, ["甲", "一", "1", "2"], ["乙", "二", "3", "4"]]


def test_columns_of_two_pages_of_a_scan_are_the_same_though_one_is_a_little_larger() -> None:
    upper = ruled_page(1, [["甲", "1", "2", "3"], ["乙", "4", "5", "6"]], top=760, xs=[50.0, 200.0, 250.0, 300.0, 350.0])
    lower = ruled_page(2, [["丙", "7", "8", "9"]], top=60, xs=[55.5, 206.5, 256.4, 306.1, 355.8])
    assert texts(only_table(upper, lower)) == [["甲", "1", "2", "3"], ["乙", "4", "5", "6"], ["丙", "7", "8", "9"]]


def test_a_group_label_cut_in_two_is_made_whole_and_spans_the_break() -> None:
    first = ruled_page(1, [["（四）无", "1.本机关不掌握", "5", "5"], ["^", "2.没有现成信息", "0", "0"]], top=760)
    second = ruled_page(2, [["法提供", "3.补正后仍不明确", "1", "1"], ["^", "4.其他", "0", "0"]], top=60)
    table = only_table(first, second)
    label = next(cell for cell in table.cells if cell.text.startswith("（四）"))
    assert (label.text.replace("\n", ""), label.rowspan) == ("（四）无法提供", 4)
    assert table.rows == 4


def test_a_row_cut_in_two_becomes_one_row() -> None:
    first = ruled_page(1, [["甲", "一", "1", "2"], ["5.要求行政机关确认", "说明", "", ""]], top=760)
    second = ruled_page(2, [["或重新出具", "", "7", "8"], ["丙", "三", "3", "4"]], top=60)
    rows = [[text.replace("\n", "") for text in row] for row in texts(only_table(first, second))]
    assert rows == [["甲", "一", "1", "2"], ["5.要求行政机关确认或重新出具", "说明", "7", "8"], ["丙", "三", "3", "4"]]


def test_a_row_cut_in_two_keeps_the_span_of_the_group_label_below_the_break() -> None:
    first = ruled_page(1, [["", "5.甲", "1", "2"], ["", "1.申请人逾期不补正、行", "3", "4"]], top=760)
    second = ruled_page(2, [["（六）其他处理", "政机关不再处理", "", ""], ["^", "2.乙", "5", "6"], ["^", "3.丙", "7", "8"]], top=60)
    table = only_table(first, second)
    label = next(cell for cell in table.cells if cell.text.startswith("（六）"))
    assert (table.rows, label.row, label.rowspan) == (4, 1, 3)


def test_a_header_row_and_an_amount_with_its_unit_stay_two_rows() -> None:
    first = ruled_page(1, [["甲", "一", "1", "2"], ["信息内容", "", "", "本年收费金额"]], top=760)
    second = ruled_page(2, [["行政事业性收费", "", "", "2240000元"]], top=60)
    assert only_table(first, second).rows == 3


def test_a_header_and_words_for_nothing_below_the_break_stay_two_rows() -> None:
    first = ruled_page(1, [["行政复议", "", "", ""], ["结果维持", "结果纠正", "其他结果", "总计"]], top=760)
    second = ruled_page(2, [["无", "无", "暂无", "无"]], top=60)
    assert texts(only_table(first, second))[1:] == [["结果维持", "结果纠正", "其他结果", "总计"], ["无", "无", "暂无", "无"]]


def test_a_blank_value_below_the_break_is_no_part_of_the_high_header_above_it() -> None:
    first = ruled_page(1, [["结果维持", "结果纠正", "未经复议", "直接起诉"], ["^", "^", "其他", "总计"]], top=760)
    second = ruled_page(2, [["", "1", "0", ""]], top=60)
    assert texts(only_table(first, second))[2] == ["", "1", "0", ""]


def test_two_whole_rows_at_a_break_stay_two_rows() -> None:
    first = ruled_page(1, [["甲", "一", "1", "2"], ["乙", "二", "3", "4"]], top=760)
    second = ruled_page(2, [["丙", "三", "5", "6"]], top=60)
    assert only_table(first, second).rows == 3


def test_a_continuation_with_fewer_columns_keeps_its_columns() -> None:
    first = ruled_page(1, [["甲", "一", "1", "2"]], top=780)
    second = ruled_page(2, [["四、结转下年度", "3", "4"]], top=60, xs=[50.0, 250.0, 300.0, 350.0])
    table = only_table(first, second)
    assert [(cell.text, cell.column, cell.colspan) for cell in table.by_row()[1]] == [
        ("四、结转下年度", 0, 2), ("3", 2, 1), ("4", 3, 1)]


BORDERS = st.lists(st.integers(0, 60), min_size=3, max_size=9, unique=True).map(
    lambda steps: tuple(float(step) for step in sorted(steps)))


def part_of_table(number: int, xs: tuple[float, ...]) -> RuledTable:
    """A row of a table on a page, each of its cells with its own number."""
    cells = tuple(Cell(0, column, f"{number}{column}") for column in range(len(xs) - 1))
    return RuledTable(number, Box(xs[0], 0, xs[-1], 20), xs, Table(cells, 1, len(xs) - 1))


@given(BORDERS, BORDERS)
def test_however_narrow_columns_are_each_cell_keeps_a_column_of_its_own_over_a_break(
        above: tuple[float, ...], below: tuple[float, ...]) -> None:
    table = join(part_of_table(1, above), part_of_table(2, below)).table
    slots = [(row, column) for cell in table.cells for row in range(cell.row, cell.row + cell.rowspan)
             for column in range(cell.column, cell.column + cell.colspan)]
    assert len(slots) == len(set(slots))
    assert all(row < table.rows and column < table.columns for row, column in slots)
    assert [cell.text for cell in table.cells] == [
        *(f"1{column}" for column in range(len(above) - 1)), *(f"2{column}" for column in range(len(below) - 1))]


def test_the_characters_of_a_slanting_watermark_stand_in_no_cell() -> None:
    page = ruled_page(1, [["甲", "一", "1", "2"], ["乙", "二", "3", "4"], ["丙", "三", "5", "6"]])
    mark = tuple(word(sign, 240.0 + 25 * i, 70.0 + 20 * i, 40.0) for i, sign in enumerate("某市政府"))
    marked = Page(1, 595, 842, (*page.words, *mark), page.rulings)
    assert texts(only_table(marked)) == [["甲", "一", "1", "2"], ["乙", "二", "3", "4"], ["丙", "三", "5", "6"]]


def test_large_digits_and_marks_that_could_not_be_read_are_no_watermark() -> None:
    page = ruled_page(1, [["甲", "一", "1", "2"], ["乙", "二", "3", "4"], ["丙", "三", "5", "6"]])
    large = tuple(word(sign, 240.0 + 25 * i, 70.0 + 20 * i, 40.0) for i, sign in enumerate("06?3"))
    table = only_table(Page(1, 595, 842, (*page.words, *large), page.rulings))
    assert all(any(sign in text for row in texts(table) for text in row) for sign in "0?")


def test_a_label_set_downwards_does_not_tie_the_lines_beside_it_together() -> None:
    downwards = Word("办理结果", Box(50, 80, 60, 120), (50.0, 52.0, 55.0, 57.0, 60.0), 10.0, upright=False)
    beside = (word("甲", 80, 85), word("1", 200, 85), word("乙", 80, 105), word("2", 200, 105))
    assert {run.text for run in to_lines((downwards, *beside), columns=True)} == {"办理结果", "甲\t1", "乙\t2"}


def test_a_column_of_sideways_labels_may_lose_its_borders_on_a_page() -> None:
    upper = ruled_page(1, [["甲", "1", "2"], ["乙", "3", "4"]], xs=[50.0, 250.0, 300.0, 350.0])
    lower = ruled_page(2, [["丙", "5", "6"], ["丁", "7", "8"]], xs=[80.0, 250.0, 300.0, 350.0],
                       extra=(word("年", 60, 90),))
    table = only_table(upper, lower)
    assert texts(table) == [["甲", "1", "2"], ["乙", "3", "4"], ["年", "丙", "5", "6"], ["丁", "7", "8"]]
