"""Hostile input is refused or harmless: names, addresses, bombs, sizes, slowness, types, filters."""

from __future__ import annotations

import contextlib
import io
import re
import socket
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from extractor.serve.archive import Archive, file_name
from extractor.serve.errors import TooLarge, TooMany
from extractor.serve.limits import Rate
from extractor.serve.model import Scope
from extractor.settings import Settings
from tests.serve.conftest import Running, Sample, Start, ended, keep, problem, put, serving

MIB = 1024 * 1024


def upload(client: httpx.Client, name: str, data: bytes) -> dict[str, Any]:
    answer = client.post("/v1/jobs", files={"files": (name, data)})
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    return job


# ------------------------------------------------------------------------------------------------------------------ names
@pytest.mark.parametrize(("given", "shown"), [
    ("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("/abs/olute.pdf", "olute.pdf"), ("..", "document"),
    ("", "document"), ("a\x00b\n.pdf", "ab.pdf"), ("<script>alert(1)</script>.pdf", "script>.pdf"),
    ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"), ("\u202egpj.exe", "gpj.exe"),
    ("x" * 500 + ".pdf", "x" * 188 + "….pdf")])
def test_a_name_is_only_ever_shown(given: str, shown: str) -> None:
    assert file_name(given) == shown


@pytest.mark.parametrize("name", ["../../../../tmp/gouji-escaped.pdf", "..%2f..%2fescaped.pdf", "C:\\windows\\x.pdf"])
def test_no_name_becomes_a_path(shared_service: Running, name: str) -> None:
    with shared_service.client() as client:
        job = upload(client, name, name.encode())
    document = job["documents"][0]
    data = shared_service.config.data
    assert "/" not in document["name"].replace("%2f", "")
    kept = data / "files" / document["sha256"][:2] / document["sha256"][2:4] / document["sha256"]
    assert kept.read_bytes() == name.encode()
    assert not Path("/tmp/gouji-escaped.pdf").exists()


def test_script_in_names_and_prose_comes_back_as_text(shared_service: Running, city: Sample) -> None:
    evil = "<script>alert(1)</script>"
    report = city.report.model_copy(update={"sha256": "c" * 64, "agency": f"{evil}市", "source": evil,
                                            "paragraphs": (evil,)})
    keep(shared_service.service.store, report, f"{evil}.pdf")
    with shared_service.client() as client:
        answer = client.get(f"/v1/reports/{'c' * 64}")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["report"]["agency"] == f"{evil}市"
        page = client.get(f"/v1/reports/{'c' * 64}/evidence.html").text
        assert evil not in page.replace("&lt;", "<<")
        assert client.get("/v1/reports", params={"text": evil}).json()["total"] == 1


# -------------------------------------------------------------------------------------------------------------- addresses
@pytest.mark.parametrize("address", [
    "/v1/reports/../../../../etc/passwd", "/v1/reports/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/static/../config.py",
    "/static/..%2f..%2fconfig.py", "/v1/reports/..%2f..%2fgouji.sqlite/pages/1.png", "//etc/passwd", "/v1/jobs/%00",
    "/v1/bodies/..%2f..%2fetc%2fpasswd", f"/v1/reports/{'a' * 63}%0a/pages/1.png"])
def test_no_address_leads_out_of_the_service(shared_service: Running, address: str) -> None:
    host, port = shared_service.base.removeprefix("http://").split(":")
    token = shared_service.tokens[Scope.ADMIN]
    with socket.create_connection((host, int(port)), timeout=30) as raw:  # clients would tidy the address up
        raw.sendall(f"GET {address} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
                    "Connection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert int(answer.split(b" ", 2)[1]) in (400, 404, 422)
    assert b"root:" not in answer
    assert b"SQLite format" not in answer


@pytest.mark.parametrize("text", [
    "'; DROP TABLE reports; --", "%' OR '1'='1", "c_ty", "city%html", "\\", "\x00", "';SELECT pg_sleep(5);--", "😀", "\u202e"])
def test_sql_in_filters_is_only_text(served: Running, city: Sample, text: str) -> None:
    put(served.service, city)
    with served.client() as client:
        for address, name in (("/v1/queue", "text"), ("/v1/queue", "body"), ("/v1/queue", "rule"), ("/v1/reports", "text"),
                              ("/v1/bodies", "text"), ("/v1/audit", "subject")):
            found = client.get(address, params={name: text})
            assert found.status_code in (200, 422)
            if found.status_code == 200:
                assert found.json()["total"] == 0, (address, name)
        assert client.get("/v1/reports").json()["total"] == 1


# ------------------------------------------------------------------------------------------------------- bombs and sizes
def word_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", bytes(300 * MIB))
    return buffer.getvalue()


def pdf_bomb() -> bytes:
    stream = zlib.compress(zlib.compress(bytes(400 * MIB), 9), 9)
    return (b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n4 0 obj<</Filter[/FlateDecode"
            b"/FlateDecode]/Length %d>>stream\n" % len(stream) + stream + b"\nendstream endobj\ntrailer<</Root 1 0 R>>")


def image_bomb() -> bytes:
    """A PNG of a few kilobytes that claims to be 60,000 pixels wide and high."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(4 * MIB))) + chunk(b"IEND", b"")


def test_bombs_fail_with_a_reason_and_the_service_lives(start: Start) -> None:
    found = start(Settings(max_seconds=20, max_unpacked_bytes=32 * MIB, ocr=False))
    with found.client() as client:
        for name, data in (("bomb.docx", word_bomb()), ("bomb.pdf", pdf_bomb()), ("bomb.png", image_bomb())):
            document = ended(client, upload(client, name, data)["id"], 90)["documents"][0]
            assert document["state"] == "failed"
            assert document["category"] in ("limit", "unreadable", "not_a_report", "time_out", "out_of_memory")
        assert client.get("/readyz").json() == {"store": True, "driver": True}


@pytest.fixture
def small(start: Start) -> Running:
    """A service that takes little."""
    return start(Settings(max_file_bytes=100_000), max_request_bytes=300_000, max_files=3, upload_seconds=2.0,
                 request_seconds=1.0)


def test_uploads_that_are_too_large_are_refused(small: Running) -> None:
    with small.client() as client:
        problem(client.post("/v1/jobs", files={"files": ("a.pdf", bytes(100_001))}), 413)
        problem(client.post("/v1/jobs", files={"files": ("a.pdf", bytes(400_000))}), 413)
        problem(client.post("/v1/jobs", files=[("files", (f"{n}.txt", b"x")) for n in range(4)]), 413)
        problem(client.post("/v1/decisions", content=bytes(2 * MIB), headers={"Content-Type": "application/json"}), 413)
    assert not list((small.config.data / "files").glob(".part-*"))


def test_two_gigabytes_are_refused_before_they_are_sent(small: Running) -> None:
    answer = exchange(small, "POST /v1/jobs HTTP/1.1", "Content-Type: multipart/form-data; boundary=x",
                      f"Content-Length: {2 * 1024 * MIB}")
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_body_of_unknown_length_is_counted_as_it_comes(small: Running) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
        for _ in range(100):
            yield bytes(10_000)

    with small.client() as client:
        try:
            answer = client.post("/v1/jobs", content=pieces(), headers={"Content-Type": "multipart/form-data; boundary=x"})
            problem(answer, 413)
        except (httpx.WriteError, httpx.ReadError):
            pass  # the connection was closed while the client was still sending
        assert client.get("/v1/jobs").json()["total"] == 0


def test_two_gigabytes_of_unknown_length_cost_neither_memory_nor_disk(tmp_path: Path) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
        while sent < 2 * 1024 * MIB:
            sent += MIB
            yield bytes(MIB)

    data = tmp_path / "data"
    with serving(data, "--local", GOUJI_SERVE_MAX_REQUEST_BYTES=str(48 * MIB)) as (process, base), httpx.Client(
            base_url=base, timeout=60) as client:
        before = most_resident(process.pid)
        with contextlib.suppress(httpx.WriteError, httpx.ReadError):  # hung up on while it was still sending
            answer = client.post("/v1/jobs", content=pieces(), headers={"Content-Type": "multipart/form-data; boundary=x"})
            problem(answer, 413)
        assert 48 * MIB <= sent < 128 * MIB
        assert most_resident(process.pid) - before < 24 * MIB
        assert client.get("/v1/jobs").json()["total"] == 0
        assert not list((data / "files").glob("**/*.*part*"))


def most_resident(process: int) -> int:
    """The most memory that a process ever held, in bytes."""
    status = Path(f"/proc/{process}/status").read_text("utf8")
    return int(re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[0]) * 1024


def test_a_slow_client_is_told_so(small: Running) -> None:
    started = time.monotonic()
    answer = exchange(small, "POST /v1/decisions HTTP/1.1", "Content-Type: application/json", "Content-Length: 500",
                      body=b'{"fingerprints": [')
    assert answer.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - started < 20
    answer = exchange(small, "POST /v1/jobs HTTP/1.1", "Content-Type: multipart/form-data; boundary=x",
                      "Content-Length: 500", body=b"--x\r\n")
    assert answer.startswith(b"HTTP/1.1 408")


def test_a_client_that_never_finishes_its_head_is_hung_up_on(small: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.serve.protocol.HEAD_SECONDS", 0.5)
    host, port = small.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        raw.sendall(b"GET /healthz HTTP/1.1\r\nHost: loc")
        assert raw.recv(100) == b""


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "multipart/mixed", "application/pdf"])
def test_other_content_types_are_no_uploads(shared_service: Running, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    with shared_service.client() as client:
        problem(client.post("/v1/jobs", content=b"%PDF-1.7", headers=headers), 415)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"--x\r\n\r\n", b'--x\r\nContent-Disposition: form-data; name="files"'])
def test_a_broken_form_is_refused(shared_service: Running, body: bytes) -> None:
    with shared_service.client() as client:
        answer = client.post("/v1/jobs", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
        assert answer.status_code in (400, 422)
        problem(answer, answer.status_code)
        problem(client.post("/v1/jobs", content=body, headers={"Content-Type": "multipart/form-data"}), 400)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"fingerprints": []}', b"\xff\xfe", b'{"fingerprints": "' + b"[" * 9_000])
def test_broken_json_is_refused(shared_service: Running, body: bytes) -> None:
    with shared_service.client() as client:
        problem(client.post("/v1/decisions", content=body, headers={"Content-Type": "application/json"}), 422)


# ----------------------------------------------------------------------------------------------------------- other people
def test_another_users_report_is_the_teams_to_read_but_no_readers_to_change(shared_service: Running, county: Sample) -> None:
    sha256 = put(shared_service.service, county)
    fingerprint, field = county.report.violated[0].fingerprint, "requests.handled.natural_person"
    with shared_service.client(Scope.READ) as reader, shared_service.client(None) as nobody:
        for address in ("", "/report", "/values", "/findings", "/pages", "/pages/1.png", "/paper.xlsx", "/evidence.html",
                        f"/findings/{fingerprint}.png"):
            problem(nobody.get(f"/v1/reports/{sha256}{address}"), 401)
        assert reader.get(f"/v1/reports/{sha256}").status_code == 200
        for method, address, body in (
                ("PUT", f"/v1/reports/{sha256}/corrections", {"values": {field: "1"}}),
                ("DELETE", f"/v1/reports/{sha256}/corrections/{field}", None),
                ("POST", "/v1/decisions", {"fingerprints": [fingerprint], "decision": "confirmed"})):
            problem(reader.request(method, address, json=body), 403)
        view = reader.get(f"/v1/reports/{sha256}").json()
    assert (view["corrections"], view["decisions"]) == ([], {})


def test_nobody_decides_in_another_ones_name(served: Running, county: Sample) -> None:
    put(served.service, county)
    decision = {"fingerprints": [county.report.violated[0].fingerprint], "decision": "confirmed"}
    with served.client(Scope.REVIEW) as client:
        problem(client.post("/v1/decisions", json=decision | {"author": "the admin"}), 422)
        assert client.post("/v1/decisions", json=decision, headers={"X-Forwarded-User": "the admin"}).status_code == 200
    with served.client(Scope.ADMIN) as admin:
        assert {row["author"] for row in admin.get("/v1/audit").json()["items"] if row["action"] == "decide"} == {"the review"}


# ------------------------------------------------------------------------------------------------------------------- rate
def test_more_requests_than_are_taken_are_told_when_to_come_again(start: Start) -> None:
    found = start(rate=0.5, burst=5)
    with found.client() as client, found.client(Scope.READ) as other:
        answers = [client.get("/v1/me") for _ in range(8)]
        assert [answer.status_code for answer in answers[:5]] == [200] * 5
        refused = problem(answers[-1], 429)
        assert refused["type"] == "urn:gouji:problem:rate"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
        assert other.get("/v1/me").status_code == 200  # another user's share


def test_guessing_tokens_is_slowed_down(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.serve.gate.ADDRESS_RATE", 0.1)
    monkeypatch.setattr("extractor.serve.gate.ADDRESS_BURST", 5)
    with start().client(None, headers={"Authorization": "Bearer guess"}) as client:
        assert [client.get("/v1/me").status_code for _ in range(8)] == [401] * 5 + [429] * 3


def test_a_bucket_fills_up_again() -> None:
    now = 0.0
    rate = Rate(2.0, 3, lambda: now)
    for _ in range(3):
        rate.take("a")
    with pytest.raises(TooMany):
        rate.take("a")
    now = 0.5
    rate.take("a")
    with pytest.raises(TooMany):
        rate.take("a")


# ---------------------------------------------------------------------------------------------------------------- archive
def test_the_archive_keeps_the_same_bytes_once_and_nothing_of_what_is_too_large(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first, second = archive.put(io.BytesIO(b"abc"), 10), archive.put(io.BytesIO(b"abc"), 10)
    assert first == second
    path = archive.path(first.sha256)
    assert path is not None and path.read_bytes() == b"abc"
    with pytest.raises(TooLarge):
        archive.put(io.BytesIO(bytes(11)), 10, "large")
    assert [item for item in tmp_path.rglob("*") if item.is_file()] == [path]
    for wrong in ("", "../x", "a" * 63, "A" * 64, f"{'a' * 64}\n"):
        assert archive.path(wrong) is None


def exchange(found: Running, first: str, *headers: str, body: bytes = b"") -> bytes:
    """What the service answers to bytes sent as they are, which may be less than the headers promise."""
    host, port = found.base.removeprefix("http://").split(":")
    lines = (first, f"Host: {host}", f"Authorization: Bearer {found.tokens[Scope.ADMIN]}", *headers, "", "")
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        raw.sendall("\r\n".join(lines).encode() + body)
        return raw.recv(65536)
