"""The OCR baselines: what is missing is named, and what PaddleOCR answers becomes a page without anything read twice."""

from __future__ import annotations

import json
import os
import stat
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from eval.baselines import paddle
from eval.baselines.paddle_worker import lines_of
from eval.systems import UnknownSystem, settings_for, system
from extractor.errors import GoujiError, LimitExceeded
from extractor.layout.grid import find_grids
from extractor.settings import Settings

ANSWERS = """#!{python}
import json, sys
print(json.dumps({{"img2table": {img2table}}}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    lines = [{{"text": "0", "score": 0.9, "box": [20, 20, 30, 30]}}]
    tables = [[[10, 10, 60, 40], [60, 10, 110, 40]]] if request["tables"] else []
    print(json.dumps({{"lines": lines, "tables": tables}}), flush=True)
"""


@pytest.fixture(autouse=True)
def fresh() -> None:
    paddle.started.cache_clear()


def interpreter(tmp_path: Path, text: str) -> str:
    """A program that stands in the place of the environment's python."""
    path = tmp_path / "python"
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize("name", ["paddle-grid", "paddle-img2table"])
def test_without_an_environment_the_baselines_say_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(paddle.VARIABLE, raising=False)
    with pytest.raises(GoujiError, match="an environment of their own") as raised:
        system(name)
    assert "GOUJI_PADDLE_PYTHON" in raised.value.advice and not isinstance(raised.value, UnknownSystem)


def test_an_interpreter_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(paddle.VARIABLE, str(tmp_path / "nothing"))
    with pytest.raises(paddle.NoPaddle, match="cannot be run"):
        paddle.started(paddle.interpreter())


def test_an_environment_without_paddle_says_what_its_python_said() -> None:
    with pytest.raises(paddle.NoPaddle, match=r"No module named '(paddleocr|yaml)'"):
        paddle.started(sys.executable)


def test_an_environment_without_img2table_is_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(paddle.VARIABLE, interpreter(tmp_path, ANSWERS.format(python=sys.executable, img2table=False)))
    with pytest.raises(paddle.NoPaddle, match="img2table is not installed"):
        system("paddle-img2table")(b"", "none.pdf", Settings())


@pytest.mark.parametrize(("name", "columns"), [("paddle-grid", None), ("paddle-img2table", 2)])
def test_lines_become_words_and_cells_become_rulings(name: str, columns: int | None, monkeypatch: pytest.MonkeyPatch,
                                                     tmp_path: Path) -> None:
    import numpy as np

    from extractor.read.render import PageImage

    monkeypatch.setenv(paddle.VARIABLE, interpreter(tmp_path, ANSWERS.format(python=sys.executable, img2table=True)))
    image = PageImage(1, 144.0, 144.0, np.full((288, 288, 3), 255, np.uint8))
    page = paddle._page_in_img2table(image) if columns else paddle._page_in_grid(image)
    assert [(word.text, word.confidence, word.alternatives) for word in page.words] == [("0", 0.9, ())]
    if columns:
        assert page.words[0].box.x0 == 10.0, "two pixels a point"
        [grid] = find_grids(page.rulings)
        assert len(grid.cells) == columns


def test_a_process_that_was_interrupted_answers_no_other_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import numpy as np

    monkeypatch.setenv(paddle.VARIABLE, interpreter(tmp_path, ANSWERS.format(python=sys.executable, img2table=True)))
    page = np.full((10, 10, 3), 255, np.uint8)
    first = paddle.started(paddle.interpreter())
    with monkeypatch.context() as late:
        late.setattr(paddle.Paddle, "_answer", lambda self: (_ for _ in ()).throw(LimitExceeded("too late")))
        with pytest.raises(LimitExceeded):
            first.read(page)
    again = paddle.started(paddle.interpreter())
    assert again is not first and again.read(page)["lines"]


def test_a_baseline_has_more_time_than_the_product() -> None:
    given = Settings(max_seconds=7)
    assert settings_for("gouji", given).max_seconds == 7 < settings_for("paddle-grid", given).max_seconds


def test_what_paddle_found_is_taken_line_by_line() -> None:
    result = {"rec_texts": ["甲", "1"], "rec_scores": [0.5, 1], "rec_boxes": [[1, 2, 3, 4], [5, 6, 7, 8]]}
    assert [(line["text"], line["score"], line["box"]) for line in json.loads(json.dumps(list(lines_of(result))))] == [
        ("甲", 0.5, [1.0, 2.0, 3.0, 4.0]), ("1", 1.0, [5.0, 6.0, 7.0, 8.0])]


@pytest.mark.skipif(not os.environ.get(paddle.VARIABLE), reason="needs an environment with PaddleOCR")
@pytest.mark.parametrize("name", ["paddle-grid", "paddle-img2table"])
def test_a_scan_is_read(name: str, samples: Path) -> None:
    scan = samples / "set" / "scan-office" / "9350000.pdf"
    label = json.loads(scan.with_suffix(".label.json").read_text("utf8"))["report"]["values"]
    report = system(name)(scan.read_bytes(), scan.name, Settings())
    right = sum(field in report.values and report.values[field].value == (None if value["value"] is None else Decimal(
        value["value"])) for field, value in label.items())
    assert 0.3 * len(label) < right < len(label)
