"""What light, lens and machine do to a page: shading, tint, blur, noise, copying again, black and white."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
import numpy.typing as npt

from training.corpus.scan.presets import Scan

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
DARKEST = 0.62
"""The share of light that the darkest shadow leaves."""


def expose(page: Image, scan: Scan, rng: random.Random) -> Image:
    """The page under the scan's light, through its lens, on its sensor; RGB in, RGB out."""
    noise = np.random.default_rng(rng.getrandbits(32))
    image = page.astype(np.float32)
    if scan.tint:
        image *= _tint(scan.tint, rng)
    if scan.light or scan.shadow:
        image *= _light(page.shape[0], page.shape[1], scan, rng)[..., None]
    if scan.blur:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), scan.blur), dtype=np.float32)
    if scan.motion:
        image = _motion(image, scan.motion, rng)
    for _ in range(scan.generations):
        image = _copied(image, noise, rng)
    if scan.noise:
        grain = noise.standard_normal(image.shape[:2], dtype=np.float32) * scan.noise
        image += cv2.GaussianBlur(grain, (0, 0), 0.6)[..., None] * 1.5 if rng.random() < 0.5 else grain[..., None]
    return np.asarray(image.clip(0, 255), dtype=np.uint8)


def _tint(strength: float, rng: random.Random) -> Floats:
    """Yellowish or bluish paper."""
    warm = np.array([0.0, 0.25, 1.0]) if rng.random() < 0.7 else np.array([1.0, 0.4, 0.0])
    return (1 - strength * warm - strength * 0.3).astype(np.float32)


def _light(height: int, width: int, scan: Scan, rng: random.Random) -> Floats:
    """A gradient across the page and, with `shadow`, the soft shade of a spine, a hand or a phone."""
    columns = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :]
    rows = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None]
    angle = rng.uniform(0, 2 * math.pi)
    field = 1 - scan.light * (0.5 + math.cos(angle) * columns + math.sin(angle) * rows)
    if scan.shadow:
        at = rng.uniform(-0.5, 0.5)
        edge = math.cos(angle + 1) * columns + math.sin(angle + 1) * rows - at
        field *= 1 - rng.uniform(0.1, 0.3) / (1 + np.exp(-edge * rng.uniform(12, 60)))
    if rng.random() < 0.4 and scan.light > 0.04:
        field *= 1 - rng.uniform(0.1, 0.35) * np.exp(-((columns + 0.5) / rng.uniform(0.02, 0.06)))
    return np.maximum(field, DARKEST).astype(np.float32)


def _motion(image: Floats, length: float, rng: random.Random) -> Floats:
    size = max(3, round(length) * 2 + 1)
    kernel = np.zeros((size, size), dtype=np.float32)
    angle = rng.uniform(0, math.pi)
    reach = length / 2
    middle = size // 2
    start = (round(middle - reach * math.cos(angle)), round(middle - reach * math.sin(angle)))
    cv2.line(kernel, start, (2 * middle - start[0], 2 * middle - start[1]), (1.0,), 1)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), dtype=np.float32)


def _copied(image: Floats, noise: np.random.Generator, rng: random.Random) -> Floats:
    """One more generation on a photocopier: grey, soft, hard contrast, toner specks, lines that thicken or thin."""
    grey = cv2.cvtColor(image.clip(0, 255).astype(np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.4, 0.7)), dtype=np.float32)
    level, steep = _paper(grey) * rng.uniform(0.55, 0.75), rng.uniform(0.03, 0.07)
    copied = 255 / (1 + np.exp(-(grey - level) * steep))
    specks = noise.random(grey.shape, dtype=np.float32) < 0.00012
    copied[specks] = 40
    return np.repeat(copied[..., None].astype(np.float32), 3, axis=2)


def _paper(grey: Floats) -> Floats:
    """The brightness of the paper around each pixel: a copier sets its exposure by it."""
    small = cv2.resize(grey, (48, 64), interpolation=cv2.INTER_AREA)
    bright = cv2.GaussianBlur(cv2.dilate(small, np.ones((5, 5), dtype=np.uint8)), (0, 0), 3)
    return np.asarray(cv2.resize(bright, (grey.shape[1], grey.shape[0])), dtype=np.float32)


def to_tone(image: Image, scan: Scan, rng: random.Random) -> Image:
    """The image in the scan's tone: RGB, grey (2 axes), or black and white (2 axes, values 0 and 255)."""
    if scan.tone == "color":
        return image
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    if scan.tone == "grey":
        return grey
    if scan.dither:
        return _dithered(grey)
    if scan.light > 0.15:
        # machines that meet such light set the threshold by the neighbourhood
        reach = grey.shape[1] // 16 * 2 + 1
        return np.asarray(cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, reach,
                                                16 - scan.threshold * 0.3), dtype=np.uint8)
    found, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    level = min(235.0, max(60.0, found + 15 + scan.threshold))
    return np.where(grey > level, 255, 0).astype(np.uint8)


def _dithered(grey: Image) -> Image:
    """Ordered dithering with a 4 x 4 matrix, as fax machines print photographs."""
    matrix = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], dtype=np.float32)
    tile = np.tile((matrix + 0.5) * 16, (grey.shape[0] // 4 + 1, grey.shape[1] // 4 + 1))
    spread = 127.5 + (grey.astype(np.float32) - 150) * 1.6
    return np.where(spread > tile[:grey.shape[0], :grey.shape[1]], 255, 0).astype(np.uint8)
