"""A report together with that of the year before, so that evidence shows what the two contradict each other in."""

from __future__ import annotations

from extractor.reconcile.history import YearPair
from extractor.reconcile.rules import PREVIOUS
from extractor.report import Evidence, Finding, Report, Value


def with_year_before(pair: YearPair) -> Report:
    """The report with the findings between the two years, and the values of the year before under `previous.`.

    Places in the other document are told in words, since its pages are not those of this one.
    """
    source = pair.previous.source
    before = {f"{PREVIOUS}{name}": _elsewhere(value, source) for name, value in pair.previous.values.items()}
    findings = tuple(_here(finding, source) for finding in pair.findings)
    return pair.report.model_copy(update={"values": pair.report.values | before,
                                          "findings": (*pair.report.findings, *findings)})


def _elsewhere(value: Value, source: str) -> Value:
    places = dict.fromkeys(f"{source} {f'page {item.page}' if item.box is not None else item.place}".strip()
                           for item in value.evidence)
    return value.model_copy(update={"field": f"{PREVIOUS}{value.field}",
                                    "evidence": tuple(Evidence(place=place) for place in places)})


def _here(finding: Finding, source: str) -> Finding:
    """The finding with its evidence in this document only: places in the other one begin with its name."""
    own = tuple(item for item in finding.evidence if not item.place.startswith(source))
    return finding.model_copy(update={"evidence": own})
