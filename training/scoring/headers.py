"""Scores header matching: the share of cells that the real labelling of tables gives the right field, by noise and kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from extractor.document import Cell
from extractor.fields import load
from extractor.label.cells import label_tables
from extractor.label.headers import HeaderMatcher
from training.samples import DrawnTable, Level, drawn_reports
from training.scoring.prose import expected_calibration_error, rounded

SLICES = ("renamed", "missing", "added", "hybrid", "merged", "torn", "joined")
"""A table belongs to the first of these that it has, and is `plain` if it has none."""


@dataclass(slots=True)
class CellTally:
    """Cells with their right field, with another, with none; `forced` are values of unknown rows that got a field."""

    tables: int = 0
    whole: int = 0
    right: int = 0
    wrong: int = 0
    missed: int = 0
    forced: int = 0
    unknown: int = 0

    def add(self, other: CellTally) -> None:
        """Adds another tally."""
        for name in ("tables", "whole", "right", "wrong", "missed", "forced", "unknown"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def share(self) -> float:
        """Share of the cells of known fields that got theirs."""
        return self.right / max(1, self.right + self.wrong + self.missed)

    def to_json(self) -> dict[str, float]:
        return {"tables": self.tables, "tables_whole": self.whole, "cells": self.right + self.wrong + self.missed,
                "right": round(self.share, 6), "wrong": self.wrong, "missed": self.missed, "forced": self.forced,
                "unknown": self.unknown}


@dataclass(slots=True)
class HeaderScore:
    """Adds up tables by slice; `misses` tells each cell that went wrong."""

    slices: dict[str, CellTally] = field(default_factory=dict)
    by_table: dict[str, CellTally] = field(default_factory=dict)
    sure: list[tuple[float, bool]] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def update(self, report: Sequence[DrawnTable], matcher: HeaderMatcher) -> None:
        """Labels the tables of one report together and counts their cells."""
        reading = label_tables([drawn.table for drawn in report], load(), matcher)
        got = {cell.cell.place.name: cell.field for cell in reading.cells}
        got |= {glued.cell.place.name: "+".join(glued.fields) for glued in reading.glued}
        wanted: dict[str, str] = {}
        for drawn in report:
            tally = CellTally(tables=1)
            headers = {cell.place[:2] for cell in drawn.sample.cells}
            for cell in drawn.table.cells:
                if (cell.row, cell.column) not in headers:
                    self._cell(drawn, cell, got.get(cell.place.name), tally)
                    wanted[cell.place.name] = drawn.fields.get((cell.row, cell.column), "")
            tally.whole = int(not (tally.wrong or tally.missed or tally.forced))
            for held, name in ((self.slices, slice_of(drawn)), (self.by_table, drawn.sample.table)):
                held.setdefault(name, CellTally()).add(tally)
        self.sure += [(cell.confidence, wanted.get(cell.cell.place.name) == cell.field) for cell in reading.cells]

    def _cell(self, drawn: DrawnTable, cell: Cell, got: str | None, tally: CellTally) -> None:
        wanted = drawn.fields.get((cell.row, cell.column))
        if wanted is None:
            tally.unknown += 1
            tally.forced += got is not None
        elif got == wanted:
            tally.right += 1
            return
        else:
            tally.wrong += got is not None
            tally.missed += got is None
        if wanted is not None or got is not None:
            label = " | ".join(header.text for header in drawn.sample.cells if header.kind == "row"
                               and header.place[0] <= cell.row < header.place[0] + header.place[2])
            self.misses.append(f"{drawn.sample.table} {slice_of(drawn)} ({cell.row}, {cell.column}): wanted {wanted}, "
                               f"got {got}: {label}")

    def summary(self) -> dict[str, Any]:
        """The figures of a table, for JSON."""
        every = CellTally()
        for tally in self.slices.values():
            every.add(tally)
        return {"all": every.to_json(), "slices": {name: tally.to_json() for name, tally in sorted(self.slices.items())},
                "tables": {name: tally.to_json() for name, tally in sorted(self.by_table.items())},
                "ece": round(expected_calibration_error(self.sure), 5), "reliability": rounded(self.sure)}


def slice_of(drawn: DrawnTable) -> str:
    """The slice that a table belongs to."""
    return next((name for name in SLICES if name in drawn.features), "plain")


def score_headers(matcher: HeaderMatcher, seeds: Iterable[int], noise: Level, reserved: bool = True) -> HeaderScore:
    """The score of a matcher over all tables of the reports `seeds` at a level of noise."""
    total = HeaderScore()
    for report in drawn_reports(seeds, noise, reserved):
        total.update(report, matcher)
    return total
