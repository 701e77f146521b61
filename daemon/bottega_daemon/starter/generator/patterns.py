"""Laid, woven and printed materials: paint, brick, planks, tiles, checker, stripes, dots, metal plate, fabric.

Every one takes a generator, a colour and a grid, and returns (size, size, 3) in 0..1 that wraps; lines are at least
four native pixels wide, for the autoencoder's latents are eight pixels apart.
"""

from __future__ import annotations

import numpy as np

from bottega_daemon.starter.generator import colours
from bottega_daemon.starter.generator.fields import NATIVE, Grid, Image, bond, mix, noise, step, tinted, waves


def plain(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Paint with a hint of cloud in it."""
    return rgb * (1.0 + 0.03 * noise(rng, grid, 14, 14))[..., None]


def brick(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Running bond, 8 or 6 courses, mortar of 4 to 5 px, light beside dark bricks and dark beside light ones."""
    rows, columns = ((8, 4), (6, 3))[rng.integers(2)]
    dy, dx, cells = bond(grid, rows * grid.repeats, columns * grid.repeats, 0.5)
    mortar = np.full(3, 0.80 if colours.luma(rgb) < 0.6 else 0.35, dtype=np.float32)
    half = rng.uniform(2.0, 2.6)
    return mix(mortar, tinted(rng, rgb, cells, 0.18), step(grid, np.minimum(dy, dx) - half))


def planks(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Four or six long boards with joints of 4 px and a streaky grain along them."""
    rows = int(rng.choice((4, 6)))
    dy, dx, cells = bond(grid, rows * grid.repeats, grid.repeats, 0.5)
    grain = 1.0 + 0.09 * noise(rng, grid, 2.0, 26)
    board = tinted(rng, rgb, cells, 0.22) * grain[..., None]
    return mix(colours.joint(rgb), board, step(grid, np.minimum(dy, dx) - 2.1))


def tiles(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Square tiles with joints of 4 to 5 px, light on dark tiles and dark on light ones."""
    count = int(rng.choice((3, 4))) * grid.repeats
    dy, dx, cells = bond(grid, count, count, 0.0)
    line = colours.lighter(rgb, 0.75) if colours.luma(rgb) < 0.5 else colours.darker(rgb, 0.35)
    inner = np.minimum(dy, dx) - rng.uniform(2.0, 2.6)
    sheen = np.float32(1.0) - np.float32(0.10) * np.exp(-inner / 4.0)
    return mix(line, tinted(rng, rgb, cells, 0.10) * sheen[..., None], step(grid, inner))


def checker(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """A chess board of 4, 6 or 8 fields a side in the colour and its contrast."""
    count = int(rng.choice((4, 6, 8)))
    field = NATIVE / count
    wave = np.sin(np.pi / field * grid.x) * np.sin(np.pi / field * grid.y)
    return mix(rgb, colours.contrasting(rgb), step(grid, (wave * field / 2.4).astype(np.float32)))


def stripes(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Bands across, down or diagonal, 4 to 6 of each tone (3 to 5 along a diagonal)."""
    count = int(rng.integers(4, 7))
    down, across = ((0, 1), (1, 0), (1, 1), (1, -1))[rng.choice(4, p=(0.35, 0.35, 0.15, 0.15))]
    count -= 1 if down and across else 0
    wave = np.sin(waves(grid, down * count, across * count))
    return mix(rgb, colours.contrasting(rgb), step(grid, wave * (NATIVE / count / 5.0)))


def dots(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Polka dots of 11 to 21 px in contrast, staggered rows."""
    pitch = NATIVE / int(rng.choice((4, 6)))
    row = np.floor(grid.y / pitch)
    dx = (grid.x + (row % 2) * (pitch / 2)) % pitch - pitch / 2
    dy = grid.y - (row + 0.5) * pitch
    inside = rng.uniform(0.27, 0.33) * pitch - np.hypot(dx, dy)
    return mix(rgb, colours.contrasting(rgb), step(grid, inside.astype(np.float32)))


def metal(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Diamond plate: raised lozenges, 7 to 8 px wide and 18 long, lit from above, each across its neighbours."""
    pitch = NATIVE / 6
    row, column = np.floor(grid.y / pitch), np.floor(grid.x / pitch)
    dy, dx = grid.y - (row + 0.5) * pitch, grid.x - (column + 0.5) * pitch
    turn = np.where((row + column) % 2 == 0, np.float32(np.sqrt(0.5)), np.float32(-np.sqrt(0.5)))
    even = np.float32(np.sqrt(0.5))
    along, across = dx * even + dy * turn, dy * even - dx * turn
    wide, long = rng.uniform(3.5, 4.2), rng.uniform(8.8, 9.6)
    inside = wide * (1.0 - np.abs(along / np.float32(long)) ** 1.6) - np.abs(across)
    raised, under = step(grid, inside, 1.5), step(grid, inside + 1.6, 3.2)
    brushed = 0.84 + 0.03 * noise(rng, grid, 26, 2.5)
    plate = rgb * (brushed * (1.0 - 0.5 * under))[..., None]
    bright = np.clip(0.62 - across / 7.0, 0.15, 0.9)
    return mix(plate, rgb + (1 - rgb) * bright[..., None], raised)


def fabric(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """A basket weave: pairs of threads of 8 or 11 px, over and under in turn, rounded, with dark gaps."""
    pitch = NATIVE / int(rng.choice((6, 8)))
    down, right = grid.y / pitch, grid.x / pitch
    level = (np.floor(down) + np.floor(right)) % 2 == 0
    down, right = down % 1.0, right % 1.0
    side = np.where(level, down, right) * 2 % 1.0 * 2 - 1
    length = np.where(level, right, down) * 2 - 1
    tone = (0.34 + 0.74 * np.sqrt(np.clip(1.0 - 0.9 * side**2, 0.0, 1.0))) * (1.0 - 0.45 * length**4)
    tone *= np.where(level, np.float32(1.06), np.float32(0.88))
    lift = 0.2 if colours.luma(rgb) < 0.15 else 0.0
    return colours.lighter(rgb, lift) * tone[..., None].astype(np.float32)
