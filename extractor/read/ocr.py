"""The OCR engine: PP-OCRv6 text detection and recognition on ONNX Runtime, from the weights of an installed wheel.

The two networks are run directly: their inputs are cut by the scan reader, which knows the grid of each page, and the
recogniser's probabilities are kept, so that a cell that must hold a number can be decoded as one. One engine serves a
process; it is built at its first use, never by an import, and opens no connection.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from extractor.errors import ModelError
from extractor.settings import default_settings

if TYPE_CHECKING:
    import onnxruntime
    from cv2.typing import MatLike
    from numpy.typing import NDArray

WHEEL = "rapidocr"
DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
THREADS = 2
"""Unless the settings tell otherwise."""
HEIGHT = 48
"""Pixels: the recogniser's lines are this high."""
WIDTH_STEP = 16
"""Crops are grouped by width, rounded up to this many pixels; each group is one shape for the network."""
WIDEST = 2048
"""Pixels: a wider line is squeezed."""
BATCH_PIXELS = 1024
"""Columns of pixels in a batch: 0.10 s a thousand on one busy core, but 0.14 s in batches of 4096, which outgrow its cache."""
BLANK = 0
RARE = 0.002
"""Weight of characters outside GB 2312: a blurred 数 looks like 數, but only names of places need such characters."""
CUT, TRUSTED = 0.3, 0.6
"""Text probability of a pixel that belongs to a line, and mean probability of a line that is kept (PP-OCR's own)."""
GROWTH = 1.5
"""The detector is taught to find shrunken lines: PP-OCR's ratio for growing them again."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class TextBox:
    """A line of text on an image: centre, width, height (pixels), clockwise angle (-45 to 45 degrees) and score."""

    x: float
    y: float
    width: float
    height: float
    angle: float
    score: float


@dataclass(frozen=True, slots=True)
class LineReading:
    """What the recogniser saw in one crop.

    `text` is the most probable reading; `places` holds where each character begins and ends as shares of the crop's
    width, `scores` its probability. `chosen` (steps x classes asked for) are the probabilities of a few characters at
    each step, the blank first.
    """

    text: str
    scores: tuple[float, ...]
    places: tuple[tuple[float, float], ...]
    chosen: NDArray[np.float32]

    @property
    def confidence(self) -> float:
        """The mean probability of the characters, 0 for no text."""
        return float(np.mean(self.scores)) if self.scores else 0.0


class OcrEngine(Protocol):
    """Finds lines of text on an image and reads crops that hold one line each."""

    def find_lines(self, grey: NDArray[np.uint8]) -> list[TextBox]:
        """The lines of text of a grey image (height x width)."""

    def read(self, crops: Sequence[NDArray[np.uint8]], asked: Sequence[str] = ()) -> list[LineReading]:
        """The text of grey crops, in their order; `asked` are groups of characters whose probability is kept."""


class PaddleOnnx:
    """PP-OCRv6-small on ONNX Runtime. Each run of a network takes one thread; `threads` runs of batches go on at once.

    That is faster than runs of several threads each, which wait for each other at every layer. Runs share nothing, so
    that the pages of a report may be read side by side.
    """

    def __init__(self, folder: Path, threads: int = THREADS) -> None:
        self._detector = _session(folder / DETECTOR)
        self._recogniser = _session(folder / RECOGNISER)
        listed = self._recogniser.get_modelmeta().custom_metadata_map.get("character", "")
        self._alphabet = ["", *listed.split("\n"), " "]
        self._index = {character: index for index, character in enumerate(self._alphabet)}
        self._weights = np.array([1.0 if _common(c) else RARE for c in self._alphabet], np.float32)
        self._pool = ThreadPoolExecutor(threads, "ocr") if threads > 1 else None

    def find_lines(self, grey: NDArray[np.uint8]) -> list[TextBox]:
        height, width = grey.shape
        padded = cv2.copyMakeBorder(grey, 0, -height % 32, 0, -width % 32, cv2.BORDER_REPLICATE)
        scaled = padded.astype(np.float32) / 255.0
        image = np.stack([(scaled - mean) / deviation for mean, deviation in zip(MEAN, DEVIATION, strict=True)])
        (found,) = self._detector.run(None, {self._detector.get_inputs()[0].name: image[None].astype(np.float32)})
        return text_boxes(np.asarray(found)[0, 0, :height, :width])

    def read(self, crops: Sequence[NDArray[np.uint8]], asked: Sequence[str] = ()) -> list[LineReading]:
        classes = [[self._index[c] for c in group if c in self._index] for group in asked]

        def read_batch(group: tuple[int, list[int]]) -> list[tuple[int, LineReading]]:
            width, members = group
            batch = _batch([crops[index] for index in members], width)
            (found,) = self._recogniser.run(None, {self._recogniser.get_inputs()[0].name: batch})
            return [(index, self._decoded(probabilities, width / _width(crops[index]), classes))
                    for index, probabilities in zip(members, np.asarray(found), strict=True)]

        groups = _groups([_width(crop) for crop in crops])
        done = self._pool.map(read_batch, groups) if self._pool and len(groups) > 1 else map(read_batch, groups)
        readings = dict(reading for batch in done for reading in batch)
        return [readings[index] for index in range(len(crops))]

    def _decoded(self, probabilities: NDArray[np.float32], stretch: float, classes: list[list[int]]) -> LineReading:
        """Best path decoding (Graves 2006): repeats collapse, blanks go."""
        best = probabilities.argmax(axis=1)
        # where the best character is a rare one, a common one may outweigh it
        rare = np.flatnonzero(self._weights[best] < 1.0)
        best[rare] = (probabilities[rare] * self._weights).argmax(axis=1)
        total = np.einsum("ij,j->i", probabilities, self._weights)
        score = probabilities[np.arange(len(best)), best] * self._weights[best] / np.maximum(total, 1e-9)
        steps = len(best)
        text: list[str] = []
        scores: list[float] = []
        places: list[tuple[float, float]] = []
        for step in range(steps):
            if best[step] == BLANK:
                continue
            start, end = step / steps * stretch, (step + 1) / steps * stretch
            if step > 0 and best[step] == best[step - 1]:
                places[-1] = (places[-1][0], end)
                scores[-1] = max(scores[-1], float(score[step]))
            else:
                text.append(self._alphabet[best[step]])
                scores.append(float(score[step]))
                places.append((start, end))
        chosen = np.stack([probabilities[:, BLANK], *(probabilities[:, group].sum(axis=1) for group in classes)], 1)
        return LineReading("".join(text), tuple(scores), tuple(places), chosen)


def _common(character: str) -> bool:
    """True for what Chinese documents are written with today: ASCII, GB 2312 and the marks beside them."""
    if ord(character or " ") < 0x2E80 or character in "〔〕〇":
        return True
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _session(path: Path) -> onnxruntime.InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # crops come in many shapes: an arena would keep the largest of each for ever
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises its own types, which differ between versions
        raise ModelError(f"The OCR model {path.name} cannot be loaded: {error}",
                         f"Install the package {WHEEL} again.") from error


def _width(crop: NDArray[np.uint8]) -> int:
    """Pixels a crop is wide once it is as high as the recogniser's lines."""
    return max(8, min(WIDEST, int(crop.shape[1] * HEIGHT / max(1, crop.shape[0]) + 0.5)))


