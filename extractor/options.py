"""Options that commands share; light to import."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Tongue(StrEnum):
    """Languages of messages."""

    ZH = "zh"
    EN = "en"


def _set_language(ctx: typer.Context, value: Tongue | None) -> Tongue | None:
    if value is not None:
        ctx.obj.language = value.value
    return value


def _set_debug(ctx: typer.Context, value: bool) -> bool:
    ctx.obj.debug = value
    return value


LanguageOption = Annotated[Tongue | None, typer.Option(
    "--lang", callback=_set_language, show_default=False,
    help="Language of messages (信息语言); by default that of the locale.")]
DebugOption = Annotated[bool, typer.Option("--debug", callback=_set_debug, help="Show tracebacks of errors.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
