"""Corrected reports as labelled samples, for `gouji eval` and `gouji train`: what people corrected teaches the next model.

Each sample is the original and beside it NAME.label.json, the report with its corrections in the schema of `gouji
extract`. `samples.csv` says how much of each report a person has looked at.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sqlalchemy import select

from extractor.document import Source
from extractor.export import to_json
from extractor.report import Report, ValueStatus
from extractor.serve.archive import Archive
from extractor.store import Store
from extractor.store.rows import unpack
from extractor.store.schema import readings, reports

ENDINGS = {Source.PDF: (".pdf",), Source.WORD: (".docx",), Source.WEB: (".html", ".htm", ".mht", ".mhtml"),
           Source.TEXT: (".txt", ".md"), Source.OCR: (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")}
IN_MEMORY = 8 * 1024 * 1024
UNSURE = (ValueStatus.DOUBTFUL, ValueStatus.MISSING, ValueStatus.REPAIRED)
DATE = (1980, 1, 1, 0, 0, 0)
COLUMNS = ("file", "agency", "year", "values", "confirmed", "unsure")


def samples(store: Store, archive: Archive, body: str = "", year: int | None = None, settled: bool = False) -> IO[bytes]:
    """A zip of the corrected reports whose originals are at hand, to be read from its beginning.

    `settled`: only reports in which no cell is in doubt that nobody has confirmed.
    """
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    with zipfile.ZipFile(file, "w") as package:
        for report in _corrected(store, body, year):
            path = archive.path(report.sha256)
            unsure = sum(value.status in UNSURE for value in report.values.values())
            if path is None or (settled and unsure):
                continue
            name = _put(package, report, path)
            confirmed = sum(value.status is ValueStatus.CONFIRMED for value in report.values.values())
            writer.writerow([name, _cell(report.agency), report.year, len(report.values), confirmed, unsure])
        package.writestr(zipfile.ZipInfo("samples.csv", DATE), table.getvalue().encode("utf-8-sig"))
    file.seek(0)
    return file


def _corrected(store: Store, body: str, year: int | None) -> Iterator[Report]:
    question = (select(reports.c.document_id).join(readings, readings.c.document_id == reports.c.document_id)
                .order_by(reports.c.agency, reports.c.year, reports.c.document_id))
    if body:
        question = question.where(reports.c.agency.icontains(body, autoescape=True))
    if year is not None:
        question = question.where(reports.c.year == year)
    with store.transaction() as connection:
        wanted = connection.execute(question).scalars().all()
    for document in wanted:
        with store.transaction() as connection:
            packed = connection.execute(select(reports.c.body).where(reports.c.document_id == document)).scalar()
        if packed is not None:
            yield unpack(packed)


def _put(package: zipfile.ZipFile, report: Report, path: Path) -> str:
    """Adds the original and its label; what the original is called in the zip."""
    name = f"{report.sha256[:12]}/{_name(report)}"
    info = zipfile.ZipInfo(name, DATE)
    with path.open("rb") as original, package.open(info, "w") as target:
        while chunk := original.read(1024 * 1024):
            target.write(chunk)
    label = zipfile.ZipInfo(f"{name}.label.json", DATE)
    label.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(label, to_json(report.model_copy(update={"source": _name(report)})))
    return name


def _name(report: Report) -> str:
    """The file's name with an ending that tells its format; nothing in it leads out of its folder."""
    name = report.source.replace("\\", "/").rpartition("/")[2].lstrip(".") or "report"
    endings = ENDINGS[report.format]
    return name if name.lower().endswith(endings) else f"{name}{endings[0]}"


def _cell(text: str | None) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text[0] in "=+-@\t\r" else text or ""
