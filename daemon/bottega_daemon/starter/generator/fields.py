"""What wrap-around materials are drawn with: a grid in native pixels, periodic noise, bonds and cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator import colours

Image = NDArray[np.floating[Any]]
Plane = NDArray[np.floating[Any]]
NATIVE = 128  # the side of a picture in which lines are at least four pixels wide


@dataclass(frozen=True)
class Grid:
    """A square picture of `size` pixels that shows `repeats` native pictures a side; places are in native pixels."""

    size: int
    repeats: int

    @property
    def side(self) -> int:
        """The side in native pixels."""
        return NATIVE * self.repeats

    @property
    def pixel(self) -> float:
        """Native pixels a pixel."""
        return self.side / self.size

    @property
    def y(self) -> Plane:
        """Pixel centres from the top, (size, 1)."""
        return _centres(self.size, self.side)[:, None]

    @property
    def x(self) -> Plane:
        """Pixel centres from the left, (1, size)."""
        return _centres(self.size, self.side)[None, :]


@cache
def _centres(size: int, side: int) -> Plane:
    return ((np.arange(size, dtype=np.float32) + 0.5) * (side / size)).astype(np.float32)


@cache
def _blur(size: int, rows: float, columns: float) -> Plane:
    """The transform of a Gaussian of so many pixels."""
    fy, fx = np.fft.fftfreq(size)[:, None] * rows, np.fft.rfftfreq(size)[None, :] * columns
    return np.exp(-2.0 * np.pi**2 * (fy**2 + fx**2)).astype(np.float32)


def noise(rng: np.random.Generator, grid: Grid, rows: float, columns: float) -> Plane:
    """Periodic noise, zero mean, unit deviation; blurred by so many native pixels along y and x (by FFT: it wraps)."""
    white = np.fft.rfft2(rng.standard_normal((grid.size, grid.size), dtype=np.float32))
    blurred = white * _blur(grid.size, rows / grid.pixel, columns / grid.pixel)
    field = np.fft.irfft2(blurred, s=(grid.size, grid.size))
    field -= field.mean()
    return (field / (field.std() + 1e-9)).astype(np.float32)


def step(grid: Grid, distance: Plane, width: float = 0.0) -> Plane:
    """0 below -width/2 native pixels, 1 above +width/2; one pixel wide at least, so that it is antialiased."""
    return np.clip(distance / np.float32(max(width, grid.pixel)) + np.float32(0.5), 0.0, 1.0)


def mix(a: Image | colours.Rgb, b: Image | colours.Rgb, weight: Plane) -> Image:
    """From a where the weight is 0 to b where it is 1."""
    return (a + (b - a) * weight[..., None]).astype(np.float32)


def bond(grid: Grid, rows: int, columns: int, shift: float) -> tuple[Plane, Plane, NDArray[np.int64]]:
    """Rows and columns of cells: distance to the cell's nearest edge in y and x (native pixels), the cell's number.

    `shift` moves every odd row by a part of a cell; `rows` is even whenever it is not 0, so that it wraps.
    """
    high, wide = grid.side / rows, grid.side / columns
    row = np.floor(grid.y / high)
    moved = (grid.x + (row % 2) * np.float32(shift * wide)) % grid.side
    column = np.floor(moved / wide)
    dy = np.minimum(grid.y - row * high, (row + 1) * high - grid.y)
    dx = np.minimum(moved - column * wide, (column + 1) * wide - moved)
    return dy, dx, (row * columns + column).astype(np.int64)


def waves(grid: Grid, down: int, across: int) -> Plane:
    """The phase, in radians, of a plane wave with so many crests a native side along y and x."""
    turn = 2 * np.pi / NATIVE
    return (grid.y * np.float32(turn * down) + grid.x * np.float32(turn * across)).astype(np.float32)


@dataclass(frozen=True)
class Cells:
    """Voronoi cells: distance to the nearest and the second nearest point (native pixels), the nearest one's number,
    and the way (y, x) to it."""

    first: Plane
    second: Plane
    number: NDArray[np.integer[Any]]
    dy: Plane
    dx: Plane


def cells(rng: np.random.Generator, grid: Grid, count: int, jitter: float, shift: float = 0.0) -> Cells:
    """Voronoi cells of a jittered wrap-around lattice of `count` x `count` points a native side.

    jitter: the farthest that a point moves, as a part of the lattice's step (below 0.5). shift: where every odd row
    stands, in steps to the right; `count` is even unless it is 0.
    """
    every, pitch = count * grid.repeats, np.float32(NATIVE / count)
    off = rng.uniform(0.5 - jitter, 0.5 + jitter, (2, every, every)).astype(np.float32)
    off[1] += (np.arange(every) % 2 * shift)[:, None]
    row, column = np.floor(grid.y / pitch).astype(np.int32), np.floor(grid.x / pitch).astype(np.int32)
    first = np.full((grid.size, grid.size), np.inf, np.float32)
    second, number = first.copy(), np.zeros(first.shape, np.int32)
    dy, dx = first.copy(), first.copy()
    for down in (-1, 0, 1):
        for across in (-2, -1, 0, 1) if jitter < 0.3 else (-2, -1, 0, 1, 2):
            r, c = (row + down) % every, (column + across) % every
            y = (off[0][r, c] + (row + down)) * pitch - grid.y
            x = (off[1][r, c] + (column + across)) * pitch - grid.x
            away = y * y + x * x
            nearer = away < first
            np.minimum(second, np.where(nearer, first, away), out=second)
            for held, new in ((first, away), (number, r * every + c), (dy, y), (dx, x)):
                np.copyto(held, new, where=nearer, casting="same_kind")
    return Cells(np.sqrt(first), np.sqrt(second), number, dy, dx)


def tinted(rng: np.random.Generator, rgb: colours.Rgb, numbers: NDArray[np.integer[Any]], spread: float) -> Image:
    """Each cell in its own brightness of the colour."""
    tint = rng.uniform(1.0 - spread, 1.0 + 0.4 * spread, int(numbers.max()) + 1).astype(np.float32)
    return rgb * tint[numbers][..., None]
