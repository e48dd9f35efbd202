"""What an evaluation says on the terminal and on its page, in Chinese: `words.toml`, by the English phrase."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from extractor.messages import Language


@lru_cache(maxsize=1)
def chinese() -> dict[str, str]:
    """English phrases, with braces for values, and what they are in Chinese."""
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf8"))


@dataclass(frozen=True, slots=True)
class Words:
    """Says an English phrase in `language`. What is not in the catalogue, such as a user's own slice, stays as it is."""

    language: Language

    def __call__(self, english: str, **values: object) -> str:
        phrase = chinese().get(english, english) if self.language == "zh" else english
        return phrase.format(**values) if values else phrase
