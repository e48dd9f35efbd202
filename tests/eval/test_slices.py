"""Results by any key of the label files: the documents of a slice, and only these, make its figures."""

from __future__ import annotations

from dataclasses import replace

from eval.evaluate import evaluate
from eval.facts import facts_of
from eval.slices import groups, keys_of, known_keys
from eval.types import Answer, Truth
from tests.eval.conftest import answered, spoilt


def sliced(truth: Truth, name: str, **facts: str | float | bool) -> Truth:
    return replace(truth, name=name, facts=facts)


def test_an_error_shows_in_its_slice_and_in_no_other(unplaced: Truth) -> None:
    wrong = spoilt(unplaced.report, answered(unplaced.report.values["review.upheld"], 4711))
    levels = ["clean", "clean", "fax", "fax"]
    pairs = [(sliced(unplaced, f"{at}", **{"scan.level": level}), Answer(wrong if level == "fax" else unplaced.report))
             for at, level in enumerate(levels)]
    result = evaluate(pairs, slices=["scan.level"])
    found = result.slices["scan.level"]
    assert {value: part.documents for value, part in found.items()} == {"clean": 2, "fax": 2}
    assert found["clean"].scores["cells.exact"].value == 1.0
    assert found["fax"].scores["cells.exact"].value == 1 - 1 / len(unplaced.report.values)
    assert (found["clean"].scores["documents.perfect"].value, found["fax"].scores["documents.perfect"].value) == (1.0, 0.0)


def test_numbers_of_many_values_are_put_into_ranges(unplaced: Truth) -> None:
    truths = [sliced(unplaced, f"{skew}", **{"scan.skew": skew / 10, "scan.dpi": 200.0}) for skew in range(20)]
    found = groups(truths, "scan.skew")
    assert len(found) == 4 and sorted(at for part in found.values() for at in part) == list(range(20))
    assert min(len(part) for part in found.values()) >= 4
    assert groups(truths, "scan.dpi") == {"200": list(range(20))}
    assert keys_of(truths) == ["scan.skew"], "a key that splits nothing is left out unless it is asked for"
    assert keys_of(truths, ["scan.dpi"]) == ["scan.dpi"]


def test_a_document_without_the_key_is_in_no_slice(unplaced: Truth) -> None:
    truths = [sliced(unplaced, "a", template="2021"), sliced(unplaced, "b")]
    assert groups(truths, "template") == {"2021": [0]}
    assert known_keys(truths) == ["template"]


def test_every_plain_key_of_a_label_file_is_a_fact(unplaced: Truth) -> None:
    known = {"level": "county", "layout": {"family": "office", "split": "rows", "labels": {"slips": 0.0}},
             "scan": {"level": "harsh", "dpi": 130, "steps": ["skew=-1.5", "seals=2", "tone=grey"]},
             "cells": [{"table": 1, "areas": [{"page": 1}]}, {"table": 1, "areas": [{"page": 2}]}],
             "errors": [{"kind": "total_zero"}, {"kind": "shifted_row"}], "owner": "someone"}
    facts = facts_of(known, unplaced.report.model_copy(update={"pages": ({},)}))
    assert facts["layout.labels.slips"] == 0.0 and facts["owner"] == "someone" and facts["level"] == "county"
    assert (facts["scan.level"], facts["scan.skew"], facts["scan.seals"], facts["scan.tone"]) == ("harsh", 1.5, 2.0, "grey")
    assert facts["source"] == "scan" and facts["table_over_pages"] is True
    assert facts["planted"] == "shifted_row+total_zero"


def test_the_samples_of_the_project_are_told_apart_by_format(truths: list[Truth]) -> None:
    assert set(groups(truths, "source")) == {"pdf", "word", "web", "text"}
