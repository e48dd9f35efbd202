"""Exports of a store: tidy tables that DuckDB reads as they are, CSV that Excel reads, a workbook a report."""

from __future__ import annotations

import csv
import os
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from sqlalchemy import delete
from typer.testing import CliRunner

from extractor import extract
from extractor.cli import app
from extractor.errors import OutputError
from extractor.report import FindingStatus, Report
from extractor.store import Listed, Store, schema
from extractor.store.export import export_csv, export_parquet, export_workbooks
from extractor.store.rows import report_rows
from tests.store.conftest import CONFIGURATION, Keep


@pytest.fixture
def two(keep: Keep, contradictory: Report, consistent: Report) -> tuple[Report, Report]:
    """Two reports in the store, one that contradicts itself and one of the next year that does not."""
    second = consistent.model_copy(update={"sha256": "b" * 64, "year": (consistent.year or 0) + 1, "source": "b.pdf"})
    keep(contradictory)
    keep(second)
    return contradictory, second


def rows_of(question: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers."""
    with duckdb.connect() as connection:
        return connection.execute(question).fetchall()


def test_duckdb_reads_the_values_with_their_exact_numbers(store: Store, two: tuple[Report, Report], tmp_path: Path) -> None:
    written = export_parquet(store, tmp_path / "out")
    values = tmp_path / "out" / "values.parquet"
    assert written[values] == sum(len(report.values) for report in two)
    rows = rows_of(f"SELECT sha256, field, value, raw, status, page, x0 FROM '{values}'")
    found = {(digest, field): rest for digest, field, *rest in rows}
    for report in two:
        for field, value in report.values.items():
            number, raw, status, page, x0 = found[report.sha256, field]
            assert (number, raw, status) == (value.value, value.raw, str(value.status))
            if value.evidence and value.evidence[0].box:
                assert page == value.evidence[0].page and x0 == pytest.approx(value.evidence[0].box[0])
    fee = found[two[0].sha256, "disclosure.fees.amount"][0]
    assert fee == Decimal("7730.28")
    (total,) = rows_of(f"SELECT sum(value) FROM '{values}' WHERE field = 'disclosure.fees.amount'")
    assert total[0] == 2 * fee


def test_findings_and_figures_have_the_columns_of_their_report(store: Store, two: tuple[Report, Report],
                                                                tmp_path: Path) -> None:
    written = export_parquet(store, tmp_path)
    not_satisfied = sum(item.status is not FindingStatus.SATISFIED for report in two for item in report.findings)
    assert written[tmp_path / "findings.parquet"] == not_satisfied
    assert written[tmp_path / "figures.parquet"] == sum(len(report.figures) for report in two)
    rows = rows_of(f"SELECT DISTINCT agency, year, name FROM '{tmp_path}/findings.parquet'")
    assert rows == [(two[0].agency, two[0].year, two[0].source)]


def test_an_export_may_be_of_one_year_or_body(store: Store, two: tuple[Report, Report], tmp_path: Path) -> None:
    written = export_parquet(store, tmp_path, year=two[1].year)
    assert written[tmp_path / "values.parquet"] == len(two[1].values)
    assert export_parquet(store, tmp_path, body="nobody")[tmp_path / "values.parquet"] == 0
    assert rows_of(f"SELECT count(*) FROM '{tmp_path}/values.parquet'") == [(0,)]


def test_the_same_store_gives_the_same_bytes(store: Store, two: tuple[Report, Report], tmp_path: Path) -> None:
    for folder in ("a", "b"):
        export_parquet(store, tmp_path / folder)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_sqlite_and_postgresql_give_the_same_bytes_whatever_the_text(
        new_database: Callable[[], str], contradictory: Report, tmp_path: Path) -> None:
    field, raw = "requests.received.total", 'a "quoted", \\ b\nand %s %w 勾稽'
    value = contradictory.values[field].model_copy(update={"raw": raw, "confidence": 0.123456789012345})
    report = contradictory.model_copy(update={"values": contradictory.values | {field: value}, "agency": None})
    folders: list[dict[str, bytes]] = []
    for url in (f"{tmp_path}/store.sqlite", new_database()):
        with Store.open(url, write=True) as store:
            run = store.start_run(CONFIGURATION, "tests")
            store.put_report(run, CONFIGURATION, 1, [Listed("a,\"b\".pdf", report.sha256)], report_rows(report))
            folders.append({path.name: path.read_bytes() for path in export_parquet(store, tmp_path / str(len(folders)))})
    assert folders[0] == folders[1]
    assert rows_of(f"SELECT raw, confidence FROM '{tmp_path}/0/values.parquet' WHERE field = '{field}'") == [
        (raw, 0.123456789012345)]


def test_an_export_may_go_to_an_object_store(store: Store, two: tuple[Report, Report], url: str, tmp_path: Path) -> None:
    remote = pytest.importorskip("fsspec", reason="the extra 'cluster' is not installed").filesystem("memory")
    result = CliRunner().invoke(app, ["export", "memory://bucket/exports/", "--store", url])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].startswith("memory://bucket/exports/values.parquet\t")
    for path in export_parquet(store, tmp_path):
        assert remote.cat_file(f"/bucket/exports/{path.name}") == path.read_bytes()


@pytest.mark.parametrize("out", ["no-such-protocol://bucket", "file:///proc/nowhere"])
def test_a_place_that_cannot_be_written_is_named_before_anything_is_exported(store: Store, url: str, out: str) -> None:
    result = CliRunner().invoke(app, ["export", out, "--store", url])
    assert result.exit_code == 11 and out in result.stderr


def test_csv_says_the_same_and_runs_no_formula(store: Store, two: tuple[Report, Report], tmp_path: Path) -> None:
    export_csv(store, tmp_path)
    data = (tmp_path / "values.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert len(rows) == sum(len(report.values) for report in two)
    assert "7730.28" in {row["value"] for row in rows}
    formulas = {value.raw for value in two[0].values.values() if value.raw.startswith("=")}
    assert formulas and {"'" + raw for raw in formulas} <= {row["raw"] for row in rows}


def test_a_number_of_absurd_size_is_left_out_not_wrong(store: Store, keep: Keep, contradictory: Report,
                                                       tmp_path: Path) -> None:
    field = "requests.received.total"
    value = contradictory.values[field].model_copy(update={"value": Decimal("9" * 60), "raw": "9" * 60})
    keep(contradictory.model_copy(update={"values": contradictory.values | {field: value}}))
    export_parquet(store, tmp_path)
    rows = rows_of(f"SELECT value, raw FROM '{tmp_path}/values.parquet' WHERE field = '{field}'")
    assert rows == [(None, "9" * 60)]


def test_each_report_is_a_working_paper_with_pictures_where_the_document_still_is(store: Store, keep: Keep, project: Path,
                                                                                   tmp_path: Path) -> None:
    source = project / "eval" / "samples" / "demo" / "county_2022.pdf"
    report = extract(source)
    assert report.violated
    for name, pictures in ((str(source), True), ("/gone/county.pdf", False)):
        keep(report, name)
        with store.transaction() as connection:
            connection.execute(delete(schema.names).where(schema.names.c.name != name))
        (path,) = export_workbooks(store, tmp_path, "en")
        assert len(openpyxl.load_workbook(path, read_only=True).sheetnames) >= 3
        with zipfile.ZipFile(path) as package:
            assert any("/media/" in part for part in package.namelist()) == pictures


def test_nothing_partial_is_left_where_writing_fails(store: Store, two: tuple[Report, Report], tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space"):
        export_parquet(store, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
