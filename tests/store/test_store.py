"""What a store keeps, replaces and refuses: the same on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from extractor.errors import FileAccessError
from extractor.report import FindingStatus, Report
from extractor.store import Failure, Listed, Store, StoreError, schema
from extractor.store.engine import StoreUrlError
from extractor.store.migrate import FOLDER, _config
from extractor.store.rows import report_rows, row_id
from tests.store.conftest import CONFIGURATION, Keep

OTHER = type(CONFIGURATION)("d" * 64, "0.1", "1" * 64, "2" * 64, "4" * 64, "{}")


def count(store: Store, table: str) -> int:
    with store.transaction() as connection:
        return int(connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one())


def test_the_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_the_newest_migration_is_the_schemas_revision() -> None:
    assert sorted(FOLDER.glob("versions/*.py"))[-1].name.startswith(schema.REVISION)


def test_a_store_can_be_taken_back_to_nothing(store: Store) -> None:
    from alembic import command

    with store.transaction() as connection:
        command.downgrade(_config(connection), "base")
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 0


def test_a_report_comes_back_as_it_was(store: Store, keep: Keep, contradictory: Report) -> None:
    keep(contradictory)
    assert store.report(contradictory.sha256) == contradictory.model_copy(update={"timings": {}})


def test_values_are_exact_and_have_their_place(store: Store, keep: Keep, contradictory: Report) -> None:
    keep(contradictory)
    with store.transaction() as connection:
        rows = connection.execute(
            select(schema.fields.c.name, schema.field_values).join(schema.fields)).mappings().all()
    assert len(rows) == len(contradictory.values)
    by_field = {row["name"]: row for row in rows}
    fee = by_field["disclosure.fees.amount"]
    assert fee["value"] == Decimal("7730.28") and isinstance(fee["value"], Decimal)
    for name, value in contradictory.values.items():
        assert by_field[name]["value"] == value.value
        if value.evidence and value.evidence[0].box:
            box = tuple(by_field[name][edge] for edge in ("x0", "top", "x1", "bottom"))
            assert box == pytest.approx(value.evidence[0].box)
            assert by_field[name]["page"] == value.evidence[0].page


def test_only_findings_that_are_not_satisfied_have_rows(store: Store, keep: Keep, contradictory: Report) -> None:
    keep(contradictory)
    not_satisfied = [item for item in contradictory.findings if item.status is not FindingStatus.SATISFIED]
    assert count(store, "findings") == len(not_satisfied) > 0
    assert count(store, "evidence") == sum(len(item.evidence) for item in not_satisfied)
    with store.transaction() as connection:
        row = connection.execute(select(schema.reports)).mappings().one()
    assert row["violated"] == len(contradictory.violated)
    assert row["satisfied"] == len(contradictory.findings) - len(not_satisfied)


def test_the_same_bytes_under_two_names_are_one_document(store: Store, keep: Keep, contradictory: Report) -> None:
    keep(contradictory, "a.pdf", "folder/b.pdf")
    assert (count(store, "documents"), count(store, "names"), count(store, "reports")) == (1, 2, 1)


def test_a_new_configuration_replaces_the_report(store: Store, keep: Keep, contradictory: Report,
                                                 consistent: Report) -> None:
    keep(contradictory)
    keep(consistent, configuration=CONFIGURATION)
    assert count(store, "findings") == count(store, "evidence") == 0
    assert count(store, "field_values") == len(consistent.values)


def test_an_outcome_counts_only_for_its_configuration(store: Store, keep: Keep, contradictory: Report) -> None:
    keep(contradictory)
    assert store.outcome(contradictory.sha256, CONFIGURATION) == "done"
    assert store.outcome(contradictory.sha256, OTHER) is None


def test_a_failure_leaves_the_earlier_report_and_a_report_ends_the_failure(store: Store, keep: Keep,
                                                                           contradictory: Report) -> None:
    keep(contradictory)
    run = store.start_run(OTHER, "tests")
    name = Listed("a.pdf", contradictory.sha256)
    store.put_failure(run, OTHER, 1_000, [name], Failure("time_out", "It took too long.", "", 2))
    assert store.outcome(contradictory.sha256, OTHER) == "time_out"
    assert count(store, "reports") == 1
    store.put_report(run, OTHER, 1_000, [name], report_rows(contradictory))
    assert store.outcome(contradictory.sha256, OTHER) == "done"
    assert count(store, "failures") == 0


def test_a_result_lands_whole_or_not_at_all(store: Store, contradictory: Report) -> None:
    run = store.start_run(CONFIGURATION, "tests")
    rows = report_rows(contradictory)
    rows.evidence.append(rows.evidence[-1])  # the same key twice: the last insertion fails
    with pytest.raises(StoreError):
        store.put_report(run, CONFIGURATION, 1_000, [Listed("a.pdf", contradictory.sha256)], rows)
    assert not any(count(store, table) for table in ("documents", "names", "reports", "field_values", "findings"))


def test_text_that_databases_cannot_hold_is_replaced(store: Store, keep: Keep, contradictory: Report) -> None:
    field = "requests.received.total"
    value = contradictory.values[field].model_copy(update={"raw": "1\0"})
    keep(contradictory.model_copy(update={"values": contradictory.values | {field: value}}))
    with store.transaction() as connection:
        raw = connection.execute(select(schema.field_values.c.raw).join(schema.fields).where(
            schema.fields.c.name == field)).scalar()
    assert raw == "1\ufffd"


def test_fields_have_the_same_numbers_in_every_store(store: Store) -> None:
    from extractor.fields import load

    with store.transaction() as connection:
        names = connection.execute(select(schema.fields.c.name).order_by(schema.fields.c.id)).scalars().all()
    assert list(names) == list(load().fields)


def test_decisions_are_kept_when_findings_change(store: Store, keep: Keep, contradictory: Report,
                                                 consistent: Report) -> None:
    keep(contradictory)
    mark = report_rows(contradictory).findings[0]["fingerprint"]
    store.decide(mark, "confirmed", author="auditor")
    store.decide(mark, "dismissed", "printed so in the original", author="auditor")
    keep(consistent)
    assert count(store, "findings") == 0 and count(store, "decisions") == 2


@pytest.mark.parametrize("statement", ["UPDATE decisions SET note = 'x'", "DELETE FROM decisions"])
def test_decisions_are_only_added_to(store: Store, statement: str) -> None:
    store.decide("f" * 64, "confirmed")
    with pytest.raises(StoreError, match="only added to"), store.transaction() as connection:
        connection.execute(text(statement))


def test_the_fingerprint_of_a_finding_survives_another_reading(contradictory: Report) -> None:
    finding = contradictory.violated[0]
    doubted = finding.model_copy(update={"probability": 0.4, "evidence": ()})
    again = contradictory.model_copy(update={"findings": (doubted,)})
    first = next(row for row in report_rows(contradictory).findings
                 if row["rule"] == finding.rule and row["place"] == finding.where)
    assert report_rows(again).findings[0]["fingerprint"] == first["fingerprint"]


def test_runs_are_numbered_and_end_with_a_state(store: Store) -> None:
    first, second = (store.start_run(CONFIGURATION, "archive") for _ in range(2))
    store.end_run(first, "complete", {"done": 3})
    assert second > first
    with store.transaction() as connection:
        states = connection.execute(select(schema.runs.c.state).order_by(schema.runs.c.id)).scalars().all()
    assert list(states) == ["complete", "running"]


def test_ids_do_not_depend_on_the_order_of_work(contradictory: Report) -> None:
    assert report_rows(contradictory).report["document_id"] == row_id(contradictory.sha256) < 2**63


# ------------------------------------------------------------------------------------------------------ what can go wrong
def test_reading_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="no store"):
        Store.open(str(tmp_path / "none.sqlite"))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="writable"):
        Store.open(str(tmp_path / "nowhere" / "store.sqlite"), write=True)


def test_another_file_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"no database" * 200)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(str(path))


def test_a_database_of_something_else_is_no_store(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "store.sqlite").execute("CREATE TABLE t (x)").connection.close()
    with pytest.raises(StoreError, match="tables"):
        Store.open(str(tmp_path / "store.sqlite"))


def test_a_store_of_a_newer_version_is_left_alone(url: str, store: Store) -> None:
    with store.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        Store.open(url, write=True)


@pytest.mark.parametrize(("bad", "said"), [("mysql://host/name", "mysql"), ("://x", "Not the URL")])
def test_urls_of_other_databases_are_refused(bad: str, said: str) -> None:
    with pytest.raises(StoreUrlError, match=said):
        Store.open(bad)


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(f"postgresql://me:secret@/x?host={tmp_path}")
    assert "secret" not in str(caught.value)


def test_a_locked_store_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.store.engine.LOCK_SECONDS", 0.1)
    with Store.open(str(tmp_path / "s.sqlite"), write=True) as store:
        holder = sqlite3.connect(tmp_path / "s.sqlite", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            store.start_run(CONFIGURATION, "tests")
        holder.execute("ROLLBACK")
        holder.close()
        assert store.start_run(CONFIGURATION, "tests") == 1


def test_a_full_disk_loses_nothing_that_was_kept(tmp_path: Path, contradictory: Report) -> None:
    with Store.open(str(tmp_path / "s.sqlite"), write=True) as store:
        run = store.start_run(CONFIGURATION, "tests")
        store.put_report(run, CONFIGURATION, 1, [Listed("a", contradictory.sha256)], report_rows(contradictory))
        with store.engine.connect() as connection:
            size = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {size}")
        second = contradictory.model_copy(update={"sha256": "e" * 64})
        with pytest.raises(StoreError, match="Make room"):
            store.put_report(run, CONFIGURATION, 1, [Listed("b", second.sha256)], report_rows(second))
        assert count(store, "reports") == 1 and store.outcome(second.sha256, CONFIGURATION) is None
    with Store.open(str(tmp_path / "s.sqlite"), write=True) as store:
        run = store.start_run(CONFIGURATION, "tests")
        store.put_report(run, CONFIGURATION, 1, [Listed("b", second.sha256)], report_rows(second))
        assert count(store, "reports") == 2


def test_driver_errors_do_not_leak(store: Store) -> None:
    with pytest.raises(StoreError) as caught, store.transaction() as connection:
        connection.execute(text("SELECT * FROM nothing"))
    assert isinstance(caught.value.__cause__, DBAPIError)
