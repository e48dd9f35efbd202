"""The catalogue of what a run says, in Chinese and English, from `messages.toml` beside it."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any

from extractor.messages import Language, say_or


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text("utf8"))


def say(key: str, language: Language, **values: object) -> str:
    """The message `key` (`section.name` for those in sections), its braces filled with `values`."""
    entry = _catalogue()
    for part in key.split("."):
        entry = entry[part]
    return str(entry[language]).format(**values)


def reason(category: str, message: str, language: Language) -> str:
    """Why a document failed; in Chinese the English details stand in parentheses after what the category means."""
    meaning = say_or(f"errors.{category}", language, "") if language == "zh" else ""
    return f"{meaning}（{message}）" if meaning else message


def duration(seconds: float | None) -> str:
    """`3:05`, `2:03:05`; a dash for what is not known."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
