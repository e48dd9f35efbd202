"""What those who run the service see: whether it lives, whether it can work, and what it does."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from extractor.serve.model import Scope
from tests.serve.conftest import Sample, Start, ended


def test_metrics_are_valid_and_name_routes_and_outcomes_not_addresses(start: Start, city: Sample) -> None:
    served = start()
    with served.client(Scope.REVIEW) as client:
        job = client.post("/v1/jobs", files={"files": (city.name, city.data)}).json()
        assert ended(client, job["id"])["state"] == "done"
        sha256 = job["documents"][0]["sha256"]
        assert client.get(f"/v1/reports/{sha256}").status_code == 200
        text = client.get("/metrics").text
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    assert [(sample.labels, sample.value) for sample in found if sample.name == "gouji_document_outcomes_total"] == [
        ({"outcome": "done"}, 1)]
    assert {"method": "GET", "route": "/v1/reports/{sha256}", "status": "200"} in [
        sample.labels for sample in found if sample.name == "gouji_http_requests_total"]
    assert [sample.value > 10_000_000 for sample in found if sample.name == "process_resident_memory_bytes"] == [True]
    assert sha256 not in text and city.name not in text


def test_a_service_that_stops_is_alive_but_not_ready(start: Start) -> None:
    served = start()
    with served.client(None) as client:
        assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 200)
        served.service.announce_stop()
        assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 503)
