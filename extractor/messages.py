"""The catalogue of what the command line and the exports say, in Chinese and English, from `messages.toml`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Literal

from extractor.errors import GoujiError

Language = Literal["zh", "en"]


def default_language(environment: Mapping[str, str] = os.environ) -> Language:
    """`zh` where the locale of messages is Chinese, else `en`."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name, ""):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, dict[str, str]]]:
    """All messages: section, key, language."""
    return tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text("utf8"))


def say(key: str, language: Language, **values: object) -> str:
    """The message `section.key`, its braces filled with `values`."""
    section, _, name = key.partition(".")
    return catalogue()[section][name][language].format(**values)


def say_or(key: str, language: Language, fallback: str) -> str:
    """The message `section.key`, or `fallback` where the catalogue has none: for codes that other stages may add to."""
    section, _, name = key.partition(".")
    return catalogue()[section].get(name, {}).get(language, fallback)


def explain(error: GoujiError, language: Language) -> str:
    """One line on what went wrong and what to do; in Chinese the error's English details stand in parentheses."""
    entry = catalogue()["errors"][error.category]
    if language == "zh":
        return f"{entry['zh']}{entry['advice_zh']}（{error.message}）"
    return f"{error.message} {error.advice or entry['advice_en']}"
