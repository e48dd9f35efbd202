"""Pages of the corpus: what was laid out stands in the file, where the label says; a seed decides every byte."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from itertools import pairwise

import pdfplumber
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.corpus.labels import Area, CellLabel, Label, read_label
from training.corpus.make import Order, draw_sample, make, write_sample
from training.corpus.pages.layout import RULED, draw_layout
from training.corpus.pages.made import Sample
from training.corpus.pages.readback import ReadbackError, read_back
from training.corpus.pages.typeset import NOT_FIRST, NOT_LAST, break_lines, glyphs_of, justify

SEEDS = (0, 3, 5)


@lru_cache(maxsize=16)
def sample(seed: int) -> Sample:
    return draw_sample(seed, "pdf")


def found_text(page: pdfplumber.page.Page, area: Area) -> str:
    """The characters whose centres lie in an area, by a reader that knows nothing of the layout."""
    x0, top, x1, bottom = area.box
    inside = [c for c in page.chars
              if x0 <= (c["x0"] + c["x1"]) / 2 <= x1 and top <= (c["top"] + c["bottom"]) / 2 <= bottom]
    return "".join(c["text"] for c in inside)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def values(label: Label) -> list[CellLabel]:
    return [cell for cell in label.corpus.cells if cell.role == "value" and cell.field]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_value_cell_holds_its_printed_text_in_the_file(seed: int) -> None:
    made = sample(seed)
    overprinted = made.label.corpus.layout["bold"] == "overprint"
    with pdfplumber.open(io.BytesIO(made.data)) as pdf:
        for cell in values(made.label):
            text = "".join(found_text(pdf.pages[area.page - 1], area) for area in cell.areas)
            assert bare(text) == bare(cell.text) or overprinted, cell


@pytest.mark.parametrize("seed", SEEDS)
def test_each_figure_stands_in_its_boxes(seed: int) -> None:
    made = sample(seed)
    figures = [(p, f) for p in made.label.corpus.paragraphs for f in p.figures if not p.heading]
    assert figures
    with pdfplumber.open(io.BytesIO(made.data)) as pdf:
        for paragraph, figure in figures:
            assert figure.areas
            text = "".join(found_text(pdf.pages[area.page - 1], area) for area in figure.areas)
            assert bare(text) == bare(paragraph.text[figure.start:figure.end])


def test_every_value_of_the_report_has_a_cell_and_evidence() -> None:
    label = sample(0).label
    assert {cell.field for cell in values(label)} == set(label.report.values)
    assert all(value.evidence and value.evidence[0].box for value in label.report.values.values())


def test_a_cells_area_is_bordered_by_what_is_drawn() -> None:
    seed = next(n for n in range(100) if draw_layout(n).family == "office" and not draw_layout(n).open_break)
    made = sample(seed)
    with pdfplumber.open(io.BytesIO(made.data)) as pdf:
        for cell in values(made.label):
            for area in cell.areas:
                page = pdf.pages[area.page - 1]
                x0, top, x1, bottom = area.box
                verticals = [e for e in page.lines if e["top"] <= top + 1 and e["bottom"] >= bottom - 1]
                assert any(abs(e["x0"] - x0) < 1 for e in verticals) and any(abs(e["x0"] - x1) < 1 for e in verticals)


def test_a_row_label_may_be_cut_by_a_page_break() -> None:
    cut = (cell for seed in range(400) if draw_layout(seed).split == "anywhere"
           for cell in sample(seed).label.corpus.cells
           if cell.role == "label" and cell.rowspan == 1 and len({line.area.page for line in cell.lines}) == 2)
    cell = next(cut)
    assert "".join(cell.text[line.start:line.end] for line in cell.lines) == cell.text.replace("\n", "")


def test_readback_refuses_a_file_that_is_not_what_was_laid_out() -> None:
    from training.corpus.pages.compose import complete, compose
    from training.corpus.pages.tables import build_tables
    from training.corpus.report import make_report

    report, layout = make_report(3), draw_layout(3)
    composed = compose(report, complete(report), build_tables(report, layout), layout)
    composed.sheets[0].runs.pop()
    with pytest.raises(ReadbackError, match="page 1"):
        read_back(sample(3).data, composed)


@pytest.mark.parametrize("kind", ["pdf", "docx", "html", "txt"])
def test_the_same_seed_gives_the_same_bytes(kind: str) -> None:
    first, second = draw_sample(4, kind), draw_sample(4, kind)  # type: ignore[arg-type]
    assert first.data == second.data
    assert first.label == second.label


def test_layouts_are_varied() -> None:
    layouts = [draw_layout(seed) for seed in range(400)]
    assert {layout.family for layout in layouts} >= RULED | {"horizontal", "borderless"}
    assert {layout.hierarchy for layout in layouts} == {1, 2, 3}
    assert {layout.vertical for layout in layouts} == {"stacked", "rotated", "wrapped"}
    assert len({layout.table_font for layout in layouts}) >= 2
    assert len({layout.name for layout in layouts}) > 40


def test_distractors_are_labelled_but_no_figures_of_the_report() -> None:
    label = next(sample(seed).label for seed in range(10)
                 if any(f.distractor for p in sample(seed).label.corpus.paragraphs for f in p.figures))
    every = [f for p in label.corpus.paragraphs for f in p.figures]
    assert len(label.report.figures) == sum(f.distractor is None for f in every) < len(every)


def test_a_label_file_is_read_back_as_it_was_written(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = write_sample(Order(2, "html"), tmp_path)
    assert path == tmp_path / "html" / "000002.html"
    assert read_label(path) == read_label(path.with_name("000002.label.json"))
    assert read_label(path).report.source == "000002.html"
    assert not list(tmp_path.rglob("*.part"))


def test_parallel_and_serial_runs_write_the_same_files(tmp_path) -> None:  # type: ignore[no-untyped-def]
    orders = [Order(seed, "html") for seed in range(4)]
    one = [path.read_bytes() for path in make(orders, tmp_path / "one", workers=1)]
    two = [path.read_bytes() for path in make(orders, tmp_path / "two", workers=2)]
    assert one == two


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="公开政府信息件条，。；（）《》“”0123456789A、", min_size=1, max_size=120), st.floats(60, 400))
def test_lines_keep_every_character_and_the_rules_of_line_breaks(text: str, width: float) -> None:
    glyphs = glyphs_of(text, "NotoSansSC", "Times-Roman", 12)
    lines = break_lines(glyphs, width, 12)
    assert [g.offset for line in lines for g in line.glyphs] == list(range(len(text)))
    for before, after in pairwise(lines):
        legal = after.glyphs[0].char not in NOT_FIRST and before.glyphs[-1].char not in NOT_LAST
        # a line without any legal place to break may break anywhere
        plain = (g.char for g in before.glyphs[2:] if g.char not in NOT_FIRST | NOT_LAST)
        assert legal or all("!" <= char <= "~" for char in plain)
    assert all(line.width <= width + 0.01 for line in lines if len(line.glyphs) > 1)


def test_justified_lines_are_as_wide_as_the_column_but_for_the_last() -> None:
    glyphs = glyphs_of("政府信息公开工作年度报告" * 12, "NotoSansSC", "", 16)
    lines = justify(break_lines(glyphs, 430, 16, indent=32, squeeze=True), 430)
    assert all(line.width + line.indent == pytest.approx(430) for line in lines[:-1])
    assert lines[-1].spacing == 0
