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
from extractor.fields import load

CARDS = ("cells.exact", "cells.silent", "documents.perfect", "figures.core_f1", "findings.report_precision")
_WORST_DOCUMENTS, _WORST_FIELDS, _MISTAKES = 12, 12, 6


def render(result: Evaluation, changes: Changes | None, samples: Path, out: Path) -> str:
    """The whole page; `samples` is the folder of the files, `out` the folder that the page will lie in."""
    style = resources.files(__package__).joinpath("style.css").read_text("utf8")
    body = "".join(_sections(result, changes, samples, out))
    title = f"{escape(result.system)} on {escape(result.samples)}"
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>'
            f"<body><main>{body}</main></body></html>\n")


def _sections(result: Evaluation, changes: Changes | None, samples: Path, out: Path) -> Iterator[str]:
    by_name = {change.headline.name: change for change in changes.changes} if changes else {}
    yield _head(result, changes)
    yield _cards(result, by_name)
    yield _section("Figures", _headline_table(result, by_name),
                   "With 95 % intervals from resampled documents. A dash: nothing to measure, or no document had an error.")
    yield _plots(result)
    if result.slices:
        yield _section("Slices", _slices(result), "Cells that are not 0 and exactly right, by the keys of the label files. "
                       "The grey figure is the number of documents.")
    fields, rules = _fields(result), _rules(result)
    if fields or rules:
        yield f'<div class="pair">{fields}{rules}</div>'
    yield _worst(result, samples, out)
    if result.problems:
        yield _section("Not used as given", "<ul class=problems>" + "".join(
            f"<li>{escape(problem)}</li>" for problem in result.problems) + "</ul>")
    yield _documents(result)


def _section(title: str, content: str, note: str = "") -> str:
    told = f'<p class="note">{escape(note)}</p>' if note else ""
    return f"<section><h2>{escape(title)}</h2>{told}{content}</section>" if content else ""


def _head(result: Evaluation, changes: Changes | None) -> str:
    cells = sum(document.cells for document in result.documents)
    pages = sum(document.pages for document in result.documents)
    facts = [f"{len(result.documents):,} documents", f"{pages:,} pages" if pages else "", f"{cells:,} cells"]
    speed = result.speed
    if speed:
        facts.append(f"median {speed['p50_s']:.2f} s, 95 % under {speed['p95_s']:.2f} s a document")
        if "peak_mib" in speed:
            facts.append(f"peak memory {speed['peak_mib']:,.0f} MiB")
    told = ""
    if changes is not None:
        counts = {verdict: sum(c.verdict is verdict for c in changes.changes) for verdict in Verdict}
        told = ('<p class="against">Against the earlier run, over '
                f"{changes.shared} shared documents: " + " ".join(
                    f'<b class="{_verdict_class(verdict)}">{count} {verdict}</b>' for verdict, count in counts.items()) + "</p>")
    return (f'<header><p class="kicker">Evaluation · {escape(result.system)} {escape(result.product_version)}</p>'
            f"<h1>{escape(result.samples or 'samples')}</h1><p class=facts>{' · '.join(f for f in facts if f)}</p>{told}</header>")


def _cards(result: Evaluation, changes: Mapping[str, Change]) -> str:
    known = {headline.name: headline for headline in HEADLINES}
    cards = []
    for name in CARDS:
        score = result.scores.get(name)
        if score is None or score.value is None:
            continue
        good = score.value == (1.0 if known[name].better == "higher" else 0.0)
        cards.append(f'<div class="card{" perfect" if good else ""}"><p>{escape(known[name].title)}</p>'
                     f"<strong>{_large(score, known[name])}</strong>"
                     f"<small>{_beneath(score, known[name])}</small>{_badge(changes.get(name))}</div>")
    return f'<div class="cards">{"".join(cards)}</div>'


def _large(score: Score, headline: Headline) -> str:
    """The figure as the card shows it; rare errors as so many in 10,000."""
    assert score.value is not None
    if headline.better == "lower":
        return f"{score.value * 10_000:,.1f}<i> in 10,000</i>"
    return percent(score.value).replace(" %", "<i> %</i>")


def _beneath(score: Score, headline: Headline) -> str:
    if headline.better == "lower" and score.low is not None and score.high is not None and score.low != score.high:
        return f"{score.low * 10_000:,.1f} … {score.high * 10_000:,.1f}"
    told = interval(score)
    return told if told != "–" else f"of {score.of:,.0f}"


def _badge(change: Change | None) -> str:
    if change is None:
        return ""
    sign = f"{change.difference * 100:+.3f}" if change.difference else "unchanged"
    return f'<em class="{_verdict_class(change.verdict)}" title="was {percent(change.before)}">{change.verdict} {sign}</em>'


