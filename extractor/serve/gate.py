"""What every request passes first: its number, who asks, limits, the headers that protect browsers, log and metrics."""

from __future__ import annotations

import logging
import secrets
import time
from urllib.parse import urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractor.errors import GoujiError
from extractor.serve.accounts import Accounts
from extractor.serve.api.dependencies import COOKIE, SAFE
from extractor.serve.config import LOCAL_NAMES, ServeSettings, is_loopback
from extractor.serve.errors import Forbidden, TooLarge, Unauthorised
from extractor.serve.limits import Bounded, Rate
from extractor.serve.metrics import Metrics
from extractor.serve.model import Scope as Right
from extractor.serve.model import User
from extractor.serve.problems import answer

LOG = logging.getLogger("gouji.serve")
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
          "form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
HEADERS = {
    "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
OPEN = ("/healthz", "/readyz", "/openapi.json", "/login")
API = "/v1"
"""What the addresses of the programming interface begin with."""
UPLOADS = (f"{API}/jobs", "/upload")
LOCAL = User(name="local", scope=Right.ADMIN)
"""Who everybody is without tokens."""
ADDRESS_RATE, ADDRESS_BURST = 10.0, 100
"""Requests a second, and at once, of an address that has not said who it is."""


class Gate:
    """The outermost layer of the application, in plain ASGI so that bodies stream through it."""

    def __init__(self, app: ASGIApp, config: ServeSettings, accounts: Accounts, metrics: Metrics) -> None:
        self._app, self._config, self._accounts, self._metrics = app, config, accounts, metrics
        self._users = Rate(config.rate, config.burst)
        self._uploads = Rate(config.upload_rate, config.upload_burst)
        self._addresses = Rate(ADDRESS_RATE, ADDRESS_BURST)
        self._local_csrf = secrets.token_hex(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, started = secrets.token_hex(8), time.perf_counter()
        scope["state"] = {**scope.get("state", {}), "request_id": number, "user": None, "csrf": "", "csrf_needed": False}
        bounded = self._bounded(scope, receive)
        sent: list[int] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.append(message["status"])
                self._protect(MutableHeaders(scope=message), number)
            await send(message)

        with self._metrics.in_flight.track_inprogress():
            try:
                await self._pass(scope, bounded, sending)
            except Exception:
                if not sent:
                    raise
                # it was answered and logged where it happened
            finally:
                self._note(scope, sent[0] if sent else 499, time.perf_counter() - started, bounded.bytes)

    async def _pass(self, scope: Scope, bounded: Bounded, send: Send) -> None:
        try:
            await self._admit(scope)
        except GoujiError as error:
            await self._refuse(scope, bounded, send, error)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if bounded.refused is None or begun:  # else the framework makes its own story of a body that broke off
                begun = True
                await send(message)

        try:
            await self._app(scope, bounded, sending)
        finally:
            if bounded.refused is not None and not begun:
                await self._refuse(scope, bounded, send, bounded.refused)

    async def _refuse(self, scope: Scope, bounded: Bounded, send: Send, error: GoujiError) -> None:
        response = await run_in_threadpool(answer, Request(scope), error)
        response.headers["Connection"] = "close"  # the body, or what is left of it, is not read
        await response(scope, bounded, send)

    async def _admit(self, scope: Scope) -> None:
        """Lets the request in, with its user in the state. Raises what refuses it, before any of its body is read."""
        headers = Headers(scope=scope)
        if self._config.local:
            _check_local(scope, headers)
        if scope["method"] not in SAFE:
            _check_origin(headers)
        address = _address(scope)
        user = await self._user(scope, headers, address)
        if user is None:
            self._addresses.take(address)
            if scope["path"] not in OPEN and not scope["path"].startswith("/static/"):
                raise Unauthorised("token")
        else:
            self._users.take(user.name)
            if scope["method"] == "POST" and scope["path"] in UPLOADS:
                self._uploads.take(user.name)
        most, _ = self._most(scope)
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > most:
            raise TooLarge("body_size", most=most)

    async def _user(self, scope: Scope, headers: Headers, address: str) -> User | None:
        """Who asks: the holder of the token or of the session, or everybody if there are no tokens."""
        state = scope["state"]
        kind, _, secret = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            try:
                secret = secret.strip()
                state["user"] = self._accounts.believed(secret) or await run_in_threadpool(self._accounts.user, secret)
            except Unauthorised:
                self._addresses.take(address)
                raise
        elif self._config.local:
            browser = "origin" in headers or "sec-fetch-site" in headers
            state.update(user=LOCAL, csrf=self._local_csrf, csrf_needed=browser)
        elif cookie := Request(scope).cookies.get(COOKIE):
            try:
                session = await run_in_threadpool(self._accounts.session, cookie)
                state.update(user=session.user, csrf=session.csrf, csrf_needed=True)
            except Unauthorised:
                pass  # an old cookie must not stand in the way of a new login
        user: User | None = state["user"]
        return user

    def _most(self, scope: Scope) -> tuple[int, float]:
        """Most bytes of the request's body, and the seconds in which it must arrive."""
        if scope["path"] in UPLOADS:
            return self._config.max_request_bytes, self._config.upload_seconds
        return self._config.max_form_bytes, self._config.request_seconds

    def _bounded(self, scope: Scope, receive: Receive) -> Bounded:
        return Bounded(receive, *self._most(scope))

    def _protect(self, headers: MutableHeaders, number: str) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        headers["X-Request-Id"] = number
        if self._config.secure_cookies:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")

    def _note(self, scope: Scope, status: int, seconds: float, received: int) -> None:
        route = _route(scope)
        self._metrics.requests.labels(scope["method"] if scope["method"].isalpha() else "other", route, status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        self._metrics.received.inc(received)
        user: User | None = scope["state"]["user"]
        LOG.info("request", extra={
            "request": scope["state"]["request_id"], "method": scope["method"], "path": scope["path"][:300],
            "status": status, "milliseconds": round(seconds * 1000, 1), "bytes": received,
            "user": user.name if user else "", "address": _address(scope)})


def _check_local(scope: Scope, headers: Headers) -> None:
    """Without tokens only this machine is answered, and only under its own name: a page of another site whose name was
    made to point here (DNS rebinding) has another."""
    host = headers.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] if ":" in host else host
    if name.lower() not in LOCAL_NAMES or not is_loopback(_address(scope)):
        raise Forbidden("host")


def _check_origin(headers: Headers) -> None:
    """A browser says from which site a request comes that changes something."""
    origin = headers.get("origin")
    if headers.get("sec-fetch-site") in ("cross-site", "same-site") or (
            origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()):
        raise Forbidden("origin")


def _route(scope: Scope) -> str:
    """The pattern of the address that was asked for; routes do not know what their router stands under."""
    route = getattr(scope.get("route"), "path", "")
    return (f"{API}{route}" if scope["path"].startswith(f"{API}/") else route) if route else "other"


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "127.0.0.1"  # a Unix socket has no address
