"""Who may: tokens that an administrator hands out, and sessions of the pages that begin with one.

A secret is 256 random bits. The store keeps SHA-256 of it, so that whoever reads the store cannot act as somebody; a
slow hash would add nothing, since nobody can guess such a secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from extractor.serve.audit import record, utc
from extractor.serve.errors import StartError, Unauthorised
from extractor.serve.model import Scope, User
from extractor.store import Store
from extractor.store.schema import sessions, tokens

PREFIX = "gouji_"
"""Begins every token, so that one that leaked is recognised as what it is."""
BELIEVED_SECONDS = 2.0
"""How long a token that was looked up is not looked up again: a revocation works after this at the latest."""
USED_EVERY = timedelta(minutes=1)
MOST_BELIEVED = 10_000
_NAME = re.compile(r"[\w .@-]{1,64}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the store knows it; its secret was shown once, when it was made."""

    id: int
    name: str
    scope: Scope
    made: datetime
    expires: datetime | None
    revoked: datetime | None
    used: datetime | None

    @property
    def state(self) -> str:
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= datetime.now(UTC) else "valid"


@dataclass(frozen=True, slots=True)
class Session:
    """A session of the pages: who, and the token that forms of its pages carry."""

    user: User
    csrf: str


class Accounts:
    """Tokens and sessions in a store; may be used from any thread."""

    def __init__(self, store: Store, session_hours: float = 12.0) -> None:
        self._store = store
        self._session = timedelta(hours=session_hours)
        self._believed: dict[str, tuple[float, User]] = {}
        self._lock = threading.Lock()

    # ------------------------------------------------------------------------------------------------------------ tokens
    def create(self, name: str, scope: Scope, days: float | None = None, author: str = "gouji token") -> tuple[Token, str]:
        """A new token and its secret, which cannot be had again. Raises `StartError` for a name that is none."""
        if not _NAME.fullmatch(name) or not name.strip():
            raise StartError(f"{name!r} is no name for a token.", "Use up to 64 letters, digits, spaces and . @ - _.")
        secret = PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        row: dict[str, Any] = {"name": name.strip(), "scope": str(scope), "digest": digest(secret), "made": now,
                               "expires": None if days is None else now + timedelta(days=days)}
        with self._store.transaction(write=True) as connection:
            number = int(connection.execute(insert(tokens).returning(tokens.c.id), row).scalar_one())
            record(connection, author, "token.create", f"token {number}",
                   after={"name": row["name"], "scope": row["scope"], "expires": row["expires"]})
        return Token(number, row["name"], scope, now, row["expires"], None, None), secret

    def list(self) -> list[Token]:
        with self._store.transaction() as connection:
            return [_token(row) for row in connection.execute(select(tokens).order_by(tokens.c.id)).mappings()]

    def revoke(self, number: int, author: str = "gouji token") -> Token | None:
        """Ends a token and its sessions; None if there is none of this number."""
        now = datetime.now(UTC)
        with self._store.transaction(write=True) as connection:
            found = connection.execute(select(tokens).where(tokens.c.id == number)).mappings().first()
            if found is None:
                return None
            if found["revoked"] is None:
                connection.execute(update(tokens).where(tokens.c.id == number).values(revoked=now))
                record(connection, author, "token.revoke", f"token {number}", before={"name": found["name"]})
            connection.execute(delete(sessions).where(sessions.c.token_id == number))
        with self._lock:
            self._believed.clear()
        return _token({**found, "revoked": found["revoked"] or now})

    def any_valid(self) -> bool:
        return any(token.state == "valid" for token in self.list())

    def user(self, secret: str) -> User:
        """Who holds this token. Raises `Unauthorised` if it is not known, has expired or was revoked."""
        return self._known(f"t{digest(secret)}", self._token_user, digest(secret))

    # ---------------------------------------------------------------------------------------------------------- sessions
    def open_session(self, secret: str) -> tuple[str, Session]:
        """A new session for the holder of a token: its cookie, and what it stands for. Raises `Unauthorised`."""
        now = datetime.now(UTC)
        cookie = secrets.token_urlsafe(32)
        with self._store.transaction(write=True) as connection:
            found = connection.execute(_valid(now).where(tokens.c.digest == digest(secret))).mappings().first()
            if found is None:
                raise Unauthorised("token")
            expires = min(now + self._session, _aware(found["expires"]) or now + self._session)
            connection.execute(delete(sessions).where(sessions.c.expires <= now))
            connection.execute(insert(sessions), {"digest": digest(cookie), "token_id": found["id"], "made": now,
                                                  "expires": expires})
        return cookie, Session(User(name=found["name"], scope=Scope(found["scope"])), csrf_of(cookie))

    def session(self, cookie: str) -> Session:
        """The session of a cookie. Raises `Unauthorised` if it is not known or has ended."""
        return Session(self._known(f"s{digest(cookie)}", self._session_user, digest(cookie)), csrf_of(cookie))

    def close_session(self, cookie: str) -> None:
        with self._store.transaction(write=True) as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest(cookie)))
        with self._lock:
            self._believed.pop(f"s{digest(cookie)}", None)

    # ------------------------------------------------------------------------------------------------------------- parts
    def believed(self, secret: str) -> User | None:
        """Who holds this token, if it was looked up a moment ago: without the store, so at once."""
        return self._believing(f"t{digest(secret)}")

    def _believing(self, key: str) -> User | None:
        with self._lock:
            known = self._believed.get(key)
        return known[1] if known is not None and time.monotonic() - known[0] < BELIEVED_SECONDS else None

    def _known(self, key: str, look_up: Any, wanted: str) -> User:
        if (known := self._believing(key)) is not None:
            return known
        user: User = look_up(wanted)
        with self._lock:
            if len(self._believed) >= MOST_BELIEVED:
                self._believed.clear()
            self._believed[key] = (time.monotonic(), user)
        return user

    def _token_user(self, wanted: str) -> User:
        now = datetime.now(UTC)
        with self._store.transaction() as connection:
            found = connection.execute(_valid(now).where(tokens.c.digest == wanted)).mappings().first()
        if found is None:
            raise Unauthorised("token")
        used = _aware(found["used"])
        if used is None or now - used > USED_EVERY:
            with self._store.transaction(write=True) as connection:
                connection.execute(update(tokens).where(tokens.c.id == found["id"]).values(used=now))
        return User(name=found["name"], scope=Scope(found["scope"]))

    def _session_user(self, wanted: str) -> User:
        now = datetime.now(UTC)
        with self._store.transaction() as connection:
            found = connection.execute(
                _valid(now).join(sessions, sessions.c.token_id == tokens.c.id)
                .where(sessions.c.digest == wanted, sessions.c.expires > now)).mappings().first()
        if found is None:
            raise Unauthorised("token")
        return User(name=found["name"], scope=Scope(found["scope"]))


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf8", "surrogatepass")).hexdigest()


def csrf_of(cookie: str) -> str:
    """The token that forms of a session carry: only who has the cookie can compute it, and it does not tell the cookie."""
    return hmac.new(cookie.encode("utf8", "surrogatepass"), b"gouji csrf", hashlib.sha256).hexdigest()


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell how far they are."""
    return hmac.compare_digest(given.encode("utf8", "surrogatepass"), wanted.encode("utf8", "surrogatepass"))


def _valid(now: datetime) -> Any:
    return select(tokens).where(tokens.c.revoked.is_(None), or_(tokens.c.expires.is_(None), tokens.c.expires > now))


def _token(row: Any) -> Token:
    return Token(row["id"], row["name"], Scope(row["scope"]), utc(row["made"]), _aware(row["expires"]),
                 _aware(row["revoked"]), _aware(row["used"]))


def _aware(value: datetime | None) -> datetime | None:
    return None if value is None else utc(value)
