"""Labels and outputs that cannot be used are named one by one, and the rest is scored."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from eval.loading import LABEL_SUFFIX, load_outputs, load_samples
from eval.types import Part

NAME = "city_2024.html"


@pytest.fixture
def folder(samples: Path, tmp_path: Path) -> Path:
    """A folder with one good sample, its label beside it."""
    shutil.copy(samples / "demo" / NAME, tmp_path / NAME)
    shutil.copy(samples / "labels" / "demo" / (NAME + LABEL_SUFFIX), tmp_path / (NAME + LABEL_SUFFIX))
    return tmp_path


def codes(folder: Path, with_files: bool = True) -> list[tuple[str, str]]:
    return [(problem.code, problem.name) for problem in load_samples(folder, with_files=with_files).problems]


def test_every_way_to_lay_out_files_and_labels_is_understood(samples: Path, folder: Path, tmp_path: Path) -> None:
    assert len(load_samples(samples / "demo").truths) == 0, "no labels beside the demo files"
    assert [truth.name for truth in load_samples(folder).truths] == [NAME]
    label = folder / (NAME + LABEL_SUFFIX)
    for place in (folder / "city_2024.label.json", folder / "city_2024.json", folder / "labels" / (NAME + LABEL_SUFFIX),
                  folder / "gold" / "some_name.json"):
        place.parent.mkdir(exist_ok=True)
        label = label.rename(place)
        loaded = load_samples(folder)
        assert [(truth.name, truth.file) for truth in loaded.truths] == [(NAME, folder / NAME)], place
        assert not loaded.problems


def test_a_bare_report_is_a_label(folder: Path) -> None:
    label = folder / (NAME + LABEL_SUFFIX)
    label.write_text(json.dumps(json.loads(label.read_text("utf8"))["report"]), "utf8")
    [truth] = load_samples(folder).truths
    assert truth.report.agency and truth.parts == frozenset(Part)


def test_a_transcript_is_a_label_of_what_it_tells(folder: Path) -> None:
    (folder / (NAME + LABEL_SUFFIX)).unlink()
    transcript = {"source": NAME, "year": 2024, "values": {"requests.received.total": "1,2", "review.total": None}}
    path = folder / "transcript.json"
    path.write_text(json.dumps(transcript))
    assert codes(folder) == [("label_malformed", "transcript.json"), ("label_missing", NAME)]
    transcript["values"] = {"requests.received.total": "12", "review.total": None}
    transcript["violations"] = [{"rule": "review.sum"}, {"rule": "prose.table", "field": "x", "note": "a weak one"}]
    path.write_text(json.dumps(transcript))
    [truth] = load_samples(folder).truths
    assert truth.parts == {Part.VALUES, Part.FINDINGS}
    assert [(finding.rule, finding.where) for finding in truth.report.findings] == [("review.sum", "review")]
    assert truth.optional == {("prose.table", "x")}


def test_broken_labels_and_missing_files_are_named_and_the_rest_is_scored(folder: Path) -> None:
    good = json.loads((folder / (NAME + LABEL_SUFFIX)).read_text("utf8"))
    (folder / "a.label.json").write_text("{")
    (folder / "b.label.json").write_text("[]")
    (folder / "c.label.json").write_text(json.dumps({"report": {"source": "c.pdf"}}))
    (folder / "d.label.json").write_text(json.dumps({**good, "report": {**good["report"], "source": "d.pdf"}}))
    (folder / "e.label.json").write_text(json.dumps({**good, "corpus": {"cells": [{"field": "x", "areas": [{}]}]}}))
    (folder / "new.txt").write_text("未标注")
    (folder / "README.md").write_text("notes")
    found = codes(folder)
    assert found == [("label_malformed", "a.label.json"), ("label_malformed", "b.label.json"),
                     ("label_malformed", "c.label.json"), ("file_missing", "d.label.json"),
                     ("label_malformed", "e.label.json"), ("label_missing", "new.txt")]
    assert [truth.name for truth in load_samples(folder).truths] == [NAME]
    problems = [str(problem) for problem in load_samples(folder).problems]
    assert "c.label.json: the label cannot be read: sha256: Field required (2 in all)" in problems


def test_unknown_fields_and_other_versions_are_named_and_the_label_is_used(folder: Path) -> None:
    path = folder / (NAME + LABEL_SUFFIX)
    label = json.loads(path.read_text("utf8"))
    label["report"]["schema_version"] = "0.9"
    label["report"]["values"]["requests.received.robots"] = label["report"]["values"]["requests.received.total"]
    path.write_text(json.dumps(label))
    assert codes(folder) == [("schema_version", path.name), ("unknown_field", path.name)]
    [truth] = load_samples(folder).truths
    assert "requests.received.robots" not in truth.report.values and "requests.received.total" in truth.report.values


def test_keys_of_a_later_version_are_named_and_left_out(folder: Path) -> None:
    path = folder / (NAME + LABEL_SUFFIX)
    label = json.loads(path.read_text("utf8"))
    label["report"]["mood"] = "good"
    for figure in label["report"]["figures"]:
        figure["novelty"] = None
    path.write_text(json.dumps(label))
    [problem] = load_samples(folder).problems
    assert (problem.code, problem.detail) == ("unknown_key", "mood, novelty")
    assert load_samples(folder).truths[0].report.figures


def test_a_broken_label_is_named_once_not_also_as_missing(folder: Path) -> None:
    (folder / (NAME + LABEL_SUFFIX)).write_text("{")
    assert codes(folder) == [("label_malformed", NAME + LABEL_SUFFIX)]


def test_two_labels_of_one_file(folder: Path) -> None:
    shutil.copy(folder / (NAME + LABEL_SUFFIX), folder / "city_2024.label.json")
    assert [code for code, _ in codes(folder)] == ["duplicate"]
    assert len(load_samples(folder).truths) == 1


def test_outputs_find_their_labels_by_hash_or_by_name(samples: Path, tmp_path: Path) -> None:
    truths = load_samples(samples, with_files=False).truths
    by_hash, by_name, lost = truths[0], truths[1], {truth.name for truth in truths[2:]}
    (tmp_path / "x.json").write_text(by_hash.report.model_copy(update={"source": "elsewhere.pdf"}).to_json(), "utf8")
    (tmp_path / "y.json").write_text(by_name.report.model_copy(update={"sha256": ""}).to_json(), "utf8")
    (tmp_path / "z.json").write_text("{}")
    found, problems = load_outputs(tmp_path, truths)
    assert set(found) == {by_hash.name, by_name.name}
    assert [problem.code for problem in problems] == ["output_malformed", *["output_missing"] * len(lost)]
    assert {problem.name for problem in problems[1:]} == lost
