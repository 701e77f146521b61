"""Materials drawn wrap-around, so that every one of them tiles; all lines are at least four pixels wide at 128."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator import colours

Image = NDArray[np.floating[Any]]
Plane = NDArray[np.floating[Any]]
Paint = Callable[[np.random.Generator, colours.Rgb, int], Image]


@cache
def _grid(size: int) -> tuple[Plane, Plane]:
    """Pixel centres y, x, each (size, size)."""
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32) + np.float32(0.5)
    return ys, xs


def noise(rng: np.random.Generator, size: int, scale: tuple[float, float]) -> Plane:
    """Periodic smooth noise, zero mean, unit deviation; `scale` is the blur in pixels along y and x (FFT: it wraps)."""
    fy = np.fft.fftfreq(size)[:, None] * scale[0]
    fx = np.fft.rfftfreq(size)[None, :] * scale[1]
    kernel = np.exp(-2.0 * np.pi**2 * (fy**2 + fx**2))
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((size, size))) * kernel, s=(size, size))
    field -= field.mean()
    return (field / (field.std() + 1e-9)).astype(np.float32)


def _ramp(distance: Plane, width: float = 1.0) -> Plane:
    """Antialiased step: 0 below -width/2, 1 above +width/2."""
    return np.clip(distance / np.float32(width) + np.float32(0.5), 0.0, 1.0)


def _mix(a: Image | colours.Rgb, b: Image | colours.Rgb, weight: Plane) -> Image:
    return (a + (b - a) * weight[..., None]).astype(np.float32)


def _wrapped_cells(size: int, rows: int, columns: int, shift: float) -> tuple[Plane, Plane, NDArray[np.int64]]:
    """A running bond: distance to the cell's nearest edge in y and x (pixels) and the cell's number.

    `shift` is the offset of every odd row as a part of a cell; `rows` is even whenever it is not 0, so that it wraps.
    """
    ys, xs = _grid(size)
    high, wide = size / rows, size / columns
    row = np.floor(ys / high)
    moved = (xs + (row % 2) * shift * wide) % size
    column = np.floor(moved / wide)
    dy = np.minimum(ys - row * high, (row + 1) * high - ys)
    dx = np.minimum(moved - column * wide, (column + 1) * wide - moved)
    return dy, dx, (row * columns + column).astype(np.int64)


def _tinted(rng: np.random.Generator, rgb: colours.Rgb, cells: NDArray[np.int64], spread: float) -> Image:
    """Each cell in its own brightness of the colour."""
    tint = rng.uniform(1.0 - spread, 1.0 + 0.4 * spread, int(cells.max()) + 1).astype(np.float32)
    return rgb * tint[cells][..., None]


def plain(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """Paint with a hint of cloud in it."""
    return rgb * (1.0 + 0.03 * noise(rng, size, (14, 14)))[..., None]


def brick(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """Running bond, 8 or 6 courses, light mortar of 4 to 5 px."""
    rows, columns = ((8, 4), (6, 3))[rng.integers(2)]
    dy, dx, cells = _wrapped_cells(size, rows, columns, 0.5)
    mortar = np.full(3, 0.78 if colours.luma(rgb) < 0.6 else 0.35, dtype=np.float32)
    half = rng.uniform(2.0, 2.6) * size / 128
    return _mix(mortar, _tinted(rng, rgb, cells, 0.18), _ramp(np.minimum(dy, dx) - half))


def planks(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """Four or five long boards with dark joints and a streaky grain along them."""
    rows = int(rng.choice((4, 6)))
    dy, dx, cells = _wrapped_cells(size, rows, 1, 0.5)
    grain = 1.0 + 0.07 * noise(rng, size, (1.6 * size / 128, 26 * size / 128))
    board = _tinted(rng, rgb, cells, 0.22) * grain[..., None]
    half = 2.0 * size / 128
    return _mix(colours.darker(rgb, 0.25), board, _ramp(np.minimum(dy, dx) - half))


def tiles(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """Square tiles with joints of 4 to 5 px, light on dark tiles and dark on light ones."""
    count = int(rng.choice((3, 4)))
    dy, dx, cells = _wrapped_cells(size, count, count, 0.0)
    joint = colours.lighter(rgb, 0.75) if colours.luma(rgb) < 0.5 else colours.darker(rgb, 0.35)
    half = rng.uniform(2.0, 2.6) * size / 128
    inner = np.minimum(dy, dx) - half
    sheen = np.float32(1.0) - 0.10 * np.exp(-inner / (4.0 * size / 128))
    return _mix(joint, _tinted(rng, rgb, cells, 0.10) * sheen[..., None], _ramp(inner))


def checker(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """A chess board of 4, 6 or 8 fields a side in the colour and its contrast."""
    ys, xs = _grid(size)
    count = int(rng.choice((4, 6, 8)))
    wave = np.sin(np.pi * count * xs / size) * np.sin(np.pi * count * ys / size)
    return _mix(rgb, colours.contrasting(rgb), _ramp(wave * size / count / 2.4))


def stripes(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """Bands across, down or diagonal, 4 to 6 of each tone."""
    ys, xs = _grid(size)
    count = int(rng.integers(4, 7))
    ky, kx = ((0, 1), (1, 0), (1, 1))[rng.integers(3)]
    wave = np.sin(2 * np.pi * count * (ky * ys + kx * xs) / size / (1.5 if ky and kx else 1))
    if ky and kx:
        wave = np.sin(2 * np.pi * max(3, count - 1) * (ys + xs) / size)
    return _mix(rgb, colours.contrasting(rgb), _ramp(wave * size / count / 5.0))


def dots(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """Polka dots in contrast, staggered rows."""
    ys, xs = _grid(size)
    count = int(rng.choice((4, 6)))
    step = size / count
    row = np.floor(ys / step)
    dx = (xs + (row % 2) * step / 2) % step - step / 2
    dy = ys - (row + 0.5) * step
    inside = rng.uniform(0.27, 0.33) * step - np.hypot(dx, dy)
    return _mix(rgb, colours.contrasting(rgb), _ramp(inside))


def marble(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """Soft veins where a smooth field crosses zero."""
    field = noise(rng, size, (11 * size / 128, 11 * size / 128))
    vein = np.exp(-((field / 0.16) ** 2))
    cloud = 1.0 + 0.05 * noise(rng, size, (16, 16))
    second = colours.lighter(rgb, 0.8) if colours.luma(rgb) < 0.5 else colours.darker(rgb, 0.45)
    return _mix(rgb * cloud[..., None], second, 0.85 * vein)


def grass(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """Upright blades as stretched noise in three tones."""
    field = noise(rng, size, (6.5 * size / 128, 1.9 * size / 128))
    level = np.clip(field / 1.6, -1.0, 1.0)
    return _mix(colours.darker(rgb, 0.45), colours.lighter(rgb, 0.18), 0.5 + 0.5 * level)


def stone(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """Cobbles: rounded cells of a jittered wrap-around grid, dark joints."""
    ys, xs = _grid(size)
    count = int(rng.choice((5, 6)))
    step = size / count
    cy, cx = np.mgrid[0:count, 0:count].reshape(2, -1) * step + step / 2
    cx = cx + (np.arange(count * count) // count % 2) * step / 2
    cy, cx = (c + rng.uniform(-0.22, 0.22, c.size) * step for c in (cy, cx))
    dy = np.abs(ys[..., None] - cy.astype(np.float32)) % size
    dx = np.abs(xs[..., None] - cx.astype(np.float32)) % size
    square = np.minimum(dy, size - dy) ** 2 + np.minimum(dx, size - dx) ** 2
    nearest = np.argmin(square, axis=-1)
    two = np.sqrt(np.partition(square, 1, axis=-1)[..., :2])
    edge = (two[..., 1] - two[..., 0]) / 2 - 2.0 * size / 128
    dome = 1.0 - 0.25 * np.clip(two[..., 0] / step, 0, 1)
    return _mix(colours.darker(rgb, 0.22), _tinted(rng, rgb, nearest, 0.2) * dome[..., None], _ramp(edge, 2.0))


def water(rng: np.random.Generator, rgb: colours.Rgb, size: int) -> Image:
    """Wavy horizontal ripples, bent by smooth noise."""
    ys, _ = _grid(size)
    count = int(rng.integers(5, 8))
    bend = noise(rng, size, (16 * size / 128, 11 * size / 128))
    wave = np.sin(2 * np.pi * count * ys / size + 1.25 * bend)
    crest = np.clip(wave, 0, 1) ** 1.5
    return _mix(colours.darker(rgb, 0.85), colours.lighter(rgb, 0.62), crest.astype(np.float32))


MATERIALS: dict[str, Paint] = {
    "plain": plain,
    "brick": brick,
    "planks": planks,
    "tiles": tiles,
    "checker": checker,
    "stripes": stripes,
    "dots": dots,
    "marble": marble,
    "grass": grass,
    "stone": stone,
    "water": water,
}


def paint(rng: np.random.Generator, material: str, rgb: colours.Rgb, size: int = 128, *, roll: bool = True) -> Image:
    """A (size, size, 3) float32 tile of the material in 0..1; rolled by a random offset, as it wraps."""
    tile = np.clip(MATERIALS[material](rng, rgb, size), 0.0, 1.0).astype(np.float32)
    if not roll:
        return tile
    return np.roll(tile, tuple(rng.integers(0, size, 2)), axis=(0, 1))
