"""Makes whole synthetic reports (without pages): body, year, figures, prose and errors, from a seed alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

from training.corpus.bodies import draw_body
from training.corpus.errors import HARMLESS, PROSE_KINDS, inject, misstatement, stated_fields, table_kinds
from training.corpus.figures import draw_figures, draw_hybrid, draw_printed, draw_years
from training.corpus.prose.context import Context, start
from training.corpus.prose.sections import write_report
from training.corpus.relations import Rule, violations
from training.corpus.types import Body, InjectedError, Level, SyntheticReport

_YEARS = {"2019": (2019, 2020), "2021": (2021, 2022, 2023, 2024, 2025)}


def make_report(seed: int, *, errors: float = 0.0, reserved: bool = False, template: str | None = None,
                level: Level | None = None) -> SyntheticReport:
    """One report. The same arguments give the same report, to the byte.

    `errors` is the chance (0 to 1) that the report carries injected errors. `reserved` lets test-only patterns in;
    without it none occurs. `template` (`2019` or `2021`) and `level` None are drawn.
    """
    rng = random.Random(seed)
    body = draw_body(rng, level)
    chosen = template or rng.choices(("2021", "2019"), (75, 25))[0]
    year = rng.choice(_YEARS[chosen])
    hybrid = draw_hybrid(rng, chosen)
    values = draw_figures(rng, body, year, chosen, hybrid)
    return _finish(rng, _Plan(seed, body, year, chosen, hybrid, values, None, reserved), errors)


def make_series(seed: int, years: int = 3, *, errors: float = 0.0, reserved: bool = False,
                level: Level | None = None) -> list[SyntheticReport]:
    """Reports of one body for consecutive years, each carrying over from the one before.

    A rule of history that is violated because the year before was misprinted is named by an error of kind `inherited`.
    """
    rng = random.Random(seed)
    body = draw_body(rng, level)
    first = rng.randint(2019, max(2019, 2026 - years))
    reports: list[SyntheticReport] = []
    for entry in draw_years(rng, body, first, years):
        plan = _Plan(seed, body, entry.year, entry.template, entry.hybrid, entry.values,
                     reports[-1].values if reports else None, reserved)
        reports.append(_finish(rng, plan, errors))
    return reports


@dataclass(frozen=True, slots=True)
class _Plan:
    """A report whose figures are drawn and whose prose is still to be written."""

    seed: int
    body: Body
    year: int
    template: str
    hybrid: str
    values: dict[str, Decimal | None]
    previous: dict[str, Decimal | None] | None
    reserved: bool

    def context(self, rng: random.Random) -> Context:
        return start(rng, self.body, self.year, self.values, self.reserved, self.previous)

    def violations(self, values: dict[str, Decimal | None], context: Context) -> frozenset[Rule]:
        return violations(values, context.paragraphs, self.previous)


def _finish(rng: random.Random, plan: _Plan, errors: float) -> SyntheticReport:
    """Writes the prose and puts errors in, if the report is to have any."""
    wanted = rng.choices((1, 2, 3), (80, 15, 5))[0] if rng.random() < errors else 0
    context, found = _write(rng, plan, wanted)
    if not found and plan.previous is not None:
        inherited = plan.violations(plan.values, context)
        found = [InjectedError("inherited", (), tuple(sorted(inherited)))] if inherited else []
    values = dict(plan.values)
    for _ in range(wanted - sum(e.kind in PROSE_KINDS for e in found)):
        found += _table_error(rng, plan, context, values)
    printed = {n: t for n, t in draw_printed(rng, plan.values).items() if values[n] == plan.values[n]}
    return SyntheticReport(
        plan.seed,
        plan.body,
        plan.year,
        plan.template,
        plan.hybrid,
        values,
        tuple(context.paragraphs),
        tuple(found),
        printed,
        plan.reserved,
    )


def _write(rng: random.Random, plan: _Plan, wanted: int) -> tuple[Context, list[InjectedError]]:
    """The prose, with at most one error of its own; drawn again while that error does not show."""
    if wanted and rng.random() < 0.35:
        for _ in range(8):
            context = plan.context(rng)
            kind, name = _fault(rng, context)
            write_report(context)
            broken = plan.violations(plan.values, context)
            tag = {"stale_percentage": "stale", "parts_exceed": "part"}.get(kind, name)
            rule = {"stale_percentage": "prose.share", "parts_exceed": "prose.parts"}.get(kind, "prose.table")
            places = _indices(context, tag)
            if places and any(r == rule for r, _ in broken):
                return context, [InjectedError(kind, (name,) if name else (), tuple(sorted(broken)), places)]
    context = plan.context(rng)
    write_report(context)
    return context, []


def _fault(rng: random.Random, context: Context) -> tuple[str, str]:
    """Sets up an error of prose: its kind, and the field that is misstated."""
    kind = rng.choice(PROSE_KINDS + ("prose_disagrees",) * 3)
    if kind != "prose_disagrees":
        context.faults.add(kind)
        return kind, ""
    known = {n: context.true(n.rpartition(".")[0], n.rpartition(".")[2]) for n in stated_fields()}
    positive = [n for n, v in known.items() if v] or [stated_fields()[0]]
    name = rng.choice(positive)
    context.stated[name] = misstatement(rng, known, name)
    return kind, name


def _table_error(
    rng: random.Random, plan: _Plan, context: Context, values: dict[str, Decimal | None]
) -> list[InjectedError]:
    """One more error in the cells, which must add violations and repair none; changes `values`."""
    before = plan.violations(values, context)
    for kind in rng.sample(table_kinds(), len(table_kinds())) * 2:
        changed = inject(rng, kind, values, plan.previous)
        after = plan.violations(values | changed, context)
        if changed and before <= after and (after > before) != (kind in HARMLESS):
            values.update(changed)
            return [InjectedError(kind, tuple(changed), tuple(sorted(after - before)))]
    return []


def _indices(context: Context, tag: str) -> tuple[int, ...]:
    """Positions, among all figures of the report in order, of those written for a tag."""
    flat = [t for tags in context.tags for t in tags]
    return tuple(i for i, t in enumerate(flat) if tag and t == tag)
