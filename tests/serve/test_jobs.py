"""Uploads: they become jobs that are worked off in the background, once, and go on after a restart."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import httpx

from extractor.serve.driver import NICENESS
from extractor.serve.jobs import Jobs, Uploaded
from extractor.serve.model import Scope, State
from tests.serve.conftest import Running, Sample, Start, ended, problem


def files(*pairs: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", pair) for pair in pairs]


def upload(client: httpx.Client, *pairs: tuple[str, bytes]) -> dict[str, Any]:
    answer = client.post("/v1/jobs", files=files(*pairs))
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    return job


def test_an_upload_becomes_reports_and_its_failures_say_why(served: Running, county: Sample) -> None:
    with served.client(Scope.REVIEW) as client:
        job = upload(client, (county.name, county.data), ("empty.pdf", b""), ("letter.txt", "尊敬的先生：您好。".encode()))
        assert job["state"] == "pending"
        done = ended(client, job["id"])
        assert done["state"] == "partial"
        first, empty, letter = done["documents"]
        assert (first["state"], first["year"], first["violated"]) == ("done", 2022, len(county.report.violated))
        assert (empty["state"], empty["category"]) == ("failed", "unreadable")
        assert (letter["state"], letter["category"]) == ("failed", "not_a_report")
        assert letter["message"]
        assert client.get(f"/v1/reports/{first['sha256']}").json()["report"]["source"] == county.name


def test_the_same_upload_is_the_same_job_and_the_same_bytes_are_read_once(shared_service: Running, city: Sample) -> None:
    with shared_service.client(Scope.REVIEW) as client:
        first = upload(client, ("a.html", city.data))
        assert upload(client, ("a.html", city.data))["id"] == first["id"]
        ended(client, first["id"])
        assert upload(client, ("a.html", city.data))["id"] == first["id"]
        before = shared_service.service.outcomes()["done"]
        other = upload(client, ("b.html", city.data), ("c.html", city.data))
        assert other["id"] != first["id"]
        assert other["state"] == "done"  # nothing was left to do
        assert shared_service.service.outcomes()["done"] == before
        names = client.get(f"/v1/reports/{first['documents'][0]['sha256']}").json()["names"]
        assert names == ["a.html"]


def test_the_same_upload_many_times_at_once_is_one_job(served: Running, city: Sample) -> None:
    def send(_: int) -> str:
        with served.client(Scope.REVIEW) as client:
            job: str = upload(client, ("a.html", city.data))["id"]
            return job

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(8)))) == 1


def test_a_failed_upload_is_tried_again_when_it_is_sent_again(shared_service: Running) -> None:
    with shared_service.client(Scope.REVIEW) as client:
        first = upload(client, ("no.pdf", b"no report"))
        ended(client, first["id"])
        again = upload(client, ("no.pdf", b"no report"))
        assert again["id"] != first["id"]
        assert ended(client, again["id"])["documents"][0]["state"] == "failed"


def test_events_tell_of_every_step_and_end(shared_service: Running, samples: Path) -> None:
    data = (samples / "formats" / "report.txt").read_bytes()
    with shared_service.client(Scope.REVIEW) as client:
        job = upload(client, ("report.txt", data))
        events = []
        with client.stream("GET", f"/v1/jobs/{job['id']}/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            for line in stream.iter_lines():
                if line.startswith("event: "):
                    events.append(line.removeprefix("event: "))
                if line.startswith("data: "):
                    last = json.loads(line.removeprefix("data: "))
        assert events[-1] == "end"
        assert set(events[:-1]) == {"job"}
        assert last == "done"
        problem(client.get(f"/v1/jobs/{'0' * 32}/events"), 404)


def test_another_users_job_is_as_if_it_were_not_there(shared_service: Running, city: Sample) -> None:
    _, stranger = shared_service.token("stranger", Scope.REVIEW)
    with shared_service.client(Scope.REVIEW) as mine, httpx.Client(
            base_url=shared_service.base, headers={"Authorization": f"Bearer {stranger}"}) as other:
        job = upload(mine, ("mine.html", city.data))["id"]
        problem(other.get(f"/v1/jobs/{job}"), 404)
        problem(other.get(f"/v1/jobs/{job}/events"), 404)
        assert job not in {item["id"] for item in other.get("/v1/jobs").json()["items"]}
        assert upload(other, ("mine.html", city.data))["id"] != job
        with shared_service.client(Scope.ADMIN) as admin:
            assert admin.get(f"/v1/jobs/{job}").json()["owner"] == "the review"


def test_what_waited_when_the_service_ended_is_done_after_a_restart(start: Start, city: Sample, monkeypatch: Any) -> None:
    monkeypatch.setattr("extractor.serve.driver.Driver.wake", lambda self: None)  # nothing is taken up before the end
    first = start()
    with first.client(Scope.REVIEW) as client:
        job = upload(client, (city.name, city.data))
        assert client.get(f"/v1/jobs/{job['id']}").json()["state"] == "pending"
    first.service.stop()
    second = start()
    with second.client(Scope.ADMIN) as client:
        assert ended(client, job["id"])["state"] == "done"


def test_a_small_upload_does_not_wait_for_all_of_a_large_one(shared_service: Running) -> None:
    jobs = Jobs(shared_service.service.store)
    large = [Uploaded(f"{number}.pdf", f"{number:064x}", 1) for number in range(20)]
    jobs.create("large", large, ())
    jobs.create("small", [Uploaded("one.pdf", "f" * 64, 1)], ())
    assert "one.pdf" in {item.name for item in jobs.pending(2)}
    for item in (*large, Uploaded("one.pdf", "f" * 64, 1)):
        jobs.mark(item.sha256, State.FAILED)


def test_an_archived_file_that_is_gone_fails_with_a_reason(start: Start, city: Sample, monkeypatch: Any) -> None:
    found = start()
    with found.client(Scope.REVIEW) as client:
        put = type(found.service.archive).put

        def lose(self: Any, stream: IO[bytes], limit: int, name: str = "") -> Any:
            kept = put(self, stream, limit, name)
            path = self.path(kept.sha256)
            path.unlink()
            return kept

        monkeypatch.setattr(type(found.service.archive), "put", lose)
        document = ended(client, upload(client, ("gone.html", city.data))["id"])["documents"][0]
        assert (document["state"], document["category"]) == ("failed", "file_access")


def test_reading_documents_gives_way_to_people_who_look(shared_service: Running, city: Sample) -> None:
    with shared_service.client(Scope.REVIEW) as client:
        ended(client, upload(client, ("again.html", city.data + b"<!-- another -->"))["id"])
    workers = shared_service.service._driver._pool.processes()
    assert workers
    assert all(os.getpriority(os.PRIO_PROCESS, worker) >= NICENESS for worker in workers)


def test_readers_do_not_upload(shared_service: Running) -> None:
    with shared_service.client(Scope.READ) as client:
        problem(client.post("/v1/jobs", files=files(("a.txt", b"x"))), 403)
