"""The summary page of a run: one HTML file without scripts or outside references."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from itertools import islice
from string import Template

from extractor.batch.runner import Plan
from extractor.batch.tally import DONE, DUPLICATE, KNOWN, Tally
from extractor.batch.wording import duration, reason, say
from extractor.messages import Language
from extractor.store import Store
from extractor.store.questions import find_failures, violated_rules

FAILURES = 500
"""Failures listed by name; all of them are in the store."""
WIDTH, HEIGHT, MARGIN = 720, 200, 40
BAR = 22


def page(plan: Plan, store: Store, run: int, tally: Tally, state: str, language: Language) -> str:
    """The page, in `language`."""
    template = Template(resources.files(__package__).joinpath("summary.html").read_text("utf8"))
    rules = violated_rules(store)
    sections = [_section("summary.curve", _curve(tally), language)]
    if tally.failures:
        bars = [(say(f"category.{name}", language), count) for name, count in tally.failures.items()]
        sections.append(_section("summary.failures", _bars(bars, "#b42318") + _failures(store, run, language), language))
    if rules:
        sections.append(_section("summary.rules", _bars(rules, "#3b6ea8"), language))
    configuration = plan.configuration
    about = say("summary.about", language, archive=plan.name, store=store.name, version=configuration.version,
                configuration=configuration.fingerprint[:12])
    return template.substitute(
        lang="zh-CN" if language == "zh" else "en", title=escape(say("summary.title", language, run=run)), state=state,
        state_label=escape(say(f"state.{state}", language)), about=escape(about), cards=_cards(tally, language),
        sections="\n".join(sections))


def _cards(tally: Tally, language: Language) -> str:
    minutes = max(tally.seconds, 1e-3) / 60
    shown = {
        "listed": f"{tally.listed:,}", "done": f"{tally.outcomes[DONE]:,}", "known": f"{tally.outcomes[KNOWN]:,}",
        "duplicate": f"{tally.outcomes[DUPLICATE]:,}", "failed": f"{tally.failed:,}", "pages": f"{tally.pages:,}",
        "scanned": f"{tally.scanned_pages:,}", "time": duration(tally.seconds),
        "rate": f"{(tally.outcomes[DONE] + tally.failed) / minutes:,.1f}", "violated": f"{tally.violated:,}",
        "doubtful": f"{100 * tally.doubtful_share:.2f} %", "memory": f"{tally.peak_resident / 2**20:,.0f} MiB"}
    return "".join(f'<div class="card"><b>{escape(value)}</b>{escape(say(f"summary.{name}", language))}</div>'
                   for name, value in shown.items())


def _section(title: str, content: str, language: Language) -> str:
    return f"<h2>{escape(say(title, language))}</h2>\n{content}"


def _failures(store: Store, run: int, language: Language) -> str:
    found = find_failures(store, run=run)
    rows = [(say(f"category.{row['category']}", language), row["name"],
             reason(row["category"], row["message"], language))
            for row in islice(found, FAILURES)]
    cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def _bars(counts: Sequence[tuple[str, int]], colour: str) -> str:
    """Horizontal bars, longest first."""
    most = max((count for _, count in counts), default=1)
    left, right = 260, 80
    parts = []
    for number, (name, count) in enumerate(counts):
        top = number * BAR
        width = (WIDTH - left - right) * count / most
        parts.append(f'<text x="{left - 8}" y="{top + 15}" text-anchor="end">{escape(name)}</text>'
                     f'<rect x="{left}" y="{top + 3}" width="{width:.1f}" height="{BAR - 6}" fill="{colour}"/>'
                     f'<text x="{left + width + 6:.1f}" y="{top + 15}">{count:,}</text>')
    return _svg(parts, len(counts) * BAR)


def _curve(tally: Tally) -> str:
    """Documents dealt with over time."""
    points = [(0.0, 0), *tally.curve, (tally.seconds, tally.outcomes[DONE] + tally.failed)]
    longest, most = max(points[-1][0], 1e-3), max(points[-1][1], 1)

    def at(seconds: float, count: int) -> str:
        return (f"{MARGIN + (WIDTH - 2 * MARGIN) * seconds / longest:.1f},"
                f"{HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * count / most:.1f}")

    base = HEIGHT - MARGIN
    parts = [f'<line x1="{MARGIN}" y1="{base}" x2="{WIDTH - MARGIN}" y2="{base}" stroke="#9aa7b4"/>',
             f'<polyline points="{" ".join(at(*point) for point in points)}" fill="none" stroke="#3b6ea8" stroke-width="2"/>',
             f'<text x="{WIDTH - MARGIN}" y="{MARGIN - 8}" text-anchor="end">{most:,}</text>',
             f'<text x="{WIDTH - MARGIN}" y="{base + 18}" text-anchor="end">{duration(longest)}</text>']
    return _svg(parts, HEIGHT)


def _svg(parts: Iterable[str], height: int) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" width="100%" role="img">{"".join(parts)}</svg>'
