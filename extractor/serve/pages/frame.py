"""The frame around every page: templates in the reader's language, escaped; addresses of assets; answers to forms."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from extractor.batch.outcome import Category
from extractor.batch.wording import reason
from extractor.batch.wording import say as batch_say
from extractor.document import Box
from extractor.evidence.page import harmless
from extractor.messages import Language
from extractor.report import Text
from extractor.serve.api.dependencies import language
from extractor.serve.model import Decision, Reason, Scope, User
from extractor.serve.pages.sheets import tag_of
from extractor.serve.pages.wording import Speech, moment, size

LANGUAGE_COOKIE = "lang"
YEAR_SECONDS = 365 * 24 * 3600
NAVIGATION = (("overview", "/"), ("queue", "/queue"), ("reports", "/reports"), ("bodies", "/bodies"),
              ("upload", "/upload"), ("jobs", "/jobs"), ("exports", "/exports"), ("audit", "/audit"))
_NEEDS = {"upload": Scope.REVIEW, "audit": Scope.ADMIN}
NOT_PAGES = ("/v1/", "/static/", "/healthz", "/readyz", "/metrics", "/openapi.json")


def render(request: Request, template: str, section: str, status: int = 200, **context: Any) -> HTMLResponse:
    """The page `template` for this reader; `section` is the entry of the navigation that it stands under."""
    speech = speech_of(request)
    user: User | None = getattr(request.state, "user", None)
    answer = HTMLResponse(environment().get_template(template).render(
        speech=speech, say=speech.say, say_or=speech.say_or, words=speech.words, language=speech.language,
        html_language="zh-Hans" if speech.language == "zh" else "en", page=template.partition(".")[0], section=section,
        user=user, csrf=getattr(request.state, "csrf", ""), navigation=navigation(user), may_decide=may(user, Scope.REVIEW),
        other_language=other_language(request, speech), version=version("gouji"), year_name=speech.year,
        rule_name=speech.rule, decided_text=speech.decided, **context), status)
    answer.headers["Cache-Control"] = "no-store"
    keep_language(request, answer)
    return answer


def fragment(request: Request, template: str, **context: Any) -> HTMLResponse:
    """A part of a page, for the page's script to put in place."""
    return render(request, template, "", **context)


def keep_language(request: Request, answer: Response) -> None:
    """Remembers a language that the address asks for."""
    if request.query_params.get("lang") in ("zh", "en"):
        answer.set_cookie(LANGUAGE_COOKIE, request.query_params["lang"], max_age=YEAR_SECONDS, httponly=True,
                          samesite="strict")


def see(address: str, /, **query: object) -> RedirectResponse:
    """Sends the browser on after a form; empty parts of the query are left out."""
    told = {key: str(value) for key, value in query.items() if value not in ("", None)}
    return RedirectResponse(with_query(address, told), 303)


def with_query(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}" if query else address


def speech_of(request: Request) -> Speech:
    return Speech(language(request))


def may(user: User | None, wanted: Scope) -> bool:
    return user is not None and user.scope.allows(wanted)


def navigation(user: User | None) -> list[tuple[str, str]]:
    """The entries that lead to something that this user may do."""
    return [(name, address) for name, address in NAVIGATION if may(user, _NEEDS.get(name, Scope.READ))]


def other_language(request: Request, speech: Speech) -> str:
    """This page in the other language, as an address on this host."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    wanted = [*kept, ("lang", "zh" if speech.language == "en" else "en")]
    path = request.url.path if request.method == "GET" else "/"
    return f"{quote(path)}?{urlencode(wanted)}"


def safe_address(wanted: str, otherwise: str = "/") -> str:
    """An address of this host that a form or link asks to go on to; `otherwise` for any other host's."""
    parts = urlsplit(wanted)
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if inside and wanted.isprintable() and "\\" not in wanted else otherwise


def wants_page(request: Request) -> bool:
    """Whether this address is one of the pages, whose errors are pages too."""
    path = request.url.path
    return not any(path == place.rstrip("/") or path.startswith(place) for place in NOT_PAGES)


def error_page(request: Request, status: int, cause: Text | None = None, number: str = "") -> Response:
    """A page that says what went wrong; who is not logged in is led to the login instead."""
    if status == 401 and not request.url.path.startswith("/login"):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return see("/login", next=here if request.method == "GET" and here != "/" else "")
    speech = speech_of(request)
    title = speech.say_or(f"error.{status}", speech.say("error.other", status=status))
    hint = speech.say_or(f"error.hint_{status}", "", id=number)
    told = cause.in_language(speech.language) if cause is not None and status != 404 else ""
    return render(request, "error.html", "", status, title=title, hint="" if told == title else hint, told=told, code=status)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the workbench, which use the parts of the evidence page; everything is escaped."""
    loader = ChoiceLoader([PackageLoader("extractor.serve.pages"), PackageLoader("extractor.evidence")])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                       finalize=harmless)
    made.globals.update(asset=asset, failure=reason, category=category, moment=moment, size=size, view_box=view_box, tag_of=tag_of,
                        reason_names=[str(reason) for reason in Reason if reason], decisions=[str(item) for item in Decision])
    return made


def category(name: str, language: Language) -> str:
    """Why documents failed, in a word; one that a later version wrote stays as it is."""
    return batch_say(f"category.{name}", language) if name in tuple(Category) else name


def view_box(box: Box) -> str:
    return f"{box.x0:.1f} {box.top:.1f} {box.width:.1f} {box.height:.1f}"


def asset_bytes(name: str) -> bytes:
    """A static file: of the workbench, or the style of the parts shared with the evidence page."""
    package, folder = ("extractor.evidence", "templates") if name == "parts.css" else (__package__, "static")
    return resources.files(package).joinpath(folder, name).read_bytes()


@lru_cache(maxsize=32)
def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so that browsers may keep it."""
    return f"/static/{name}?v={hashlib.sha256(asset_bytes(name)).hexdigest()[:12]}"


