"""Headers by the released model: misread, cut, renamed and lost ones are read; own rows stay unknown."""

from __future__ import annotations

import pytest

from extractor.document import Cell, Table
from extractor.fields import load as load_fields
from extractor.label.cells import label_tables
from extractor.label.headers import LabelMatcher
from extractor.label.model.headers import ModelMatcher, header_cells
from extractor.label.model.release import load
from training.samples import DrawnTable, drawn_tables

DICTIONARY = load_fields()


@pytest.fixture(scope="module")
def matcher() -> ModelMatcher:
    return ModelMatcher(load())


def requests(changed: dict[str, str]) -> Table:
    """Table 3 with some labels replaced; each value is its own number."""
    spec = DICTIONARY.table("requests")
    cells = [Cell(0, 0, "（本列数据的勾稽关系）", 1, 2)]
    cells += [Cell(0, 2 + at, column.labels[0]) for at, column in enumerate(spec.columns)]
    rows = [row for row in spec.rows if "2021" in row.templates]
    for at, row in enumerate(rows, 1):
        group = spec.group(row.under).labels[0] if row.under else ""
        cells += [Cell(at, 0, group), Cell(at, 1, changed.get(row.id, row.labels[0]))]
        cells += [Cell(at, 2 + column, str(10 * at + column)) for column in range(len(spec.columns))]
    return Table(tuple(cells), len(rows) + 1, 2 + len(spec.columns), section=3)


def fields_of(table: Table, matcher: LabelMatcher) -> dict[str, str]:
    return {reading.field: reading.cell.text for reading in label_tables([table], DICTIONARY, matcher).cells}


def test_a_clean_table_is_read_as_without_the_model(matcher: ModelMatcher) -> None:
    table = requests({})
    assert fields_of(table, matcher) == fields_of(table, LabelMatcher())


@pytest.mark.parametrize(("row", "text"), [
    ("requests.partially_granted", "(二)郎分公幵"),
    ("requests.refused.third_party_rights", "4保护第三方台法杈"),
    ("requests.not_processed.duplicate", "2.重夏申清"),
])
def test_a_misread_or_lost_label_keeps_its_row(matcher: ModelMatcher, row: str, text: str) -> None:
    assert fields_of(requests({row: text}), matcher) == fields_of(requests({}), LabelMatcher())


def test_a_row_of_an_offices_own_is_not_forced(matcher: ModelMatcher) -> None:
    own = {"requests.refused.enforcement_file": "其中：涉及征地拆迁的申请"}
    assert not any(name.startswith("requests.refused.enforcement_file") for name in fields_of(requests(own), matcher))


def test_tables_under_ocr_are_read_better_than_by_text_alone(matcher: ModelMatcher) -> None:
    def wrong(drawn: DrawnTable, chosen: LabelMatcher) -> int:
        got = {(r.cell.row, r.cell.column): r.field for r in label_tables([drawn.table], DICTIONARY, chosen).cells}
        return sum(got.get(place) != name for place, name in drawn.fields.items())

    tables = list(drawn_tables(range(9_300_000, 9_300_012), "harsh"))
    assert sum(wrong(drawn, matcher) for drawn in tables) < sum(wrong(drawn, LabelMatcher()) for drawn in tables)


def test_tables_without_headers_or_cells_do_no_harm(matcher: ModelMatcher) -> None:
    spec = DICTIONARY.table("requests")
    empty, numbers = Table((), 0, 0), Table((Cell(0, 0, "1"), Cell(0, 1, "2")), 1, 2)
    for table in (empty, numbers):
        assert list(matcher.restored([table], spec)) == [table]
    assert list(matcher.restored([], spec)) == []


def test_blanks_among_the_values_are_no_headers() -> None:
    table = Table((Cell(0, 0, "项目"), Cell(0, 1, "自然人"), Cell(0, 2, "总计"), Cell(1, 0, ""), Cell(1, 1, "3"),
                   Cell(1, 2, "3"), Cell(2, 0, "总计"), Cell(2, 1, ""), Cell(2, 2, "3"), Cell(3, 0, "其他"),
                   Cell(3, 1, "0"), Cell(3, 2, "0")), 4, 3)
    assert [(cell.row, cell.column) for cell in header_cells(table)] == [(0, 0), (0, 1), (0, 2), (1, 0), (2, 0), (3, 0)]


def test_a_group_of_disputes_that_holds_the_name_of_another_is_told_from_it(matcher: ModelMatcher) -> None:
    columns = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    cells = [Cell(0, 0, "行政复议", 2, 5), Cell(0, 5, "行政诉讼", 1, 10),
             Cell(1, 5, "未经行政复议直接起诉", 1, 5), Cell(1, 10, "经行政复议后起诉", 1, 5)]
    cells += [Cell(2, at, columns[at % 5]) for at in range(15)] + [Cell(3, at, str(at)) for at in range(15)]
    found = fields_of(Table(tuple(cells), 4, 15, section=4), matcher)
    assert found["review.upheld"] == "0" and found["litigation.direct.upheld"] == "5"
    assert found["litigation.after_review.upheld"] == "10" and len(found) == 15


def test_a_number_in_the_first_column_of_disputes_is_no_header(matcher: ModelMatcher) -> None:
    columns = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    cells = [Cell(0, 0, "行政复议", 1, 10), *(Cell(1, 2 * at, text, 1, 2) for at, text in enumerate(columns)),
             *(Cell(2, 2 * at, "0", 1, 2) for at in range(5)), Cell(3, 0, "行政诉讼", 1, 10),
             Cell(4, 0, "未经复议直接起诉", 1, 5), Cell(4, 5, "复议后起诉", 1, 5)]
    cells += [Cell(5, at, columns[at % 5]) for at in range(10)] + [Cell(6, at, "0") for at in range(10)]
    assert len(fields_of(Table(tuple(cells), 7, 10, section=4), matcher)) == 15
