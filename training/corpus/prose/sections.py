"""Writes a report's sections in order: title and preamble, 一 with its parts, headings of the tables, 五 and 六."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from training.corpus.prose import activity
from training.corpus.prose.context import Context, Paragraph
from training.corpus.prose.disputes import write_disputes
from training.corpus.prose.requests import write_requests

_NUMBERED = "一二三四五六七八九十"
_PARTS = ("disclosure", "requests", "management", "platform", "supervision")


def write_report(context: Context) -> None:
    """All paragraphs of a report, sections 0 to 6; the tables' sections hold their headings only."""
    _front(context)
    _heading(context, 1)
    _overall(context)
    for section in (2, 3, 4):
        _heading(context, section)
        _beside_table(context, section)
    _heading(context, 5)
    _problems(context)
    _heading(context, 6)
    _others(context)
    if context.chance(0.4):
        for rule in ("signature", "signed_date"):
            _line(context, 6, rule)


def _beside_table(context: Context, section: int) -> None:
    """Sentences that some reports put beside a table, saying again what it holds."""
    if not context.chance(0.07):
        return
    writer = {2: activity.write_table2, 3: write_requests, 4: write_disputes}[section]
    paragraph = context.paragraph(section)
    writer(paragraph)
    paragraph.done()


def _line(context: Context, section: int, rule: str, heading: bool = False) -> None:
    paragraph = context.paragraph(section)
    paragraph.say(rule)
    paragraph.done(heading)


def _heading(context: Context, section: int) -> None:
    _line(context, section, f"heading.{section}", heading=True)


def _front(context: Context) -> None:
    _line(context, 0, "title", heading=True)
    if context.chance(0.2):
        _line(context, 0, "signed_date")
    paragraph = context.paragraph(0)
    paragraph.say("preamble.basis")
    for rule, chance in (("parts", 0.35), ("period", 0.75), ("access", 0.3), ("contact", 0.65)):
        if context.chance(chance):
            if context.chance(0.15):
                paragraph.done()
                paragraph = context.paragraph(0)
            paragraph.say(f"preamble.{rule}")
            paragraph.stop()
    paragraph.done()


def _filler(paragraph: Paragraph, rule: str, low: int, high: int) -> None:
    for _ in range(paragraph.context.rng.randint(low, high)):
        paragraph.say(rule)
        paragraph.stop()


def _overall(context: Context) -> None:
    size = {"township": 0, "department": 0, "county": 1}.get(context.body.level, 2)
    if context.chance(0.8):
        paragraph = context.paragraph(1)
        paragraph.say("intro")
        if context.chance(0.3):
            activity.write_disclosed(paragraph)
        _filler(paragraph, "fill", 0, 1 + size)
        paragraph.done()
    if context.chance(0.2):
        (_brief if context.chance(0.5) else _undivided)(context)
        return
    style = context.rng.choice(("heading", "run_in", "run_in", "plain"))
    parts = [p for p in _PARTS if p == "requests" or context.chance(0.88)]
    for index, part in enumerate(parts):
        paragraph = _opened(context, style, index, part)
        _PART_WRITERS[part](paragraph, size)
        paragraph.done()


def _undivided(context: Context) -> None:
    """A short report: one or two paragraphs without sub-headings."""
    for part in ("disclosure", "requests", "supervision"):
        paragraph = context.paragraph(1)
        _PART_WRITERS[part](paragraph, 0)
        paragraph.done()


def _brief(context: Context) -> None:
    """A report of a few lines: what was disclosed, asked for, answered and disputed, often in one sentence."""
    paragraph = context.paragraph(1)
    parts: list[tuple[Callable[[Paragraph], None], float]] = [
        (activity.write_disclosed, 0.7), (partial(write_requests, brief=True), 1.0), (write_disputes, 0.5),
        (partial(activity.write_concepts, pool=activity.PLATFORM, limit=3), 0.4), (activity.write_fee, 0.3),
    ]
    for write, chance in parts:
        if context.chance(chance):
            if context.chance(0.5):
                paragraph.turn()
            write(paragraph)
    paragraph.done()