def _verdict_class(verdict: Verdict) -> str:
    return {Verdict.BETTER: "better", Verdict.WORSE: "worse", Verdict.SAME: "same"}[verdict]


def _headline_table(result: Evaluation, changes: Mapping[str, Change]) -> str:
    rows = []
    group = ""
    known = [(h, result.scores[h.name]) for h in HEADLINES if h.name in result.scores]
    for headline, score in known:
        if score.value is None:
            continue
        if headline.group != group:
            group = headline.group
            rows.append(f'<tr class="group"><th colspan="{6 if changes else 5}">{escape(group)}</th></tr>')
        low = min((s.low for h, s in known if h.group == group and h.better == "higher" and s.low is not None), default=0.0)
        picture = charts.strip(score, _floor(low)) if headline.better == "higher" else ""
        change = f"<td>{_badge(changes.get(headline.name))}</td>" if changes else ""
        rows.append(f"<tr><td>{escape(headline.title)}</td><td class=figure>{percent(score.value)}</td>"
                    f"<td class=strip>{picture}</td><td class=range>{interval(score)}</td>"
                    f"<td class=of>{score.of:,.0f}</td>{change}</tr>")
    head = "<tr><th>figure</th><th>value</th><th></th><th>95 % interval</th><th>of</th>" + (
        "<th>against before</th>" if changes else "") + "</tr>"
    return f'<table class="headlines"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'


def _floor(low: float) -> float:
    """A round number at or below `low` to begin a scale with."""
    return next((edge for edge in (0.99, 0.9, 0.5) if low >= edge), 0.0)


def _plots(result: Evaluation) -> str:
    legend = '<p class="legend">' + "".join(f'<span class="key stage-{stage}"></span>{stage} ' for stage in Stage) + "</p>"
    errors = charts.errors_by_stage(result.errors)
    plots = (
        ("Where errors come from", (legend + errors) if errors else "",
         "Wrong cells by kind; the colour is the stage that went wrong first."),
        ("Rows taken for others", charts.row_confusion(result.row_confusion),
         "Cells of a row (left) whose number was read in another row."),
        ("Reliability", charts.reliability(result.reliability), "What a confidence says against how often it is right."),
        ("Risk over coverage", charts.risk_coverage(result.risk_coverage),
         "If only the most confident cells are accepted unseen, how many of them are wrong."),
    )
    panels = "".join(f"<figure><figcaption><h3>{title}</h3><p>{escape(note)}</p></figcaption>{content}</figure>"
                     for title, content, note in plots if content)
    return _section("Errors and confidence", f'<div class="plots">{panels}</div>') if panels else ""


def _slices(result: Evaluation) -> str:
    name = "cells.exact_nonzero"
    scores = [part.scores[name] for values in result.slices.values() for part in values.values() if name in part.scores]
    low = _floor(min((score.low for score in scores if score.low is not None), default=0.0))
    panels = []
    for key, values in result.slices.items():
        panels.append(f"<figure><figcaption><h3>{escape(key.replace('_', ' '))}</h3></figcaption>"
                      f"{charts.slice_panel(values, name, low)}</figure>")
    return f'<div class="plots thirds">{"".join(panels)}</div>'


def _fields(result: Evaluation) -> str:
    worst = sorted(((score["f1"], name) for name, score in result.fields.items() if score["f1"] < 1))[:_WORST_FIELDS]
    rows = "".join(
        f"<tr><td>{escape(load().describe(name))}<code>{escape(name)}</code></td><td class=figure>{percent(score)}</td>"
        f"<td class=of>{result.fields[name]['wanted'] - result.fields[name]['right']:.0f}</td>"
        f"<td class=of>{result.fields[name]['given'] - result.fields[name]['right']:.0f}</td></tr>" for score, name in worst)
    return _section("Hardest fields", f"<table><thead><tr><th>field</th><th>F1</th><th>missed</th><th>wrong</th></tr></thead>"
                                      f"<tbody>{rows}</tbody></table>") if rows else ""


def _rules(result: Evaluation) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(rule)}</code></td><td class=of>{counts['right']}</td>"
        f"<td class={'alarm' if counts['missed'] else 'of'}>{counts['missed']}</td>"
        f"<td class={'alarm' if counts['false'] else 'of'}>{counts['false']}</td></tr>" for rule, counts in result.rules.items())
    return _section("Findings by rule and cause", "<table><thead><tr><th>rule</th><th>right</th><th>missed</th><th>false</th>"
                                                  f"</tr></thead><tbody>{rows}</tbody></table>") if rows else ""


