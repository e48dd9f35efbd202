"""Corrected annotations of Label Studio as labels in the product's schema.

Read is the JSON export (a list of tasks with `annotations`): of each task the last annotation that was not cancelled. A
document becomes a label when all of its pages are annotated; what a person left out, the label does not have.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from eval.annotation.tasks import FIELD, TEXT
from eval.types import Part
from extractor.document import Source
from extractor.fields import load
from extractor.label.numerals import parse_cell
from extractor.report import Evidence, PageInfo, Report, Value, ValueStatus


@dataclass(frozen=True, slots=True)
class Imported:
    """Labels by the names of their documents, and what could not be used, one line each."""

    labels: dict[str, str]
    problems: tuple[str, ...]


class AnnotationError(ValueError):
    """A task that is not as documented."""


@dataclass(frozen=True, slots=True)
class _Page:
    data: Mapping[str, Any]
    values: dict[str, Value]


def labels_of(export: object) -> Imported:
    """Labels from an export; anything that cannot be used is named and left out."""
    if not isinstance(export, list) or not all(isinstance(task, dict) for task in export):
        return Imported({}, ("the export is no list of tasks: choose the format JSON, not JSON-MIN",))
    problems: list[str] = []
    documents: dict[str, list[_Page]] = {}
    unfinished: set[str] = set()
    for at, task in enumerate(export, 1):
        name = str(task.get("data", {}).get("source", f"task {task.get('id', at)}"))
        try:
            page = _page(task)
        except (AnnotationError, KeyError, TypeError, ValueError, ValidationError) as error:
            problems.append(f"{name}: {_told(error)}")
            unfinished.add(name)
            continue
        documents.setdefault(name, []).append(page)
    labels = {}
    for name, pages in documents.items():
        missing = int(pages[0].data["pages"]) - len({page.data["page"] for page in pages})
        if name in unfinished or missing:
            problems.append(f"{name}: not all of its {pages[0].data['pages']} pages are annotated; no label is written")
            continue
        problems += [f"{name}: {field} is marked more than once; the first mark is used" for field in _twice(pages)]
        labels[name] = _label(name, pages)
    return Imported(labels, tuple(problems))


def _told(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error).partition("\n")[0]


def _page(task: Mapping[str, Any]) -> _Page:
    done = [found for found in task.get("annotations", ()) if not found.get("was_cancelled")]
    if not done:
        raise AnnotationError(f"page {task['data'].get('page')} is not annotated")
    data = task["data"]
    regions: dict[str, dict[str, Any]] = {}
    for result in done[-1]["result"]:
        if result.get("from_name") in (FIELD, TEXT):
            regions.setdefault(result["id"], {})[result["from_name"]] = result["value"]
    values: dict[str, Value] = {}
    for region in regions.values():
        value = _value(region, data)
        values.setdefault(value.field, value)
    return _Page(data, values)


def _value(region: Mapping[str, Any], data: Mapping[str, Any]) -> Value:
    """A cell from its rectangle and its text; a rectangle without text is a blank cell."""
    if FIELD not in region:
        raise AnnotationError("a region has a text but no field")
    place = region[FIELD]
    [name] = place["rectanglelabels"]
    field = load().fields.get(name)
    if field is None:
        raise AnnotationError(f"unknown field {name}")
    lines = region.get(TEXT, {}).get("text", ())
    raw = lines if isinstance(lines, str) else "\n".join(lines)
    parsed = parse_cell(raw)
    if parsed.status == "unreadable":
        raise AnnotationError(f"{name}: {raw!r} is no number")
    box = _box(place, float(data["width"]), float(data["height"]))
    evidence = Evidence(page=int(data["page"]), box=box, text=raw, source=Source(data["format"]))
    return Value(field=name, value=parsed.value, read=parsed.value, raw=raw, unit=parsed.unit or field.unit,
                 evidence=(evidence,), note=parsed.note,
                 status=ValueStatus.BLANK if parsed.value is None else ValueStatus.READ)


def _box(place: Mapping[str, Any], width: float, height: float) -> tuple[float, float, float, float]:
    """The rectangle in points; one that was turned is taken as it was drawn before."""
    left, top = place["x"] / 100 * width, place["y"] / 100 * height
    return (round(left, 2), round(top, 2), round(left + place["width"] / 100 * width, 2),
            round(top + place["height"] / 100 * height, 2))


def _twice(pages: Iterable[_Page]) -> list[str]:
    seen: set[str] = set()
    twice = []
    for page in pages:
        twice += [field for field in page.values if field in seen]
        seen |= page.values.keys()
    return twice


def _label(name: str, pages: list[_Page]) -> str:
    """The label file: the report, and that only its values were looked at."""
    pages = sorted(pages, key=lambda page: int(page.data["page"]))
    data = pages[0].data
    values: dict[str, Value] = {}
    for page in pages:
        values = page.values | values
    infos = tuple(PageInfo(number=int(page.data["page"]), width=float(page.data["width"]), height=float(page.data["height"]),
                           source=Source(page.data["format"])) for page in pages)
    report = Report(source=name, sha256=str(data["sha256"]), format=Source(data["format"]), agency=data.get("agency"),
                    year=data.get("year"), template=data.get("template"), pages=infos,
                    values={field: values[field] for field in load().fields if field in values})
    label = {"report": json.loads(report.to_json()), "parts": [str(Part.VALUES)]}
    return json.dumps(label, ensure_ascii=False, indent=1) + "\n"
