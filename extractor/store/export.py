"""Exports a store: values, figures and findings as one tidy table each (Parquet, CSV), reports as Excel workbooks.

Rows come in the order of the documents' hashes, so that the same reports give the same files. The database writes the
rows as CSV and Arrow reads that: no row ever becomes an object of Python, and threads really work side by side, one of
them reading the next chunk while this one is written. Some thousand reports are in memory at a time.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as pa_csv  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlalchemy import Column, Connection, Float, Table, select

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

CHUNK = 500
"""Reports in one row group."""
READERS = {"sqlite": 1, "postgresql": 2}
"""Chunks that are read at a time. Two threads within SQLite wait for each other at each piece of memory that they take."""
NUMBER = pa.decimal128(38, 8)
"""Exact for amounts in 万元 with up to eight decimals."""
TABLES = {"values": field_values, "figures": figures, "findings": findings}
REPORT_COLUMNS = ("sha256", "name", "agency", "year", "template")
_FEW = frozenset({"field", "unit", "status", "rule", "cause", "severity", "qualifier", "period", "scope"})
"""Columns of few different texts, kept as dictionaries."""
_FEW_TEXTS = pa.dictionary(pa.int32(), pa.string())
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
    with store.transaction() as connection:
        numbers: dict[str, int] = dict(connection.execute(select(fields.c.name, fields.c.id)).all())
    written = {}
    for name, table in TABLES.items():
        tidy = _Tidy(table, {number: field for field, number in numbers.items()})
        path = folder / f"{name}{suffix}"
        with _replaced(path) as file, store.transaction() as connection:
            written[path] = write(file, _chunks(store, tidy, _listed(connection, body, year)), tidy.schema)
    return written


def _chunks(store: Store, tidy: _Tidy, listed: Iterator[list[Any]]) -> Iterator[pa.Table]:
    """The tables of chunks of reports, in order, the next ones being read meanwhile."""
    def read(chunk: list[Any]) -> tuple[list[Any], bytes]:
        with store.transaction() as connection:
            return chunk, _as_csv(connection, tidy.columns, [row[0] for row in chunk])

    readers = READERS[store.engine.dialect.name]
    with ThreadPoolExecutor(readers, "gouji-export") as pool:
        ahead: deque[Future[tuple[list[Any], bytes]]] = deque()
        try:
            ahead.extend(pool.submit(read, chunk) for chunk in islice(listed, readers + 1))
            while ahead:
                chunk, written = ahead.popleft().result()
                ahead.extend(pool.submit(read, chunk) for chunk in islice(listed, 1))
                if written:
                    yield tidy.parsed(chunk, written)
        finally:
            for future in ahead:
                future.cancel()


@dataclass(frozen=True, slots=True)
class _Tidy:
    """One of the store's tables with its reports' columns before its own, as Arrow; `numbers` are those of the fields."""

    table: Table
    numbers: dict[int, str]

    @property
    def columns(self) -> list[Column[Any]]:
        """The table's own, the document first."""
        return [column for column in self.table.columns if column.name not in REPORT_COLUMNS]

    @property
    def schema(self) -> pa.Schema:
        own = [(_name(column), _FEW_TEXTS if _name(column) in _FEW else _arrow(column)) for column in self.columns[1:]]
        about = [(name, pa.int32() if name == "year" else _FEW_TEXTS) for name in REPORT_COLUMNS]
        return pa.schema([*about, *own])

    def parsed(self, listed: Sequence[Any], written: bytes) -> pa.Table:
        """The rows of the reports `listed` (see `_listed`, by rising id), as `_as_csv` gives them."""
        found = _parsed(written, {column.name: _FEW_TEXTS if column.name in _FEW else _arrow(column)
                                  for column in self.columns})
        places = np.searchsorted([row[0] for row in listed], found.pop("document_id").to_numpy())
        about = [_about(name, [row[at] for row in listed]).take(pa.array(places))
                 for at, name in enumerate(REPORT_COLUMNS, 1)]
        if "field_id" in found:
            names = pa.array([self.numbers.get(number, "") for number in range(max(self.numbers) + 1)])
            found["field_id"] = pa.DictionaryArray.from_arrays(found["field_id"], names)
        return pa.Table.from_arrays([*about, *found.values()], schema=self.schema)


