"""How well reconciliation finds, explains and attributes contradictions, and how long it takes.

    python -m bench.reconcile labels [--count 500] [--seed 5000000]
    python -m bench.reconcile noise [--count 500] [--level office] [--error-share 0.5]
    python -m bench.reconcile files FOLDER            files with their labels, as `gouji corpus make` writes them
    python -m bench.reconcile crops [--count 30] [--level office]
    python -m bench.reconcile prose [--count 200] [--labeller model]

Each prints a table, and with `--json OUT` writes the figures. All of it runs on the reports of the corpus, whose injected
errors are known (`training.corpus.errors`).

`labels`: one error in the tables, everything read right. `exact`: the conflict's only explanation is the injected change,
cell by cell and number by number; `containing`: it is one of the explanations named; `suspected`: its cells are among the
suspects; `row named`: a row is said to be missing; `missed` none of these. `noise`: the readings are disturbed as a scan
reader would, with confidences and alternatives, and cells in question are looked at again; `files`: the whole pipeline
(over scans of the corpus `bench.scan` counts the same). For both a finding is right if the report as printed violates that
rule in that place, and what is counted are findings laid to the report. `crops`: each number of a scan of the corpus is
read by the recogniser at its labelled place, all reports have errors of their own; so that reconciling real readings is
measured apart from finding the cells, without and with a second look. `prose`: values as printed, prose as the labeller
understands it, in patterns that no training saw; half of the reports misstate something. `false` are violated rules of
prose that the report does not violate in that place; `accused` those laid to the report, `weak` those that only ask for a
look. `labelled right`: misstated fields of tables all of whose numbers the labeller found.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.noise import LEVELS, disturbed, read_right, seen_again
from extractor.document import Box, Document, Paragraph, Source
from extractor.label.interface import ProseLabeller
from extractor.label.numerals import parse_cell
from extractor.labelled import Labelled
from extractor.read.ocr import engine
from extractor.read.scan.digits import ASKED
from extractor.read.scan.numbers import NumberReading, read_number
from extractor.read.scan.second_look import Spot, cut_out, images_of
from extractor.reconcile import Reconciled, engine_of_product, reconcile
from extractor.reconcile.conflict import Conflict
from extractor.reconcile.locate import locate
from extractor.report import (
    DOUBTFUL_BELOW,
    Alternative,
    Cause,
    Figure,
    Finding,
    FindingStatus,
    Period,
    Value,
    ValueStatus,
)
from extractor.second_look import in_question, looked_again
from extractor.settings import default_settings
from training.corpus.agreement import named, values_of
from training.corpus.errors import HARMLESS, inject, table_kinds
from training.corpus.relations import table_violations
from training.corpus.report import make_report
from training.corpus.types import SyntheticReport

Numbers = dict[str, Decimal | None]
Place = tuple[str, str]


@dataclass(slots=True)
class Score:
    """Findings laid to the report against the violations of the report as printed, and values against what is printed."""

    right: int = 0
    false: int = 0
    missed: int = 0
    reports: int = 0
    accused_wrongly: int = 0
    values: int = 0
    silent: int = 0
    repaired: int = 0
    repaired_wrong: int = 0
    erased: int = 0
    causes: int = 0
    milliseconds: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, found: Reconciled, truth: Mapping[str, Decimal | None]) -> None:
        """Counts one report whose cells are printed as `truth` says; rules of tables only."""
        wanted = set(table_violations(truth))
        violated = [f for f in found.findings if f.status is FindingStatus.VIOLATED and _of_tables(f)]
        accused = {(f.rule, f.where) for f in violated if f.cause is Cause.REPORT}
        self.reports += 1
        self.right += len(accused & wanted)
        self.false += len(accused - wanted)
        self.missed += len(wanted - accused)
        self.accused_wrongly += bool(accused - wanted)
        self.causes += len({f.cause_id for f in violated})
        self.notes += [f"{name} false {place}" for place in sorted(accused - wanted)]
        self.notes += [f"{name} missed {place}" for place in sorted(wanted - accused)]
        for field_id, number in truth.items():
            value = found.values.get(field_id)
            if value is None or not field_id.startswith(("requests", "review", "litigation")):
                continue
            self.values += 1
            wrong = value.value != number
            self.silent += wrong and value.status not in (ValueStatus.DOUBTFUL, ValueStatus.MISSING)
            if value.status is ValueStatus.REPAIRED:
                self.repaired += 1
                self.repaired_wrong += wrong
                self.erased += wrong and value.read == number
                self.notes += [f"{name} repaired {field_id} {value.read} -> {value.value}, printed {number}"] if wrong else []

    def merge(self, other: Score) -> None:
        """Adds the counts of other reports."""
        for count in fields(self):
            setattr(self, count.name, getattr(self, count.name) + getattr(other, count.name))

    def summary(self) -> dict[str, Any]:
        times = sorted(self.milliseconds)
        return {
            "reports": self.reports, "violations": self.right + self.missed, "causes": self.causes,
            "precision": self.right / max(1, self.right + self.false), "recall": self.right / max(1, self.right + self.missed),
            "reports_accused_wrongly": self.accused_wrongly, "values": self.values, "silent_wrong": self.silent,
            "repaired": self.repaired, "repaired_wrong": self.repaired_wrong, "erased": self.erased,
            "median_ms": statistics.median(times), "p95_ms": times[int(0.95 * (len(times) - 1))], "max_ms": times[-1]}


def _of_tables(finding: Finding) -> bool:
    return not finding.rule.startswith(("prose.", "history."))


def labelled(values: Mapping[str, Value], template: str) -> Labelled:
    return Labelled("某市人民政府", 2022, Period(), template, dict(values))


def with_error(seed: int) -> Iterator[tuple[str, str, Numbers, Numbers]]:
    """Reports with one error each that violates something: its kind, the template, the true cells that it changed, and
    the cells as printed."""
    while True:
        seed += 1
        rng = random.Random(seed)
        report = make_report(seed)
        numbers = dict(report.values)
        kinds = [kind for kind in table_kinds() if kind not in HARMLESS]
        kind = rng.choice(kinds)
        changed = inject(rng, kind, numbers)
        printed = numbers | changed
        if changed and table_violations(printed) > table_violations(numbers):
            # A zero where nothing was printed changes no number.
            yield kind, report.template, {n: numbers[n] for n in changed if (numbers[n] or 0) != (printed[n] or 0)}, printed


def how_located(conflicts: list[Conflict] | tuple[Conflict, ...], truth: Mapping[str, Decimal | None]) -> str:
    """How what the conflicts say compares with the true numbers of the changed cells."""
    wanted = {name: int(number or 0) for name, number in truth.items()}
    said = [[dict(explanation.changes) for explanation in conflict.explanations] for conflict in conflicts]
    if len(said) == 1 and said[0] == [wanted]:
        return "exact"
    if any(wanted in explanations for explanations in said):
        return "containing"
    together: dict[str, int] = {}
    for explanations in said:
        together |= explanations[0] if explanations else {}
    if together == wanted:
        return "exact" if all(len(explanations) == 1 for explanations in said) else "containing"
    suspects = {name for conflict in conflicts for name in conflict.suspects}
    if set(wanted) <= suspects:
        return "suspected"
    if any(explanation.kind == "row_missing" for conflict in conflicts for explanation in conflict.explanations):
        return "row named"
    return "missed"


def bench_labels(count: int, seed: int) -> dict[str, Any]:
    """One error a report: how it is located, by kind, and how long reconciling takes."""
    outcomes: dict[str, Counter[str]] = {}
    score = Score()
    engine = engine_of_product()
    source = with_error(seed)
    for number in range(count):
        kind, template, truth, printed = next(source)
        values = read_right(printed)
        start = time.process_time()
        found = reconcile(labelled(values, template))
        score.milliseconds.append((time.process_time() - start) * 1000)
        located = how_located(locate(engine, template, values).conflicts, truth)
        label = f"{kind} ({'one cell' if len(truth) == 1 else 'several cells'})"
        outcomes.setdefault(label, Counter())[located] += 1
        score.add(f"{number} {kind}", found, printed)
        if located not in ("exact", "containing"):
            score.notes.append(f"{number} {kind} {located}")
    named = sum(counts["exact"] + counts["containing"] for counts in outcomes.values())
    return {"located": {kind: dict(counts) for kind, counts in sorted(outcomes.items())},
            "exact_or_containing": named / max(1, count)} | score.summary() | {"notes": score.notes}


def bench_noise(count: int, seed: int, level: str, error_share: float) -> dict[str, Any]:
    """Readings disturbed like those of scans, of reports of which a share has an error of its own."""
    score = Score()
    faulty = with_error(seed)
    for number in range(count):
        rng = random.Random(f"{seed}/{level}/{number}")
        if rng.random() < error_share:
            kind, template, _, printed = next(faulty)
        else:
            report = make_report(seed + 10**6 + number)
            kind, template, printed = "", report.template, dict(report.values)
        values = disturbed(rng, printed, LEVELS[level])
        for _ in range(2):
            start = time.process_time()
            found = reconcile(labelled(values, template))
            score.milliseconds.append((time.process_time() - start) * 1000)
            if not (asked := in_question(found)):
                break
            values = values | {name: seen_again(rng, values[name], printed[name]) for name in asked}
        score.add(f"{number} {kind}", found, printed)
    return {"level": level} | score.summary() | {"notes": score.notes}


def bench_files(folder: Path, count: int) -> dict[str, Any]:
    """The whole pipeline over files with labels."""
    from extractor import extract
    from training.corpus.labels import SUFFIX, read_label

    score = Score()
    files = [path for path in sorted(folder.iterdir()) if not path.name.endswith(SUFFIX)][:count]
    for path in files:
        label = read_label(path)
        report = extract(path)
        score.milliseconds.append(report.timings["reconcile"] * 1000)
        truth = {name: value.value for name, value in label.report.values.items()}
        score.add(path.name, Reconciled(report.values, report.findings), truth)
    return {"folder": folder.name} | score.summary() | {"notes": score.notes}


def bench_crops(count: int, seed: int, level: str) -> dict[str, Any]:
    """Real readings of real-looking crops, without and with a second look at what contradicts."""
    from extractor.read import read
    from training.corpus.make import draw_sample

    scores = {"first": Score(), "second look": Score()}
    misread = looked = 0
    for number in range(count):
        sample = draw_sample(seed + number, scan=level, errors=1.0)
        given = read(sample.data, default_settings())
        printed = {name: value.value for name, value in sample.label.report.values.items()}
        values = _from_crops(sample.label.report.values, given, sample.data)
        misread += sum(value.read != printed[name] for name, value in values.items())
        read_once = labelled(values, sample.label.report.template or "")
        start = time.process_time()
        found = reconcile(read_once)
        scores["first"].milliseconds.append((time.process_time() - start) * 1000)
        scores["first"].add(f"{seed + number} first", found, printed)
        asked = in_question(found)
        looked += len(asked)
        if asked:
            found = reconcile(looked_again(read_once, asked, given, given, sample.data, default_settings()))
        scores["second look"].milliseconds.append((time.process_time() - start) * 1000)
        scores["second look"].add(f"{seed + number} second", found, printed)
    notes = [note for score in scores.values() for note in score.notes]
    return {"level": level, "misread": misread, "looked at": looked} | {
        f"{name}: {key}": figure for name, score in scores.items() for key, figure in score.summary().items()} | {
        "notes": notes}


def _from_crops(values: Mapping[str, Value], given: Document, data: bytes) -> dict[str, Value]:
    """The values as the recogniser reads them at their labelled places; blanks are taken as known."""
    places = Counter((value.evidence[0].page, value.evidence[0].box) for value in values.values() if value.evidence)
    spots = {name: Spot(value.evidence[0].page, Box(*value.evidence[0].box)) for name, value in values.items()
             if value.value is not None and value.evidence and value.evidence[0].box
             and places[value.evidence[0].page, value.evidence[0].box] == 1}
    images = images_of(data, given, {spot.page for spot in spots.values()}, default_settings())
    crops = dict(cut_out(images, spots))
    readings = engine().read(list(crops.values()), ASKED)
    found = dict(zip(crops, map(read_number, readings), strict=True))
    return {name: _read_in(value, found.get(name)) if name in spots else value for name, value in values.items()}


def _read_in(value: Value, reading: NumberReading | None) -> Value:
    number = parse_cell(reading.text).value if reading is not None else None
    if reading is None or number is None:
        return value.model_copy(update={"value": None, "read": None, "confidence": 0.0, "status": ValueStatus.DOUBTFUL})
    alternatives = tuple(Alternative(value=other, probability=probability) for text, probability in reading.alternatives
                         if (other := parse_cell(text).value) is not None)
    return value.model_copy(update={
        "value": number, "read": number, "raw": reading.text, "confidence": reading.confidence,
        "alternatives": alternatives,
        "status": ValueStatus.DOUBTFUL if reading.confidence < DOUBTFUL_BELOW else ValueStatus.READ})


def bench_prose(count: int, seed: int, labeller: str) -> dict[str, Any]:
    """What is found in prose as a labeller understands it, by how sure it is that the report is wrong."""
    prose = _prose_labeller(labeller)
    counts: Counter[str] = Counter()
    notes: list[str] = []
    for number in range(count):
        report = make_report(seed + number, errors=float(number % 2), reserved=True)
        texts = [paragraph.text for paragraph in report.paragraphs]
        figures = prose.label([Paragraph(text, section=p.section) for text, p in zip(texts, report.paragraphs, strict=True)],
                              report.year)
        read = Labelled(report.body.name, report.year, Period(), report.template, values_of(report), figures)
        violated = {(f.rule, f.where): f for f in reconcile(read, texts).findings
                    if f.status is FindingStatus.VIOLATED and f.rule.startswith("prose.")}
        wanted = {place for place in named(report) if place[0].startswith("prose.")}
        unwritten = {place for place in wanted if not _written(report, place)}
        wanted -= unwritten
        counts["reports"] += 1
        counts["stated"] += len(wanted)
        counts["not written"] += len(unwritten)
        # A number of a paragraph has one field; a finding that names another of the same number is right about the report.
        violated = {_as_named(report, finding, wanted): finding for finding in violated.values()}
        for place, finding in violated.items():
            strength = "accused" if finding.cause is Cause.REPORT else "weak"
            kind = f"{'right' if place in wanted else 'false'} {strength}"
            counts[kind] += 1
            if place not in wanted:
                notes.append(f"{seed + number} {kind} {place}: {finding.message.zh}")
        counts["reports with a false finding"] += not violated.keys() <= wanted
        notes += [f"{seed + number} missed {place}" for place in sorted(wanted - violated.keys())]
        counts["missed"] += len(wanted - violated.keys())
        understood = {place for place in wanted if _understood(report, figures, place)}
        accused = {place for place, finding in violated.items() if finding.cause is Cause.REPORT}
        counts["stated and labelled right"] += len(understood)
        counts["of these found"] += len(understood & violated.keys())
        counts["of these accused"] += len(understood & accused)
    return {"labeller": labeller} | dict(sorted(counts.items())) | {"notes": notes}


def _written(report: SyntheticReport, place: Place) -> bool:
    """Whether the prose says what was misstated: 未收到申请 cannot state another number than none."""
    stated = [figure for paragraph in report.paragraphs for figure in paragraph.figures if figure.field == place[1]]
    return place[0] != "prose.table" or not stated or any(
        figure.value == 0 or not figure.implied or figure.field != "requests.received.total" for figure in stated)


def _understood(report: SyntheticReport, figures: Sequence[Figure], place: Place) -> bool:
    """Whether the labeller found the numbers that the corpus states for a field, as that field."""
    true = {figure.value for paragraph in report.paragraphs for figure in paragraph.figures
            if figure.field == place[1] and figure.scope == "own" and figure.period == "this_year"}
    return place[0] == "prose.table" and bool(true) and true <= {f.value for f in figures if f.field == place[1]}


def _as_named(report: SyntheticReport, finding: Finding, wanted: set[Place]) -> Place:
    """The place as the injected error names it, if it is about the number that the finding is about: received and to
    handle, all results and other results may be told apart by a labeller in another way than by the corpus."""
    place = finding.rule, finding.where
    if place in wanted or finding.rule != "prose.table":
        return place
    column = finding.where.rpartition(".")[2]
    said = {(finding.rule, figure.field or "") for paragraph in report.paragraphs for figure in paragraph.figures
            if figure.value == finding.actual and (figure.field or "").rpartition(".")[2] == column}
    return min(said & wanted, default=place)


def _prose_labeller(name: str) -> ProseLabeller:
    if name == "patterns":
        from extractor.label.prose import PatternLabeller
        return PatternLabeller(Source.TEXT)
    from extractor.label.model.agreed import AgreedProse
    from extractor.label.model.release import load
    return AgreedProse(load(), Source.TEXT)


def _show(result: Mapping[str, Any]) -> None:
    for key, value in result.items():
        if key == "located":
            for kind, counts in value.items():
                total = sum(counts.values())
                print(f"  {kind:40s} {total:5d}  " + "  ".join(f"{name} {number / total:.2%}" for name, number in counts.items()))
        elif key == "notes":
            print("\n".join(f"  {note}" for note in value[:40]))
        else:
            print(f"{key:26s} {value:.4f}" if isinstance(value, float) else f"{key:26s} {value}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("labels", "noise", "files", "crops", "prose"))
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=5_000_000)
    parser.add_argument("--level", choices=tuple(LEVELS), default="office")
    parser.add_argument("--error-share", type=float, default=0.5)
    parser.add_argument("--labeller", choices=("model", "patterns"), default="model")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.what == "labels":
        result = bench_labels(arguments.count, arguments.seed)
    elif arguments.what == "noise":
        result = bench_noise(arguments.count, arguments.seed, arguments.level, arguments.error_share)
    elif arguments.what == "crops":
        result = bench_crops(arguments.count, arguments.seed, arguments.level)
    elif arguments.what == "prose":
        result = bench_prose(arguments.count, arguments.seed, arguments.labeller)
    elif arguments.folder is None:
        parser.error("files needs a FOLDER")
    else:
        result = bench_files(arguments.folder, arguments.count)
    _show(result)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n", "utf8")


if __name__ == "__main__":
    main()
