"""Files made for somebody who asks: crops of pages, and the store's tables in a zip."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import IO, Literal

from extractor.document import Box
from extractor.report import Evidence, Finding, Report
from extractor.serve.errors import NotFound
from extractor.store import Store
from extractor.store.export import export_csv, export_parquet

MARGIN = 16.0
"""Points shown around what a finding speaks of."""
POINTS = 72.0


def place_of(report: Report, fingerprint: str) -> tuple[int, Box]:
    """The first page that a finding speaks of, and the box around its places there. Raises `NotFound`."""
    finding = next((each for each in report.findings if each.fingerprint == fingerprint), None)
    if finding is None:
        raise NotFound("not_found")
    places = [(item.page, Box(*item.box)) for item in _evidence(report, finding) if item.box is not None]
    if not places:
        raise NotFound("page", page=1)
    page = min(number for number, _ in places)
    return page, Box.around(box for number, box in places if number == page)


def _evidence(report: Report, finding: Finding) -> list[Evidence]:
    operands = [item for name in finding.operands if name in report.values for item in report.values[name].evidence]
    return [*operands, *finding.evidence]


def cut(image: bytes, box: Box, dpi: int) -> bytes:
    """The part of a page's image around `box` (points), as PNG."""
    from PIL import Image

    with Image.open(io.BytesIO(image)) as page:
        scale = dpi / POINTS
        area = (max(0, int((box.x0 - MARGIN) * scale)), max(0, int((box.top - MARGIN) * scale)),
                min(page.width, int((box.x1 + MARGIN) * scale) + 1), min(page.height, int((box.bottom + MARGIN) * scale) + 1))
        if area[2] <= area[0] or area[3] <= area[1]:
            raise NotFound("page", page=1)
        buffer = io.BytesIO()
        page.crop(area).save(buffer, "PNG")
    return buffer.getvalue()


def tables(store: Store, form: Literal["csv", "parquet"], body: str, year: int | None) -> IO[bytes]:
    """A zip of values, figures and findings, to be read from its beginning; the caller closes it."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    export = export_csv if form == "csv" else export_parquet
    with tempfile.TemporaryDirectory(prefix="gouji-") as folder, zipfile.ZipFile(
            file, "w", zipfile.ZIP_DEFLATED if form == "csv" else zipfile.ZIP_STORED) as package:
        for path in sorted(export(store, Path(folder), body, year)):
            package.write(path, path.name)
    file.seek(0)
    return file
