"""The API over stored reports: what is shown, decided and corrected, on SQLite and on PostgreSQL."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from extractor.report import Report
from extractor.serve.model import Scope
from extractor.store import StoreError
from tests.serve.conftest import Running, Sample, keep, problem, put

FIELD = "requests.handled.natural_person"


@pytest.fixture
def sha256(served: Running, county: Sample) -> str:
    return put(served.service, county)


def causes(served: Running, **wanted: Any) -> list[dict[str, Any]]:
    with served.client() as client:
        found: list[dict[str, Any]] = client.get("/v1/queue", params=wanted).json()["items"]
        return found


def test_a_report_is_shown_with_its_pages_and_findings(served: Running, county: Sample, sha256: str) -> None:
    with served.client(Scope.READ) as client:
        view = client.get(f"/v1/reports/{sha256}").json()
        assert Report.model_validate(view["report"]) == county.report.model_copy(update={"timings": {}})
        assert view["names"] == ["county_2022.pdf"]
        assert view["has_file"]
        assert [sheet["number"] for sheet in view["sheets"]] == [page.number for page in county.report.pages]
        violated = client.get(f"/v1/reports/{sha256}/findings", params={"status": "violated"}).json()
        assert [item["fingerprint"] for item in violated] == [each.fingerprint for each in county.report.violated]
        blank = client.get(f"/v1/reports/{sha256}/values", params={"status": "blank"}).json()
        assert {item["status"] for item in blank} <= {"blank"}
        assert client.get(f"/v1/reports/{sha256}/report").json()["sha256"] == sha256


def test_the_queue_has_one_item_a_cause_with_all_its_findings(served: Running, county: Sample, sha256: str) -> None:
    found = causes(served)
    assert [item["fingerprints"][0] for item in found] == [group[0].fingerprint for group in county.report.causes]
    assert [sorted(item["fingerprints"]) for item in found] == [
        sorted({each.fingerprint for each in group}) for group in county.report.causes]
    assert found[0]["place"] == "自然人"


@pytest.mark.parametrize(("wanted", "count"), [
    ({"rule": "requests.*"}, 1), ({"rule": "review.sum"}, 0), ({"cause": "report"}, 1), ({"cause": "reading"}, 0), ({"year": 2022}, 1),
    ({"year": 2021}, 0), ({"body": "青禾"}, 1), ({"text": "county"}, 1), ({"text": "没有这样的字"}, 0), ({"severity": "info"}, 0),
    ({"decided": "confirmed"}, 0), ({"decided": "all"}, 1), ({"sha256": "0" * 64}, 0)])
def test_the_queue_is_filtered(shared_service: Running, county: Sample, wanted: dict[str, Any], count: int) -> None:
    put(shared_service.service, county)
    with shared_service.client() as client:
        assert client.get("/v1/queue", params=wanted).json()["total"] == count


def test_a_decision_moves_a_cause_out_of_the_open_queue_and_back(served: Running, sha256: str) -> None:
    fingerprints = causes(served)[0]["fingerprints"]
    with served.client(Scope.REVIEW) as client:
        made = client.post("/v1/decisions", json={"fingerprints": fingerprints, "decision": "confirmed", "comment": "看过"})
        assert made.json() == {"decided": len(fingerprints)}
        again = client.post("/v1/decisions", json={"fingerprints": fingerprints, "decision": "confirmed", "comment": "看过"})
        assert again.json() == {"decided": 0}
        assert causes(served) == []
        said = causes(served, decided="confirmed")[0]["decided"]
        assert (said["decision"], said["comment"], said["author"]) == ("confirmed", "看过", "the review")
        assert client.get("/v1/overview").json()["decisions"] == {"open": 0, "confirmed": 1, "dismissed": 0}
        client.post("/v1/decisions", json={"fingerprints": fingerprints, "decision": "open"})
    assert len(causes(served)) == 1


def test_a_dismissal_needs_a_reason_and_a_decision_a_finding(served: Running, sha256: str) -> None:
    first = causes(served)[0]["fingerprint"]
    with served.client() as client:
        dismissed = {"fingerprints": [first], "decision": "dismissed"}
        problem(client.post("/v1/decisions", json=dismissed), 422)
        assert client.post("/v1/decisions", json=dismissed | {"reason": "explained"}).json() == {"decided": 1}
        unknown = problem(client.post("/v1/decisions", json={"fingerprints": [first, "0" * 16], "decision": "open"}), 422)
        assert "0" * 16 in unknown["detail"]
    assert causes(served, decided="dismissed")[0]["decided"]["reason"] == "explained"


def test_a_correction_solves_the_report_again_and_can_be_taken_back(served: Running, county: Sample, sha256: str) -> None:
    before = county.report.values[FIELD].value
    with served.client() as client:
        change = client.put(f"/v1/reports/{sha256}/corrections", json={"values": {FIELD: "32"}, "comment": "看原件"}).json()
        assert [item["field"] for item in change["corrections"]] == [FIELD]
        assert "requests.handled_sum" in {item["rule"] for item in change["gone"]}
        view = client.get(f"/v1/reports/{sha256}").json()
        assert view["report"]["values"][FIELD]["value"] == "32"
        assert view["report"]["values"][FIELD]["status"] == "confirmed"
        assert view["read"]["values"][FIELD]["value"] == str(before)
        undone = client.delete(f"/v1/reports/{sha256}/corrections/{FIELD}").json()
        assert undone["corrections"] == []
        after = client.get(f"/v1/reports/{sha256}").json()
        assert after["report"] == after["read"] == json.loads(county.report.model_dump_json(exclude={"timings"})) | {"timings": {}}
        problem(client.delete(f"/v1/reports/{sha256}/corrections/{FIELD}"), 404)


@pytest.mark.parametrize("values", [{"requests.nothing.total": "1"}, {FIELD: "NaN"}, {FIELD: "1e400"}, {FIELD: "drei"}, {}])
def test_a_correction_without_sense_changes_nothing(shared_service: Running, county: Sample, values: dict[str, str]) -> None:
    sha256 = put(shared_service.service, county)
    with shared_service.client() as client:
        problem(client.put(f"/v1/reports/{sha256}/corrections", json={"values": values}), 422)
        assert client.get(f"/v1/reports/{sha256}").json()["corrections"] == []


def test_corrections_and_decisions_hold_when_the_document_is_extracted_again(
        served: Running, county: Sample, sha256: str) -> None:
    with served.client() as client:
        client.put(f"/v1/reports/{sha256}/corrections", json={"values": {FIELD: "32"}})
        left = causes(served)[0]["fingerprints"]
        client.post("/v1/decisions", json={"fingerprints": left, "decision": "confirmed"})
        keep(served.service.store, county.report, "again.pdf")  # another program extracts it
        assert client.get(f"/v1/reports/{sha256}").json()["report"]["values"][FIELD]["status"] != "confirmed"
        served.service._extracted(sha256)  # what the driver calls when a document is extracted
        view = client.get(f"/v1/reports/{sha256}").json()
        assert view["report"]["values"][FIELD]["value"] == "32"
        assert set(view["decisions"]) >= set(left)


def test_every_decision_and_correction_is_in_the_audit_log_for_good(served: Running, sha256: str) -> None:
    with served.client() as client:
        client.put(f"/v1/reports/{sha256}/corrections", json={"values": {FIELD: None}})
        client.delete(f"/v1/reports/{sha256}/corrections/{FIELD}")
        client.post("/v1/decisions", json={"fingerprints": [causes(served)[0]["fingerprint"]], "decision": "confirmed"})
        rows = client.get("/v1/audit").json()["items"]
        about = client.get("/v1/audit", params={"subject": f"report {sha256}"}).json()["items"]
    assert [row["action"] for row in rows][:3] == ["decide", "undo", "correct"]
    assert rows[2]["after"] == {FIELD: {"raw": "33", "status": "confirmed", "value": None}}
    assert rows[2]["before"][FIELD]["value"] == "33"
    assert {row["action"] for row in about} == {"correct", "undo"}
    for table in ("audit", "corrections", "decisions"):
        for attempt in (f"UPDATE {table} SET author = 'nobody'", f"DELETE FROM {table}"):
            with pytest.raises(StoreError), served.service.store.transaction(write=True) as connection:
                connection.execute(text(attempt))


def test_a_report_is_not_sent_again_while_nothing_changed(served: Running, sha256: str) -> None:
    with served.client() as client:
        etag = client.get(f"/v1/reports/{sha256}").headers["etag"]
        assert client.get(f"/v1/reports/{sha256}", headers={"If-None-Match": etag}).status_code == 304
        client.post("/v1/decisions", json={"fingerprints": [causes(served)[0]["fingerprint"]], "decision": "confirmed"})
        assert client.get(f"/v1/reports/{sha256}", headers={"If-None-Match": etag}).status_code == 200


def test_pages_and_findings_are_shown_as_images(shared_service: Running, county: Sample) -> None:
    sha256 = put(shared_service.service, county)
    with shared_service.client() as client:
        answer = client.get(f"/v1/reports/{sha256}/pages/5.png", params={"dpi": 108})
        image = Image.open(io.BytesIO(answer.content))
        assert image.size == pytest.approx([round(595.3 * 1.5), round(841.9 * 1.5)], abs=2)
        crop = client.get(f"/v1/reports/{sha256}/findings/{county.report.violated[0].fingerprint}.png")
        assert crop.headers["content-type"] == "image/png"
        assert Image.open(io.BytesIO(crop.content)).height < image.height
        problem(client.get(f"/v1/reports/{sha256}/pages/7.png"), 404)
        problem(client.get(f"/v1/reports/{sha256}/pages/1.png", params={"dpi": 100}), 422)


def test_a_format_without_pages_has_no_images(shared_service: Running, city: Sample) -> None:
    sha256 = put(shared_service.service, city)
    with shared_service.client() as client:
        assert client.get(f"/v1/reports/{sha256}/pages").json() == []
        problem(client.get(f"/v1/reports/{sha256}/pages/1.png"), 404)


@pytest.mark.parametrize(("address", "begins"), [("paper.xlsx", b"PK"), ("evidence.html", b"<!DOCTYPE")])
def test_working_papers_and_evidence_pages_are_files_to_keep(
        shared_service: Running, county: Sample, address: str, begins: bytes) -> None:
    sha256 = put(shared_service.service, county)
    with shared_service.client() as client:
        answer = client.get(f"/v1/reports/{sha256}/{address}", params={"lang": "en"})
    assert answer.content.lstrip()[:len(begins)].upper() == begins
    assert answer.headers["content-disposition"].startswith("attachment")


def test_corrected_reports_become_samples_that_the_evaluation_reads(
        served: Running, county: Sample, sha256: str, tmp_path: Any) -> None:
    from eval.loading import load_samples
    from training.corrected import read_corrected

    with served.client() as client:
        assert names_in(client.get("/v1/exports/samples.zip").content) == ["samples.csv"]
        client.put(f"/v1/reports/{sha256}/corrections", json={"values": {FIELD: "32"}})
        answer = client.get("/v1/exports/samples.zip").content
    with zipfile.ZipFile(io.BytesIO(answer)) as package:
        package.extractall(tmp_path)
    samples = load_samples(tmp_path)
    assert not samples.problems
    assert samples.truths[0].report.values[FIELD].value == 32
    assert samples.truths[0].file is not None and samples.truths[0].file.read_bytes() == county.data
    assert read_corrected(tmp_path)


def test_the_tables_of_the_store_can_be_taken_away(served: Running, sha256: str) -> None:
    with served.client() as client:
        assert names_in(client.get("/v1/exports/tables.zip").content) == ["figures.csv", "findings.csv", "values.csv"]


def test_a_body_shows_its_years_side_by_side(served: Running, county: Sample, sha256: str) -> None:
    earlier = county.report.model_copy(update={"year": 2021, "sha256": "a" * 64})
    keep(served.service.store, earlier, "earlier.pdf")
    with served.client() as client:
        assert client.get("/v1/bodies", params={"text": "青禾"}).json()["items"][0]["reports"] == 2
        body = client.get(f"/v1/bodies/{county.report.agency}").json()
        assert [column["year"] for column in body["years"]] == [2021, 2022]
        row = next(row for row in body["rows"] if row["field"] == FIELD)
        assert [cell["value"] for cell in row["values"]] == ["33", "33"]
        carried = next(item for item in body["findings"] if item["finding"]["rule"] == "history.carry_over")
        decision = {"fingerprints": [carried["finding"]["fingerprint"]], "decision": "confirmed"}
        problem(client.post("/v1/decisions", json=decision), 422)
        assert client.post("/v1/decisions", json=decision | {"body": county.report.agency}).json() == {"decided": 1}
        again = client.get(f"/v1/bodies/{county.report.agency}").json()["findings"]
        assert [item["decided"]["decision"] for item in again if item["decided"]] == ["confirmed"]
        problem(client.get("/v1/bodies/没有这个机关"), 404)


def test_saved_views_are_their_owners(served: Running) -> None:
    with served.client(Scope.REVIEW) as mine, served.client(Scope.ADMIN) as others:
        assert mine.put("/v1/views/我的", json={"rule": "requests.*", "year": 2023}).status_code == 200
        assert [view["name"] for view in mine.get("/v1/views").json()] == ["我的"]
        assert others.get("/v1/views").json() == []
        problem(others.delete("/v1/views/我的"), 404)
        assert mine.delete("/v1/views/我的").status_code == 204


def test_lists_come_in_parts(served: Running, county: Sample) -> None:
    for number in range(3):
        keep(served.service.store, county.report.model_copy(update={"sha256": f"{number:x}" * 64}), f"{number}.pdf")
    with served.client() as client:
        parts = [client.get("/v1/reports", params={"offset": offset, "size": 2}).json() for offset in (0, 2, 4)]
        assert [(part["total"], len(part["items"])) for part in parts] == [(3, 2), (3, 1), (3, 0)]
        problem(client.get("/v1/reports", params={"size": 201}), 422)


@pytest.mark.parametrize(("headers", "detail"), [
    ({"Accept-Language": "en-GB,zh;q=0.5"}, "There is no report"), ({"Accept-Language": "zh-CN"}, "没有这份文件的报告"), ({}, "没有这份文件的报告")])
def test_refusals_speak_the_language_of_the_request(
        shared_service: Running, headers: dict[str, str], detail: str) -> None:
    with shared_service.client(headers={"Accept-Language": ""} | headers) as client:
        refused = problem(client.get(f"/v1/reports/{'b' * 64}"), 404)
    assert refused["detail"].startswith(detail)
    assert refused["type"] == "urn:gouji:problem:report"


def names_in(package: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return sorted(opened.namelist())