def _worst(result: Evaluation, samples: Path, out: Path) -> str:
    def badness(document: DocumentResult) -> tuple[float, ...]:
        prose = len(document.missed_figures) + len(document.false_figures)
        return (-bool(document.error), -document.silent, -document.wrong,
                -len(document.false_findings) - len(document.missed_findings), -prose)

    ranked = sorted(result.documents, key=lambda document: (*badness(document), document.name))
    worst = [document for document in ranked if any(badness(document))][:_WORST_DOCUMENTS]
    articles = "".join(_article(document, samples, out, opened=at < 2) for at, document in enumerate(worst))
    return _section("Worst documents", articles, "Silent errors first. On the pictures the right place is green, "
                    "and the place that was read red where it is another one.")


def _article(document: DocumentResult, samples: Path, out: Path, opened: bool) -> str:
    path = samples / document.name
    there = path if path.is_file() else None
    link = quote(os.path.relpath(path, out)) if there else ""
    name = f'<a href="{link}">{escape(document.name)}</a>' if link else escape(document.name)
    told = [f"{document.wrong} of {document.cells} cells wrong" if document.wrong else "", document.error,
            f"{document.silent} silent" if document.silent else "",
            _plural(len(document.missed_figures), "figure missed or wrong", "figures missed or wrong"),
            _plural(len(document.false_figures), "false figure", "false figures"),
            _plural(len(document.missed_findings), "finding missed", "findings missed"),
            _plural(len(document.false_findings), "false accusation", "false accusations")]
    mistakes = sorted(document.mistakes, key=lambda mistake: (mistake.flagged, mistake.wanted in (None, "0"), mistake.field))
    cells = "".join(_mistake(mistake, there, link) for mistake in mistakes[:_MISTAKES])
    more = f"<p class=note>and {document.wrong - _MISTAKES} more</p>" if document.wrong > _MISTAKES else ""
    lists = "".join(_list(title, items) for title, items in (
        ("Figures of the prose that were missed or bound wrongly", document.missed_figures),
        ("Figures that the prose does not state so", document.false_figures),
        ("Violations not found", document.missed_findings), ("Violations that are none", document.false_findings)))
    facts = "".join(f"<span>{escape(key)} {escape(_fact(document.facts[key]))}</span>"
                    for key in ("source", "scan.level", "template", "hybrid", "layout.family", "level", "planted")
                    if key in document.facts and document.facts[key] != "none")
    summary = f"<summary><b>{name}</b><span class=tally>{escape(', '.join(t for t in told if t))}</span></summary>"
    return (f"<details{' open' if opened else ''}>{summary}<p class=chips>{facts}</p>"
            f'<div class="mistakes">{cells}</div>{more}{lists}</details>')


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}" if count else ""


def _fact(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _mistake(mistake: Mistake, path: Path | None, link: str) -> str:
    data = crop(path, mistake)
    page = mistake.page or mistake.read_page
    target = f"{link}#page={page}" if link and page else link
    picture = f'<a href="{target}"><img src="{data}" alt=""></a>' if data else f"<p class=raw>{escape(mistake.raw) or '–'}</p>"
    wanted, got = (escape(number) if number is not None else "blank" for number in (mistake.wanted, mistake.got))
    got = "not read" if mistake.got is None and mistake.kind == "missing" else got
    flag = "flagged" if mistake.flagged else "silent"
    return (f'<div class="mistake {flag}">{picture}<p><b>{wanted}</b> → <b class=got>{got}</b></p>'
            f"<p>{escape(load().describe(mistake.field))}</p>"
            f"<p class=why>{escape(mistake.kind.replace('_', ' '))} · {escape(mistake.stage)} · "
            f"{f'confidence {mistake.confidence:.2f}' if mistake.got is not None else ''} {flag}</p></div>")


def _list(title: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    shown = "".join(f"<li>{escape(item)}</li>" for item in items[:8])
    more = f"<li class=note>and {len(items) - 8} more</li>" if len(items) > 8 else ""
    return f"<h4>{escape(title)}</h4><ul>{shown}{more}</ul>"


def _documents(result: Evaluation) -> str:
    rows = "".join(
        f"<tr><td>{escape(d.name)}</td><td class=of>{d.cells}</td><td class={'alarm' if d.wrong else 'of'}>{d.wrong}</td>"
        f"<td class={'alarm' if d.silent else 'of'}>{d.silent}</td><td class=of>{len(d.missed_figures)}</td>"
        f"<td class=of>{len(d.missed_findings)}</td><td class=of>{len(d.false_findings)}</td>"
        f"<td class=of>{'' if d.seconds is None else f'{d.seconds:.2f}'}</td></tr>" for d in result.documents)
    table = ("<table><thead><tr><th>document</th><th>cells</th><th>wrong</th><th>silent</th><th>prose missed</th>"
             f"<th>findings missed</th><th>false</th><th>s</th></tr></thead><tbody>{rows}</tbody></table>")
    return f"<section><details><summary><b>All {len(result.documents)} documents</b></summary>{table}</details></section>"
