"""A text that grows piece by piece and knows where each of its figures stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from training.corpus.types import LabelledFigure, LabelledParagraph

# One-to-one replacements, so that offsets stay as they are.
_ASCII_PUNCTUATION = str.maketrans("（）：；，", "():;,")
_ASCII_BRACKETS = str.maketrans("（）", "()")


@dataclass(frozen=True, slots=True)
class Slot:
    """A figure that a sentence may state: what it is, its true value and how it may be printed.

    `kind` is count, amount or percent. `approximate` is the chance of a rounded form: 0 for a number that must agree
    with a table to the digit. `tag` finds the figure again after rendering (an injected error's place).
    """

    field: str | None
    value: Decimal
    units: tuple[str, ...] = ("件",)
    kind: str = "count"
    approximate: float = 0.0
    period: str = "this_year"
    scope: str = "own"
    subset: str | None = None
    part_of: str | None = None
    distractor: str | None = None
    tag: str = ""


@dataclass(slots=True)
class _Draft:
    key: str
    figure: LabelledFigure
    tag: str


@dataclass(slots=True)
class Builder:
    """Appends text and records spans; offsets count characters of the text so far."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    drafts: list[_Draft] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    first: int = 0

    def add(self, text: str) -> None:
        """Text without a figure in it."""
        self.parts.append(text)
        self.length += len(text)

    def ends_with(self, text: str) -> bool:
        """Whether the text so far ends so (looking at its last piece only)."""
        return bool(self.parts) and self.parts[-1].endswith(text)

    def mark_start(self, key: str) -> None:
        """The phrase of figure `key` begins here."""
        self.starts[key] = self.length

    def mark_end(self, key: str) -> None:
        """The phrase of figure `key` ends here."""
        self.ends[key] = self.length

    def figure(self, key: str, figure: LabelledFigure, tag: str = "") -> None:
        """A figure whose span is known already; its phrase is settled by `close`."""
        self.drafts.append(_Draft(key, figure, tag))

    def distract(self, text: str, kind: str, value: Decimal | None = None, unit: str = "") -> None:
        """A number that counts nothing: a year, a telephone number, a document number."""
        start = self.length
        self.add(text)
        self.drafts.append(_Draft("", LabelledFigure(
            start, self.length, (start, self.length), None, value, value, value, unit, "exact", period="none",
            scope="none", distractor=kind, pattern=f"distractor.{kind}"), ""))

    def close(self, pattern: str) -> None:
        """Ends a sentence: settles phrases from the marks set since the last one and names the pattern."""
        for draft in self.drafts[self.first:]:
            if draft.figure.distractor is not None and not draft.key:
                continue
            figure = draft.figure
            start = min(self.starts.get(draft.key, figure.start), figure.start)
            end = max(self.ends.get(draft.key, figure.end), figure.end)
            draft.figure = replace(figure, phrase=(start, end), pattern=pattern)
        self.first = len(self.drafts)
        self.starts.clear()
        self.ends.clear()

    def paragraph(self, section: int, heading: bool = False, punctuation: str = "") -> LabelledParagraph:
        """The finished paragraph; `punctuation` is `ascii`, `brackets` or empty for full-width marks."""
        text = "".join(self.parts)
        if punctuation == "ascii":
            text = text.translate(_ASCII_PUNCTUATION)
        elif punctuation == "brackets":
            text = text.translate(_ASCII_BRACKETS)
        return LabelledParagraph(text, section, heading, tuple(d.figure for d in self.drafts))

    def tags(self) -> list[str]:
        """The slots' tags, figure by figure, in the order of the finished paragraph's figures."""
        return [d.tag for d in self.drafts]