def _groups(widths: Sequence[int]) -> list[tuple[int, list[int]]]:
    """(width, indices): crops of about the same width, in batches, those that take longest first."""
    by_width: dict[int, list[int]] = {}
    for index, width in enumerate(widths):
        by_width.setdefault(-(-width // WIDTH_STEP) * WIDTH_STEP, []).append(index)
    batches = []
    for width, members in sorted(by_width.items()):
        size = max(1, BATCH_PIXELS // width)
        batches += [(width, members[start:start + size]) for start in range(0, len(members), size)]
    return sorted(batches, key=lambda batch: -batch[0] * len(batch[1]))


def _batch(crops: Sequence[NDArray[np.uint8]], width: int) -> NDArray[np.float32]:
    """Crops scaled to the recogniser's height, filled to `width` with their own paper, from -1 to 1, three times each."""
    batch = np.empty((len(crops), 3, HEIGHT, width), np.float32)
    for filled, crop in zip(batch, crops, strict=True):
        own = _width(crop)
        shrinks = crop.shape[0] > HEIGHT
        scaled = cv2.resize(crop, (own, HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
        filled[0, :, own:] = np.percentile(scaled, 90)
        filled[0, :, :own] = scaled
        filled[0] /= 127.5
        filled[0] -= 1.0
        filled[1:] = filled[0]
    return batch


def text_boxes(probability: NDArray[np.float32]) -> list[TextBox]:
    """Lines in a map of text probabilities (DB, Liao 2020): contours, their boxes, grown to the size of the line."""
    mask = (probability > CUT).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours:
        (x, y), (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < 3:
            continue
        # a narrow box is a lone digit, not a line set sideways: pages are upright here
        while angle > 45:
            width, height, angle = height, width, angle - 90
        while angle < -45:
            width, height, angle = height, width, angle + 90
        score = _mean_inside(probability, contour)
        if score < TRUSTED:
            continue
        grow = width * height * GROWTH / (2 * (width + height))
        found.append(TextBox(x, y, width + 2 * grow, height + 2 * grow, angle, score))
    return found


def _mean_inside(probability: NDArray[np.float32], contour: MatLike) -> float:
    left, top, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [contour - np.array([[left, top]], dtype=np.int32)], (1.0,))
    return float(cv2.mean(probability[top:top + height, left:left + width], mask)[0])


def model_folder() -> Path:
    """Where the installed wheel keeps its weights; found without importing it. Raises `ModelError`."""
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (Path(place) / "models" / RECOGNISER).is_file():
            return Path(place) / "models"
    raise ModelError(f"The OCR models are missing: the package {WHEEL} is not installed or has no {RECOGNISER}.",
                     f"Install it: pip install {WHEEL}.")


@lru_cache(maxsize=1)
def engine() -> PaddleOnnx:
    """This process's engine, built at the first call and kept warm."""
    return PaddleOnnx(model_folder(), threads())


def threads() -> int:
    """How many threads read at once in this process."""
    return default_settings().threads or THREADS
