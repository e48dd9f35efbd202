"""Relations that follow from others are named, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from extractor.fields import load
from extractor.reconcile import engine_of_product
from extractor.reconcile.redundancy import redundant


@pytest.mark.parametrize("template", ["2019", "2021"])
def test_the_column_of_totals_balances_where_all_else_does(template: str, build: Callable[..., Any]) -> None:
    numbers = {field.id: 0 for field in load().of_template(template)}
    found = redundant(engine_of_product().instances(template, build(numbers, template).values))
    assert {(instance.rule.id, instance.where) for instance in found} == {
        ("requests.balance", "total"), ("requests.handled_sum", "total")}


def test_of_relations_that_share_nothing_none_is_redundant(build: Callable[..., Any]) -> None:
    numbers = {field.id: 0 for field in load().table("disputes").fields}
    assert redundant(engine_of_product().instances("2021", build(numbers).values)) == []
