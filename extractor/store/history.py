"""A body's reports across the years, out of a store: the rules between years are those of `extractor.reconcile.history`.

Only the reports of one body (and of those that its name cannot be told from) are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select

from extractor.reconcile.bodies import BodyName, body_name, same_body
from extractor.reconcile.history import BodyHistory, histories
from extractor.reconcile.history_sums import check_subordinates
from extractor.report import Finding, Report
from extractor.store.questions import reports_of
from extractor.store.schema import reports
from extractor.store.store import Store


def bodies_called(store: Store, name: str) -> list[str]:
    """The bodies in the store that `name` may mean, as their reports call them; if there are none, those whose name
    holds `name`."""
    # the last division, or else the unit, stands in every way to write the same body's name
    wanted = body_name(name)
    part = wanted.divisions[-1] if wanted.divisions else name
    known = _agencies(store, part)
    return [agency for agency in known if same_body(agency, name)] or _agencies(store, name)


def history_of(store: Store, name: str) -> list[Report]:
    """The reports of the body called `name`, by year."""
    found = [report for agency in bodies_called(store, name) for report in reports_of(store, agency)]
    return sorted(found, key=lambda report: (report.year or 0, report.sha256))


def all_histories(store: Store) -> Iterator[BodyHistory]:
    """The history of every body with more than one report, one body after another."""
    for agencies in _alike(_agencies(store)):
        found = [report for agency in agencies for report in reports_of(store, agency)]
        if len(found) > 1:
            yield from histories(found)


def subordinate_findings(store: Store, parents: Iterable[Report], names: Sequence[str]) -> Iterator[tuple[Report, Finding]]:
    """Each report of a parent against the sums over the bodies called `names`."""
    subordinates = [report for name in names for report in history_of(store, name)]
    for parent in parents:
        for finding in check_subordinates(parent, subordinates, names):
            yield parent, finding


def _agencies(store: Store, part: str = "") -> list[str]:
    question = select(reports.c.agency).where(reports.c.agency.is_not(None)).distinct().order_by(reports.c.agency)
    if part:
        question = question.where(reports.c.agency.contains(part, autoescape=True))
    with store.transaction() as connection:
        return list(connection.execute(question).scalars())


def _alike(agencies: Iterable[str]) -> Iterator[list[str]]:
    """Names that could mean one body: the same unit of a division of the same name."""
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for agency in agencies:
        name: BodyName = body_name(agency)
        alike.setdefault((name.unit, name.divisions[-1:]), []).append(agency)
    yield from alike.values()
