"""`kill -9` of a real service while files come in and are read: after a restart each is done or failed, once."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from tests.serve.conftest import ended, serving

UPLOADS = 20


def test_a_killed_service_does_each_of_twenty_uploads_once_after_its_restart(
        tmp_path: Path, samples: Path, url: str) -> None:
    page = (samples / "formats" / "report.txt").read_text("utf8")
    texts = ["no report" if number % 5 == 4 else page for number in range(UPLOADS)]
    files = [(f"{number}.txt", f"{text}\n{number}\n".encode()) for number, text in enumerate(texts)]
    data, options = tmp_path / "data", ("--local", "--store", url)
    with serving(data, *options) as (process, base), httpx.Client(base_url=base, timeout=60) as client, ThreadPoolExecutor(4) as hands:
        sent = [hands.submit(sent_or_cut, client, *files[number]) for number in range(UPLOADS)]
        wait_until(lambda: client.get("/v1/overview").json()["documents"]["done"] > 0)
        workers = children(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        before = [task.result() for task in sent]
    assert any(before), "nothing was acknowledged before the end"
    wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    with serving(data, *options) as (process, base), httpx.Client(base_url=base, timeout=60) as client:
        for job in filter(None, before):  # what was acknowledged is done, without being sent again
            ended(client, job, 180)
        jobs = [job or upload(client, *files[number]) for number, job in enumerate(before)]
        documents = [ended(client, job, 180)["documents"][0] for job in jobs]
        assert [item["state"] for item in documents] == ["failed" if number % 5 == 4 else "done" for number in range(UPLOADS)]
        assert {item["category"] for item in documents if item["state"] == "failed"} == {"not_a_report"}
        assert all(item["message"] for item in documents if item["state"] == "failed")
        assert client.get("/v1/reports", params={"size": 50}).json()["total"] == 16
        left = client.get("/v1/overview").json()["documents"]
        assert (left["pending"], left["running"]) == (0, 0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0  # a graceful end
    reported = Counter(line["sha256"] for line in lines(tmp_path) if line.get("outcome") == "done")
    assert set(reported.values()) == {1}, "a report was kept twice"


def sent_or_cut(client: httpx.Client, name: str, data: bytes) -> str:
    """The job of an upload, or nothing if the service was gone before it was acknowledged."""
    try:
        return upload(client, name, data)
    except httpx.HTTPError:
        return ""


def upload(client: httpx.Client, name: str, data: bytes) -> str:
    answer = client.post("/v1/jobs", files={"files": (name, data)})
    assert answer.status_code == 202, answer.text
    job: str = answer.json()["id"]
    return job


def wait_until(true: Any, seconds: float = 300.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def children(process: int) -> list[int]:
    found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [each for each in found if parent(each) == process]


def parent(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text("utf8")
    except OSError:
        return -1
    return int(re.findall(r"^PPid:\s+(\d+)", status, re.MULTILINE)[0])


def lines(folder: Path) -> list[dict[str, Any]]:
    logs = sorted(folder.glob("log-*"), key=os.path.getmtime)
    return [json.loads(line) for log in logs for line in log.read_text("utf8").splitlines() if line.startswith("{")]
