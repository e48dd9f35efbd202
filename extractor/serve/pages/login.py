"""Logging in with a token, and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from extractor.serve.api.dependencies import begin_session, end_session
from extractor.serve.errors import Unauthorised
from extractor.serve.pages.access import Reader
from extractor.serve.pages.frame import render, safe_address, see

router = APIRouter(include_in_schema=False)


@router.get("/login")
def show(request: Request, next: str = "", out: str = "") -> Response:
    if getattr(request.state, "user", None) is not None:
        return see(safe_address(next))
    note = "login.out" if out else "login.needed" if next else ""
    return render(request, "login.html", "", next=safe_address(next, ""), wrong=False, note=note)


@router.post("/login")
def login(request: Request, token: Annotated[str, Form(max_length=200)], next: Annotated[str, Form()] = "") -> Response:
    answer = see(safe_address(next))
    try:
        begin_session(request, answer, token.strip())
    except Unauthorised:
        return render(request, "login.html", "", 401, next=safe_address(next, ""), wrong=True, note="")
    return answer


@router.post("/logout")
def logout(request: Request, user: Reader) -> Response:
    answer = see("/login", out=1)
    end_session(request, answer)
    return answer