def _about(name: str, cells: Sequence[Any]) -> pa.Array:
    """What a chunk's reports have in one of `REPORT_COLUMNS`."""
    return pa.array(cells, pa.int32()) if name == "year" else pa.array(cells, pa.string()).dictionary_encode()


def _as_csv(connection: Connection, columns: Sequence[Column[Any]], ids: Sequence[int]) -> bytes:
    """The rows of these documents as CSV that the database writes: nothing for null, all other text in quotes.

    It comes as one value, since a driver spends more time on fetching rows than a database on writing them.
    """
    table, sqlite = columns[0].table, connection.dialect.name == "sqlite"
    form, cells = zip(*(_printed(column, sqlite) for column in columns), strict=True)
    line = f"{'printf' if sqlite else 'format'}('{','.join(form)}', {', '.join(cells)})"
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    lines = (f"(SELECT {line} AS line FROM {table} WHERE document_id IN ({', '.join(map(str, map(int, ids)))}) "
             f"ORDER BY {order}) AS lines")
    driver: Any = connection.connection.driver_connection
    if sqlite:
        answer = driver.execute(f"SELECT CAST(group_concat(line, char(10)) AS BLOB) FROM {lines}")
    else:
        answer = driver.execute(f"SELECT convert_to(string_agg(line, chr(10)), 'UTF8') FROM {lines}", binary=True)
    (written,) = answer.fetchone()
    return bytes(written or b"")


def _printed(column: Column[Any], sqlite: bool) -> tuple[str, str]:
    """How a database prints a column as CSV: the form, and what goes into it. Null is printed as nothing, floats in
    SQLite with 15 digits, which is more than places and confidences have."""
    name = f'"{column.name}"'
    if isinstance(column.type, Float) and not column.nullable:  # most are certain, and floats are slow to print
        return "%s", f"CASE {name} WHEN 1.0 THEN 1 ELSE {name} END"
    if isinstance(column.type, Exact) or column.type.python_type is not str:
        return "%s", name
    if not sqlite:
        return "%s", f"""'"' || replace({name}, '"', '""') || '"'"""
    if column.nullable:
        return "%s", f"CASE WHEN {name} IS NOT NULL THEN printf('\"%w\"', {name}) END"
    return '"%w"', name


def _parsed(written: bytes, types: dict[str, pa.DataType]) -> dict[str, pa.Array]:
    """The columns of CSV. A number of absurd size or precision is null; those that fit are kept."""
    numbers = [name for name, kind in types.items() if kind == NUMBER]
    try:
        return _read_csv(written, types)
    except pa.ArrowInvalid:
        found = _read_csv(written, types | dict.fromkeys(numbers, pa.string()))
        return found | {name: pa.array([_decimal(cell) for cell in found[name].to_pylist()], NUMBER) for name in numbers}


def _read_csv(written: bytes, types: dict[str, pa.DataType]) -> dict[str, pa.Array]:
    found = pa_csv.read_csv(
        BytesIO(written),
        # in one block, so that a column is one array
        pa_csv.ReadOptions(use_threads=False, block_size=len(written) + 1, column_names=list(types)),
        pa_csv.ParseOptions(newlines_in_values=True),
        pa_csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True,
                              quoted_strings_can_be_null=False, true_values=["1", "t"], false_values=["0", "f"]))
    return {name: found.column(name).combine_chunks() for name in types}


def _decimal(cell: str | None) -> Any:
    try:
        return pa.scalar(cell, pa.string()).cast(NUMBER).as_py()
    except pa.ArrowInvalid:
        return None


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


def _name(column: Column[Any]) -> str:
    return "field" if column.name == "field_id" else column.name


def _arrow(column: Column[Any]) -> pa.DataType:
    if isinstance(column.type, Exact):
        return NUMBER
    if column.name == "document_id":
        return pa.int64()
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
