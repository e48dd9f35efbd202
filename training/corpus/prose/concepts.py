"""The narrative concepts (`prose.*`) as data: meaning, units and typical size, loaded from `concepts.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from training.corpus.types import Level


@dataclass(frozen=True, slots=True)
class Concept:
    """One narrative concept. `equals` are the table fields whose sum it states, empty where no table holds it."""

    id: str
    label: str
    meaning: str
    units: tuple[str, ...]
    scale: float
    chance: float
    example: str
    equals: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The id without `prose.`."""
        return self.id.removeprefix("prose.")


@dataclass(frozen=True, slots=True)
class Concepts:
    """All concepts, and how much larger or smaller than a county's the numbers of each level are."""

    levels: dict[Level, float]
    all: tuple[Concept, ...]
    by_name: dict[str, Concept]


@lru_cache(maxsize=1)
def load() -> Concepts:
    """The concept list that ships with the corpus."""
    raw = tomllib.loads(resources.files(__package__).joinpath("concepts.toml").read_text("utf8"))
    found = tuple(Concept(c["id"], c["label"], c["meaning"], tuple(c["units"]), c["scale"], c["chance"], c["example"],
                          tuple(c.get("equals", ()))) for c in raw["concepts"])
    return Concepts(raw["levels"], found, {c.name: c for c in found})
