"""Readings go to Label Studio and come back corrected, in its documented JSON format."""

from __future__ import annotations

import copy
import json
import xml.etree.ElementTree as ElementTree
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from eval.annotation.labels import labels_of
from eval.annotation.tasks import FIELD, IMAGE, TEXT, configuration, pages_of, tasks
from eval.loading import truth_of
from eval.types import Part, Truth
from extractor.report import Report, ValueStatus
from tests.eval.conftest import answered, spoilt

RECEIVED = "requests.received.natural_person"


@pytest.fixture
def report(placed: Truth) -> Report:
    return placed.report


def exported(report: Report) -> list[dict[str, Any]]:
    """What Label Studio exports when every prediction was accepted as it is."""
    found = []
    for number, task in enumerate(tasks(pages_of([report]), "gouji"), 1):
        results = [result | {"origin": "prediction"} for result in copy.deepcopy(task["predictions"][0]["result"])]
        annotation = {"id": 1000 + number, "completed_by": 1, "was_cancelled": False, "ground_truth": False,
                      "lead_time": 4.2, "result": results}
        found.append({"id": number, "project": 1, **task, "annotations": [annotation]})
    return found


def regions(export: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """The results of a field: its rectangle, and its text if it has one."""
    return [result for task in export for result in task["annotations"][0]["result"]
            if result["id"] == field.replace(".", "-")]


def back(export: list[dict[str, Any]]) -> Report:
    imported = labels_of(json.loads(json.dumps(export)))
    assert not imported.problems
    [label] = imported.labels.values()
    truth, problems = truth_of(json.loads(label), "x")
    assert not problems and truth.parts == {Part.VALUES}
    return truth.report


def test_tasks_are_in_the_documented_format(report: Report) -> None:
    tree = ElementTree.fromstring(configuration())
    labels = {label.get("value") for label in tree.iter("Label")}
    for task in tasks(pages_of([report]), "gouji 0.1.0", "https://pictures/"):
        assert task["data"]["image"].startswith("https://pictures/")
        [prediction] = task["predictions"]
        assert prediction["model_version"] == "gouji 0.1.0" and 0 <= prediction["score"] <= 1
        for result in prediction["result"]:
            tag = tree.find(f".//*[@name='{result['from_name']}']")
            assert tag is not None and tag.tag.lower() == result["type"] and tag.get("toName") == result["to_name"] == IMAGE
            value = result["value"]
            assert 0 <= value["x"] <= value["x"] + value["width"] <= 100
            assert 0 <= value["y"] <= value["y"] + value["height"] <= 100
            assert result["original_width"] > 0 and result["original_height"] > 0 and result["image_rotation"] == 0
            if result["type"] == "rectanglelabels":
                assert set(value["rectanglelabels"]) <= labels
            else:
                assert value["text"] and all(isinstance(line, str) for line in value["text"])


def test_the_least_confident_page_comes_first(report: Report) -> None:
    page = report.values["review.upheld"].evidence[0].page
    unsure = spoilt(report, report.values["review.upheld"].model_copy(update={"confidence": 0.3}))
    found = tasks(pages_of([unsure]), "gouji")
    pages = [task["data"]["page"] for task in found]
    scores = [task["predictions"][0]["score"] for task in found]
    assert scores == sorted(scores)
    assert (page, 0.3) in list(zip(pages, scores, strict=True))
    empty = [task for task in found if not task["predictions"][0]["result"]]
    assert found[:len(empty)] == empty, "a page on which nothing was read comes before all"


def test_what_is_accepted_comes_back_as_it_went(report: Report) -> None:
    returned = back(exported(report))
    assert {name: (v.value, v.raw, v.unit, v.status) for name, v in returned.values.items()} == {
        name: (v.value, v.raw, v.unit, v.status) for name, v in report.values.items()}
    for name, value in report.values.items():
        assert returned.values[name].evidence[0].page == value.evidence[0].page
        assert returned.values[name].evidence[0].box == pytest.approx(value.evidence[0].box, abs=0.02)
    assert (returned.sha256, returned.agency, returned.year) == (report.sha256, report.agency, report.year)


def test_corrections_of_every_sort_come_back(report: Report) -> None:
    export = exported(report)
    [_, text] = regions(export, RECEIVED)
    text["value"]["text"] = ["1，234"]
    for result in regions(export, "review.upheld"):
        result["value"]["x"] += 1.0
    for task in export:
        kept = task["annotations"][0]["result"]
        task["annotations"][0]["result"] = [
            result for result in kept if result["id"] != "review-corrected"
            and not (result["id"] == "review-other" and result["type"] == "textarea")]
    [rectangle, *_] = regions(export, "disclosure.coercions.decisions")
    rectangle["value"]["rectanglelabels"] = ["disclosure.procurement.items"]
    returned = back(export)
    assert returned.values[RECEIVED].value == Decimal(1234)
    width = report.pages[0].width
    assert returned.values["review.upheld"].evidence[0].box is not None
    before, after = report.values["review.upheld"].evidence[0].box, returned.values["review.upheld"].evidence[0].box
    assert before is not None and after is not None and after[0] - before[0] == pytest.approx(width / 100, abs=0.02)
    assert "review.corrected" not in returned.values, "a rectangle that was deleted"
    assert returned.values["review.other"].status is ValueStatus.BLANK, "a text that was emptied"
    assert "disclosure.coercions.decisions" not in returned.values and "disclosure.procurement.items" in returned.values


def test_a_blank_cell_goes_and_comes_back_blank(report: Report) -> None:
    blank = spoilt(report, answered(report.values[RECEIVED], None, status=ValueStatus.BLANK))
    assert [result["type"] for result in regions(exported(blank), RECEIVED)] == ["rectanglelabels"]
    assert back(exported(blank)).values[RECEIVED].status is ValueStatus.BLANK


def test_the_last_annotation_that_was_not_cancelled_counts(report: Report) -> None:
    export = exported(report)
    for task in export:
        later = copy.deepcopy(task["annotations"][0])
        for result in later["result"]:
            if result["id"] == RECEIVED.replace(".", "-") and result["from_name"] == TEXT:
                result["value"]["text"] = ["99"]
        task["annotations"] += [later, {"was_cancelled": True, "result": []}]
    assert back(export).values[RECEIVED].value == 99


def test_what_cannot_be_used_is_named_and_no_half_label_is_made(report: Report) -> None:
    unfinished = exported(report)
    unfinished[1]["annotations"] = []
    wrong = exported(report.model_copy(update={"source": "wrong.pdf"}))
    [_, text] = regions(wrong, RECEIVED)
    text["value"]["text"] = ["many"]
    good = exported(report.model_copy(update={"source": "good.pdf"}))
    imported = labels_of([*unfinished, *wrong, *good])
    assert list(imported.labels) == ["good.pdf"]
    page = unfinished[1]["data"]["page"]
    assert imported.problems[0] == f"{report.source}: page {page} is not annotated"
    assert f"wrong.pdf: {RECEIVED}: 'many' is no number" in imported.problems
    assert len(imported.problems) == 4
    assert labels_of({"image": "x"}).problems, "another export format"


def test_the_commands_make_a_round_trip_through_files(samples: Path, tmp_path: Path) -> None:
    import shutil

    from typer.testing import CliRunner

    from eval.annotation.cli import app

    (tmp_path / "in").mkdir()
    shutil.copy(samples / "formats" / "report.pdf", tmp_path / "in")
    shutil.copy(samples / "formats" / "report.txt", tmp_path / "in")
    run = CliRunner().invoke(app, ["export", str(tmp_path / "in"), "--out", str(tmp_path / "tasks"), "--work",
                                   str(tmp_path / "work"), "--workers", "1"])
    assert run.exit_code == 0, run.output
    assert "report.txt: no pages" in run.output
    listed = json.loads((tmp_path / "tasks" / "tasks.json").read_text("utf8"))
    pictures = {path.name for path in (tmp_path / "tasks" / "images").iterdir()}
    assert {task["data"]["image"].rpartition("/")[2] for task in listed} == pictures
    for task in listed:
        task["annotations"] = [{"result": task["predictions"][0]["result"]}]
    (tmp_path / "export.json").write_text(json.dumps(listed))
    run = CliRunner().invoke(app, ["import", str(tmp_path / "export.json"), "--out", str(tmp_path / "labels")])
    assert run.exit_code == 0, run.output
    assert (tmp_path / "labels" / "report.pdf.label.json").is_file()
    assert FIELD in (tmp_path / "tasks" / "configuration.xml").read_text("utf8")
