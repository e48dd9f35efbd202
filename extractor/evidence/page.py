"""One report as one self-contained HTML page: no other host, no script needed to read it, every text escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from extractor.document import Box, Source
from extractor.evidence.cases import Case, cases, definition_terms
from extractor.evidence.crops import Plate, marks_of, plates, strips_of, with_heads
from extractor.evidence.forms import grids
from extractor.evidence.prose import Passage, in_table, numbered, passages, verdict_of
from extractor.evidence.view import Viewer, shortened
from extractor.evidence.wording import Words, number, percent
from extractor.fields import load
from extractor.messages import Language
from extractor.reconcile.rules import load as load_rules
from extractor.report import Figure, FindingStatus, Qualifier, Report, ValueStatus
from extractor.settings import Settings, default_settings
from extractor.verdict import count, gaps

MOST_CASES = 200
"""Cases that a page shows in full; the others are counted."""
MOST_OPEN = 60
MOST_FIGURES = 400
MOST_PASSAGES = 120
SURE = 0.9
"""Confidence from which on a figure's reading is not remarked upon."""
LONGEST_PASSAGE = 4_000
"""Characters of a paragraph that the page shows."""

# Control characters, lone surrogates and those that turn the direction of text: they could hide or forge what is shown.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the page's head."""

    name: str
    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure of the prose in its table row."""

    number: int
    text: str
    reading: str
    remarks: str
    meaning: str
    table: str
    verdict: str
    verdict_class: str
    place: str


def page(report: Report, language: Language, data: bytes | None = None, settings: Settings | None = None) -> bytes:
    """The page as UTF-8, the same bytes for the same input; `data`, the file's bytes, give it pictures of the pages.

    Raises `ValueError` if `data` are not what the report was read from.
    """
    words = Words(language)
    violated = cases(report, FindingStatus.VIOLATED)
    undecided = cases(report, FindingStatus.UNDECIDED, first=len(violated) + 1)
    shown, open_cases = violated[:MOST_CASES], undecided[:MOST_OPEN]
    pictures = plates_of([*shown, *open_cases], report, data, settings or default_settings())
    viewer = viewer_of(report, words, violated, pictures)
    figures = dict(list(numbered(report).items())[:MOST_FIGURES])
    style, script = _asset("parts.css") + _asset("report.css"), _asset("report.js")
    text = _environment().get_template("report.html").render(
        words=words, language=language, html_language="zh-Hans" if language == "zh" else "en", style=style,
        script=script, policy=content_security_policy(style, script), title=title_of(report, words),
        agency=report.agency or words.say("page.unknown_agency"), facts=facts_of(report, words),
        numbers=count(report), cells=_cell_counts(report), case_count=len(violated),
        cases=[viewer.case(case) for case in shown], cases_left=len(violated) - len(shown),
        open_cases=[viewer.case(case) for case in open_cases], open_left=len(undecided) - len(open_cases),
        tables=[viewer.table(item) for item in grids(report)],
        judged=any(verdict_of(figure) for figure in figures.values()),
        passages=passages_of(report, figures), figures=[figure_view(key, figures[key], viewer) for key in figures],
        verdicts={key: verdict_of(figure) or "unjudged" for key, figure in figures.items()},
        plates=[plate for plate in pictures.values() if not plate.problem], uri=_uri, view_box=_view_box,
        notes=list(notes_of(report, words)),
        made_by=words.say("page.generated", version=version("gouji"), rules=load_rules().version))
    return text.encode("utf8")


def viewer_of(report: Report, words: Words, violated: Sequence[Case], pictures: dict[int, Plate]) -> Viewer:
    """A viewer that knows which cells stand in which violated cases."""
    in_cases: dict[str, tuple[int, ...]] = {}
    for case in violated:
        for name in dict.fromkeys(term.field for equation in case.equations for term in equation.core):
            in_cases[name] = (*in_cases.get(name, ()), case.number)
    suspected = frozenset(suspect.field for case in violated for suspect in case.suspects)
    totals = frozenset(term.field for case in violated for equation in case.equations for term in equation.stated.terms)
    return Viewer(report, words, in_cases, suspected, totals, pictures)


def plates_of(shown: Sequence[Case], report: Report, data: bytes | None, settings: Settings) -> dict[int, Plate]:
    if data is None:
        return {}
    strips = [strip for case in shown for strip in with_heads(strips_of(marks_of(case, report), report), report)]
    return plates(strips, report, data, settings) if strips else {}


def content_security_policy(style: str, script: str) -> str:
    """Nothing but this style, this script and pictures within the page."""
    return "; ".join(("default-src 'none'", "img-src data:", f"style-src 'sha256-{_digest(style)}'",
                      f"script-src 'sha256-{_digest(script)}'", "base-uri 'none'", "form-action 'none'"))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf8")).digest()).decode("ascii")


@lru_cache(maxsize=4)
def _asset(name: str) -> Markup:
    return Markup(resources.files(__package__).joinpath("templates", name).read_text("utf8").strip())


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(loader=PackageLoader("extractor.evidence"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True, finalize=harmless)


def harmless(value: Any) -> Any:
    """What the template writes, with a visible sign in place of characters that cannot be seen or turn text around."""
    return _UNSEEN.sub("\ufffd", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _uri(plate: Plate) -> str:
    return "data:image/webp;base64," + base64.b64encode(plate.data).decode("ascii")


def _view_box(box: Box) -> str:
    return f"{box.x0:.1f} {box.top:.1f} {box.width:.1f} {box.height:.1f}"


def title_of(report: Report, words: Words) -> str:
    if report.year is None:
        return words.say("page.report_without_year")
    return words.say("page.report", year=report.year)


def facts_of(report: Report, words: Words) -> list[Fact]:
    kind = f"{report.format}_ocr" if report.format is Source.PDF and any(
        page.source is Source.OCR for page in report.pages) else str(report.format)
    period = " – ".join(day for day in (report.period.start, report.period.end) if day)
    paged = report.format in (Source.PDF, Source.OCR)
    facts = [Fact(words.say("fact.file"), report.source),
             Fact(words.say("fact.format"), words.say_or(f"format.{kind}", kind)),
             Fact(words.say("fact.pages"), str(len(report.pages)) if paged else ""),
             Fact(words.say("fact.period"), period or words.say("fact.none")),
             Fact(words.say("fact.template"), _template(report)),
             Fact(words.say("fact.sha256"), report.sha256, exact=True)]
    return [fact for fact in facts if fact.text]


def _template(report: Report) -> str:
    basis = next((known.basis for known in load().templates if known.id == report.template), "")
    return f"{report.template}（{basis}）" if basis else report.template or ""


def _cell_counts(report: Report) -> dict[str, int]:
    """How many cells were not simply read, by status; those that no cell has are left out."""
    told = (ValueStatus.DOUBTFUL, ValueStatus.REPAIRED, ValueStatus.CONFIRMED, ValueStatus.BLANK, ValueStatus.MISSING)
    counts = {str(status): sum(value.status is status for name, value in report.values.items()
                                if name in load().fields) for status in told}
    return {name: number for name, number in counts.items() if number}


def passages_of(report: Report, figures: dict[int, Figure]) -> list[Passage]:
    found = passages(report, figures)[:MOST_PASSAGES]
    return [item if sum(len(piece.text) for piece in item.pieces) <= LONGEST_PASSAGE else _clipped(item)
            for item in found]


def _clipped(item: Passage) -> Passage:
    """A passage cut off at `LONGEST_PASSAGE` characters."""
    kept, left = [], LONGEST_PASSAGE
    for piece in item.pieces:
        if left <= 0:
            break
        kept.append(type(piece)(piece.text[:left] + ("…" if len(piece.text) > left else ""), piece.numbers))
        left -= len(piece.text)
    return Passage(item.paragraph, tuple(kept))


def figure_view(key: int, figure: Figure, viewer: Viewer) -> FigureView:
    words = viewer.words
    verdict = verdict_of(figure)
    there = in_table(figure, viewer.report)
    places = viewer.where(figure.evidence) or words.say("prose.paragraph", number=figure.span[0] + 1)
    return FigureView(
        key, shortened(figure.text), _reading(figure, words), _remarks(figure, words),
        _meaning(figure, words), number(there), words.say_or(
            f"verdict.{verdict or 'unjudged'}", verdict), verdict or "unjudged", places)


def _meaning(figure: Figure, words: Words) -> str:
    """What a figure was held against, or else what it states."""
    terms = definition_terms(figure)
    if not terms:
        return words.field(figure.field) if figure.field else ""
    text = ""
    for sign, name in terms:
        text += ("−" if sign < 0 else "") if not text else (" − " if sign < 0 else " + ")
        text += words.field(name)
    return text


def _reading(figure: Figure, words: Words) -> str:
    unit = figure.unit
    if figure.qualifier is Qualifier.EXACT and figure.value is not None:
        return f"{number(figure.value)} {unit}".strip()
    if figure.low is not None and figure.high is not None:
        return f"{words.say('prose.interval', low=number(figure.low), high=number(figure.high))} {unit}".strip()
    if figure.value is None:
        return words.say("prose.unstated")
    return f"{number(figure.value)} {unit}".strip()


def _remarks(figure: Figure, words: Words) -> str:
    """What keeps a figure from being compared as it stands: its period, scope, part, and how sure the reading is."""
    remarks = []
    if figure.period != "this_year":
        remarks.append(words.say("prose.period", period=words.say_or(f"period.{figure.period}", figure.period)))
    if figure.scope != "own":
        remarks.append(words.say("prose.scope", scope=figure.scope))
    if figure.subset:
        remarks.append(words.say("prose.subset", subset=words.say_or(f"subset.{figure.subset}", figure.subset)))
    if figure.implied:
        remarks.append(words.say("prose.implied"))
    if figure.confidence < SURE:
        remarks.append(words.say("case.confidence", percent=percent(figure.confidence)))
    return "; ".join(remarks)


def notes_of(report: Report, words: Words) -> Iterator[str]:
    """What could not be read and what the reader noticed, then how to read the page."""
    lost = gaps(report)
    for unread in lost.pages:
        yield words.say("note.page", pages=unread.number, reason=words.common_or(f"ocr.{unread.needs_ocr}",
                                                                               unread.needs_ocr))
    for table in lost.tables:
        yield words.say("note.table_missing", table=words.table(load().table(table)))
    if lost.cells:
        yield words.say("note.cells_missing", count=lost.cells)
    told = {unread.number for unread in lost.pages}
    for warning in report.warnings:
        if warning.page not in told and warning.code != "table_missing":
            where = words.say("note.on_page", page=warning.page) if warning.page is not None else ""
            yield warning.message.in_language(words.language) + where
    if report.format in (Source.PDF, Source.OCR):
        yield words.say("note.boxes")
    yield words.say("note.readings")
