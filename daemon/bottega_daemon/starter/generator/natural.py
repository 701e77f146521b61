"""Grown and weathered materials: marble, grass, stone, water, sand; each wraps, as in `patterns`."""

from __future__ import annotations

import numpy as np

from bottega_daemon.starter.generator import colours
from bottega_daemon.starter.generator.fields import Grid, Image, cells, mix, noise, step, tinted, waves


def marble(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Smooth veins of about 5 px where a soft field crosses zero."""
    field = noise(rng, grid, 11, 11)
    vein = np.exp(-((field / np.float32(0.27)) ** 2))
    cloud = 1.0 + 0.05 * noise(rng, grid, 16, 16)
    second = colours.lighter(rgb, 0.8) if colours.luma(rgb) < 0.5 else colours.darker(rgb, 0.45)
    return mix(rgb * cloud[..., None], second, np.float32(0.9) * vein)


def grass(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Upright blades, 5 px wide and some 20 high, from dark to light."""
    field = noise(rng, grid, 7.5, 2.1)
    level = np.clip(field / 1.5, -1.0, 1.0)
    return mix(colours.darker(rgb, 0.42), colours.lighter(rgb, _lift(rgb, 0.16)), 0.5 + 0.5 * level)


def stone(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Cobbles: domes lit from above left, with wide soft joints between them."""
    found = cells(rng, grid, int(rng.choice((4, 6))), 0.2, 0.5)
    edge = (found.second - found.first) / 2
    reach = found.first + edge  # about half the way to the neighbour
    lit = (found.dy + found.dx) / (reach + 1e-3)
    dome = 1.02 + 0.14 * lit - 0.18 * (found.first / (reach + 1e-3)) ** 2
    cobble = tinted(rng, colours.lighter(rgb, _lift(rgb, 0.0)), found.number, 0.18) * dome[..., None]
    return mix(colours.joint(rgb), cobble, step(grid, edge - 3.0, 3.0))


def water(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Wavy level ripples, bent by smooth noise, with light crests of 6 to 9 px."""
    bend = noise(rng, grid, 16, 11)
    wave = np.sin(waves(grid, int(rng.integers(5, 8)), 0) + np.float32(1.35) * bend)
    crest = np.clip(wave, 0, 1) ** 1.5
    return mix(colours.darker(rgb, 0.80), colours.lighter(rgb, 0.66), crest.astype(np.float32))


def sand(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Coarse grain, spots of about 5 px, over low slanting dunes."""
    grain = np.clip(noise(rng, grid, 1.9, 1.9) / 1.7, -1.0, 1.0)
    down, across = ((2, 1), (2, -1), (3, 1), (3, -1))[rng.integers(4)]
    dunes = np.sin(waves(grid, down, across) + np.float32(0.8) * noise(rng, grid, 16, 16))
    tone = 0.5 + 0.36 * grain + 0.14 * dunes
    return mix(colours.darker(rgb, 0.50), colours.lighter(rgb, _lift(rgb, 0.42)), np.clip(tone, 0, 1))


def _lift(rgb: colours.Rgb, amount: float) -> float:
    """How much white the light tone takes: more for near-black, whose own tones cannot be told apart."""
    return max(amount, 0.32) if colours.luma(rgb) < 0.15 else amount
