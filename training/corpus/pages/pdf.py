"""Writes sheets as a born-digital PDF: embedded fonts with Unicode maps, no dates, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from training.corpus.pages import fonts
from training.corpus.pages.sheet import Composed, Fill, Run, Stroke
from training.corpus.pages.typeset import Glyph

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

OUTLINE = 0.03
"""Width of the outline of a bold that is no font of its own, in ems."""
TWICE = 0.025
"""Ems by which the second print of an overprinted bold is off."""


def write_pdf(composed: Composed, title: str = "") -> bytes:
    """The PDF's bytes."""
    from reportlab.pdfgen.canvas import Canvas

    for name in {glyph.font for sheet in composed.sheets for run in sheet.runs for glyph in run.glyphs}:
        if name not in fonts.WESTERN and name not in fonts.BOLD_WESTERN.values():
            fonts.load(name)
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(composed.width, composed.height), pageCompression=1, invariant=1)
    canvas.setTitle(title)
    canvas.setProducer("")
    canvas.setCreator("")
    for sheet in composed.sheets:
        for fill in sheet.fills:
            _fill(canvas, fill, composed.height)
        for stroke in sheet.strokes:
            _stroke(canvas, stroke, composed.height)
        for run in sheet.runs:
            _run(canvas, run, composed.height)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _fill(canvas: Canvas, fill: Fill, height: float) -> None:
    canvas.setFillColor(fill.color)
    canvas.rect(fill.box.x0, height - fill.box.bottom, fill.box.width, fill.box.height, stroke=0, fill=1)


def _stroke(canvas: Canvas, stroke: Stroke, height: float) -> None:
    half = stroke.width / 2
    if stroke.filled:
        canvas.setFillColor(stroke.color)
        canvas.rect(stroke.x0 - half, height - stroke.bottom - half, stroke.x1 - stroke.x0 + stroke.width,
                    stroke.bottom - stroke.top + stroke.width, stroke=0, fill=1)
        return
    canvas.setStrokeColor(stroke.color)
    canvas.setLineWidth(stroke.width)
    canvas.setLineCap(2)
    canvas.line(stroke.x0, height - stroke.top, stroke.x1, height - stroke.bottom)


def drawn(run: Run) -> Iterator[tuple[str, tuple[Glyph, ...], float]]:
    """The glyphs of a run in the order in which they are written: (font, glyphs, offset along the line in points)."""
    passes = (0.0, TWICE * run.size) if run.weight == "overprint" else (0.0,)
    for shift in passes:
        at = shift
        for font, group in groupby(run.glyphs, key=lambda glyph: glyph.font):
            glyphs = tuple(group)
            yield font, glyphs, at
            at += sum(glyph.advance + run.spacing for glyph in glyphs)


def _run(canvas: Canvas, run: Run, height: float) -> None:
    canvas.saveState()
    canvas.setFillColor(run.color)
    canvas.setStrokeColor(run.color)
    canvas.translate(run.x, height - run.y)
    if run.angle:
        canvas.rotate(run.angle)
    for font, glyphs, at in drawn(run):
        text = canvas.beginText(at, 0)
        text.setFont(font, run.size)
        text.setCharSpace(run.spacing)
        if run.weight == "stroke":
            canvas.setLineWidth(OUTLINE * run.size)
            text.setTextRenderMode(2)
        text.textOut("".join(glyph.char for glyph in glyphs))
        canvas.drawText(text)
    canvas.restoreState()
