"""The catalogue of warnings about a reading, in Chinese and English, as data in `notices.toml`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources

from extractor.report import Text, Warning_


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, str]]:
    """Message templates by code and language."""
    return tomllib.loads(resources.files("extractor").joinpath("notices.toml").read_text("utf8"))


def warning(code: str, page: int | None = None, detail: str = "") -> Warning_:
    """The warning of a code; a code without an entry shows its detail."""
    templates = catalogue().get(code, {"zh": "{detail}", "en": "{detail}"})
    filled = {language: text.format(page=page if page is not None else "?", detail=detail or code)
              for language, text in templates.items()}
    return Warning_(code=code, page=page, message=Text(**filled))
