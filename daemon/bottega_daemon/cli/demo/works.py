"""What the demo paints: three textures, a repainted wall, and a scene that follows its depth and its edges."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from bottega.pixels import Pixels
from bottega.tasks import Generate, Inpaint, Paints, canny_control, depth_control

INPUTS = Path(__file__).parents[2] / "starter" / "demo"
SIDE = 128
"""Pixels a side that the starter model is at home at."""
STEPS = 20
TEXTURES = (("red brick wall", 8), ("blue planks", 4), ("pink stripes", 4))
"""Prompts and seeds."""
REPAINTED = "green tiles"
SCENE = "a blue sphere on a white floor"


@dataclass(frozen=True)
class Work:
    """One job of the demo: the file that it leaves, what it does in words, and the task."""

    name: str
    label: str
    task: Paints


@dataclass(frozen=True)
class Inputs:
    """The pictures that the repository carries, at the starter's size."""

    wall: Pixels
    mask: Pixels
    scene: Pixels
    depth: Pixels


def inputs() -> Inputs:
    """Read them. The masks and colours are shrunk by area, the depth by picking, as distances must not be mixed."""
    with np.load(INPUTS / "scene_depth.npz", allow_pickle=False) as file:
        z = file["z"]
    step = max(1, z.shape[0] // SIDE)
    return Inputs(
        _picture("wall.png", "RGB"),
        Pixels.of(np.asarray(_image("wall_mask.png", "L")), "data"),
        _picture("scene.png", "RGB"),
        Pixels.of(np.ascontiguousarray(z[::step, ::step], np.float32), "data"),
    )


def works(given: Inputs) -> tuple[Work, ...]:
    """The demo's jobs, in the order of the contact sheet."""
    textures = [
        Work(f"texture-{number}", "texture", Generate(prompt, SIDE, SIDE, steps=STEPS, seed=seed, seamless="xy"))
        for number, (prompt, seed) in enumerate(TEXTURES, 1)
    ]
    repainted = Inpaint(given.wall, given.mask, REPAINTED, steps=STEPS, seed=3)
    depth = Generate(SCENE, SIDE, SIDE, steps=STEPS, seed=5, controls=[depth_control(given.depth)])
    edges = Generate(SCENE, SIDE, SIDE, steps=STEPS, seed=5, controls=[canny_control(given.scene)])
    return (
        *textures,
        Work("inpaint", "inpaint", repainted),
        Work("scene-depth", "follow depth", depth),
        Work("scene-canny", "follow edges", edges),
    )


def _picture(name: str, mode: str) -> Pixels:
    return Pixels.of(np.asarray(_image(name, mode)), "srgb")


def _image(name: str, mode: str) -> Image.Image:
    with Image.open(INPUTS / name) as image:
        return image.convert(mode).resize((SIDE, SIDE), Image.Resampling.BOX)
