"""Makes the pictures of docs/reconciliation.md and prints the figures of its worked example.

    python docs/make_reconciliation_pictures.py        # needs the extra `train` (matplotlib)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("agg")

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from extractor.document import Source
from extractor.fields import load
from extractor.labelled import Labelled
from extractor.reconcile import Reconciled, engine_of_product, reconcile
from extractor.reconcile.cause import constants
from extractor.report import Alternative, Evidence, Period, Value
from extractor.second_look import weighed
from training.corpus.report import make_report

PICTURES = Path(__file__).parent / "pictures"
SEED = 304
MISREAD, READ, SURE, RIGHT = "requests.unavailable.not_held.natural_person", 13, 0.61, 0.33
"""The cell of the example that is misread, as what, and the probabilities of the reading and of what is printed."""
WRONG = "requests.granted.total"
"""The cell in which the report itself is wrong: two digits exchanged."""
LOOKS = ({Decimal(62): 0.999, Decimal(52): 0.0006},) * 4
"""What the second look reads there, four times."""
INK, FAINT, REPAIRED, ACCUSED, BROKEN = "#1d2733", "#a9b2bd", "#6a3a86", "#b3202a", "#fde3e3"


def main() -> None:
    """Writes reconciliation-table.png and reconciliation-odds.png."""
    PICTURES.mkdir(exist_ok=True)
    values = readings()
    print({name: off for name, off in residuals(values).items() if off})
    first = solved(values)
    describe(first)
    looked = {name: weighed(values[name], LOOKS) if name == WRONG else value for name, value in values.items()}
    result = solved(looked)
    describe(result)
    draw_table(values, result, PICTURES / "reconciliation-table.png")
    draw_odds(PICTURES / "reconciliation-odds.png")


def readings() -> dict[str, Value]:
    """A consistent report as a scan reader sees it, with one error of the report's own and one misread cell."""
    printed = {name: number for name, number in make_report(SEED).values.items() if number is not None}
    printed[WRONG] = Decimal("".join(reversed(str(printed[WRONG]))))
    values = {name: _seen(name, number, 0.9995) for name, number in printed.items()}
    misread = _seen(MISREAD, Decimal(READ), SURE)
    right = Alternative(value=printed[MISREAD], probability=RIGHT)
    return values | {MISREAD: misread.model_copy(update={"alternatives": (right,)})}


def _seen(name: str, number: Decimal, confidence: float) -> Value:
    return Value(field=name, value=number, read=number, raw=str(number), confidence=confidence,
                 evidence=(Evidence(source=Source.OCR, text=str(number)),))


def residuals(values: Mapping[str, Value]) -> dict[str, int]:
    """What each relation of table 3 is off by, by rule and place."""
    return {f"{instance.rule.id} {instance.where}": int(sum(c * (values[name].value or 0) for name, c in
                                                            instance.coefficients.items()))
            for instance in engine_of_product().instances("2021", values) if instance.rule.table == "requests"}


def solved(values: Mapping[str, Value]) -> Reconciled:
    return reconcile(Labelled("example", 2023, Period(), "2021", dict(values)))


def describe(result: Reconciled) -> None:
    """Prints what the document quotes."""
    for name in (MISREAD, WRONG):
        value = result.values[name]
        print(name, f"read {value.read}, published {value.value}, implied {value.implied}, {value.status}")
    for finding in result.findings:
        if finding.status == "violated":
            print(finding.rule, finding.where, finding.cause, finding.probability, finding.priority, finding.headline)
            if finding.explanation:
                print("  ", finding.explanation.en)


def draw_table(values: Mapping[str, Value], result: Reconciled, path: Path) -> None:
    """Table 3 with what every relation is off by at its margins."""
    table, catalogue = load().table("requests"), engine_of_product().catalogue
    rows = [row for row in table.rows if f"{row.id}.total" in values]
    columns = [column.id for column in table.columns]
    figure, axes = pyplot.subplots(figsize=(11.5, 8.6))
    axes.set_xlim(-4.9, len(columns) + 1.6)
    axes.set_ylim(len(rows) + 2.4, -1.6)
    axes.axis("off")
    off = residuals(values)
    for index, column in enumerate(columns):
        _write(axes, index, -0.7, catalogue.place(column, "requests").en.replace(" ", "\n"), size=7)
    _write(axes, len(columns) + 0.3, -0.6, "total - columns", size=7, colour=FAINT)
    for line, row in enumerate(rows):
        axes.text(-4.8, line + 0.62, catalogue.place(row.id, "requests").en[:58], fontsize=7.5, color=INK)
        for index, column in enumerate(columns):
            _cell(axes, index, line, values[f"{row.id}.{column}"], result)
        _margin(axes, len(columns) + 0.3, line, off[f"requests.applicant_sum {row.id.removeprefix('requests.')}"])
    for line, rule in enumerate(("requests.balance", "requests.handled_sum")):
        axes.text(-4.8, len(rows) + line + 0.9, rule, fontsize=7.5, color=FAINT)
        for index, column in enumerate(columns):
            _margin(axes, index, len(rows) + line + 0.3, off[f"{rule} {column}"])
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _cell(axes: Axes, x: float, y: float, value: Value, result: Reconciled) -> None:
    now = result.values[value.field]
    colour = {MISREAD: REPAIRED, WRONG: ACCUSED}.get(value.field)
    axes.add_patch(Rectangle((x, y), 1, 1, facecolor="white", edgecolor=colour or "#dde2e8", linewidth=2 if colour else 0.6,
                             zorder=3 if colour else 1))
    text = str(value.value) if now.value == value.value else f"{value.value} \N{RIGHTWARDS ARROW} {now.value}"
    if value.field == WRONG:
        text += f"  ({now.implied})"
    _write(axes, x, y, text, colour or (INK if value.value else FAINT))


def _margin(axes: Axes, x: float, y: float, off: int) -> None:
    if off:
        axes.add_patch(Rectangle((x + 0.12, y + 0.1), 0.76, 0.8, facecolor=BROKEN, edgecolor="none"))
    _write(axes, x, y, f"{off:+d}" if off else "0", ACCUSED if off else FAINT)


def _write(axes: Axes, x: float, y: float, text: str, colour: str = INK, size: float = 8.0) -> None:
    axes.text(x + 0.5, y + 0.62, text, ha="center", fontsize=size, color=colour, zorder=4)


def draw_odds(path: Path) -> None:
    """The chance that the report is wrong, by the chance that the recogniser gives the number that the sums require."""
    known = constants()
    chances = np.logspace(-7, 0, 300)
    tables: Sequence[tuple[str, str, int]] = (("table 3 (0 of 12 real tables broken)", "requests.applicant_sum", 175),
                                              ("table 4 (1 of 14 broken)", "review.sum", 15))
    figure, axes = pyplot.subplots(figsize=(8.2, 4.0))
    for label, rule, cells in tables:
        prior = engine_of_product().book.rule(rule).prior.probability / cells / known.others
        axes.semilogx(chances, prior / (prior + chances), label=label)
    axes.axhspan(known.report, 1.0, color=ACCUSED, alpha=0.07)
    axes.axhspan(0.0, known.reading, color=REPAIRED, alpha=0.08)
    for height, words in ((0.82, "laid to the report"), (0.33, "to neither: look at the page"), (0.06, "laid to the reading")):
        axes.text(1.2e-7, height, words, fontsize=8, color=INK)
    axes.set_xlabel("chance that the number required is misread as the one read")
    axes.set_ylabel("the report is wrong")
    axes.set_ylim(0, 1)
    axes.legend(fontsize=8, loc="upper right")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


if __name__ == "__main__":
    main()