def _opened(context: Context, style: str, index: int, part: str) -> Paragraph:
    """A paragraph that begins with its sub-heading, or follows it."""
    paragraph = context.paragraph(1)
    number = _NUMBERED[index]
    mark = context.rng.choice((f"（{number}）", f"（{number}）", f"({number}) ", f"{number}是"))
    if style == "plain":
        mark = context.rng.choice(("", f"{index + 1}."))
    if mark.rstrip(".").isdigit():
        paragraph.builder.distract(mark[:-1], "enumerator")
        paragraph.add(".")
    elif mark:
        start = 1 if mark[0] in "（(" else 0
        paragraph.add(mark[:start])
        paragraph.builder.distract(number, "enumerator")
        paragraph.add(mark[start + 1:])
    if style == "plain" and not mark:
        return paragraph
    paragraph.say(f"sub.{part}")
    if style == "heading":
        paragraph.done(heading=True)
        return context.paragraph(1)
    paragraph.add(context.rng.choice(("。", "。", "：", "。")))
    return paragraph


def _disclosure(paragraph: Paragraph, size: int) -> None:
    context = paragraph.context
    _filler(paragraph, "fill", 0, 2 + size)
    if context.chance(0.8) or "parts_exceed" in context.faults:
        activity.write_disclosed(paragraph)
    _filler(paragraph, "fill", 0, 1 + size)
    activity.write_concepts(paragraph, DISCLOSURE_POOL, 3 + 2 * size)
    if context.chance(0.4):
        activity.write_table2(paragraph)
    if context.chance(0.12):
        activity.write_pairs(paragraph)
    _traps(paragraph)
    _filler(paragraph, "fill", 0, 1 + size)


DISCLOSURE_POOL = (*activity.DISCLOSURE, "generic", "generic")


def _traps(paragraph: Paragraph) -> None:
    if paragraph.context.chance(0.35):
        activity.write_trap(paragraph)


def _requests(paragraph: Paragraph, size: int) -> None:
    context = paragraph.context
    _filler(paragraph, "fill.request", 0, 2 + size // 2)
    write_requests(paragraph)
    if context.chance(0.15):
        activity.write_rate(paragraph)
    if context.chance(0.6):
        write_disputes(paragraph)
    if context.chance(0.12):
        activity.write_fee(paragraph)
    _filler(paragraph, "fill.request", 0, 1)


def _management(paragraph: Paragraph, size: int) -> None:
    context = paragraph.context
    _filler(paragraph, "fill.management", 1, 2 + size)
    if context.chance(0.5):
        activity.write_table2(paragraph)
    activity.write_concepts(paragraph, activity.MANAGEMENT, 1 + size)
    _traps(paragraph)


def _platform(paragraph: Paragraph, size: int) -> None:
    _filler(paragraph, "fill.platform", 1, 2 + size)
    activity.write_concepts(paragraph, activity.PLATFORM, 3 + 2 * size)
    if paragraph.context.chance(0.08):
        activity.write_pairs(paragraph)
    _traps(paragraph)
    _filler(paragraph, "fill.platform", 0, 1)


def _supervision(paragraph: Paragraph, size: int) -> None:
    _filler(paragraph, "fill.supervision", 1, 2 + size)
    activity.write_concepts(paragraph, activity.SUPERVISION, 3 + size)
    _traps(paragraph)
    _filler(paragraph, "fill.supervision", 0, 1)


_PART_WRITERS = {"disclosure": _disclosure, "requests": _requests, "management": _management, "platform": _platform,
                 "supervision": _supervision}


def _problems(context: Context) -> None:
    """What is lacking, and what will be done about it: lists of sentences, hardly a figure."""
    for lead, rule in (("problems", "fill.problem"), ("measures", "fill.measure")):
        paragraph = context.paragraph(5)
        paragraph.say(f"section5.lead_{lead}")
        style = context.rng.choice(("是", "是", "是", "."))
        for index in range(context.rng.randint(2, 4)):
            number = _NUMBERED[index] if style == "是" else str(index + 1)
            paragraph.builder.distract(number, "enumerator")
            paragraph.add(style)
            paragraph.say(rule)
            paragraph.builder.add("；" if style == "是" and context.chance(0.5) else "。")
        paragraph.stop()
        if context.chance(0.1):
            activity.write_trap(paragraph)
        paragraph.done()


def _others(context: Context) -> None:
    if context.chance(0.22):
        _line(context, 6, "section6.none")
        return
    if context.chance(0.7):
        paragraph = context.paragraph(6)
        activity.write_fee(paragraph)
        paragraph.done()
    if context.chance(0.5):
        paragraph = context.paragraph(6)
        _filler(paragraph, "fill.other", 1, 3)
        activity.write_concepts(paragraph, activity.INTERACTION, 3)
        _traps(paragraph)
        paragraph.done()
