"""Header texts to rows and columns of the dictionary: the label matcher, first form and baseline.

A matcher scores; it does not decide. The decision over a whole table is `extractor.label.align`'s, so that a trained
model can take the matcher's place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from rapidfuzz import fuzz

from extractor.document import Table
from extractor.fields import Column, Row, TableSpec
from extractor.spelling import simplified

ORDINAL = re.compile(r"^(?:\(([一二三四五六七八九十]{1,3}|\d{1,2})\)|([一二三四五六七八九十]{1,3}|\d{1,2})[、.,:])")
"""（三） 三、 3. 3、 after NFKC, at the start of a label."""
CHINESE = "一二三四五六七八九十"
ONLY_ORDINAL = re.compile(f"[{CHINESE}]")
"""What is left of 二、上年结转 when all but its ordinal is lost; a digit alone would be a value."""
SHORT_WITH_ORDINAL = 0.65
"""Likeness of a short label of which a character is misread but not its Chinese ordinal: （七）总汁."""
SHORT = 3
"""Characters up to which only an exact match counts: 其他, 总计, 规章."""
GROUP = 0.75
"""Likeness from which an outer header names a group."""
ABRIDGED = 0.78
"""Likeness of a label and its own beginning: 上年结转 for 上年结转政府信息公开申请数量."""
LAST_YEAR = re.compile("上一?年|去年|上期")
NEXT_YEAR = re.compile("下一?年|次年|来年")
_REMARK = re.compile(r"[（(][^（）()]*[）)]\s*$")


@dataclass(frozen=True, slots=True)
class Label:
    """A header text taken apart: its ordinal (一 and 1 kept apart) and its body without spaces and punctuation."""

    ordinal: str
    body: str


class HeaderMatcher(Protocol):
    """Scores, from 0 to 1, how well header texts fit the rows and columns of a table."""

    def restored(self, tables: Sequence[Table], spec: TableSpec) -> Sequence[Table]:
        """The parts of a statutory table with their header texts as the matcher reads them; asked for before all else."""
        ...

    def row(self, path: Sequence[str], spec: TableSpec) -> dict[str, float]:
        """Scores by row id for a row whose header texts are `path`, outermost first; poor ones are left out."""
        ...

    def column(self, text: str, spec: TableSpec) -> dict[str, float]:
        """Scores by column id for a column whose header text is `text`; poor ones are left out."""
        ...


@lru_cache(maxsize=20_000)
def take_apart(text: str) -> Label:
    """The label's ordinal and its bare body: full-width forms unified, bracketed remarks kept, punctuation dropped."""
    normal = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if ONLY_ORDINAL.fullmatch(normal):
        return Label(normal, "")
    found = ORDINAL.match(normal)
    ordinal = (found[1] or found[2]) if found else ""
    return Label(ordinal, bare(normal[found.end():] if found else normal))


@lru_cache(maxsize=20_000)
def bare(text: str) -> str:
    """Ideographs and digits only: no label has Latin letters, but a misread stroke may look like one."""
    return "".join(char for char in unicodedata.normalize("NFKC", simplified(text))
                   if char.isalnum() and not (char.isascii() and char.isalpha()))


@lru_cache(maxsize=50_000)
def similar(a: str, b: str) -> float:
    """Likeness of two bare texts, 0 to 1; short ones are equal or not."""
    if a == b:
        return 1.0
    if min(len(a), len(b)) <= SHORT:
        return 0.0
    whole = fuzz.ratio(a, b) / 100
    shorter, longer = sorted((a, b), key=len)
    if longer.startswith(shorter):
        whole = max(whole, ABRIDGED)
    if len(shorter) < 5:
        return whole
    return max(whole, 0.9 * fuzz.partial_ratio(a, b) / 100 * min(1.0, 2 * len(shorter) / len(longer)))


@lru_cache(maxsize=20_000)
def other_year(text: str, label: str) -> bool:
    """True if a header speaks of last year or of next year (上年制发件数) and the label does not."""
    return any(year.search(text) is not None and year.search(label) is None for year in (LAST_YEAR, NEXT_YEAR))


