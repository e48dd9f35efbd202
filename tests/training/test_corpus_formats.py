"""Word, web and text samples: every cell's text is there, in the structure that the format is known for."""

from __future__ import annotations

import io
import re

import docx
import pytest
from lxml import html as markup

from training.corpus.make import draw_sample
from training.corpus.pages.layout import draw_layout

SEEDS = range(12)


def test_a_word_document_has_the_grid_of_the_label() -> None:
    made = draw_sample(0, "docx")
    tables = docx.Document(io.BytesIO(made.data)).tables
    cells = [cell for cell in made.label.corpus.cells if cell.field]
    assert len(tables) == len({cell.table for cell in made.label.corpus.cells})
    for cell in cells:
        assert tables[cell.table].cell(cell.row, cell.column).text == cell.text


def test_a_web_page_spans_rows_and_columns_as_the_label_says() -> None:
    for seed in SEEDS:
        made = draw_sample(seed, "html")
        tree = markup.fromstring(made.data)
        spans = [(int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))) for cell in tree.iter("td", "th")]
        labels = sorted(made.label.corpus.cells, key=lambda cell: (cell.table, cell.row, cell.column))
        assert spans == [(cell.rowspan, cell.colspan) for cell in labels]


def test_web_pages_come_in_all_kinds_of_mark_up() -> None:
    kinds = {draw_sample(seed, "html").label.corpus.layout["markup"] for seed in range(60)}
    assert kinds == {"clean", "editor", "word", "glyphs", "divisions"}


def test_text_dumps_come_in_all_five_habits() -> None:
    kinds = {draw_sample(seed, "txt").label.corpus.layout["dump"] for seed in range(60)}
    assert kinds == {"cell_a_line", "tabs", "markdown", "pdf_lines", "glued"}


@pytest.mark.parametrize("dump", ["cell_a_line", "tabs", "markdown", "pdf_lines", "glued"])
def test_a_text_dump_keeps_the_values_of_each_row_in_order(dump: str) -> None:
    made = next(m for m in (draw_sample(seed, "txt") for seed in range(60)) if m.label.corpus.layout["dump"] == dump)
    text = re.sub(r"[\s|]", "", made.data.decode(made.label.corpus.layout["encoding"]))
    rows: dict[tuple[int, int], list[str]] = {}
    for cell in made.label.corpus.cells:
        if cell.role == "value":
            rows.setdefault((cell.table, cell.row), []).append(re.sub(r"\s", "", cell.text))
    assert rows
    assert all("".join(row) in text for row in rows.values())


def test_glued_digits_run_together_in_table_three_only() -> None:
    made = next(m for m in (draw_sample(seed, "txt") for seed in range(80)) if m.label.corpus.layout["dump"] == "glued")
    lines = made.data.decode(made.label.corpus.layout["encoding"]).splitlines()
    received = [c.text for c in made.label.corpus.cells if c.field and c.field.startswith("requests.received")]
    assert any(line.endswith("".join(received)) for line in lines)


def test_a_layouts_number_is_all_it_depends_on() -> None:
    assert draw_layout(7) == draw_layout(7) != draw_layout(8)
