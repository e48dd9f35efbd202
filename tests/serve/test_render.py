"""The process that draws pages: whatever ends it, nobody is shown what another one asked for."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from extractor.batch.workers import WorkerError
from extractor.serve.errors import Invalid, Unavailable
from extractor.serve.render import Renderer, Task
from extractor.settings import Settings
from tests.serve.conftest import Sample


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    made = Renderer(Settings())
    yield made
    made.close()


@pytest.fixture
def original(tmp_path: Path, county: Sample) -> str:
    path = tmp_path / "original"
    path.write_bytes(county.data)
    return str(path)


def width(image: bytes) -> int:
    return Image.open(io.BytesIO(image)).width


def test_a_warm_process_is_the_one_that_draws(renderer: Renderer, original: str) -> None:
    renderer.warm()
    renderer._thread.submit(lambda: None).result()
    warm = renderer._pool.processes()
    assert len(warm) == 1
    assert width(renderer.make(Task("page", original, page=1, dpi=72))) == pytest.approx(595, abs=2)
    assert renderer._pool.processes() == warm


def test_after_a_process_that_could_not_start_the_next_task_gets_its_own_result(
        renderer: Renderer, original: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hear = renderer._pool._hear

    def broken(worker: Any) -> Any:
        monkeypatch.setattr(renderer._pool, "_hear", hear)
        raise WorkerError("A worker could not start.")

    monkeypatch.setattr(renderer._pool, "_hear", broken)
    with pytest.raises(Unavailable):
        renderer.make(Task("page", original, page=1, dpi=144))
    assert width(renderer.make(Task("page", original, page=1, dpi=72))) == pytest.approx(595, abs=2)
    assert width(renderer.make(Task("page", original, page=2, dpi=36))) == pytest.approx(298, abs=2)


def test_what_cannot_be_drawn_is_refused_with_a_reason(renderer: Renderer, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"%PDF-1.7 and nothing else")
    with pytest.raises(Invalid):
        renderer.make(Task("page", str(broken), page=1))
