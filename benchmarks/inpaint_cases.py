"""The pictures of `benchmarks.inpaint`, drawn by the starter's own generator, and what is selected of them."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.inpaint_sides import NATIVE, Case
from bottega_daemon.diffusion.pixels import Floats, to_float
from bottega_daemon.starter.generator.sample import draw

WORLD = 5
"""The seed of the generator's numbered pictures."""
TEXTURES = (229, 122, 4, 3, 17, 23, 31, 44)
"""Dots, a checkerboard, bricks, marble, grass, sand, plain paint, wood."""
FINE = (3, 229, 4, 23, 44)
"""Those of which 64 px on a canvas of 2048 are selected: marble, dots, bricks, sand, wood."""
LARGE = "64 px on 2048"
SCENES = (("one", 8, 30, 70), ("one", 12, 60, 74), ("one", 20, 60, 74), ("figure", 3, 60, 74))
"""Kind, number, and where a circle is selected."""


def cases() -> list[Case]:
    """Hard selections on textures and scenes, a soft one, one on a gradient; and 64 px on canvases of 2048."""
    found: list[Case] = []
    for place, number in enumerate(TEXTURES):
        wall = draw(WORLD, number, NATIVE, "flat")
        mask = circle(NATIVE, 64, 60, 26, 0) if place % 2 else square(NATIVE, 40, 40, 48)
        found.append(Case(wall.material, to_float(wall.rgb), mask, wall.caption))
    for kind, number, x, y in SCENES:
        scene = draw(WORLD, number, NATIVE, kind)
        found.append(Case("scene", to_float(scene.rgb), circle(NATIVE, x, y, 24, 0), scene.caption))
    brushed = draw(WORLD, 21, NATIVE, "two")
    found.append(Case("soft brush", to_float(brushed.rgb), circle(NATIVE, 88, 60, 22, 6), brushed.caption))
    ramp = np.linspace(0.25, 0.75, NATIVE, dtype=np.float32)[None, :, None] * np.ones((NATIVE, 1, 3), np.float32)
    found.append(Case("gradient", ramp, square(NATIVE, 40, 44, 40), "a plain grey wall"))
    return [*found, *(small_on_large(number) for number in FINE)]


def small_on_large(number: int) -> Case:
    """64 px of a canvas of 2048."""
    wall = draw(WORLD, number, NATIVE, "flat")
    canvas = np.tile(to_float(wall.rgb), (2048 // NATIVE, 2048 // NATIVE, 1))
    return Case(f"{LARGE}: {wall.material}", canvas, square(2048, 970, 1010, 64), wall.caption)


def square(size: int, left: int, top: int, side: int) -> Floats:
    """A hard selection."""
    mask = np.zeros((size, size), np.float32)
    mask[top : top + side, left : left + side] = 1
    return mask


def circle(size: int, x: int, y: int, radius: int, soft: float) -> Floats:
    """A round selection, its edge softened by so many pixels."""
    mask = np.zeros((size, size), np.float32)
    cv2.circle(mask, (x, y), radius, 1.0, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), soft), np.float32) if soft else mask
