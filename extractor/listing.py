"""What `gouji fields` and `gouji rules` print: the dictionary and the rule book, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import east_asian_width

from extractor.fields import load
from extractor.messages import Language, say


def field_records() -> list[dict[str, Any]]:
    """Every canonical field in the order of the tables, then the derived rows."""
    dictionary = load()
    cells = [{"id": field.id, "table": table.id, "label": dictionary.describe(field.id), "unit": field.unit,
              "kind": field.kind, "templates": sorted(field.templates), "derived": False}
             for table in dictionary.tables for field in table.fields]
    sums = [{"id": derived.id, "table": derived.table, "label": derived.labels[0], "sum_of": list(derived.rows),
             "derived": True} for derived in dictionary.derived]
    return cells + sums


def field_lines() -> list[str]:
    """One field a line in aligned columns, under its table's title."""
    dictionary = load()
    lines: list[str] = []
    for table in dictionary.tables:
        rows = [(field.id, field.unit, field.kind, ",".join(sorted(field.templates)), dictionary.describe(field.id))
                for field in table.fields]
        lines += ["", f"{table.labels[0]} ({len(rows)})", *_aligned(rows)]
    sums = [(derived.id, derived.labels[0], "= " + " + ".join(derived.rows)) for derived in dictionary.derived]
    return [*lines[1:], "", "derived, stated in prose only", *_aligned(sums)]


def rule_records() -> list[dict[str, Any]]:
    """Every rule of the rule book, in its order; `redundant` are places where it follows from other relations."""
    from extractor.reconcile import rules

    implied = _redundant_places()
    return [{"id": rule.id, "table": rule.table, "per": rule.per,
             "relation": rule.relation.text if rule.relation else None, "formula": rule.formula or None,
             "checks": {kind: list(names) for kind, names in rule.checks.items()}, "severity": str(rule.severity),
             "strength": rule.strength, "prior": {"broken": rule.prior.broken, "of": rule.prior.of},
             "templates": sorted(rule.templates), "redundant": implied.get(rule.id, []),
             "source": rule.source} for rule in rules.load().rules]


def _redundant_places() -> dict[str, list[str]]:
    """By rule, the places where the relations of the latest template follow from the others."""
    from extractor.reconcile import engine_of_product
    from extractor.reconcile.redundancy import redundant
    from extractor.report import Value

    dictionary = load()
    template = dictionary.templates[-1].id
    values = {field.id: Value(field=field.id, value=None, read=None) for field in dictionary.of_template(template)}
    places: dict[str, list[str]] = {}
    for instance in redundant(engine_of_product().instances(template, values)):
        places.setdefault(instance.rule.id, []).append(instance.where)
    return places


def rule_lines(language: Language = "en") -> list[str]:
    """Each rule with its kind, its formula and its source, in Chinese or in English."""
    lines: list[str] = []
    for rule in rule_records():
        checks = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in rule["checks"].items())
        told = [say(f"rules.severity.{rule['severity']}", language), say(f"rules.strength.{rule['strength']}", language),
                say(f"rules.per.{rule['per']}", language),
                say("rules.templates", language, templates=", ".join(rule["templates"]))]
        if rule["redundant"]:
            told.append(say("rules.redundant", language, places=", ".join(rule["redundant"])))
        lines += [f"{rule['id']}  ({', '.join(told)})", f"  {rule['relation'] or rule['formula'] or checks}",
                  f"  {rule['source']}"]
    return lines


def _aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """The rows with all columns but the last padded to equal width on screen, where Chinese takes two places."""
    table = list(rows)
    widths = [max(_width(row[column]) for row in table) for column in range(len(table[0]) - 1)]
    return ["  " + "  ".join([*(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False)),
                              row[-1]]) for row in table]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
