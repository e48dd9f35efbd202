"""Across years and bodies: what was carried over, what is in force, growth, and sums over subordinate bodies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from extractor.document import Source
from extractor.reconcile.history import check_history, histories
from extractor.reconcile.history_sums import check_subordinates
from extractor.report import Cause, Evidence, Figure, Finding, FindingStatus, Report, Severity
from tests.reconcile.test_prose_table import Number, says, values

YEAR = {"requests.received.total": 20, "requests.carried_in.total": 0, "requests.carried_out.total": 3,
        "requests.carried_in.natural_person": 0, "requests.carried_out.natural_person": 3,
        "disclosure.normative_documents.issued": 2, "disclosure.normative_documents.repealed": 1,
        "disclosure.normative_documents.in_force": 30}
NEXT = {"requests.received.total": 25, "requests.carried_in.total": 3, "requests.carried_out.total": 1,
        "requests.carried_in.natural_person": 3, "requests.carried_out.natural_person": 1,
        "disclosure.normative_documents.issued": 4, "disclosure.normative_documents.repealed": 0,
        "disclosure.normative_documents.in_force": 34}


def report(agency: str, year: int | None, numbers: Mapping[str, Number], *, figures: Sequence[Figure] = (),
           paragraphs: Sequence[str] = (), copy: str = "") -> Report:
    cells = {name: value.model_copy(update={"evidence": (Evidence(page=2, text=name),)})
             for name, value in values(numbers).items()}
    return Report(source=f"{agency}{year}{copy}.pdf", sha256=f"{agency}{year}{copy}", format=Source.PDF, agency=agency,
                  year=year, template="2021", values=cells, figures=tuple(figures), paragraphs=tuple(paragraphs))


def violated(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.where) for finding in findings if finding.status is FindingStatus.VIOLATED]


def test_years_that_join_are_satisfied_in_every_column() -> None:
    found = check_history([report("洪泽区", 2021, YEAR), report("淮安市洪泽区人民政府", 2022, NEXT)])
    assert violated(found) == []
    assert {(finding.rule, finding.where) for finding in found} == {
        ("history.carry_over", "natural_person"), ("history.carry_over", "total"),
        ("history.in_force", "normative_documents")} | {("history.in_force", "normative_documents")}
    assert {finding.status for finding in found} == {FindingStatus.SATISFIED}


def test_what_was_carried_forward_must_be_carried_in_column_by_column() -> None:
    found = check_history([report("洪泽区", 2021, YEAR), report("洪泽区", 2022, NEXT | {"requests.carried_in.total": 5})])
    (finding,) = [finding for finding in found if finding.status is FindingStatus.VIOLATED]
    assert (finding.rule, finding.where) == ("history.carry_over", "total")
    assert (finding.expected, finding.actual) == (Decimal(3), Decimal(5))
    assert finding.operands == ("requests.carried_in.total", "previous.requests.carried_out.total")
    assert (finding.cause, finding.severity) == (Cause.REPORT, Severity.ERROR)
    assert "2022年度报告与2021年度报告" in finding.message.zh and "the reports of 2022 and 2021" in finding.message.en
    assert any(item.place.startswith("洪泽区2021.pdf") for item in finding.evidence)


def test_documents_in_force_only_ask_for_an_explanation() -> None:
    changed = NEXT | {"disclosure.normative_documents.in_force": 31}
    found = check_history([report("洪泽区", 2021, YEAR), report("洪泽区", 2022, changed)])
    (finding,) = [finding for finding in found if finding.status is FindingStatus.VIOLATED]
    assert (finding.rule, finding.expected, finding.actual) == ("history.in_force", Decimal(33 + 1), Decimal(31))
    assert (finding.cause, finding.severity) == (Cause.UNCLEAR, Severity.WARNING)


def test_blank_cells_leave_it_undecided() -> None:
    found = check_history([report("洪泽区", 2021, YEAR | {"requests.carried_out.total": None}), report("洪泽区", 2022, NEXT)])
    (finding,) = [finding for finding in found if finding.where == "total"]
    assert finding.status is FindingStatus.UNDECIDED


def test_growth_is_held_against_last_years_report() -> None:
    growth = Figure(field="requests.received.total", value=Decimal("20"), low=Decimal("19.5"), high=Decimal(21), unit="%",
                    period="growth", span=(0, 12, 15))
    now = says("requests.received.total", 25, span=(0, 0, 5))
    text = "收到申请25件，同比增长20%。"
    wrong = report("洪泽区", 2022, NEXT, figures=[now, growth], paragraphs=[text])
    assert ("prose.growth", "requests.received.total") in violated(check_history([report("洪泽区", 2021, YEAR), wrong]))
    right = growth.model_copy(update={"value": Decimal(25), "low": Decimal("24.5"), "high": Decimal(26)})
    fitting = report("洪泽区", 2022, NEXT, figures=[now, right], paragraphs=[text])
    assert not violated(check_history([report("洪泽区", 2021, YEAR), fitting]))


def test_growth_in_words_right_behind_a_count_is_read() -> None:
    now = says("requests.received.total", 25, span=(0, 0, 7))
    wrong = report("洪泽区", 2022, NEXT, figures=[now], paragraphs=["收到申请25件，较上年增长20%。"])
    assert ("prose.growth", "requests.received.total") in violated(check_history([report("洪泽区", 2021, YEAR), wrong]))
    right = report("洪泽区", 2022, NEXT, figures=[now], paragraphs=["收到申请25件，较上年增长25%。"])
    assert not violated(check_history([report("洪泽区", 2021, YEAR), right]))


def test_different_bodies_and_years_that_do_not_follow_are_not_compared() -> None:
    wrong = NEXT | {"requests.carried_in.total": 9}
    assert check_history([report("洪泽区", 2021, YEAR), report("洪泽区财政局", 2022, wrong)]) == ()
    assert check_history([report("洪泽区", 2020, YEAR), report("洪泽区", 2022, wrong)]) == ()
    assert check_history([report("洪泽区", 2021, YEAR), report("洪泽区", None, wrong)]) == ()
    assert check_history([]) == ()


def test_two_reports_of_one_year_are_named_and_the_fuller_one_is_used() -> None:
    thin = report("洪泽区人民政府", 2022, {"requests.carried_in.total": 9}, copy="x")
    (history,) = histories([thin, report("洪泽区", 2021, YEAR), report("洪泽区", 2022, NEXT)])
    assert [item.source for item in history.duplicates] == [thin.source]
    assert not violated([finding for pair in history.pairs for finding in pair.findings])


def test_years_without_a_report_are_named() -> None:
    (history,) = histories([report("洪泽区", 2023, NEXT), report("洪泽区", 2020, YEAR), report("洪泽区", 2021, YEAR)])
    assert history.missing == (2022,)
    assert [(pair.previous.year, pair.report.year) for pair in history.pairs] == [(2020, 2021)]


def test_the_order_of_reports_never_matters() -> None:
    reports = [report("洪泽区", 2021, YEAR), report("淮安市洪泽区", 2022, NEXT | {"requests.carried_in.total": 5}),
               report("洪泽区", 2022, {"requests.carried_in.total": 3}, copy="b"), report("沭阳县", 2021, YEAR),
               report("沭阳县", 2022, NEXT)]
    assert check_history(reports) == check_history(list(reversed(reports)))


PARENT = {"requests.received.total": 30, "review.total": 2}


def test_a_parent_is_held_against_the_sum_of_the_bodies_listed() -> None:
    parts = [report("洪泽区财政局", 2022, {"requests.received.total": 10, "review.total": 2}),
             report("淮安市洪泽区民政局", 2022, {"requests.received.total": 18, "review.total": 0}),
             report("洪泽区民政局", 2021, {"requests.received.total": 1})]
    found = check_subordinates(report("洪泽区", 2022, PARENT), parts, ["洪泽区财政局", "洪泽区民政局"])
    assert {finding.where: finding.status for finding in found} == {
        "requests.received.total": FindingStatus.VIOLATED, "review.total": FindingStatus.SATISFIED}
    (finding,) = [finding for finding in found if finding.status is FindingStatus.VIOLATED]
    assert (finding.expected, finding.actual, finding.cause) == (Decimal(28), Decimal(30), Cause.UNCLEAR)


def test_a_missing_or_blank_subordinate_leaves_the_sum_undecided() -> None:
    parent = report("洪泽区", 2022, PARENT)
    part = report("洪泽区财政局", 2022, {"requests.received.total": None, "review.total": 1})
    (finding,) = check_subordinates(parent, [part], ["洪泽区财政局", "洪泽区民政局"])
    assert finding.status is FindingStatus.UNDECIDED and "洪泽区民政局" in finding.message.zh
    found = check_subordinates(parent, [part], ["洪泽区财政局"])
    assert {finding.where: finding.status for finding in found} == {
        "requests.received.total": FindingStatus.UNDECIDED, "review.total": FindingStatus.VIOLATED}
