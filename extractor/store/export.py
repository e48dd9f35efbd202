"""Exports a store: values, figures and findings as one tidy table each (Parquet, CSV), reports as Excel workbooks.

Rows come in the order of the documents' hashes, so that the same reports give the same files; some hundred reports are in
memory at a time.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlalchemy import Column, Connection, Select, String, Table, cast, select

from extractor.errors import GoujiError, OutputError
from extractor.export.csv import inert
from extractor.messages import Language
from extractor.read.source import load
from extractor.report import Report
from extractor.settings import default_settings
from extractor.store.questions import a_name, names_of
from extractor.store.rows import row_id, unpack
from extractor.store.schema import Exact, documents, field_values, fields, figures, findings, reports
from extractor.store.store import SQL_PARAMETERS, Store

CHUNK = 250
"""Reports in one row group."""
NUMBER = pa.decimal128(38, 8)
"""Exact for amounts in 万元 with up to eight decimals."""
TABLES = {"values": field_values, "figures": figures, "findings": findings}
REPORT_COLUMNS = ("sha256", "name", "agency", "year", "template")
_FEW = frozenset({"field", "unit", "status", "rule", "cause", "severity", "qualifier", "period", "scope"})
"""Columns of few different texts, kept as dictionaries."""
_UNSAFE = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')


def export_parquet(store: Store, folder: Path, body: str = "", year: int | None = None) -> dict[Path, int]:
    """`values.parquet`, `figures.parquet` and `findings.parquet` in `folder`, with the number of rows of each.

    Decimals are decimal128(38, 8); a number that does not fit is null beside its `raw`. Raises `OutputError`.
    """
    def write(file: IO[bytes], chunks: Iterator[pa.Table], schema: pa.Schema) -> int:
        rows = 0
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for chunk in chunks:
                writer.write_table(chunk)
                rows += chunk.num_rows
        return rows

    return _export(store, folder, body, year, ".parquet", write)


def export_csv(store: Store, folder: Path, body: str = "", year: int | None = None) -> dict[Path, int]:
    """The same tables as CSV for Excel: UTF-8 with a byte order mark, text never taken for a formula."""
    def write(file: IO[bytes], chunks: Iterator[pa.Table], schema: pa.Schema) -> int:
        rows = 0
        file.write(b"\xef\xbb\xbf")
        text = _Text(file)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(schema.names)
        for chunk in chunks:
            columns = [_as_text(chunk.column(name)) for name in schema.names]
            writer.writerows(zip(*columns, strict=True))
            rows += chunk.num_rows
        return rows

    return _export(store, folder, body, year, ".csv", write)


def export_workbooks(store: Store, folder: Path, language: Language, body: str = "",
                     year: int | None = None) -> dict[Path, int]:
    """A working paper for each report, see `extractor.evidence`, with the number of its violated findings.

    It has pictures of the page where the document is still found under one of its names.
    """
    from extractor.evidence import to_xlsx

    written = {}
    for report in _reports(store, body, year):
        path = folder / f"{_file_name(report)}.xlsx"
        with _replaced(path) as file:
            file.write(to_xlsx(report, language, _original(store, report)))
        written[path] = len(report.violated)
    return written


def _original(store: Store, report: Report) -> bytes | None:
    """The document's bytes if a file of one of its names still has them."""
    settings = default_settings()
    for name in names_of(store, row_id(report.sha256)):
        with suppress(GoujiError):
            data = load(name, settings)
            if hashlib.sha256(data).hexdigest() == report.sha256:
                return data
    return None


Write = Callable[[IO[bytes], Iterator[pa.Table], pa.Schema], int]


def _export(store: Store, folder: Path, body: str, year: int | None, suffix: str, write: Write) -> dict[Path, int]:
    written = {}
    for name, table in TABLES.items():
        with store.transaction() as connection:
            numbers = {number: field for field, number in connection.execute(select(fields.c.name, fields.c.id))}
            tidy = _Tidy(table, numbers)
            with _replaced(folder / f"{name}{suffix}") as file:
                written[folder / f"{name}{suffix}"] = write(file, tidy.chunks(connection, body, year), tidy.schema)
    return written


