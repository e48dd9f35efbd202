"""What the endpoints of the API and the pages need: the service, the user, the language, a form within its limits."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from extractor.messages import Language
from extractor.serve.accounts import Accounts, same
from extractor.serve.config import ServeSettings
from extractor.serve.errors import Forbidden, Malformed, TooLarge, Unauthorised, WrongType
from extractor.serve.model import MOST_AT_ONCE, Scope, User
from extractor.serve.service import Service

COOKIE = "gouji_session"
CSRF_HEADER, CSRF_FIELD = "x-csrf-token", "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
_LANGUAGE = re.compile(r"\s*(zh|en)[\w-]*\s*(?:;\s*q=([\d.]+))?\s*", re.IGNORECASE)

Offset = Annotated[int, Query(ge=0, le=10_000_000, description="items to leave out")]
Size = Annotated[int, Query(ge=1, le=MOST_AT_ONCE, description="most items")]


async def service(request: Request) -> Service:
    """The service; asynchronous, as all dependencies that only look something up: others cost a change of threads."""
    found: Service = request.app.state.service
    return found


def accounts(request: Request) -> Accounts:
    found: Accounts = request.app.state.accounts
    return found


def config(request: Request) -> ServeSettings:
    found: ServeSettings = request.app.state.config
    return found


def current_user(request: Request) -> User:
    """Who asks, as the middleware found by token or session. Raises `Unauthorised`."""
    user: User | None = getattr(request.state, "user", None)
    if user is None:
        raise Unauthorised("token")
    return user


def require(scope: Scope) -> Callable[..., Awaitable[User]]:
    """A dependency: the user, if allowed; requests of a session that change something must carry its CSRF token."""
    async def allowed(
        request: Request,
        bearer: Annotated[object, Depends(HTTPBearer(auto_error=False, description="a token of `gouji token create`"))],
        cookie: Annotated[object, Depends(APIKeyCookie(name=COOKIE, auto_error=False))],
    ) -> User:
        user = current_user(request)
        if not user.scope.allows(scope):
            raise Forbidden("scope", scope=scope)
        if request.method not in SAFE and request.state.csrf_needed:
            await _check_csrf(request)
        return user
    return allowed


async def _check_csrf(request: Request) -> None:
    given = request.headers.get(CSRF_HEADER)
    if given is None and _content_type(request) in FORMS:
        field = (await form_of(request)).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not same(given, request.state.csrf):
        raise Forbidden("csrf")


async def form_of(request: Request) -> FormData:
    """The request's form; files lie on disk, not in memory. Raises `WrongType`, `Malformed`, `TooLarge`."""
    if _content_type(request) not in FORMS:
        raise WrongType("content_type", given=_content_type(request)[:100] or "-")
    most = config(request).max_files
    try:
        return await request.form(max_files=most, max_fields=1_000)
    except HTTPException as error:
        if "Too many files" in str(error.detail):
            raise TooLarge("file_count", most=most) from error
        raise Malformed("multipart") from error


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def language(request: Request) -> Language:
    """`zh` or `en`: as the query's `lang` says, else a cookie, else `Accept-Language`; `zh` if nothing does."""
    for given in (request.query_params.get("lang"), request.cookies.get("lang")):
        if given in ("zh", "en"):
            return "en" if given == "en" else "zh"
    wanted = [(float(match[2] or 1), match[1].lower()) for part in request.headers.get("accept-language", "").split(",")
              if (match := _LANGUAGE.fullmatch(part)) and (match[2] or "1").count(".") <= 1 and match[2] != "."]
    best = max(wanted, key=lambda item: item[0], default=(1.0, "zh"))
    return "en" if best[1] == "en" else "zh"


async def spoken(request: Request) -> Language:
    """`language` as a dependency."""
    return language(request)


def begin_session(request: Request, response: Response, secret: str) -> User:
    """Opens a session for the holder of a token and hands out its cookie. Raises `Unauthorised`."""
    cookie, session = accounts(request).open_session(secret)
    settings = config(request)
    response.set_cookie(COOKIE, cookie, max_age=int(settings.session_hours * 3600), httponly=True, samesite="strict",
                        secure=settings.secure_cookies, path="/")
    return session.user


def end_session(request: Request, response: Response) -> None:
    """Ends the session, if there is one, on both sides."""
    if cookie := request.cookies.get(COOKIE):
        accounts(request).close_session(cookie)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
