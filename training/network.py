"""The network in torch: a BERT encoder over characters, with box embeddings as in LayoutLM, and one linear layer of heads.

Devlin et al., BERT, 2019 (arXiv:1810.04805); Xu et al., LayoutLM, 2020 (arXiv:1912.13318).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

BOX_STEPS = 64
"""Places that are told apart along each side of a table."""
BOX_SIZE = 1000
NOWHERE = -1e4
"""Added to the scores of what attention must not see. A sum: ONNX has no masked softmax, and picking costs an eighth."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of an encoder."""

    vocabulary: int
    layers: int = 4
    hidden: int = 384
    heads: int = 12
    feed: int = 1536
    positions: int = 512
    dropout: float = 0.1
    epsilon: float = 1e-12


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each added and normalised (post-norm, as in BERT)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.dropout = shape.heads, shape.dropout
        self.attention = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.output = nn.Linear(shape.hidden, shape.hidden)
        self.wide = nn.Linear(shape.hidden, shape.feed)
        self.narrow = nn.Linear(shape.feed, shape.hidden)
        self.norm1 = nn.LayerNorm(shape.hidden, shape.epsilon)
        self.norm2 = nn.LayerNorm(shape.hidden, shape.epsilon)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`x` is (batch, tokens, hidden), `mask` (batch, 1, 1, tokens): 0 where there is a token, else `NOWHERE`."""
        batch, tokens, hidden = x.shape
        parts = self.attention(x).view(batch, tokens, 3, self.heads, hidden // self.heads).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=mask)
        mixed = self.output(mixed.transpose(1, 2).reshape(batch, tokens, hidden))
        x = self.norm1(x + functional.dropout(mixed, self.dropout, self.training))
        fed = self.narrow(functional.gelu(self.wide(x)))
        result: Tensor = self.norm2(x + functional.dropout(fed, self.dropout, self.training))
        return result


class Encoder(nn.Module):
    """Characters and boxes to one vector a token."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocabulary, shape.hidden)
        self.places = nn.Embedding(shape.positions, shape.hidden)
        self.across = nn.ModuleList(nn.Embedding(BOX_STEPS + 1, shape.hidden, padding_idx=0) for _ in range(4))
        self.norm = nn.LayerNorm(shape.hidden, shape.epsilon)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.apply(_start)

    def forward(self, ids: Tensor, boxes: Tensor) -> Tensor:
        """`ids` is (batch, tokens), 0 for padding; `boxes` (batch, tokens, 4), 0 to 1000, all 0 for no box."""
        x: Tensor = self.words(ids) + self.places.weight[:ids.shape[1]]
        real = (boxes.sum(-1, keepdim=True) > 0).to(boxes.dtype)
        steps = (1 + boxes.clamp(0, BOX_SIZE) * (BOX_STEPS - 1) // BOX_SIZE) * real
        for side, table in enumerate(self.across):
            x = x + table(steps[..., side])
        x = functional.dropout(self.norm(x), self.shape.dropout, self.training)
        mask = torch.zeros_like(ids, dtype=x.dtype).masked_fill(ids == 0, NOWHERE)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return x


class Model(nn.Module):
    """The encoder with its heads: `scores` of all heads side by side, `extractor.label.model.tokens.labels_of_heads`."""

    def __init__(self, encoder: Encoder, outputs: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.scores = nn.Linear(encoder.shape.hidden, outputs)
        _start(self.scores)

    def forward(self, ids: Tensor, boxes: Tensor) -> Tensor:
        """Scores (batch, tokens, outputs), before any softmax."""
        scores: Tensor = self.scores(self.encoder(ids, boxes))
        return scores


@torch.no_grad()
def _start(module: nn.Module) -> None:
    """BERT's initial weights."""
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
        if module.padding_idx is not None:
            module.weight[module.padding_idx].zero_()