class LabelMatcher:
    """Matches by text: the labels of the dictionary, with their groups as context and their ordinals as a tie-break."""

    threshold = 0.6

    def restored(self, tables: Sequence[Table], spec: TableSpec) -> Sequence[Table]:
        return tables

    def row(self, path: Sequence[str], spec: TableSpec) -> dict[str, float]:
        texts = [text for text in path if bare(text)]
        if not texts:
            return {}
        group = group_named(texts[:-1], spec)
        sums = take_apart(texts[-1]).body in _group_bodies(spec.groups)
        scores = {row.id: self._row_score(texts, row, spec, group, sums) for row in spec.rows}
        if len(texts) > 1 and not take_apart(texts[-1]).ordinal:
            self._stand_in(take_apart(texts[-2]).body, scores, spec)
        return {row_id: min(1.0, score) for row_id, score in scores.items() if score >= self.threshold}

    def _stand_in(self, group: str, scores: dict[str, float], spec: TableSpec) -> None:
        """A single row of a group, such as 其他处理 | 其他, may be the one that stands in for the group's rows."""
        for row in spec.rows:
            if row.replaces and any(group == take_apart(label).body for label in row.labels):
                scores[row.id] = max(scores[row.id], *(scores[other] for other in row.replaces))

    def _row_score(self, texts: Sequence[str], row: Row, spec: TableSpec, group: str | None, sums: bool) -> float:
        leaf = take_apart(texts[-1])
        if not leaf.body:
            return SHORT_WITH_ORDINAL if _counts_as(leaf.ordinal, row, spec, group) else 0.0
        tails = [leaf.body] + [bare("".join(texts[-n:])) for n in (2, 3) if len(texts) >= n]
        unremarked = take_apart(_REMARK.sub("", texts[-1])).body
        if unremarked != leaf.body:
            tails.append(unremarked)
        best = 0.0
        for variant, ordinal in _variants(row, spec):
            if other_year(leaf.body, variant) or (sums and leaf.body != variant):
                continue
            score = max(similar(tail, variant) - 0.02 * depth for depth, tail in enumerate(tails))
            if ordinal and leaf.ordinal:
                score += 0.03 if ordinal == leaf.ordinal else -0.12
            if score <= 0.03 and ordinal and ordinal == leaf.ordinal and ordinal in CHINESE and set(leaf.body) & set(variant):
                score = SHORT_WITH_ORDINAL
            best = max(best, score)
        if group is not None and row.under is not None and spec.groups:
            best += 0.03 if group == row.under else -0.15 if row.under != "result" else -0.05
        return best

    def column(self, text: str, spec: TableSpec) -> dict[str, float]:
        body = bare(re.sub(r"[（(].*", "", text, flags=re.DOTALL)) or bare(text)
        scores = {column.id: max((similar(body, name) for label in column.labels
                                  if not other_year(body, name := bare(label))), default=0.0)
                  for column in spec.columns}
        return {column_id: score for column_id, score in scores.items() if score >= 0.75}


def group_named(texts: Sequence[str], spec: TableSpec) -> str | None:
    """The innermost group that the outer header texts of a row name."""
    for text in reversed(texts):
        body = take_apart(text).body
        for group in spec.groups:
            if any(similar(body, take_apart(label).body) >= GROUP for label in group.labels):
                return group.id
    return None


def _counts_as(ordinal: str, row: Row, spec: TableSpec, group: str | None) -> bool:
    """Whether a row has an ordinal: one in digits counts within its group, one in characters over all of a level."""
    if not ordinal or all(ordinal != own for _, own in _variants(row, spec)):
        return False
    return ordinal in CHINESE or (group is not None and group == row.under)


@lru_cache(maxsize=16)
def _group_bodies(groups: tuple[Row, ...]) -> frozenset[str]:
    """What groups are called: a row that says no more holds the group's sum, not one of its members."""
    return frozenset(take_apart(label).body for group in groups for label in group.labels)


@lru_cache(maxsize=512)
def _variants_of(labels: tuple[str, ...], groups: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = []
    for label in labels:
        own = take_apart(label)
        found.append((own.body, own.ordinal))
        found += [(take_apart(group).body + bare(label), "") for group in groups]
    return tuple(found)


def _variants(row: Row, spec: TableSpec) -> tuple[tuple[str, str], ...]:
    """Bodies (with ordinals) under which a row may appear: its labels, alone and glued to its group's label."""
    groups = spec.group(row.under).labels if row.under is not None else ()
    return _variants_of(row.labels, groups)


def column_by_text(text: str, columns: Sequence[Column]) -> list[tuple[int, Column]]:
    """Columns whose label occurs in a longer text (header cells run together), by position; the longest label wins."""
    body = bare(text)
    found = sorted(((body.find(bare(label)), -len(bare(label)), column) for column in columns for label in column.labels
                    if bare(label) in body), key=lambda item: item[:2])
    kept: list[tuple[int, Column]] = []
    end = 0
    for at, length, column in found:
        if at >= end:
            kept.append((at, column))
            end = at - length
    return kept
