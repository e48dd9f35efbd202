"""Loads labelled samples and given outputs: what can be used is used, what cannot is named one by one.

A label is a JSON file in one of three shapes:

* a report in the schema of `gouji extract`;
* an object whose `report` is one, and whose other keys say more: the label files of the corpus are of this shape;
* a transcript: `values` as plain numbers, `figures` and `violations` as short objects, `source` the file's name.

It stands beside its file as NAME.label.json, NAME.SUFFIX.label.json or NAME.json, in a folder `labels` that mirrors the
files, or anywhere, if its `source` names the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eval.facts import facts_of
from eval.transcript import is_transcript, report_of_transcript
from eval.types import ALL_PARTS, Area, Part, PlantedError, Problem, Span, Truth
from extractor.fields import load
from extractor.report import SCHEMA_VERSION, Report

LABEL_SUFFIX = ".label.json"
DOCUMENTS = frozenset({".pdf", ".docx", ".html", ".htm", ".mht", ".mhtml", ".txt", ".md", ".png", ".jpg", ".jpeg", ".tif",
                       ".tiff", ".bmp", ".webp"})
NOTES = frozenset({".md"})
"""Formats that are as likely a note beside the samples: without a label they are passed over."""
RULES_OF_HISTORY = "history."


@dataclass(slots=True)
class Samples:
    """Labelled documents in the order of their names, and what could not be used."""

    truths: list[Truth] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class LabelError(ValueError):
    """A label file that cannot be used, with the reason."""


def load_samples(folder: Path, *, with_files: bool = True) -> Samples:
    """All labelled documents below a folder.

    `with_files`: the documents are to be extracted, so each label needs its file and each file its label; else only
    the labels count.
    """
    samples = Samples()
    documents = documents_below(folder)
    seen: dict[str, str] = {}
    spoilt: set[Path | None] = set()
    for path in _label_files(folder, documents):
        name = str(path.relative_to(folder))
        try:
            truth, problems = read_truth(path)
        except (OSError, LabelError) as error:
            samples.problems.append(Problem("label_malformed", name, str(error)))
            spoilt.add(_file_of(path, "", folder, documents))
            continue
        file = _file_of(path, truth.report.source, folder, documents)
        named = str(file.relative_to(folder)) if file is not None else name.removesuffix(LABEL_SUFFIX)
        samples.problems += [replace(problem, name=name) for problem in problems]
        if file is None and with_files:
            samples.problems.append(Problem("file_missing", name, truth.report.source))
        elif named in seen:
            samples.problems.append(Problem("duplicate", name, seen[named]))
        else:
            seen[named] = name
            samples.truths.append(replace(truth, name=named, file=file))
    if with_files:
        used = {truth.file for truth in samples.truths}
        samples.problems += [Problem("label_missing", str(path.relative_to(folder))) for path in sorted(documents.values())
                             if path not in used | spoilt and path.suffix.lower() not in NOTES]
    samples.truths.sort(key=lambda truth: truth.name)
    return samples


def read_truth(path: Path) -> tuple[Truth, list[Problem]]:
    """The truth in a label file, not yet led to its document; raises `LabelError` and `OSError`."""
    try:
        raw = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise LabelError(f"no JSON: {error}") from error
    if not isinstance(raw, dict):
        raise LabelError("a label is a JSON object")
    return truth_of(raw, path.name)


def truth_of(raw: Mapping[str, Any], name: str) -> tuple[Truth, list[Problem]]:
    """The truth in a label's JSON object, and what of it had to be left out; raises `LabelError`."""
    problems: list[Problem] = []
    if is_transcript(raw):
        report, parts, optional = report_of_transcript(raw, name)
        rest: Mapping[str, Any] = {}
    else:
        body = raw.get("report", raw)
        if not isinstance(body, dict):
            raise LabelError("`report` is no object")
        rest = {key: value for key, value in raw.items() if key != "report"} if "report" in raw else {}
        report, parts, optional = _report(body, problems, name), _parts(rest), frozenset[tuple[str, str]]()
    unknown = [field for field in report.values if field not in load().fields]
    if unknown:
        problems.append(Problem("unknown_field", name, ", ".join(unknown)))
        kept = {field: value for field, value in report.values.items() if field in load().fields}
        report = report.model_copy(update={"values": kept})
    # A report of one year cannot show what only the year before can tell.
    within = tuple(finding for finding in report.findings if not finding.rule.startswith(RULES_OF_HISTORY))
    report = report.model_copy(update={"findings": within})
    corpus = rest.get("corpus")
    known = corpus if isinstance(corpus, dict) else rest
    try:
        return Truth(name, report, None, parts, _cells(known, report), facts_of(known, report), _errors(known),
                     tuple(_distractors(known)), optional), problems
    except (KeyError, TypeError, ValueError) as error:
        raise LabelError(f"the keys beside `report` are not as documented: {error!r}") from error


def _report(body: dict[str, Any], problems: list[Problem], name: str) -> Report:
    version = body.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        problems.append(Problem("schema_version", name, f"{version}, this is {SCHEMA_VERSION}"))
    try:
        return Report.model_validate_json(json.dumps(body))
    except ValidationError as error:
        extra = [found["loc"] for found in error.errors() if found["type"] == "extra_forbidden"]
        if len(extra) < error.error_count():
            raise LabelError(_told(error)) from error
    problems.append(Problem("unknown_key", name, ", ".join(sorted({str(place[-1]) for place in extra}))))
    try:
        return Report.model_validate_json(json.dumps(_without(body, extra)))
    except ValidationError as error:
        raise LabelError(_told(error)) from error


