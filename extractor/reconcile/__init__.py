"""Reconciles what was read: splits digits that run together, decodes contradictions, checks every relation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractor.fields import load as load_dictionary
from extractor.labelled import Labelled
from extractor.reconcile.engine import Engine
from extractor.reconcile.grouping import Subject, grouped
from extractor.reconcile.locate import locate
from extractor.reconcile.prose import case_of, check_prose
from extractor.reconcile.rules import load as load_rules
from extractor.reconcile.split import split_rows
from extractor.reconcile.unprinted import unprinted_rows
from extractor.reconcile.wording import Catalogue, messages
from extractor.report import Figure, Finding, Value

__all__ = ["Reconciled", "engine_of_product", "reconcile"]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The values to publish, by field id in the order of the dictionary, the outcome of every rule, and the figures of
    the prose with their verdicts."""

    values: dict[str, Value]
    findings: tuple[Finding, ...]
    figures: tuple[Figure, ...] = ()


@lru_cache(maxsize=1)
def engine_of_product() -> Engine:
    """The engine with the rule book, the dictionary and the messages that ship with the product."""
    dictionary = load_dictionary()
    return Engine(load_rules(), dictionary, Catalogue(messages(), dictionary))


def reconcile(labelled: Labelled, paragraphs: Sequence[str] = ()) -> Reconciled:
    """Splits rows whose digits run together, locates what contradicts, and evaluates every rule over the result.

    Confident readings are published as they were read, whatever the rules say about them. The order of the values,
    and of the rows whose digits run together, does not matter; reconciling the result again changes nothing.
    `paragraphs` are the texts that the spans of the figures count in: words around a figure say what it may mean.
    """
    engine = engine_of_product()
    values = split_rows(labelled.glued, engine, labelled.template, labelled.values)
    unprinted = unprinted_rows(engine, labelled.template, values)
    located = locate(engine, labelled.template, values, unprinted)
    findings = engine.findings(labelled.template, located.values, located.empty)
    known = [name for name in engine.dictionary.fields if name in located.values]
    others = sorted(located.values.keys() - set(known))
    case = case_of(labelled.figures, paragraphs, located.values, engine.book, engine.catalogue, conflicts=located.conflicts)
    prose = check_prose(case, labelled.figures)
    found = grouped((*findings, *prose.findings), located.conflicts, located.values,
                    Subject(labelled.agency, labelled.year), engine.catalogue)
    return Reconciled({name: located.values[name] for name in (*known, *others)}, found, prose.figures)
