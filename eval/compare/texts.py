"""Spans of one text found again in another: the label's prose and the prose as a system read it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from eval.types import Span


@lru_cache(maxsize=65536)
def _folded(character: str) -> str:
    return "" if character.isspace() else unicodedata.normalize("NFKC", character)[:1]


def _is_folded(text: str) -> bool:
    """Whether no character of a text would be folded: most paragraphs are so."""
    return len(text.split(None, 1)) == 1 and not text[:1].isspace() and not text[-1:].isspace() and (
        unicodedata.is_normalized("NFKC", text))


@dataclass(frozen=True, slots=True)
class Flat:
    """Paragraphs as one string without white space, full-width forms folded; `starts[i][c]` is where character c of
    paragraph i went (or would have gone)."""

    text: str
    starts: tuple[Sequence[int], ...]

    @staticmethod
    def of(paragraphs: Sequence[str]) -> Flat:
        pieces: list[str] = []
        starts: list[Sequence[int]] = []
        at = 0
        for paragraph in paragraphs:
            folded = [paragraph] if _is_folded(paragraph) else [_folded(character) for character in paragraph]
            offsets = range(at, at + len(paragraph) + 1) if folded == [paragraph] else (
                tuple(accumulate(map(len, folded), initial=at)))
            starts.append(offsets)
            pieces += folded
            at = offsets[-1]
        return Flat("".join(pieces), tuple(starts))

    def span(self, span: Span) -> tuple[int, int] | None:
        """Where a span of a paragraph stands in `text`; None for a span outside of the text."""
        paragraph, start, end = span
        if not 0 <= paragraph < len(self.starts) or not 0 <= start < end < len(self.starts[paragraph]):
            return None
        return self.starts[paragraph][start], self.starts[paragraph][end]


class Alignment:
    """Leads positions of `source` to those of `target` by the least edits; the same text leads to itself."""

    def __init__(self, source: Flat, target: Flat) -> None:
        self._map: list[int] | None = None
        if source.text != target.text:
            self._map = _positions(source.text, target.text)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The target's span that holds the characters of a source span which it has too; None if it has none."""
        if self._map is None:
            return start, end
        kept = [at for at in self._map[start:end] if at >= 0]
        return (kept[0], kept[-1] + 1) if kept else None


def _positions(source: str, target: str) -> list[int]:
    """The position in `target` of each character of `source`, -1 for those that it lacks; replaced ones count."""
    from rapidfuzz.distance import Levenshtein

    positions = [-1] * len(source)
    for step in Levenshtein.opcodes(source, target):
        if step.tag in ("equal", "replace"):
            for offset in range(step.src_end - step.src_start):
                positions[step.src_start + offset] = step.dest_start + offset
    return positions


def find_spans(texts: Sequence[str], flat: Flat) -> list[tuple[int, int] | None]:
    """Where each of `texts` stands in a flat text; a text that is named twice stands in two places if it can."""
    taken: dict[str, int] = {}
    spans: list[tuple[int, int] | None] = []
    for text in texts:
        key = "".join(_folded(character) for character in text)
        at = flat.text.find(key, taken.get(key, 0)) if key else -1
        if at < 0 and key:
            at = flat.text.find(key)
        spans.append((at, at + len(key)) if at >= 0 else None)
        taken[key] = at + len(key) if at >= 0 else 0
    return spans
