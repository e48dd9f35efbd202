"""The rule book: complete, readable, feasible, and rejected where it contradicts itself or the dictionary."""

from __future__ import annotations

import string
from collections.abc import Callable
from importlib import resources
from typing import Any

import numpy as np
import pytest

from extractor.fields import load as load_dictionary
from extractor.reconcile import engine_of_product
from extractor.reconcile.engine import Instance
from extractor.reconcile.rules import Prior, RuleBookError, load, parse, parse_relation
from extractor.reconcile.wording import messages

TEXT = resources.files("extractor.reconcile").joinpath("rules.toml").read_text("utf8")
STATUSES = {"violated", "undecided", "satisfied"}


def instances_of(template: str, build: Callable[..., Any]) -> list[Instance]:
    numbers = {field.id: 0 for field in load_dictionary().of_template(template)}
    return list(engine_of_product().instances(template, build(numbers, template).values))


def matrix_of(instances: list[Instance]) -> np.ndarray:
    fields = sorted({field for instance in instances for field in instance.operands})
    matrix = np.zeros((len(instances), len(fields)))
    for row, instance in enumerate(instances):
        for field, coefficient in instance.coefficients.items():
            matrix[row, fields.index(field)] = coefficient
    return matrix


def test_holds_every_relation_inside_the_three_tables() -> None:
    assert [rule.id for rule in load().rules if not rule.id.startswith(("prose.", "history.", "bodies."))] == [
        "requests.balance", "requests.handled_sum", "requests.applicant_sum", "review.sum", "litigation.direct.sum",
        "litigation.after_review.sum", "form.count"]
    assert all(rule.source for rule in load().rules)


@pytest.mark.parametrize("rule", [rule.id for rule in load().rules])
def test_every_rule_has_messages_for_every_status_in_both_languages(rule: str) -> None:
    entry = messages()[rule]
    assert set(entry) == STATUSES
    texts = [entry["undecided"], entry["satisfied"]]
    violated = entry["violated"]
    texts += [violated] if "zh" in violated else list(violated.values())
    for text in texts:
        assert set(text) == {"zh", "en"}
        names = [{name for _, name, _, _ in string.Formatter().parse(text[language]) if name} for language in text]
        assert names[0] == names[1], "both languages must tell the same"


def test_every_check_of_a_cell_has_a_message_of_its_own() -> None:
    checks = {check for rule in load().rules for names in rule.checks.values() for check in names} - {"present"}
    assert set(messages()["form.count"]["violated"]) == checks


def test_every_table_row_and_column_has_an_english_name() -> None:
    names = messages()["names"]
    for table in load_dictionary().tables:
        assert table.id in names["tables"]
        assert {row.id for row in table.rows} <= set(names["rows"])
        assert {column.id for column in table.columns} <= set(names["columns"])


@pytest.mark.parametrize(("template", "relations", "cells"), [("2021", 39, 175), ("2019", 37, 161)])
def test_table_3_has_two_redundant_relations(template: str, relations: int, cells: int, build: Callable[..., Any]) -> None:
    instances = [i for i in instances_of(template, build) if i.rule.table == "requests"]
    matrix = matrix_of(instances)
    assert matrix.shape == (relations, cells)
    assert np.linalg.matrix_rank(matrix) == relations - 2


def test_the_redundant_relations_are_those_of_the_total_column(build: Callable[..., Any]) -> None:
    instances = [i for i in instances_of("2021", build) if i.rule.table == "requests"]
    redundant = {("requests.balance", "total"), ("requests.handled_sum", "total")}
    kept = [i for i in instances if (i.rule.id, i.where) not in redundant]
    assert len(kept) == 37
    assert np.linalg.matrix_rank(matrix_of(kept)) == 37


def test_every_cell_of_table_3_is_told_apart_by_the_relations_it_stands_in(build: Callable[..., Any]) -> None:
    matrix = matrix_of([i for i in instances_of("2021", build) if i.rule.table == "requests"]) != 0
    assert set(matrix.sum(axis=0)) == {2, 3}
    assert len({tuple(column) for column in matrix.T}) == 175


def test_the_book_is_feasible_with_no_cell_of_tables_3_and_4_empty(build: Callable[..., Any]) -> None:
    matrix = matrix_of(instances_of("2021", build))
    from scipy.optimize import linprog

    count = matrix.shape[1]
    answer = linprog(np.ones(count), A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=[(1, None)] * count)
    assert answer.status == 0
    assert np.allclose(matrix @ np.round(answer.x), 0)


def test_no_cell_of_table_3_is_forced_to_zero_or_to_one_number(build: Callable[..., Any]) -> None:
    """Relations that contradict one another would leave only the zero vector for some cell."""
    matrix = matrix_of(instances_of("2021", build))
    _, singular, vectors = np.linalg.svd(matrix)
    null = vectors[(singular > 1e-9).sum():]
    assert (np.abs(null).max(axis=0) > 1e-9).all()


def test_a_relation_is_read_into_signed_terms() -> None:
    relation = parse_relation("a.{column} - b.{column} = sum({set}.{column}) + c.total")
    assert [(term.sign, term.pattern, term.summed) for term in relation.left] == [
        (1, "a.{column}", False), (-1, "b.{column}", False)]
    assert [(term.sign, term.pattern, term.summed) for term in relation.right] == [
        (1, "{set}.{column}", True), (1, "c.total", False)]


@pytest.mark.parametrize("text", ["a.b", "a = b = c", "a + = b", "= b", "a b = c", "a = b !", "sum(a = b"])
def test_what_is_no_equation_is_rejected(text: str) -> None:
    with pytest.raises(RuleBookError):
        parse_relation(text)


@pytest.mark.parametrize(("old", "new", "says"), [
    ('id = "requests.handled_sum"', 'id = "requests.balance"', "defined twice"),
    ("requests.received.{column}", "requests.recieved.{column}", "unknown fields"),
    ("sum({result}.{column})", "{result}.{column}", "belong together"),
    ("sum({result}.{column})", "sum({results}.{column})", "unknown placeholders"),
    ('per = "column"', 'per = "columns"', "per is 'columns'"),
    ('strength = "hard"', 'strength = "firm"', "strength is 'firm'"),
    ('table = "requests"\nper', 'table = "request"\nper', "unknown table"),
    ("prior = { broken = 0, of = 12 }", "prior = { broken = 13, of = 12 }", "no prior"),
    ('templates = ["2019", "2021"]', 'templates = ["2020"]', "unknown templates"),
    ('where = "review"\n', "", "`where`"),
    ('"not_negative"]', '"even"]', "unknown checks"),
    ('except = ["total"]', 'except = ["sum"]', "leaves out unknown"),
    ('rows_under = "result"', 'rows_under = "results"', "is empty"),
    ('stated = "left"', 'stated = "left"\nweight = 1', "unknown keys"),
])
def test_a_book_that_contradicts_itself_or_the_dictionary_is_rejected(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(RuleBookError, match=says):
        parse(TEXT.replace(old, new), load_dictionary())


def test_a_prior_is_never_zero() -> None:
    assert Prior(0, 12).probability == pytest.approx(0.5 / 13)
    assert Prior(1, 14).probability == pytest.approx(1.5 / 15)
