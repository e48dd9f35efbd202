"""How badly a document was scanned: one draw for a document, from presets that go from clean to hopeless."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from typing import Any, Literal

Tone = Literal["color", "grey", "bilevel"]
Container = Literal["pdf", "tiff", "png", "jpg"]
LEVELS = ("clean", "office", "harsh", "fax", "phone", "hopeless")
MIXED = "mixed"
"""The level that draws one of the others."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything that happened to a document between the office's printer and the file.

    Angles are degrees. `perspective` and `curl` are shares of the page's width by which corners and lines are moved.
    Blur and noise are in pixels and grey levels (standard deviations), `jpeg` a quality, 0 for lossless files;
    `margin` is the dark border in shares of the page's width. `turn_share` is the chance that a page lies on its
    side or upside down.
    """

    level: str
    dpi: int
    tone: Tone
    container: Container
    jpeg: int = 0
    skew: float = 0.0
    perspective: float = 0.0
    curl: float = 0.0
    offset: float = 0.0
    margin: float = 0.0
    light: float = 0.0
    shadow: bool = False
    tint: float = 0.0
    blur: float = 0.0
    motion: float = 0.0
    noise: float = 0.0
    dust: int = 0
    show_through: float = 0.0
    generations: int = 0
    threshold: float = 0.0
    dither: bool = False
    seals: int = 0
    seals_on_tables: bool = False
    pen: int = 0
    holes: bool = False
    turn_share: float = 0.0
    exif: bool = False
    digital_pages: bool = False

    def steps(self) -> tuple[str, ...]:
        """The transforms that were applied, as `name=value`."""
        plain: dict[str, Any] = asdict(self)
        return tuple(f"{name}={round(value, 4) if isinstance(value, float) else value}" for name, value in plain.items()
                     if value and name not in ("level", "dpi", "container"))


def draw_scan(level: str, seed: int) -> Scan:
    """The scan of number `seed` at a level; raises `ValueError` for an unknown level."""
    rng = random.Random(f"scan {level} {seed}")
    if level == MIXED:
        level = rng.choices(LEVELS, (18, 28, 22, 12, 14, 6))[0]
    if level not in _DRAWS:
        raise ValueError(f"unknown scan level {level!r}; known are {', '.join((*LEVELS, MIXED))}")
    return _DRAWS[level](rng)


def _signed(rng: random.Random, low: float, high: float) -> float:
    return rng.choice((-1, 1)) * rng.uniform(low, high)


def _clean(rng: random.Random) -> Scan:
    jpeg = rng.choice((0, 92, 95, 88))
    return Scan("clean", rng.choice((200, 200, 240, 300)), rng.choice(("grey", "color", "color")),
                rng.choices(("pdf", "tiff", "png", "jpg"), (82, 8, 5, 5))[0], jpeg=jpeg, skew=_signed(rng, 0, 0.25),
                noise=rng.uniform(0, 2), blur=rng.uniform(0, 0.4), seals=int(rng.random() < 0.2))


def _office(rng: random.Random) -> Scan:
    return Scan("office", 200, rng.choice(("grey", "grey", "grey", "color")),
                rng.choices(("pdf", "tiff", "png", "jpg"), (86, 8, 2, 4))[0], jpeg=60, skew=_signed(rng, 0.2, 1.2),
                perspective=rng.uniform(0, 0.002), offset=rng.uniform(0, 0.008), margin=rng.choice((0, 0, 0.01, 0.02)),
                light=rng.uniform(0, 0.06), tint=rng.uniform(0, 0.05), blur=rng.uniform(0.4, 0.8),
                noise=rng.uniform(2, 5), dust=rng.randint(0, 25), show_through=rng.choice((0, 0, 0.05)),
                generations=rng.choice((0, 0, 0, 1)), seals=rng.choice((0, 0, 1)), pen=rng.choice((0, 0, 1)),
                holes=rng.random() < 0.15, turn_share=rng.choice((0, 0, 0, 0, 0.15)),
                digital_pages=rng.random() < 0.06)


def _harsh(rng: random.Random) -> Scan:
    return Scan("harsh", 130, rng.choice(("color", "color", "grey")), rng.choices(("pdf", "jpg"), (92, 8))[0], jpeg=30,
                skew=_signed(rng, 1.2, 2.2), perspective=rng.uniform(0, 0.006), curl=rng.choice((0, 0, 0.003)),
                offset=rng.uniform(0, 0.015), margin=rng.choice((0, 0.02, 0.04)), light=rng.uniform(0.05, 0.2),
                shadow=rng.random() < 0.3, tint=rng.uniform(0.02, 0.12), blur=rng.uniform(0.5, 0.9),
                noise=rng.uniform(6, 12), dust=rng.randint(20, 120), show_through=rng.choice((0, 0.06, 0.1)),
                generations=rng.choice((0, 0, 1)), seals=rng.choice((1, 1, 2)), seals_on_tables=rng.random() < 0.7,
                pen=rng.choice((0, 1, 2)), holes=rng.random() < 0.3, turn_share=rng.choice((0, 0, 0.1)))


def _fax(rng: random.Random) -> Scan:
    return Scan("fax", 150, "bilevel", rng.choices(("pdf", "tiff"), (80, 20))[0], skew=_signed(rng, 0.1, 1.0),
                blur=rng.uniform(0.45, 0.75), noise=rng.uniform(4, 12), dust=rng.randint(10, 150),
                margin=rng.choice((0, 0, 0.015)), threshold=rng.uniform(-18, 22), generations=rng.choice((0, 0, 1, 2)),
                dither=rng.random() < 0.08, seals=rng.choice((0, 0, 1)), holes=rng.random() < 0.2)


def _phone(rng: random.Random) -> Scan:
    return Scan("phone", rng.choice((150, 170, 200)), "color", rng.choices(("pdf", "jpg"), (72, 28))[0],
                jpeg=rng.choice((55, 70, 82)), skew=_signed(rng, 0.2, 4.0), perspective=rng.uniform(0.005, 0.03),
                curl=rng.uniform(0, 0.008), offset=rng.uniform(0.0, 0.03), margin=rng.uniform(0.03, 0.09),
                light=rng.uniform(0.1, 0.35), shadow=rng.random() < 0.7, tint=rng.uniform(0.03, 0.15),
                blur=rng.uniform(0.4, 1.0), motion=rng.choice((0, 0, 2.0)), noise=rng.uniform(2, 7),
                show_through=rng.choice((0, 0, 0.05)), seals=rng.choice((0, 0, 1)), pen=rng.choice((0, 0, 1)),
                turn_share=rng.choice((0, 0.1, 0.3)), exif=rng.random() < 0.6)


def _hopeless(rng: random.Random) -> Scan:
    return Scan("hopeless", rng.choice((72, 90, 100)), rng.choice(("grey", "bilevel", "color")), "pdf",
                jpeg=rng.choice((12, 18, 25)), skew=_signed(rng, 2, 7), perspective=rng.uniform(0.01, 0.04),
                curl=rng.uniform(0.004, 0.015), margin=rng.uniform(0, 0.08), light=rng.uniform(0.2, 0.5), shadow=True,
                tint=rng.uniform(0.05, 0.25), blur=rng.uniform(0.8, 1.6), noise=rng.uniform(10, 25),
                dust=rng.randint(50, 300), show_through=rng.uniform(0.05, 0.2), generations=rng.choice((1, 2, 3)),
                threshold=rng.uniform(-25, 25), seals=rng.choice((1, 2, 3)), seals_on_tables=True,
                pen=rng.choice((1, 2, 4)), holes=rng.random() < 0.5, turn_share=rng.choice((0, 0.3)))


_DRAWS = {"clean": _clean, "office": _office, "harsh": _harsh, "fax": _fax, "phone": _phone, "hopeless": _hopeless}
