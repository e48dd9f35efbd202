"""Puts the page together, section by section."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from eval.against import Change, Changes, Verdict
from eval.compare.stages import Stage
from eval.page import charts
from eval.page.crops import crop
from eval.result import HEADLINES, DocumentResult, Evaluation, Headline, Mistake, Score
from eval.screen import interval, percent
from eval.words import Words
from extractor.fields import load
from extractor.messages import Language

CARDS = ("cells.exact", "cells.silent", "documents.perfect", "figures.core_f1", "findings.report_precision")
_WORST_DOCUMENTS, _WORST_FIELDS, _MISTAKES = 12, 12, 6


def render(result: Evaluation, changes: Changes | None, samples: Path, out: Path, language: Language = "en") -> str:
    """The whole page; `samples` is the folder of the files, `out` the folder that the page will lie in."""
    say = Words(language)
    style = resources.files(__package__).joinpath("style.css").read_text("utf8")
    body = "".join(_sections(result, changes, samples, out, say))
    title = escape(say("{system} on {samples}", system=result.system, samples=result.samples))
    return (f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>'
            f"<body><main>{body}</main></body></html>\n")


def _sections(result: Evaluation, changes: Changes | None, samples: Path, out: Path,
              say: Words) -> Iterator[str]:
    by_name = {change.headline.name: change for change in changes.changes} if changes else {}
    yield _head(result, changes, say)
    yield _cards(result, by_name, say)
    yield _section(say("Figures"), _headline_table(result, by_name, say), say(
        "With 95 % intervals from resampled documents. A dash: nothing to measure, or no document had an error."))
    yield _plots(result, say)
    if result.slices:
        yield _section(say("Slices"), _slices(result, say), say(
            "Cells that are not 0 and exactly right, by the keys of the label files. The grey figure is the number of documents."))
    fields, rules = _fields(result, say), _rules(result, say)
    if fields or rules:
        yield f'<div class="pair">{fields}{rules}</div>'
    yield _worst(result, samples, out, say)
    if result.problems:
        yield _section(say("Not used as given"), "<ul class=problems>" + "".join(
            f"<li>{escape(problem)}</li>" for problem in result.problems) + "</ul>")
    yield _documents(result, say)


def _section(title: str, content: str, note: str = "") -> str:
    told = f'<p class="note">{escape(note)}</p>' if note else ""
    return f"<section><h2>{escape(title)}</h2>{told}{content}</section>" if content else ""


def _head(result: Evaluation, changes: Changes | None, say: Words) -> str:
    cells = sum(document.cells for document in result.documents)
    pages = sum(document.pages for document in result.documents)
    facts = [say("{count:,} documents", count=len(result.documents)), say("{count:,} pages", count=pages) if pages else "",
             say("{count:,} cells", count=cells)]
    speed = result.speed
    if speed:
        facts.append(say("median {p50_s:.2f} s, 95 % under {p95_s:.2f} s a document", **speed))
        if "peak_mib" in speed:
            facts.append(say("peak memory {peak_mib:,.0f} MiB", **speed))
    told = ""
    if changes is not None:
        counts = {verdict: sum(c.verdict is verdict for c in changes.changes) for verdict in Verdict}
        told = (f'<p class="against">{say("Against the earlier run, over {shared} shared documents:", shared=changes.shared)} '
                + " ".join(f'<b class="{_verdict_class(verdict)}">{count} {say(verdict)}</b>'
                           for verdict, count in counts.items()) + "</p>")
    return (f'<header><p class="kicker">{say("Evaluation")} · {escape(result.system)} {escape(result.product_version)}</p>'
            f"<h1>{escape(result.samples or say('samples'))}</h1><p class=facts>{' · '.join(f for f in facts if f)}</p>{told}</header>")


def _cards(result: Evaluation, changes: Mapping[str, Change], say: Words) -> str:
    known = {headline.name: headline for headline in HEADLINES}
    cards = []
    for name in CARDS:
        score = result.scores.get(name)
        if score is None or score.value is None:
            continue
        good = score.value == (1.0 if known[name].better == "higher" else 0.0)
        cards.append(f'<div class="card{" perfect" if good else ""}"><p>{escape(say(known[name].title))}</p>'
                     f"<strong>{_large(score, known[name], say)}</strong>"
                     f"<small>{_beneath(score, known[name], say)}</small>{_badge(changes.get(name), say)}</div>")
    return f'<div class="cards">{"".join(cards)}</div>'


def _large(score: Score, headline: Headline, say: Words) -> str:
    """The figure as the card shows it; rare errors as so many in 10,000."""
    assert score.value is not None
    if headline.better == "lower":
        return f"{score.value * 10_000:,.1f}<i> {say('in 10,000')}</i>"
    return percent(score.value).replace(" %", "<i> %</i>")


def _beneath(score: Score, headline: Headline, say: Words) -> str:
    if headline.better == "lower" and score.low is not None and score.high is not None and score.low != score.high:
        return f"{score.low * 10_000:,.1f} … {score.high * 10_000:,.1f}"
    told = interval(score)
    return told if told != "–" else say("of {of:,.0f}", of=score.of)


def _badge(change: Change | None, say: Words) -> str:
    if change is None:
        return ""
    sign = f"{change.difference * 100:+.3f}" if change.difference else say("unchanged")
    was = say("was {before}", before=percent(change.before))
    return f'<em class="{_verdict_class(change.verdict)}" title="{was}">{say(change.verdict)} {sign}</em>'


def _verdict_class(verdict: Verdict) -> str:
    return {Verdict.BETTER: "better", Verdict.WORSE: "worse", Verdict.SAME: "same"}[verdict]


def _headline_table(result: Evaluation, changes: Mapping[str, Change], say: Words) -> str:
    rows = []
    group = ""
    known = [(h, result.scores[h.name]) for h in HEADLINES if h.name in result.scores]
    for headline, score in known:
        if score.value is None:
            continue
        if headline.group != group:
            group = headline.group
            rows.append(f'<tr class="group"><th colspan="{6 if changes else 5}">{escape(say(group))}</th></tr>')
        low = min((s.low for h, s in known if h.group == group and h.better == "higher" and s.low is not None), default=0.0)
        picture = charts.strip(score, _floor(low), say) if headline.better == "higher" else ""
        change = f"<td>{_badge(changes.get(headline.name), say)}</td>" if changes else ""
        rows.append(f"<tr><td>{escape(say(headline.title))}</td><td class=figure>{percent(score.value)}</td>"
                    f"<td class=strip>{picture}</td><td class=range>{interval(score)}</td>"
                    f"<td class=of>{score.of:,.0f}</td>{change}</tr>")
    head = _row(say, "figure", "value", "", "95 % interval", "of", *(["against before"] if changes else []))
    return f'<table class="headlines"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'


def _row(say: Words, *titles: str) -> str:
    """The head of a table."""
    return "<tr>" + "".join(f"<th>{say(title) if title else ''}</th>" for title in titles) + "</tr>"


def _floor(low: float) -> float:
    """A round number at or below `low` to begin a scale with."""
    return next((edge for edge in (0.99, 0.9, 0.5) if low >= edge), 0.0)


def _plots(result: Evaluation, say: Words) -> str:
    legend = '<p class="legend">' + "".join(f'<span class="key stage-{stage}"></span>{say(stage)} ' for stage in Stage) + "</p>"
    errors = charts.errors_by_stage(result.errors, say)
    plots = (
        ("Where errors come from", (legend + errors) if errors else "",
         "Wrong cells by kind; the colour is the stage that went wrong first."),
        ("Rows taken for others", charts.row_confusion(result.row_confusion, say),
         "Cells of a row (left) whose number was read in another row."),
        ("Reliability", charts.reliability(result.reliability, say), "What a confidence says against how often it is right."),
        ("Risk over coverage", charts.risk_coverage(result.risk_coverage, say),
         "If only the most confident cells are accepted unseen, how many of them are wrong."),
    )
    panels = "".join(f"<figure><figcaption><h3>{say(title)}</h3><p>{escape(say(note))}</p></figcaption>{content}</figure>"
                     for title, content, note in plots if content)
    return _section(say("Errors and confidence"), f'<div class="plots">{panels}</div>') if panels else ""


def _slices(result: Evaluation, say: Words) -> str:
    name = "cells.exact_nonzero"
    scores = [part.scores[name] for values in result.slices.values() for part in values.values() if name in part.scores]
    low = _floor(min((score.low for score in scores if score.low is not None), default=0.0))
    panels = []
    for key, values in result.slices.items():
        panels.append(f"<figure><figcaption><h3>{escape(say(key.replace('_', ' ')))}</h3></figcaption>"
                      f"{charts.slice_panel(values, name, low, say)}</figure>")
    return f'<div class="plots thirds">{"".join(panels)}</div>'


def _fields(result: Evaluation, say: Words) -> str:
    worst = sorted(((score["f1"], name) for name, score in result.fields.items() if score["f1"] < 1))[:_WORST_FIELDS]
    rows = "".join(
        f"<tr><td>{escape(load().describe(name))}<code>{escape(name)}</code></td><td class=figure>{percent(score)}</td>"
        f"<td class=of>{result.fields[name]['wanted'] - result.fields[name]['right']:.0f}</td>"
        f"<td class=of>{result.fields[name]['given'] - result.fields[name]['right']:.0f}</td></tr>" for score, name in worst)
    return _section(say("Hardest fields"), f"<table><thead>{_row(say, 'field', 'F1', 'missed', 'wrong')}</thead>"
                                           f"<tbody>{rows}</tbody></table>") if rows else ""


def _rules(result: Evaluation, say: Words) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(rule)}</code></td><td class=of>{counts['right']}</td>"
        f"<td class={'alarm' if counts['missed'] else 'of'}>{counts['missed']}</td>"
        f"<td class={'alarm' if counts['false'] else 'of'}>{counts['false']}</td></tr>" for rule, counts in result.rules.items())
    return _section(say("Findings by rule and cause"), f"<table><thead>{_row(say, 'rule', 'right', 'missed', 'false')}</thead>"
                                                       f"<tbody>{rows}</tbody></table>") if rows else ""


def _worst(result: Evaluation, samples: Path, out: Path, say: Words) -> str:
    def badness(document: DocumentResult) -> tuple[float, ...]:
        prose = len(document.missed_figures) + len(document.false_figures)
        return (-bool(document.error), -document.silent, -document.wrong,
                -len(document.false_findings) - len(document.missed_findings), -prose)

    ranked = sorted(result.documents, key=lambda document: (*badness(document), document.name))
    worst = [document for document in ranked if any(badness(document))][:_WORST_DOCUMENTS]
    articles = "".join(_article(document, samples, out, say, opened=at < 2) for at, document in enumerate(worst))
    return _section(say("Worst documents"), articles, say(
        "Silent errors first. On the pictures the right place is green, and the place that was read red where it is another one."))


def _article(document: DocumentResult, samples: Path, out: Path, say: Words, opened: bool) -> str:
    path = samples / document.name
    there = path if path.is_file() else None
    link = quote(os.path.relpath(path, out)) if there else ""
    name = f'<a href="{link}">{escape(document.name)}</a>' if link else escape(document.name)
    told = [say("{wrong} of {cells} cells wrong", wrong=document.wrong, cells=document.cells) if document.wrong else "",
            document.error,
            *(say(f"{{count}} {noun}{'' if count == 1 else 's'}", count=count) for count, noun in (
                (len(document.missed_figures), "missed or wrong figure"), (len(document.false_figures), "false figure"),
                (len(document.missed_findings), "missed finding"), (len(document.false_findings), "false accusation")) if count)]
    if document.silent:
        told.insert(2, say("{count} silent", count=document.silent))
    mistakes = sorted(document.mistakes, key=lambda mistake: (mistake.flagged, mistake.wanted in (None, "0"), mistake.field))
    cells = "".join(_mistake(mistake, there, link, say) for mistake in mistakes[:_MISTAKES])
    more = f"<p class=note>{say('and {count} more', count=document.wrong - _MISTAKES)}</p>" if document.wrong > _MISTAKES else ""
    lists = "".join(_list(title, items, say) for title, items in (
        ("Figures of the prose that were missed or bound wrongly", document.missed_figures),
        ("Figures that the prose does not state so", document.false_figures),
        ("Violations not found", document.missed_findings), ("Violations that are none", document.false_findings)))
    facts = "".join(f"<span>{escape(key)} {escape(_fact(document.facts[key]))}</span>"
                    for key in ("source", "scan.level", "template", "hybrid", "layout.family", "level", "planted")
                    if key in document.facts and document.facts[key] != "none")
    summary = f"<summary><b>{name}</b><span class=tally>{escape(', '.join(t for t in told if t))}</span></summary>"
    return (f"<details{' open' if opened else ''}>{summary}<p class=chips>{facts}</p>"
            f'<div class="mistakes">{cells}</div>{more}{lists}</details>')


def _fact(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _mistake(mistake: Mistake, path: Path | None, link: str, say: Words) -> str:
    data = crop(path, mistake)
    page = mistake.page or mistake.read_page
    target = f"{link}#page={page}" if link and page else link
    picture = f'<a href="{target}"><img src="{data}" alt=""></a>' if data else f"<p class=raw>{escape(mistake.raw) or '–'}</p>"
    wanted, got = (escape(number) if number is not None else say("blank") for number in (mistake.wanted, mistake.got))
    got = say("not read") if mistake.got is None and mistake.kind == "missing" else got
    flag = "flagged" if mistake.flagged else "silent"
    told = say("confidence {confidence:.2f}", confidence=mistake.confidence) if mistake.got is not None else ""
    return (f'<div class="mistake {flag}">{picture}<p><b>{wanted}</b> → <b class=got>{got}</b></p>'
            f"<p>{escape(load().describe(mistake.field))}</p>"
            f"<p class=why>{escape(say(mistake.kind.replace('_', ' ')))} · {escape(say(mistake.stage))} · "
            f"{told} {say(flag)}</p></div>")


def _list(title: str, items: Sequence[str], say: Words) -> str:
    if not items:
        return ""
    shown = "".join(f"<li>{escape(item)}</li>" for item in items[:8])
    more = f"<li class=note>{say('and {count} more', count=len(items) - 8)}</li>" if len(items) > 8 else ""
    return f"<h4>{escape(say(title))}</h4><ul>{shown}{more}</ul>"


def _documents(result: Evaluation, say: Words) -> str:
    rows = "".join(
        f"<tr><td>{escape(d.name)}</td><td class=of>{d.cells}</td><td class={'alarm' if d.wrong else 'of'}>{d.wrong}</td>"
        f"<td class={'alarm' if d.silent else 'of'}>{d.silent}</td><td class=of>{len(d.missed_figures)}</td>"
        f"<td class=of>{len(d.missed_findings)}</td><td class=of>{len(d.false_findings)}</td>"
        f"<td class=of>{'' if d.seconds is None else f'{d.seconds:.2f}'}</td></tr>" for d in result.documents)
    head = _row(say, "document", "cells", "wrong", "silent", "prose missed", "findings missed", "false", "s")
    table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
    return f"<section><details><summary><b>{say('All {count} documents', count=len(result.documents))}</b></summary>{table}</details></section>"
