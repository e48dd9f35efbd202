"""Rows of table 3 whose own label is lost: the group beside it does not name them, but their neighbours may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractor.document import UNREADABLE, Cell, Table
from extractor.fields import load
from extractor.label.cells import label_tables
from extractor.label.headers import LabelMatcher

DICTIONARY = load()
SPEC = DICTIONARY.table("requests")
ROWS = [row for row in SPEC.rows if "2021" in row.templates]


def table() -> Table:
    """Table 3 with groups that span their rows; each value is its own number."""
    cells = [Cell(0, 0, "项目", 1, 2), *(Cell(0, 2 + at, column.labels[0]) for at, column in enumerate(SPEC.columns))]
    group = None
    for at, row in enumerate(ROWS, 1):
        if row.under != group:
            group = row.under
            if group is not None:
                members = [other for other in ROWS if other.under == group]
                cells.append(Cell(at, 0, SPEC.group(group).labels[0], len(members) if group != "result" else 1))
        elif group is None or group == "result":
            cells.append(Cell(at, 0, ""))
        cells.append(Cell(at, 1, row.labels[0]))
        cells += [Cell(at, 2 + column, str(10 * at + column)) for column in range(len(SPEC.columns))]
    return Table(tuple(cells), len(ROWS) + 1, 2 + len(SPEC.columns), section=3)


def blanked(whole: Table, row_id: str, text: str = "") -> Table:
    at = 1 + next(index for index, row in enumerate(ROWS) if row.id == row_id)
    return replace(whole, cells=tuple(replace(cell, text=text) if (cell.row, cell.column) == (at, 1) else cell
                                      for cell in whole.cells))


def found(whole: Table) -> dict[str, str]:
    return {cell.field: cell.cell.text for cell in label_tables([whole], DICTIONARY, LabelMatcher()).cells}


def test_a_lost_label_between_its_neighbours_is_known() -> None:
    for row_id in ("requests.refused.internal_affairs", "requests.unavailable.needs_creation"):
        assert found(blanked(table(), row_id)) == found(table()), row_id


def test_a_label_of_which_only_a_speck_is_read_is_lost_too() -> None:
    assert found(blanked(table(), "requests.not_processed.duplicate", "?")) == found(table())


def headed(whole: Table, texts: dict[int, str], extra: str = "") -> Table:
    """The table with other headers of its columns of values, and a text in a column of labels that seems a number."""
    cells = tuple(replace(cell, text=texts.get(cell.column - 2, cell.text)) if cell.row == 0 and cell.column >= 2 else cell
                  for cell in whole.cells)
    return replace(whole, cells=tuple(replace(cell, text=extra) if extra and (cell.row, cell.column) == (1, 0) else cell
                                      for cell in cells))


def test_as_many_lost_headers_as_columns_between_two_that_are_read_are_known_by_their_order() -> None:
    assert found(headed(table(), {2: "", 3: "社公"}, extra="2")) == found(table())
    assert found(headed(table(), {6: "Gi"}, extra="2")) == found(table())


def test_a_column_too_few_between_two_that_are_read_leaves_both_unknown() -> None:
    whole = headed(table(), {2: "", 3: "社公"}, extra="2")
    fields = found(replace(whole, cells=tuple(cell for cell in whole.cells if cell.column != 4)))
    assert fields and not {name for name in fields if name.endswith((".research", ".social"))}


def split(whole: Table, at: int) -> Table:
    """The table with a grid column more, which only the row `at` has a wall for: there each half holds a number."""
    cells = []
    for cell in whole.cells:
        moved = replace(cell, column=cell.column + (cell.column > 4))
        if cell.column == 4 and cell.row == at:
            cells += [replace(moved, text="2"), replace(moved, column=5, text="3")]
        else:
            cells.append(replace(moved, colspan=2) if cell.column == 4 else moved)
    return replace(whole, cells=tuple(cells), columns=whole.columns + 1)


def test_a_column_that_a_stroke_parts_in_one_row_is_one_and_what_it_parts_is_doubted() -> None:
    whole, parted = found(table()), found(split(table(), 3))
    row = ROWS[2].id
    assert {name: text for name, text in parted.items() if name != f"{row}.research"} == {
        name: text for name, text in whole.items() if name != f"{row}.research"}
    assert parted[f"{row}.research"] == UNREADABLE


def test_two_places_for_one_row_without_label_leave_it_unplaced() -> None:
    whole = blanked(table(), "requests.refused.internal_affairs")
    at = 1 + next(index for index, row in enumerate(ROWS) if row.id == "requests.refused.process_information")
    gone = tuple(replace(cell, row=cell.row - (cell.row > at)) for cell in whole.cells
                 if cell.row != at or cell.column == 0)
    fields = found(replace(whole, cells=gone, rows=whole.rows - 1))
    assert not {name for name in fields if "internal_affairs" in name or "process_information" in name}


def block(labels: list[str]) -> Table:
    """A block of table 2 of 2021: a header and rows of one value each."""
    cells = [Cell(0, 0, "信息内容"), Cell(0, 1, "本年处理决定数量")]
    for at, label in enumerate(labels, 1):
        cells += [Cell(at, 0, label), Cell(at, 1, str(at))]
    return Table(tuple(cells), len(labels) + 1, 2, section=2)


def test_a_lost_label_of_a_block_is_known_by_the_rows_around_it() -> None:
    fields = {cell.field: cell.cell.text for cell in label_tables([block(["行政处罚", "", "行政事业性收费"])], DICTIONARY,
                                                                  LabelMatcher()).cells}
    assert fields["disclosure.coercions.decisions"] == "2"


def test_a_block_with_more_places_than_lost_labels_keeps_them_lost() -> None:
    cells = label_tables([block(["行政许可", "", "行政事业性收费"])], DICTIONARY, LabelMatcher()).cells
    assert "2" not in {cell.cell.text for cell in cells}


def test_a_lost_header_of_a_block_is_known_by_those_beside_it() -> None:
    headers = ["信息内容", "本年制发件数", "", "现行有效件数"]
    cells = [Cell(0, at, text) for at, text in enumerate(headers)]
    cells += [Cell(1, at, text) for at, text in enumerate(("规章", "1", "2", "3"))]
    fields = {cell.field: cell.cell.text for cell in label_tables([Table(tuple(cells), 2, 4, section=2)], DICTIONARY,
                                                                  LabelMatcher()).cells}
    assert fields == {"disclosure.regulations.issued": "1", "disclosure.regulations.repealed": "2",
                      "disclosure.regulations.in_force": "3"}


def test_a_row_in_a_group_is_known_where_neighbours_alone_leave_two_places() -> None:
    row_id = "requests.other.not_corrected"
    whole = blanked(table(), row_id)
    at = 1 + next(index for index, row in enumerate(ROWS) if row.id == "requests.not_processed.reconfirmation")
    gone = tuple(replace(cell, row=cell.row - (cell.row > at)) for cell in whole.cells if cell.row != at)
    assert f"{row_id}.total" in found(replace(whole, cells=gone, rows=whole.rows - 1))


@pytest.mark.parametrize(("row_id", "text"), [
    ("requests.carried_in", "二"), ("requests.unavailable.needs_creation", "2．"), ("requests.handled", "（七）")])
def test_a_label_of_which_only_the_ordinal_is_left_names_its_row(row_id: str, text: str) -> None:
    assert found(blanked(table(), row_id, text)) == found(table())


def disclosure(*rows: tuple[str, ...], spans: dict[tuple[int, int], int] | None = None) -> dict[str, str]:
    """What is read of a table 2 of these rows; `spans` gives cells over several columns."""
    wide = spans or {}
    cells = [Cell(r, c, text, 1, wide.get((r, c), 1)) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return found(Table(tuple(cells), len(rows), 4, section=2))


def test_headers_run_together_in_one_cell_name_the_values_in_their_order() -> None:
    joined = disclosure(("信息内容上一年项目数量本年增/减处理决定数量",), ("行政处罚", "39", "0", "1293"), spans={(0, 0): 4})
    assert joined == {"disclosure.penalties.items_last_year": "39", "disclosure.penalties.change": "0",
                      "disclosure.penalties.decisions": "1293"}


def test_headers_run_together_of_which_one_is_misread_still_name_all() -> None:
    joined = disclosure(("信息内容上一年项目效量本年增/减处理决定数量",), ("行政处罚", "39", "0", "1293"), spans={(0, 0): 4})
    assert joined["disclosure.penalties.items_last_year"] == "39"
    assert joined["disclosure.penalties.decisions"] == "1293"


def test_a_cut_label_is_the_one_row_left_that_has_the_headers_columns() -> None:
    header = ("信息内容", "上一年项目数量", "本年增/减", "处理决定数量")
    others = (("行政许可", "1", "0", "2"), ("其他对外管理服务事项", "1", "0", "2"), ("行政处罚", "1", "0", "2"))
    assert disclosure(header, *others, ("行政", "7", "8", "9"))["disclosure.coercions.decisions"] == "9"
    assert "9" not in disclosure(header, *others[:2], ("行政", "7", "8", "9")).values()  # 处罚 or 强制


def test_a_column_of_the_other_template_is_read_as_its_twin() -> None:
    rows = disclosure(("信息内容", "本年新制作数量", "本年废止件数", "现行有效件数"), ("规章", "2", "5", "27"))
    assert rows == {"disclosure.regulations.issued": "2", "disclosure.regulations.repealed": "5",
                    "disclosure.regulations.in_force": "27"}


def test_a_zero_with_dust_behind_it_is_a_spoilt_value_and_costs_no_other_of_its_row() -> None:
    whole = table()
    at = 1 + next(index for index, row in enumerate(ROWS) if row.id == "requests.refused.security_stability")
    spoilt = replace(whole, cells=tuple(replace(cell, text="0.") if (cell.row, cell.column) == (at, 5) else cell
                                        for cell in whole.cells))
    changed = {field for field, text in found(spoilt).items() if found(whole)[field] != text}
    assert found(spoilt).keys() == found(whole).keys()
    assert changed == {f"requests.refused.security_stability.{SPEC.columns[3].id}"}
