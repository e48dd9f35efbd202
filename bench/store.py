"""A store of many reports: time to fill it, bytes, seconds of every question of the command line, seconds of the export.

    python bench/store.py fill STORE [--reports 100000] [--seconds 600]
    python bench/store.py copy STORE OTHER
    python bench/store.py ask STORE [--json OUT]
    python bench/store.py export STORE FOLDER [--json OUT]

STORE is a path or a PostgreSQL URL. `fill` keeps the readings of the evaluation samples (Word, HTML, text and born-digital
PDF) again and again under other hashes, bodies and years, in the random order that hashes have; it may be stopped and
called again. `copy` writes the rows of a filled SQLite store into an empty PostgreSQL store, the quickest way to fill one:
in the order of their keys, references unchecked (which takes a superuser). Rows are written by the driver itself: only
the finished store matters here, the time to keep one report is told by `bench/bulk.py keep`. `ask` runs each question as
the command does, in this process, and one as a command; `cpu_ms` is the mean of this process's processor time, which
other work on the machine touches less (that of a PostgreSQL server is not in it).
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, func, select

from extractor.report import Report
from extractor.store import Configuration, Store, schema
from extractor.store.rows import clean, pack, report_rows, row_id, text_id

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "eval" / "samples" / "set"
KINDS = ("docx", "html", "pdf", "txt")
EACH = 6
FIRST_YEAR, YEARS = 2019, 6
PLACES = "江河山川海湖林泉云溪岭峰原野洲滨港湾浦渡桥堰塘坝城堡寨庄坊里安宁康平永昌福泰顺和"
UNITS = ("人民政府", "人民政府办公室", "财政局", "教育局", "公安局", "民政局", "自然资源局", "卫生健康委员会")
CONFIGURATION = Configuration("c" * 64, "", "", "", "", "{}")
HISTORIES = 100
"""One body in so many keeps reports that bear its own name and years, so that its history can be asked for."""
TABLES = {"field_values": "values", "figures": "figures", "findings": "findings", "evidence": "evidence"}
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """A sample's report and its rows as tuples without their first column, the document."""

    report: Report
    row: dict[str, Any]
    rows: dict[str, list[tuple[Any, ...]]]


