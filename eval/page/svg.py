"""A little SVG: elements as text, linear and logarithmic scales, axes. Colours come from the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

Scale = Callable[[float], float]


def element(name: str, content: str = "", **attributes: object) -> str:
    """`<name a="1">content</name>`; underscores in attribute names become dashes, `class_` loses its own."""
    text = "".join(f' {key.rstrip("_").replace("_", "-")}="{_number(value)}"' for key, value in attributes.items())
    return f"<{name}{text}>{content}</{name}>" if content else f"<{name}{text}/>"


def text(x: float, y: float, content: str, class_: str = "", anchor: str = "start") -> str:
    return element("text", escape(content), x=x, y=y, class_=class_, text_anchor=anchor)


def picture(width: float, height: float, parts: Sequence[str], label: str) -> str:
    """A picture that scales with its column; `label` says to those who cannot see it what it shows."""
    return element("svg", "".join(parts), viewBox=f"0 0 {width:g} {height:g}", role="img", aria_label=escape(label))


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """Leads `low` to `start` and `high` to `end`."""
    span = high - low or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def logarithmic(low: float, high: float, start: float, end: float) -> Scale:
    """As `linear`, for the logarithm; values below `low` are drawn at its place."""
    inner = linear(math.log10(low), math.log10(high), start, end)
    return lambda value: inner(math.log10(max(value, low)))


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle that data are drawn in."""

    left: float
    top: float
    right: float
    bottom: float

    def grid(self, x: Scale, y: Scale, columns: Sequence[tuple[float, str]], rows: Sequence[tuple[float, str]]) -> list[str]:
        """Grid lines with their names below and to the left."""
        parts = []
        for value, name in columns:
            parts.append(element("line", x1=x(value), x2=x(value), y1=self.top, y2=self.bottom, class_="grid"))
            parts.append(text(x(value), self.bottom + 16, name, "tick", "middle"))
        for value, name in rows:
            parts.append(element("line", x1=self.left, x2=self.right, y1=y(value), y2=y(value), class_="grid"))
            parts.append(text(self.left - 8, y(value) + 4, name, "tick", "end"))
        return parts

    def titles(self, below: str, beside: str) -> list[str]:
        """What the axes measure."""
        middle = (self.top + self.bottom) / 2
        return [text((self.left + self.right) / 2, self.bottom + 36, below, "axis", "middle"),
                element("text", escape(beside), x=14, y=middle, class_="axis", text_anchor="middle",
                        transform=f"rotate(-90 14 {middle:g})")]


def line(points: Sequence[tuple[float, float]], class_: str) -> str:
    path = " ".join(f"{'M' if at == 0 else 'L'}{_number(x)} {_number(y)}" for at, (x, y) in enumerate(points))
    return element("path", d=path, class_=class_)


def _number(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
