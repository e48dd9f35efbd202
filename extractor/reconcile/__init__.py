"""Reconciles what was read: splits digits that run together, then checks every relation of the rule book."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from extractor.fields import load as load_dictionary
from extractor.labelled import Labelled
from extractor.reconcile.engine import Engine
from extractor.reconcile.rules import load as load_rules
from extractor.reconcile.split import split_rows
from extractor.reconcile.wording import Catalogue, messages
from extractor.report import Finding, Value

__all__ = ["Reconciled", "engine_of_product", "reconcile"]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The values to publish, by field id in the order of the dictionary, and the outcome of every rule."""

    values: dict[str, Value]
    findings: tuple[Finding, ...]


@lru_cache(maxsize=1)
def engine_of_product() -> Engine:
    """The engine with the rule book, the dictionary and the messages that ship with the product."""
    dictionary = load_dictionary()
    return Engine(load_rules(), dictionary, Catalogue(messages(), dictionary))


def reconcile(labelled: Labelled) -> Reconciled:
    """Splits rows whose digits run together, then evaluates every rule over the values of one report."""
    engine = engine_of_product()
    values = split_rows(labelled.glued, engine, labelled.template, labelled.values)
    return Reconciled(values, engine.findings(labelled.template, values))
