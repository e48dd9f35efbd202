"""Reconciles what was read: splits digits that run together, decodes contradictions, checks every relation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from extractor.fields import load as load_dictionary
from extractor.labelled import Labelled
from extractor.reconcile.engine import Engine
from extractor.reconcile.locate import locate, with_suspects
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
    """Splits rows whose digits run together, locates what contradicts, and evaluates every rule over the result.

    Confident readings are published as they were read, whatever the rules say about them. The order of the values,
    and of the rows whose digits run together, does not matter; reconciling the result again changes nothing.
    """
    engine = engine_of_product()
    values = split_rows(labelled.glued, engine, labelled.template, labelled.values)
    located = locate(engine, labelled.template, values)
    findings = with_suspects(engine.findings(labelled.template, located.values), located.suspects)
    known = [name for name in engine.dictionary.fields if name in located.values]
    others = sorted(located.values.keys() - set(known))
    return Reconciled({name: located.values[name] for name in (*known, *others)}, findings)
