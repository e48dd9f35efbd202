"""Kills a bulk run at random moments, goes on each time, and compares the store with that of an undisturbed run.

    python bench/kills.py [--documents 200] [--kills 30] [--seed 1]

Every other kill (SIGKILL) hits the parent, the others one of its workers. The last run takes up what a kill may have made
look like a failure (`--retry`). Ends with 1 if a row differs. Linux only: workers are found in /proc.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from extractor.store import Store, schema

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "eval" / "samples" / "demo" / "township_2019.txt"


def make_archive(folder: Path, documents: int) -> None:
    """Reports that differ in their bytes, with a few files among them that are copies, empty or no report."""
    folder.mkdir()
    text = SAMPLE.read_bytes()
    others = {"copy.txt": text, "empty.txt": b"", "no-report.txt": b"hello " * 100, "other.pdf": b"%PDF-1.4 torn"}
    for name, content in others.items():
        (folder / name).write_bytes(content)
    for number in range(documents - len(others)):
        (folder / f"report-{number:04d}.txt").write_bytes(text + b"\n" * number)


def start(archive: Path, store: Path, *options: str) -> subprocess.Popen[bytes]:
    program = Path(sys.executable).with_name("gouji")
    return subprocess.Popen([program, "batch", archive, "--store", store, "--workers", "2", *options],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reports(store: Path) -> int:
    """How many reports there are while another process writes."""
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM reports").fetchone()[0])
    except sqlite3.OperationalError:  # it is being made
        return 0


def workers_of(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def kill(process: subprocess.Popen[bytes], parent: bool, chance: random.Random) -> bool:
    """Kills the run or one of its workers; False if there is none."""
    if parent:
        process.kill()
        process.wait()
        return True
    workers = workers_of(process.pid)
    if workers:
        os.kill(chance.choice(workers), signal.SIGKILL)
    return bool(workers)


def disturbed(archive: Path, store: Path, documents: int, kills: int, chance: random.Random) -> tuple[int, int]:
    """Runs until all is done, killed on the way; returns how many kills hit the parent and how many a worker."""
    hit = [0, 0]
    process = start(archive, store)
    for number, mark in enumerate(sorted(chance.randrange(documents * 95 // 100) for _ in range(kills))):
        while process.poll() is None and reports(store) < mark:
            time.sleep(0.05)
        time.sleep(chance.uniform(0.0, 0.5))
        if process.poll() is None:
            hit[number % 2] += kill(process, number % 2 == 0, chance)
        if process.poll() is not None:
            process = start(archive, store)
    process.wait()
    start(archive, store, "--retry").wait()
    return hit[0], hit[1]


def content(store: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows, but for what tells how many runs it took."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with Store.open(str(store)) as opened, opened.transaction() as connection:
        for table in schema.metadata.sorted_tables:
            if table is not schema.runs:
                kept = [column for column in table.columns if column.name != "run_id"]
                question = select(*kept).order_by(*table.primary_key)
                found[table.name] = [tuple(row) for row in connection.execute(question)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, begun = Path(name), time.perf_counter()
        make_archive(folder / "archive", options.documents)
        start(folder / "archive", folder / "calm").wait()
        print(f"undisturbed: {reports(folder / 'calm')} reports in {time.perf_counter() - begun:.0f} s", flush=True)
        hit = disturbed(folder / "archive", folder / "killed", options.documents, options.kills, random.Random(options.seed))
        print(f"killed: the parent {hit[0]} times, workers {hit[1]} times; {time.perf_counter() - begun:.0f} s in all")
        calm, killed = content(folder / "calm"), content(folder / "killed")
    print("rows:", ", ".join(f"{table} {len(rows)}" for table, rows in calm.items() if rows))
    different = [table for table in calm if calm[table] != killed[table]]
    print("equal, row for row" if not different else f"DIFFERENT: {', '.join(different)}")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
