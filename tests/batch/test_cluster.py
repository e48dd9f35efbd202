"""The same extraction over Ray gives the same store; a lost node costs what it was working on, and that is done again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor.batch.cluster import Cluster
from extractor.batch.runner import Plan, Runner
from extractor.batch.sources import open_source
from extractor.batch.tally import Event
from extractor.store import Store
from tests.batch.conftest import CONFIGURATION, SETTINGS, MakeArchive, Start, Witness, content, run_batch
from tests.batch.hostile import hostile_work
from tests.batch.test_runner import finish, reports

ray = pytest.importorskip("ray", reason="the extra 'cluster' is not installed")


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch, project: Path) -> Iterator[Any]:
    """Two nodes on this machine, the second of which can be taken away."""
    from ray.cluster_utils import Cluster as Nodes

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(project))  # the nodes find the tests' hostile work
    made: Any = Nodes(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    yield made, made.add_node(num_cpus=1)
    made.shutdown()


class Free:
    """A witness needs no processes here."""

    def processes(self) -> list[int]:
        return []


def run_on(nodes: Any, folder: Path, url: str, lose: bool = False) -> Witness:
    cluster, extra = nodes

    def act(witness: Witness, event: Event) -> None:
        if lose and len(witness.events) == 2:
            cluster.remove_node(extra, allow_graceful=False)

    witness = Witness(Free(), act)
    with Store.open(url, write=True) as store:
        plan = Plan(open_source(str(folder)), str(folder), CONFIGURATION, SETTINGS, inline=True)
        Runner(plan, store, Cluster(cluster.address, hostile_work, SETTINGS), [witness]).run()
    return witness


def test_a_cluster_gives_the_same_store_even_if_a_node_is_lost(archive: MakeArchive, nodes: Any, tmp_path: Path,
                                                               report_text: bytes) -> None:
    slow = {f"slow{n}": b"#slow 0.5\n" + report_text + b" " * n for n in range(6)}
    folder = archive(6, bad=b"", crash=b"#segfault", **slow)
    run_batch(folder, f"{tmp_path}/local.sqlite")
    witness = run_on(nodes, folder, f"{tmp_path}/cluster.sqlite", lose=True)
    assert witness.state == "partial" and witness.tally.failures == {"unreadable": 1, "crash": 1}
    mine, theirs = content(f"{tmp_path}/local.sqlite"), content(f"{tmp_path}/cluster.sqlite")
    # how a crash is worded depends on who saw it
    assert {name: rows for name, rows in mine.items() if name != "failures"} == {
        name: rows for name, rows in theirs.items() if name != "failures"}


def test_the_command_fills_the_same_store_over_a_cluster_that_loses_a_node(archive: MakeArchive, nodes: Any, start: Start,
                                                                           tmp_path: Path) -> None:
    cluster, extra = nodes
    folder, patience = archive(10, bad=b""), {"GOUJI_MAX_SECONDS": "120"}
    there = tmp_path / "cluster.sqlite"
    process = start("batch", folder, "--store", there, "--ray", cluster.address, **patience)
    while process.poll() is None and reports(there) < 2:
        time.sleep(0.1)
    cluster.remove_node(extra, allow_graceful=False)
    kept = reports(there)
    code, errors = finish(process)
    assert code == 12 and kept < 10, errors
    assert finish(start("batch", folder, "--store", tmp_path / "local.sqlite", "--workers", "2", **patience))[0] == 12
    assert content(str(there)) == content(f"{tmp_path}/local.sqlite")