@dataclass(frozen=True, slots=True)
class _Tidy:
    """One of the store's tables with its reports' columns before its own, as Arrow."""

    table: Table
    numbers: dict[int, str]

    @property
    def columns(self) -> list[Column[Any]]:
        return [column for column in self.table.columns if column.name != "document_id"]

    @property
    def schema(self) -> pa.Schema:
        few = pa.dictionary(pa.int32(), pa.string())
        own = [(_name(column), few if _name(column) in _FEW else _arrow(column)) for column in self.columns]
        return pa.schema([*((name, pa.int32() if name == "year" else few) for name in REPORT_COLUMNS), *own])

    def chunks(self, connection: Connection, body: str, year: int | None) -> Iterator[pa.Table]:
        about = list(REPORT_COLUMNS)
        for listed in _listed(connection, body, year):
            ids = np.array([row[0] for row in listed], np.int64)
            of_reports = dict(zip(about, zip(*(row[1:] for row in listed), strict=True), strict=True))
            found = _fetched(connection, self._question(connection, [int(number) for number in ids]))
            if not found:
                continue
            documents_of_rows, *own = zip(*found, strict=True)
            places = np.searchsorted(ids, np.array(documents_of_rows, np.int64)).astype(np.int32)
            arrays = [self._of_report(name, of_reports[name], places) for name in about]
            arrays += [self._own(column, cells) for column, cells in zip(self.columns, own, strict=True)]
            yield pa.Table.from_arrays(arrays, schema=self.schema)

    def _question(self, connection: Connection, ids: Sequence[int]) -> Select[Any]:
        key = self.table.c.document_id
        # decimals as text, which Arrow turns into numbers at once: that is what SQLite keeps
        shown = [cast(column, String) if isinstance(column.type, Exact) and connection.dialect.name != "sqlite" else column
                 for column in self.columns]
        return select(key, *shown).where(key.in_(ids)).order_by(*self.table.primary_key)

    def _of_report(self, name: str, cells: Sequence[Any], places: Any) -> pa.Array:
        if name == "year":
            return pa.array(cells, pa.int32()).take(pa.array(places))
        distinct = pa.array(cells, pa.string()).dictionary_encode()
        return distinct.take(pa.array(places))

    def _own(self, column: Column[Any], cells: Sequence[Any]) -> pa.Array:
        if column.name == "field_id":
            cells = [self.numbers[number] for number in cells]
        name, kind = _name(column), _arrow(column)
        if kind == NUMBER:
            return _decimals(cells)
        array = pa.array([bool(cell) for cell in cells] if kind == pa.bool_() else cells, kind)
        return array.dictionary_encode() if name in _FEW else array


def _listed(connection: Connection, body: str, year: int | None) -> Iterator[list[Any]]:
    """(id, sha256, name, agency, year, template) of reports, a chunk at a time, in the order of their ids."""
    question = (select(reports.c.document_id, documents.c.sha256, a_name(reports.c.document_id), reports.c.agency,
                       reports.c.year, reports.c.template)
                .join(documents, documents.c.id == reports.c.document_id)
                .order_by(reports.c.document_id).limit(min(CHUNK, SQL_PARAMETERS)))
    if body:
        question = question.where(reports.c.agency.contains(body, autoescape=True))
    if year is not None:
        question = question.where(reports.c.year == year)
    last = -1
    while found := connection.execute(question.where(reports.c.document_id > last)).all():
        yield list(found)
        last = found[-1][0]


def _reports(store: Store, body: str, year: int | None) -> Iterator[Report]:
    with store.transaction() as connection:
        for listed in _listed(connection, body, year):
            ids = [row[0] for row in listed]
            for (packed,) in connection.execute(select(reports.c.body).where(reports.c.document_id.in_(ids))
                                                .order_by(reports.c.document_id)):
                yield unpack(packed)


def _fetched(connection: Connection, question: Select[Any]) -> list[tuple[Any, ...]]:
    """The rows as the driver gives them: there may be millions, and none of their types needs a conversion."""
    sql = question.compile(connection, compile_kwargs={"literal_binds": True})
    cursor = connection.connection.cursor()
    try:
        cursor.execute(str(sql))
        return list(cursor.fetchall())
    finally:
        cursor.close()


def _decimals(cells: Sequence[str | None]) -> pa.Array:
    texts = pa.array(cells, pa.string())
    try:
        return texts.cast(NUMBER)
    except pa.ArrowInvalid:  # a number of absurd size or precision: those that fit are kept
        return pa.array([_decimal(cell) for cell in cells], NUMBER)


def _decimal(cell: str | None) -> Any:
    try:
        return pa.scalar(cell, pa.string()).cast(NUMBER).as_py()
    except pa.ArrowInvalid:
        return None


def _name(column: Column[Any]) -> str:
    return "field" if column.name == "field_id" else column.name


def _arrow(column: Column[Any]) -> pa.DataType:
    if isinstance(column.type, Exact):
        return NUMBER
    if column.name == "field_id":
        return pa.string()
    return {int: pa.int32(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}[column.type.python_type]


def _as_text(column: pa.ChunkedArray) -> list[str]:
    cells = column.to_pylist()
    if pa.types.is_decimal(column.type):
        return ["" if cell is None else _shortest(format(cell, "f")) for cell in cells]
    if pa.types.is_dictionary(column.type) or pa.types.is_string(column.type):
        return ["" if cell is None else inert(cell) for cell in cells]
    return ["" if cell is None else str(cell) for cell in cells]


def _shortest(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _file_name(report: Report) -> str:
    return f"{_UNSAFE.sub('_', report.agency or '')[:60]}_{report.year or ''}_{report.sha256[:12]}"


class _Text:
    """Lets the csv writer write into a binary file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode("utf8"))


@contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of `path` when it is whole. Raises `OutputError`."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}.",
                          "Choose another folder, or make room or permission there.") from error
    finally:
        part.unlink(missing_ok=True)
