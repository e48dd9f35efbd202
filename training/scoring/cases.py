"""What prose is scored on: reports of the corpus, and real reports with labels kept beside the repository."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractor.document import Paragraph
from extractor.label.facts import report_facts
from extractor.label.numerals import find_numerals
from extractor.layout import structure
from extractor.read import read
from extractor.settings import Settings
from training.corpus.report import make_report
from training.corpus.types import LabelledFigure

CONTEXT = 10
"""Characters before a number, white space left out, that tell it from the same number elsewhere."""


@dataclass(frozen=True, slots=True)
class ProseCase:
    """A report's paragraphs and the figures of each. `core_only`: figures that bind to no table are not all labelled.

    `open` are spans of which the labels say nothing: they count neither for nor against a labeller.
    """

    name: str
    year: int | None
    paragraphs: tuple[Paragraph, ...]
    truth: tuple[tuple[LabelledFigure, ...], ...]
    core_only: bool = False
    open: tuple[tuple[int, int, int], ...] = ()


def corpus_cases(seeds: Iterable[int], reserved: bool) -> Iterator[ProseCase]:
    """The reports `seeds` of the corpus."""
    for seed in seeds:
        report = make_report(seed, reserved=reserved)
        yield ProseCase(f"corpus {seed}", report.year,
                        tuple(Paragraph(p.text, section=p.section, heading=p.heading) for p in report.paragraphs),
                        tuple(p.figures for p in report.paragraphs))


def gold_cases(folder: Path, names: Iterable[str]) -> Iterator[ProseCase]:
    """Real reports with gold labels: `folder` holds `gold/NAME.json`, each of which names its source.

    Raises `ValueError` if a labelled figure does not stand in the report.
    """
    for name in names:
        gold = json.loads((folder / "gold" / f"{name}.json").read_text("utf8"))
        paragraphs, year = read_paragraphs(folder / gold["source"])
        truth: list[list[LabelledFigure]] = [[] for _ in paragraphs]
        after = (0, 0)
        for entry in gold["figures"]:
            at, start, end = _found(paragraphs, entry["text"], after) or _found(paragraphs, entry["text"], (0, 0)) \
                or _missing(name, entry["text"])
            after = at, end
            truth[at].append(_gold_figure(paragraphs[at].text, start, end, entry))
        yield ProseCase(name, year, paragraphs, tuple(tuple(figures) for figures in truth))


def read_paragraphs(path: Path) -> tuple[tuple[Paragraph, ...], int | None]:
    """A report's paragraphs as the product reads them, and its year."""
    laid_out = structure(read(path.read_bytes(), Settings()))
    return tuple(laid_out.paragraphs), report_facts(laid_out).year


def _missing(name: str, text: str) -> tuple[int, int, int]:
    raise ValueError(f"{name}: a labelled figure is not in the report: {text!r}")


def _found(paragraphs: Iterable[Paragraph], text: str, after: tuple[int, int]) -> tuple[int, int, int] | None:
    """Paragraph, start and end of a text from a place on, white space aside."""
    pattern = re.compile(r"\s*".join(re.escape(sign) for sign in text if not sign.isspace()))
    for at, paragraph in enumerate(paragraphs):
        if at >= after[0] and (match := pattern.search(paragraph.text, after[1] if at == after[0] else 0)):
            return at, *match.span()
    return None


def _gold_figure(text: str, start: int, end: int, entry: Mapping[str, Any]) -> LabelledFigure:
    """A figure from its phrase: the number of its value in it, or the whole phrase for words that stand for one."""
    value = Decimal(entry["value"])
    span = (start, end)
    if not entry.get("negated") and not entry.get("implied"):
        span = number_span(text, start, end, value) or span
    return LabelledFigure(*span, (start, end), entry["field"], value, value, value, entry.get("unit", ""),
                          entry.get("qualifier", "exact"), period=entry.get("period", "this_year"),
                          scope=entry.get("scope", "own"), subset=entry.get("subset"),
                          negated=entry.get("negated", False), implied=entry.get("implied", False),
                          part_of=entry.get("part_of"), pattern="gold")


def number_span(text: str, start: int, end: int, value: Decimal | None) -> tuple[int, int] | None:
    """The last number of a value (with its qualifier and unit) that lies between two places of a text."""
    inside = [n for n in find_numerals(text) if n.start >= start - 1 and n.end <= end + 2 and n.start < end]
    same = [n for n in inside if n.value == value and n.kind in ("number", "range", "fraction")]
    return (same[-1].start, same[-1].end) if same else None


def labelled_cases(folder: Path, labels: Path) -> Iterator[ProseCase]:
    """Real reports whose core figures a file of the tests labels: no text, only numbers and hashes of their context.

    `folder` holds the reports, named by `file`. Raises `ValueError` if a label fits no place, or several.
    """
    for report in json.loads(labels.read_text("utf8")):
        paragraphs, year = read_paragraphs(folder / report["file"])
        places = {key: place for key, place in _contexts(paragraphs, {f["number"] for f in report["figures"]})}
        truth: list[list[LabelledFigure]] = [[] for _ in paragraphs]
        spans: list[tuple[int, int, int]] = []
        for entry in report["figures"]:
            place = places.get((entry["number"], entry["context"]))
            if place is None:
                raise ValueError(f"{report['file']}: {entry['number']} stands nowhere in this context")
            if entry.get("open"):
                spans.append(place)
                continue
            at, start, end = place
            value = Decimal(entry["value"])
            truth[at].append(LabelledFigure(
                start, end, (start, end), entry["field"], value, value, value, "", "exact",
                period=entry.get("period", "this_year"), scope=entry.get("scope", "own"), subset=entry.get("subset"),
                negated=entry.get("negated", False), implied=entry.get("implied", False), pattern="real"))
        yield ProseCase(report["file"], year, paragraphs, tuple(tuple(figures) for figures in truth), True,
                        tuple(spans))


def _contexts(paragraphs: Iterable[Paragraph],
              numbers: Iterable[str]) -> Iterator[tuple[tuple[str, str], tuple[int, int, int]]]:
    """Every place of the given numbers, keyed by the number and its context."""
    wanted = set(numbers)
    for at, paragraph in enumerate(paragraphs):
        signs = [(sign, place) for place, sign in enumerate(paragraph.text) if not sign.isspace()]
        text = "".join(sign for sign, _ in signs)
        for number in wanted:
            for match in re.finditer(re.escape(number), text):
                place = at, signs[match.start()][1], signs[match.end() - 1][1] + 1
                yield (number, context_of(text, match.start())), place


def context_of(text: str, start: int) -> str:
    """A hash of what stands before a place of a text without white space."""
    return hashlib.sha256(text[max(0, start - CONTEXT):start].encode()).hexdigest()[:12]