def body(number: int) -> str:
    """A body's name, different for each number."""
    number, unit = divmod(number, len(UNITS))
    signs = [PLACES[number // len(PLACES)**place % len(PLACES)] for place in (2, 0, 1)]
    return f"{signs[0]}州市{signs[1]}{signs[2]}县{UNITS[unit]}"


def readings(store: Store) -> list[Reading]:
    """What the samples give, with the field numbers of this store."""
    from extractor import extract

    with store.transaction() as connection:
        numbers: dict[str, int] = dict(connection.execute(select(schema.fields.c.name, schema.fields.c.id)).all())
    found = []
    for path in (path for kind in KINDS for path in sorted((SAMPLES / kind).glob(f"*.{kind}"))[:EACH]):
        report = extract(path)
        rows = report_rows(report)
        for value in rows.values:
            value["field_id"] = numbers[value.pop("field")]
        found.append(Reading(report, rows.report | {"configuration_id": CONFIGURATION.id}, {
            table: [_tuple(schema.metadata.tables[table], row, store)[1:] for row in getattr(rows, part)]
            for table, part in TABLES.items()}))
    return found


def _tuple(table: Table, row: dict[str, Any], store: Store) -> tuple[Any, ...]:
    """A row as its driver takes it, in the order of the table's columns."""
    dialect = store.engine.dialect
    convert = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]
    return tuple(make(row[column.name]) if make else row[column.name]
                 for column, make in zip(table.columns, convert, strict=True))


def made(base: Sequence[Reading], number: int, store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of report `number`, by table."""
    reading = base[number * 7919 % len(base)]
    digest = f"{number * 11400714819323198485 % 2**64:016x}{number:048x}"  # spread like real hashes
    document, name = row_id(digest), f"/archive/{number // 1000:04d}/report-{number:08d}.pdf"
    agency, year = body(number // YEARS), FIRST_YEAR + number % YEARS
    own: dict[str, Any] = {"document_id": document, "agency": agency, "year": year}
    if number // YEARS % HISTORIES == 0:
        own["body"] = pack(reading.report.model_copy(update={"sha256": digest, "agency": agency, "year": year, "source": name}))
    rows = {table: [(document, *row) for row in found] for table, found in reading.rows.items()}
    rows["findings"] = [(*row[:2], f"{row[2][:40]}{number:024x}", *row[3:-2], agency, year) for row in rows["findings"]]
    return {
        "documents": [(document, digest, 250_000)],
        "names": [(text_id(name), clean(name), document, "", "", 1)],
        "reports": [_tuple(schema.reports, reading.row | own, store)],
        **rows}


def fill(store: Store, reports: int, seconds: float) -> dict[str, Any]:
    """Adds reports until there are `reports`, or the time is over."""
    if not _count(store, schema.runs):
        store.start_run(CONFIGURATION, "bench")
    start, first = time.perf_counter(), _count(store, schema.reports)
    base, done = readings(store), first
    todo = iter(range(first, reports))
    while (numbers := list(islice(todo, CHUNK))) and time.perf_counter() - start < seconds:
        found: dict[str, list[tuple[Any, ...]]] = {}
        for number in numbers:
            for table, rows in made(base, number, store).items():
                found.setdefault(table, []).extend(rows)
        with _bulk(store) as cursor:
            _write(cursor, found)
        done += len(numbers)
    _analyse(store)
    return {"what": f"fill {first} to {done}", "seconds": round(time.perf_counter() - start, 1), "bytes": _bytes(store)}


@contextmanager
def _bulk(store: Store) -> Iterator[Any]:
    """A cursor of the driver in one transaction; SQLite checks no references and waits for no disk meanwhile."""
    if store.engine.dialect.name != "sqlite":
        with store.transaction(write=True) as connection:
            yield connection.connection.cursor()
        return
    with closing(sqlite3.connect(str(store.engine.url.database))) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -1000000")
        yield connection.cursor()
        connection.commit()


def _write(cursor: Any, found: Mapping[str, Iterable[tuple[Any, ...]]]) -> None:
    for name, rows in found.items():
        table = schema.metadata.tables[name]
        if isinstance(cursor, sqlite3.Cursor):
            cursor.executemany(f"INSERT INTO {name} ({_columns(table)}) VALUES ({', '.join('?' * len(table.columns))})", rows)
        else:
            with cursor.copy(f"COPY {name} ({_columns(table)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def copied(store: Store, other: Store) -> dict[str, Any]:
    """Writes all rows of a SQLite store into an empty PostgreSQL store."""
    start = time.perf_counter()
    with closing(sqlite3.connect(f"file:{store.engine.url.database}?mode=ro", uri=True)) as source, \
            other.transaction(write=True) as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.execute(delete(schema.fields))  # they come with the numbers that values refer to
        for table in schema.metadata.sorted_tables:
            keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
            rows = source.execute(f"SELECT {_columns(table)} FROM {table.name} ORDER BY {keys}")
            _write(connection.connection.cursor(), {table.name: rows})
        for table in (schema.fields, schema.runs):
            connection.exec_driver_sql(f"SELECT setval('{table.name}_id_seq', max(id)) FROM {table.name}")
    _analyse(other)
    return {"what": f"copy of {_count(other, schema.reports)} reports", "seconds": round(time.perf_counter() - start, 1),
            "bytes": _bytes(other)}


def _analyse(store: Store) -> None:
    """What PostgreSQL does by itself in time; a SQLite store has no statistics, however it was filled."""
    if store.engine.dialect.name != "sqlite":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _count(store: Store, table: Table) -> int:
    with store.transaction() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _bytes(store: Store) -> int:
    if store.engine.dialect.name == "sqlite":
        return Path(str(store.engine.url.database)).stat().st_size
    with store.transaction() as connection:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def questions(url: str) -> Iterator[list[str]]:
    """The command line's questions; the bodies asked for are the first and one in the middle of those with histories."""
    findings = ["query", "findings", "--store", url]
    yield findings
    for options in (
            ["--rule", "requests.balance"], ["--rule", "requests.*"], ["--rule", "review.sum", "--year", "2022"],
            ["--year", "2021"], ["--cause", "report"], ["--cause", "reading", "--year", "2023"],
            ["--rule", "requests.*", "--year", "2022", "--cause", "report"], ["--body", "县"], ["--body", "河州市"],
            ["--body", body(0)], ["--body", "nobody"], ["--status", "undecided"], ["--status", "any"],
            ["--status", "any", "--rule", "prose.*", "--body", "财政局"], ["--rule", "no.such.rule"]):
        yield findings + options
    yield ["query", "failures", "--store", url]
    yield ["query", "failures", "--store", url, "--category", "time_out"]
    yield ["query", "bodies", "--store", url]
    yield ["query", "bodies", "--store", url, "--body", "江州"]
    for number in (0, 50 * HISTORIES):
        yield ["history", body(number), "--store", url]


def ask(url: str, repeats: int) -> list[dict[str, Any]]:
    """Each question within this process, and one of them as a command of its own."""
    from typer.main import get_command

    from extractor.cli import app

    command = get_command(app)
    rows = []
    for arguments in questions(url):
        before = time.process_time()
        seconds = [_quietly(partial(command.main, arguments, prog_name="gouji", standalone_mode=False)) for _ in range(repeats)]
        cpu = (time.process_time() - before) / repeats
        rows.append({"ask": " ".join(arguments).replace(f" --store {url}", ""), "first_ms": round(1000 * seconds[0], 1),
                     "median_ms": round(1000 * sorted(seconds)[len(seconds) // 2], 1), "most_ms": round(1000 * max(seconds[1:]), 1),
                     "cpu_ms": round(1000 * cpu, 1)})
    program = str(Path(sys.executable).with_name("gouji"))
    alone = [_timed(partial(subprocess.run, [program, *next(questions(url))], check=True, capture_output=True))
             for _ in range(repeats)]
    rows.append({"ask": "the first of these, as a command", "first_ms": round(1000 * alone[0], 1),
                 "median_ms": round(1000 * sorted(alone)[len(alone) // 2], 1), "most_ms": round(1000 * max(alone), 1)})
    return rows


def _quietly(work: Callable[[], Any]) -> float:
    with open(os.devnull, "w", encoding="utf8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        return _timed(work)


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def export(store: Store, folder: Path) -> list[dict[str, Any]]:
    """Everything to Parquet: wall-clock and processor seconds (children included), rows, bytes."""
    from extractor.store.export import export_parquet

    before, start = os.times(), time.perf_counter()
    rows = export_parquet(store, folder)
    seconds, after = time.perf_counter() - start, os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    return [{"what": "export to Parquet", "seconds": round(seconds, 1), "cpu_seconds": round(cpu, 1)},
            *({"what": path.name, "rows": count, "bytes": path.stat().st_size} for path, count in rows.items())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["fill", "copy", "ask", "export"])
    parser.add_argument("store")
    parser.add_argument("to", nargs="?", metavar="OTHER|FOLDER")
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.part in ("copy", "export") and not options.to:
        parser.error("name where to")
    with Store.open(options.store, write=options.part == "fill") as store:
        match options.part:
            case "fill":
                rows = [fill(store, options.reports, options.seconds)]
            case "copy":
                with Store.open(options.to, write=True) as other:
                    rows = [copied(store, other)]
            case "ask":
                rows = ask(options.store, options.repeats)
            case _:
                rows = export(store, Path(options.to))
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
