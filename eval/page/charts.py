"""The plots of the page: reliability, risk over coverage, errors by stage, confusion of rows, slices, intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from eval.compare.stages import Stage
from eval.page.svg import Frame, element, line, linear, logarithmic, picture, text
from eval.result import ReliabilityBin, Score, SliceResult
from eval.screen import percent
from eval.words import Words
from extractor.fields import load

WIDTH, HEIGHT = 480.0, 330.0
_FRAME = Frame(72, 14, 464, 276)
_MOST_ROWS = 12


def reliability(bins: Sequence[ReliabilityBin], say: Words) -> str:
    """Share right over confidence; perfect calibration is the diagonal, the area of a dot grows with its cells."""
    if not bins:
        return ""
    low = min(0.9, math.floor(10 * min(min(b.confidence, b.accuracy) for b in bins)) / 10)
    low = max(0.0, low)
    x, y = linear(low, 1, _FRAME.left, _FRAME.right), linear(low, 1, _FRAME.bottom, _FRAME.top)
    ticks = [(low + (1 - low) * at / 4, f"{low + (1 - low) * at / 4:.3g}") for at in range(5)]
    most = max(b.count for b in bins)
    parts = [*_FRAME.grid(x, y, ticks, ticks), line([(x(low), y(low)), (x(1), y(1))], "diagonal"),
             line([(x(b.confidence), y(b.accuracy)) for b in bins], "curve")]
    for b in bins:
        radius = 3.5 + 6.5 * math.sqrt(b.count / most)
        tip = element("title", say("{count:,} cells: confidence {confidence:.4f}, right {accuracy:.4f}", **b.model_dump()))
        parts.append(element("circle", tip, cx=x(b.confidence), cy=y(b.accuracy), r=radius, class_="dot"))
    parts += _FRAME.titles(say("confidence that was stated"), say("share that is right"))
    return picture(WIDTH, HEIGHT, parts, say("Reliability"))


def risk_coverage(curve: Sequence[tuple[float, float]], say: Words) -> str:
    """Error rate among the cells accepted, the most confident first, over the share accepted."""
    if not curve:
        return ""
    highest = max(0.01, max(risk for _, risk in curve))
    high = 10.0 ** math.ceil(math.log10(highest))
    low = 1e-5
    x, y = linear(0, 1, _FRAME.left, _FRAME.right), logarithmic(low, high, _FRAME.bottom, _FRAME.top)
    decades = [10.0 ** at for at in range(-5, round(math.log10(high)) + 1)]
    names = [(value, "0" if value == low else f"{value * 100:g} %") for value in decades]
    shares = [(at / 4, f"{at * 25} %") for at in range(5)]
    points = [(x(0.0), y(curve[0][1])), *((x(coverage), y(risk)) for coverage, risk in curve)]
    area = [*points, (points[-1][0], _FRAME.bottom), (points[0][0], _FRAME.bottom)]
    parts = [*_FRAME.grid(x, y, shares, names), line(area, "area"), line(points, "curve"),
             element("circle", cx=points[-1][0], cy=points[-1][1], r=4.5, class_="dot"),
             *_FRAME.titles(say("cells accepted unseen"), say("of these wrong"))]
    return picture(WIDTH, HEIGHT, parts, say("Risk over coverage"))


def errors_by_stage(errors: Mapping[str, Mapping[str, int]], say: Words) -> str:
    """Wrong cells of each kind, stacked by the stage at fault."""
    kinds = [(kind, counts) for kind, counts in errors.items() if any(counts.values())]
    if not kinds:
        return ""
    kinds.sort(key=lambda pair: -sum(pair[1].values()))
    left, right, row = 150.0, 430.0, 30.0
    x = linear(0, max(sum(counts.values()) for _, counts in kinds), left, right)
    parts = []
    for at, (kind, counts) in enumerate(kinds):
        top = 8 + at * row
        parts.append(text(left - 10, top + 15, say(kind.replace("_", " ")), "name", "end"))
        start = 0
        for stage in Stage:
            count = counts.get(stage, 0)
            if count:
                tip = element("title", say("{count:,} {kind}, at fault: {stage}", count=count,
                                           kind=say(kind.replace("_", " ")), stage=say(stage)))
                parts.append(element("rect", tip, x=x(start), y=top + 2, width=max(1.0, x(start + count) - x(start)),
                                     height=row - 12, class_=f"stage-{stage}"))
            start += count
        parts.append(text(x(start) + 8, top + 15, f"{start:,}", "value"))
    return picture(WIDTH, 16 + row * len(kinds), parts, say("Where errors come from"))


def row_confusion(confusion: Mapping[str, Mapping[str, int]], say: Words) -> str:
    """Cells that were read in another row: a matrix of the rows that are involved at all."""
    wrong = {(row, source): count for row, sources in confusion.items() for source, count in sources.items() if row != source}
    if not wrong:
        return ""
    weight: dict[str, int] = {}
    for (row, source), count in wrong.items():
        for name in (row, source):
            weight[name] = weight.get(name, 0) + count
    order = [row.id for table in load().tables for row in table.rows]
    names = sorted(sorted(weight, key=lambda name: -weight[name])[:_MOST_ROWS],
                   key=lambda name: order.index(name) if name in order else 0)
    left, side = 190.0, min(24.0, 280.0 / len(names))
    most = max(wrong.values())
    parts = []
    for at, row in enumerate(names):
        parts.append(text(left - 10, 12 + at * side + side * 0.7, _short(row), "name", "end"))
        for column, source in enumerate(names):
            count = wrong.get((row, source), 0)
            tip = element("title", escape(say("{count:,} cells of {row} read in {source}", count=count, row=_short(row),
                                               source=_short(source))))
            shade = 0.15 + 0.85 * count / most if count else 0.0
            parts.append(element("rect", tip, x=left + column * side, y=12 + at * side, width=side - 2, height=side - 2, rx=2,
                                 class_="same" if row == source else "heat" if count else "cold",
                                 **({"fill_opacity": shade} if count else {})))
            if count:
                parts.append(text(left + column * side + side / 2 - 1, 12 + at * side + side * 0.68, f"{count}", "count", "middle"))
    height = 20 + side * len(names)
    parts.append(text(left, height + 8, say("rows in the same order, read in …"), "axis"))
    return picture(WIDTH, height + 18, parts, say("Rows taken for others"))


def slice_panel(values: Mapping[str, SliceResult], name: str, low: float, say: Words) -> str:
    """A figure of every value of a key, with its interval, on a scale from `low` to 1."""
    width, left, right, row = 300.0, 128.0, 226.0, 24.0
    x = linear(low, 1, left, right)
    parts = [element("line", x1=x(edge), x2=x(edge), y1=4, y2=6 + row * len(values), class_="grid") for edge in (low, 1.0)]
    for at, (value, part) in enumerate(values.items()):
        middle = 6 + at * row + row / 2
        score = part.scores.get(name)
        told = say(value)
        tip = element("title", escape(told))
        shown = told if len(told) <= 14 else f"{told[:13]}…"
        parts.append(element("text", tip + escape(shown), x=0, y=middle + 4, class_="name"))
        parts.append(text(left - 10, middle + 4, f"{part.documents}", "tick", "end"))
        if score is None or score.value is None:
            continue
        parts += interval(score, x, middle, say)
        parts.append(text(right + 14, middle + 4, percent(score.value), "value"))
    height = 8 + row * len(values)
    parts += [text(left, height + 12, percent(low), "tick", "middle"), text(right, height + 12, "100 %", "tick", "middle")]
    return picture(width, height + 18, parts, say("Slices"))


def interval(score: Score, x: object, middle: float, say: Words) -> list[str]:
    """A dot with its interval; `x` is the scale."""
    assert callable(x) and score.value is not None
    low, high = score.low if score.low is not None else score.value, score.high if score.high is not None else score.value
    start, end = x(max(low, 0.0)), x(high)
    tip = element("title", say("{value}, 95 %: {low} to {high}, of {of:,.0f}", value=percent(score.value), low=percent(low),
                               high=percent(high), of=score.of))
    return [element("line", x1=start, x2=end, y1=middle, y2=middle, class_="interval"),
            element("circle", tip, cx=x(score.value), cy=middle, r=4, class_="dot")]


def strip(score: Score, low: float, say: Words) -> str:
    """A figure with its interval as a small strip for a table's cell."""
    x = linear(low, 1, 6, 154)
    parts = [element("line", x1=6, x2=154, y1=9, y2=9, class_="track"), *interval(score, x, 9.0, say)]
    return picture(160, 18, parts, say("95 % interval"))


def _short(row: str) -> str:
    label = load().describe(row)
    return label if len(label) <= 13 else f"{label[:12]}…"