def _parts(rest: Mapping[str, Any]) -> frozenset[Part]:
    """What the label tells, by its key `parts`; everything without one."""
    if "parts" not in rest:
        return ALL_PARTS
    try:
        return frozenset(Part(part) for part in rest["parts"])
    except (TypeError, ValueError) as error:
        raise LabelError(f"parts: {error}") from error


def _told(error: ValidationError) -> str:
    """The first thing that is wrong with a label, leaving out keys that are only unknown."""
    wrong = [found for found in error.errors() if found["type"] != "extra_forbidden"]
    place = ".".join(str(part) for part in wrong[0]["loc"])
    return f"{place}: {wrong[0]['msg']} ({len(wrong)} in all)"


def _without(body: dict[str, Any], places: Iterable[tuple[int | str, ...]]) -> dict[str, Any]:
    """A copy without the keys at these places: a label of a later version may say more than this one knows."""
    copy: dict[str, Any] = json.loads(json.dumps(body))
    for *path, key in places:
        inner: Any = copy
        for part in path:
            inner = inner[part]
        del inner[key]
    return copy


def load_outputs(folder: Path, truths: Sequence[Truth]) -> tuple[dict[str, Report], list[Problem]]:
    """Reports by the names of the documents they belong to: told by SHA-256, else by the name of source or file."""
    by_hash = {truth.report.sha256: truth.name for truth in truths if truth.report.sha256}
    by_stem: dict[str, str] = {}
    for truth in truths:
        by_stem.setdefault(Path(truth.name).name, truth.name)
        by_stem.setdefault(Path(truth.name).stem, truth.name)
    found: dict[str, Report] = {}
    problems = []
    for path in sorted(folder.rglob("*.json")):
        try:
            report = Report.from_json(path.read_bytes())
        except (OSError, ValueError) as error:
            problems.append(Problem("output_malformed", str(path.relative_to(folder)), str(error).partition("\n")[0]))
            continue
        keys = (by_hash.get(report.sha256), by_stem.get(Path(report.source).name), by_stem.get(path.stem))
        name = next((key for key in keys if key is not None), None)
        if name is not None:
            found.setdefault(name, report)
    problems += [Problem("output_missing", truth.name) for truth in truths if truth.name not in found]
    return found, problems


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def documents_below(folder: Path) -> dict[str, Path]:
    """The documents below a folder by their names; hidden folders are left out."""
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*"))
            if path.suffix.lower() in DOCUMENTS and path.is_file() and not _hidden(path.relative_to(folder))}


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _label_files(folder: Path, documents: Mapping[str, Path]) -> Iterator[Path]:
    stems = {path.with_suffix("") for path in documents.values()}
    for path in sorted(folder.rglob("*.json")):
        if _hidden(path.relative_to(folder)):
            continue
        beside = path.with_suffix("") in stems or path.with_suffix("") in documents.values()
        if path.name.endswith(LABEL_SUFFIX) or beside or _names_a_source(path):
            yield path


def _names_a_source(path: Path) -> bool:
    """Whether a JSON file looks like a label at all: others may lie in the same folder."""
    with path.open("rb") as file:
        head = file.read(4096)
    return b'"source"' in head and (b'"values"' in head or b'"schema_version"' in head or b'"report"' in head)


def _file_of(label: Path, source: str, folder: Path, documents: Mapping[str, Path]) -> Path | None:
    """The document of a label: beside it, mirrored from `labels`, or named by its `source`."""
    stem = label.name.removesuffix(LABEL_SUFFIX) if label.name.endswith(LABEL_SUFFIX) else label.stem
    relative = label.relative_to(folder)
    mirrored = [Path(*relative.parts[:at], *relative.parts[at + 1:]) for at, part in enumerate(relative.parts[:-1])
                if part == "labels"]
    for place in (relative, *mirrored):
        beside = [path for name, path in documents.items() if Path(name).parent == place.parent]
        for path in beside:
            if path.name == stem:
                return path
        same = [path for path in beside if path.stem == stem]
        if same:
            return next((path for path in same if path.name == source), same[0])
    named = [path for name, path in documents.items() if source and (name == source or Path(name).name == Path(source).name)]
    return named[0] if len(named) == 1 else None


def _cells(known: Mapping[str, Any], report: Report) -> dict[str, tuple[Area, ...]]:
    """Where the cells stand: the cell and its text as the corpus labels them, else the evidence of the values."""
    places: dict[str, list[Area]] = {}
    for cell in known.get("cells", ()):
        if cell.get("field"):
            areas = [*cell.get("areas", ()), *(line["area"] for line in cell.get("lines", ()))]
            places[cell["field"]] = [_area(area) for area in areas]
    for name, value in report.values.items():
        if not places.get(name):
            places[name] = [Area(piece.page, piece.box) for piece in value.evidence if piece.box is not None]
    return {name: tuple(areas) for name, areas in places.items() if areas}


def _area(raw: Mapping[str, Any]) -> Area:
    x0, top, x1, bottom = raw["box"]
    return Area(int(raw["page"]), (float(x0), float(top), float(x1), float(bottom)))


def _errors(known: Mapping[str, Any]) -> tuple[PlantedError, ...]:
    return tuple(PlantedError(error["kind"], tuple(error.get("fields", ()))) for error in known.get("errors", ()))


def _distractors(known: Mapping[str, Any]) -> Iterable[Span]:
    for number, paragraph in enumerate(known.get("paragraphs", ())):
        for figure in paragraph.get("figures", ()):
            if figure.get("distractor"):
                yield number, figure["start"], figure["end"]
