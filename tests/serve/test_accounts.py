"""Who may: tokens, sessions with their CSRF tokens, scopes, and the mode without tokens on one's own machine."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text, update

from extractor.serve.accounts import Accounts, csrf_of
from extractor.serve.config import ServeSettings
from extractor.serve.errors import StartError, Unauthorised
from extractor.serve.gate import POLICY
from extractor.serve.log import JsonLines
from extractor.serve.model import Scope
from extractor.store import Store
from extractor.store.schema import tokens
from tests.serve.conftest import Running, Start, problem


@pytest.fixture
def accounts(url: str) -> Iterator[Accounts]:
    with Store.open(url, write=True) as store:
        yield Accounts(store)


def test_a_token_is_kept_as_its_hash_only(accounts: Accounts) -> None:
    token, secret = accounts.create("王 审计", Scope.REVIEW)
    assert secret.startswith("gouji_")
    assert len(secret) > 45
    with accounts._store.transaction() as connection:
        rows = connection.execute(text("SELECT * FROM tokens")).mappings().all()
        audited = connection.execute(text("SELECT * FROM audit")).mappings().all()
    assert rows[0]["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(rows) + str(audited)
    assert accounts.user(secret).name == "王 审计"
    assert [(each.id, each.state) for each in accounts.list()] == [(token.id, "valid")]


@pytest.mark.parametrize("forged", ["", "gouji_", "gouji_x", "' OR 1=1 --", "\x00", "é" * 40, "a" * 10_000])
def test_a_forged_token_is_refused(accounts: Accounts, forged: str) -> None:
    accounts.create("a", Scope.ADMIN)
    with pytest.raises(Unauthorised):
        accounts.user(forged)
    with pytest.raises(Unauthorised):
        accounts.open_session(forged)
    with pytest.raises(Unauthorised):
        accounts.session(forged)


def test_a_token_that_expired_or_was_revoked_is_refused_and_so_are_its_sessions(accounts: Accounts) -> None:
    old, secret = accounts.create("old", Scope.READ, days=1)
    cookie, _ = accounts.open_session(secret)
    with accounts._store.transaction(write=True) as connection:
        connection.execute(update(tokens).values(expires=datetime.now(UTC) - timedelta(seconds=1)))
    for refused in (lambda: accounts.user(secret), lambda: accounts.session(cookie), lambda: accounts.open_session(secret)):
        with pytest.raises(Unauthorised):
            refused()
    gone, secret = accounts.create("gone", Scope.READ)
    cookie, session = accounts.open_session(secret)
    assert accounts.session(cookie) == session
    assert accounts.revoke(gone.id) is not None
    for refused in (lambda: accounts.user(secret), lambda: accounts.session(cookie)):
        with pytest.raises(Unauthorised):
            refused()
    assert accounts.revoke(999) is None
    assert {each.id: each.state for each in accounts.list()} == {old.id: "expired", gone.id: "revoked"}
    assert not accounts.any_valid()


def test_a_session_ends_when_it_is_closed(accounts: Accounts) -> None:
    _, secret = accounts.create("a", Scope.READ)
    cookie, _ = accounts.open_session(secret)
    accounts.close_session(cookie)
    with pytest.raises(Unauthorised):
        accounts.session(cookie)


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\nb", "<script>"])
def test_a_name_is_a_name(accounts: Accounts, name: str) -> None:
    with pytest.raises(StartError):
        accounts.create(name, Scope.READ)


# ---------------------------------------------------------------------------------------------------------------- by HTTP
def test_without_a_token_nothing_is_told(shared_service: Running) -> None:
    with shared_service.client(None) as client:
        for address in ("/v1/me", "/v1/reports", "/v1/jobs", "/v1/audit", "/metrics", "/v1/nothing"):
            refused = problem(client.get(address), 401)
            assert refused["type"] == "urn:gouji:problem:token"
        assert client.get("/v1/me").headers["www-authenticate"].startswith("Bearer")
        for address in ("/healthz", "/readyz", "/openapi.json"):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("given", ["Bearer nonsense", "Bearer", "Basic YTpi", "nonsense", "Bearer gouji_" + "A" * 43])
def test_forged_tokens_are_refused_by_http(shared_service: Running, given: str) -> None:
    with shared_service.client(None, headers={"Authorization": given}) as client:
        problem(client.get("/v1/me"), 401)


def test_a_revoked_token_is_refused_at_the_next_request(shared_service: Running) -> None:
    number, secret = shared_service.token("soon gone")
    with httpx.Client(base_url=shared_service.base, headers={"Authorization": f"Bearer {secret}"}) as client:
        assert client.get("/v1/me").json()["user"] == {"name": "soon gone", "scope": "review"}
        shared_service.accounts.revoke(number)
        problem(client.get("/v1/me"), 401)


def test_an_expired_token_and_its_session_are_refused_by_http(shared_service: Running) -> None:
    number, secret = shared_service.token("for a day", days=1)
    cookie, _ = shared_service.accounts.open_session(secret)
    with shared_service.service.store.transaction(write=True) as connection:
        connection.execute(update(tokens).where(tokens.c.id == number).values(expires=datetime.now(UTC)))
    for how in ({"headers": {"Authorization": f"Bearer {secret}"}}, {"cookies": {"gouji_session": cookie}}):
        with httpx.Client(base_url=shared_service.base, **how) as client:  # type: ignore[arg-type]
            assert problem(client.get("/v1/me"), 401)["type"] == "urn:gouji:problem:token"
            problem(client.post("/v1/jobs", files={"files": ("a.txt", b"x")}), 401)


@pytest.mark.parametrize(("scope", "allowed"), [(Scope.READ, False), (Scope.REVIEW, True), (Scope.ADMIN, True)])
def test_scopes_limit_what_a_token_may(shared_service: Running, scope: Scope, allowed: bool) -> None:
    decision = {"fingerprints": ["0" * 16], "decision": "confirmed"}
    with shared_service.client(scope) as client:
        assert client.get("/v1/queue").status_code == 200
        problem(client.post("/v1/decisions", json=decision), 422 if allowed else 403)
        correction = client.put(f"/v1/reports/{'0' * 64}/corrections", json={"values": {"review.total": "1"}})
        problem(correction, 404 if allowed else 403)
        assert (client.get("/v1/audit").status_code == 200) is (scope is Scope.ADMIN)


@pytest.fixture
def browser(shared_service: Running) -> Iterator[httpx.Client]:
    """A client with a session, as a browser has it."""
    cookie, _ = shared_service.accounts.open_session(shared_service.tokens[Scope.REVIEW])
    with shared_service.client(None, cookies={"gouji_session": cookie}) as client:
        yield client


def test_a_session_needs_its_csrf_token_to_change_anything(browser: httpx.Client) -> None:
    decision = {"fingerprints": ["0" * 16], "decision": "confirmed"}
    me = browser.get("/v1/me").json()
    assert me["csrf"] == csrf_of(browser.cookies["gouji_session"])
    for headers in ({}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": "nonsense"}):
        refused = problem(browser.post("/v1/decisions", json=decision, headers=headers), 403)
        assert refused["type"] == "urn:gouji:problem:csrf"
    problem(browser.post("/v1/decisions", json=decision, headers={"X-CSRF-Token": me["csrf"]}), 422)  # no such finding
    problem(browser.post("/v1/jobs", files={"files": ("a.txt", b"x")}), 403)
    in_form = browser.post("/v1/jobs", files={"files": ("a.txt", b"x")}, data={"csrf": me["csrf"]})
    assert in_form.status_code == 202


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_changes_nothing_even_with_the_token(browser: httpx.Client, headers: dict[str, str]) -> None:
    csrf = browser.get("/v1/me").json()["csrf"]
    decision = {"fingerprints": ["0" * 16], "decision": "confirmed"}
    refused = problem(browser.post("/v1/decisions", json=decision, headers={"X-CSRF-Token": csrf, **headers}), 403)
    assert refused["type"] == "urn:gouji:problem:origin"


def test_a_forged_session_is_none(shared_service: Running) -> None:
    with shared_service.client(None, cookies={"gouji_session": "forged"}) as client:
        problem(client.get("/v1/me"), 401)


def test_every_answer_protects_the_browser(shared_service: Running) -> None:
    with shared_service.client() as client:
        for address in ("/v1/me", "/v1/nothing", "/healthz"):
            headers = client.get(address).headers
            assert headers["content-security-policy"] == POLICY
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert "server" not in headers


def test_the_log_has_a_line_a_request_and_no_secret(shared_service: Running, caplog: Any) -> None:
    caplog.set_level(logging.INFO, "gouji.serve")
    secret = shared_service.tokens[Scope.ADMIN]
    with shared_service.client() as client:
        answer = client.get("/v1/queue", params={"text": "secret words"})
    deadline = time.monotonic() + 60
    while True:  # the line is written once the answer has left
        lines = [json.loads(JsonLines().format(record)) for record in list(caplog.records)]
        line = next((line for line in lines if line.get("request") == answer.headers["x-request-id"]), None)
        if line is not None or time.monotonic() > deadline:
            break
        time.sleep(0.02)
    assert line is not None
    assert (line["path"], line["status"], line["user"]) == ("/v1/queue", 200, "the admin")
    assert secret not in str(lines)
    assert "secret words" not in str(lines)


# -------------------------------------------------------------------------------------------------------------- one's own
@pytest.fixture
def local(start: Start) -> Running:
    return start(local=True)


def test_without_tokens_this_machine_may_do_everything(local: Running) -> None:
    with local.client(None) as client:
        assert client.get("/v1/me").json()["user"] == {"name": "local", "scope": "admin"}
        assert client.post("/v1/jobs", files={"files": ("a.txt", b"x")}).status_code == 202
        for host in ("localhost", "127.0.0.1", "[::1]", "localhost:8765"):
            assert client.get("/v1/me", headers={"Host": host}).status_code == 200
        for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", ""):
            problem(client.get("/v1/me", headers={"Host": host}), 403)  # a rebound name
        browser = {"Origin": local.base}
        problem(client.post("/v1/jobs", files={"files": ("a.txt", b"x")}, headers=browser), 403)
        browser["X-CSRF-Token"] = client.get("/v1/me", headers={"Sec-Fetch-Site": "same-origin"}).json()["csrf"]
        assert client.post("/v1/jobs", files={"files": ("a.txt", b"x")}, headers=browser).status_code == 202


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_without_tokens_no_other_address_is_listened_on(host: str) -> None:
    with pytest.raises(StartError, match="--local"):
        ServeSettings(local=True, host=host).check()

