"""Geometry of a scan: how a point of the printed page moves, exactly, and the same movement applied to its image."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.corpus.scan.presets import Scan

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
ITERATIONS = 12
"""Steps of the fixed point iteration that inverts the curl; each shrinks the error by the curl's slope (< 0.1)."""


@dataclass(frozen=True, slots=True)
class Warp:
    """A map of page pixels to scan pixels: first the curl (by its inverse), then a homography.

    The curl is given backwards: the scan's point (x, y) before the homography shows the page's point
    (x, y + depth * sin(frequency * x + phase) * (y / height)). `size` and `source` are (width, height) in pixels.
    """

    matrix: Floats
    source: tuple[int, int]
    size: tuple[int, int]
    depth: float = 0.0
    frequency: float = 0.0
    phase: float = 0.0

    def forward(self, points: Floats) -> Floats:
        """Where page points (n x 2, pixels) lie in the scan."""
        bent = np.array(points, dtype=np.float64)
        if self.depth:
            y = bent[:, 1].copy()
            for _ in range(ITERATIONS):
                y = points[:, 1] - self._sag(bent[:, 0], y)
            bent[:, 1] = y
        return _project(self.matrix, bent)

    def backward(self, points: Floats) -> Floats:
        """Which page points lie under scan points."""
        flat = _project(_inverse(self.matrix), np.asarray(points, dtype=np.float64))
        if self.depth:
            flat[:, 1] = flat[:, 1] + self._sag(flat[:, 0], flat[:, 1])
        return flat

    def _sag(self, x: Floats, y: Floats) -> Floats:
        return np.asarray(self.depth * np.sin(self.frequency * x + self.phase) * (y / self.source[1]))

    def image(self, page: Array, border: int | tuple[int, ...]) -> Array:
        """The page's image as it looks in the scan; `border` is the colour around it."""
        import cv2

        value = border if isinstance(border, tuple) else (border, border, border)
        if not self.depth:
            return np.asarray(cv2.warpPerspective(page, self._pixel_matrix(), self.size, flags=cv2.INTER_LINEAR,
                                                  borderMode=cv2.BORDER_CONSTANT, borderValue=value))
        under_x, under_y = self._under_pixels()
        return np.asarray(cv2.remap(page, under_x, under_y, cv2.INTER_LINEAR,
                                    borderMode=cv2.BORDER_CONSTANT, borderValue=value))

    def _under_pixels(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """For each pixel of the scan, the page's pixel under it; `backward` of a whole grid, without its copies."""
        width, height = self.size
        x, y = (np.arange(width) + 0.5)[None, :], (np.arange(height) + 0.5)[:, None]
        (a, b, c), (d, e, f), (g, h, i) = _inverse(self.matrix)
        share = 1 / (g * x + h * y + i)
        flat_x, flat_y = (a * x + b * y + c) * share, (d * x + e * y + f) * share
        bent = flat_y + self._sag(flat_x, flat_y)
        return (flat_x - 0.5).astype(np.float32), (bent - 0.5).astype(np.float32)

    def _pixel_matrix(self) -> Floats:
        """The homography between pixel centres, which OpenCV counts from 0, not from 0.5."""
        shift = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
        return np.asarray(np.linalg.inv(shift) @ self.matrix @ shift)


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _project(matrix: Floats, points: Floats) -> Floats:
    ones = np.hstack([points, np.ones((len(points), 1))]) @ matrix.T
    return np.asarray(ones[:, :2] / ones[:, 2:3])


def draw_warp(scan: Scan, width: int, height: int, rng: random.Random, turns: int) -> Warp:
    """The warp of one page of `width` x `height` pixels, `turns` quarter turns (clockwise) included."""
    angle = math.radians(scan.skew + rng.gauss(0, abs(scan.skew) * 0.2))
    margin = scan.margin * width
    target_width, target_height = width + 2 * margin, height + 2 * margin
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    centre = np.array([width / 2, height / 2])
    rotation = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    moved = (corners - centre) @ rotation.T * (1 - 0.4 * abs(math.sin(angle))) + centre + margin
    moved += np.array([[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(4)]) * scan.perspective * width
    moved += np.array([rng.uniform(-1, 1), rng.uniform(-1, 1)]) * scan.offset * width
    matrix = _turned(target_width, target_height, turns) @ _homography(corners, moved)
    size = (round(target_width), round(target_height))
    depth = _signed_depth(scan, rng) * width
    return Warp(matrix, (width, height), size if turns % 2 == 0 else (size[1], size[0]), depth,
                math.pi * rng.uniform(0.8, 1.6) / width, rng.uniform(0, math.pi))


def _signed_depth(scan: Scan, rng: random.Random) -> float:
    return scan.curl * rng.uniform(0.5, 1.0) * rng.choice((-1, 1)) if scan.curl else 0.0


def _homography(source: Floats, target: Floats) -> Floats:
    """The homography that takes four points to four others (direct linear transform)."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    solved = np.linalg.solve(np.array(rows), np.array(right))
    return np.append(solved, 1.0).reshape(3, 3)


def _turned(width: float, height: float, turns: int) -> Floats:
    """Quarter turns, clockwise, of an area of `width` x `height`."""
    rows: dict[int, list[list[float]]] = {
            0: [[1, 0, 0], [0, 1, 0]], 1: [[0, -1, height], [1, 0, 0]],
            2: [[-1, 0, width], [0, -1, height]], 3: [[0, 1, 0], [-1, 0, width]]}
    return np.array([*rows[turns % 4], [0, 0, 1]], dtype=np.float64)
