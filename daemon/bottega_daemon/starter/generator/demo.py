"""Draws the demo's inputs: a scene with its depth, and a plank wall with a soft-edged selection.

`python -m bottega_daemon.starter.generator.demo FOLDER` writes scene.png, scene_depth.npz, wall.png and wall_mask.png.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator import colours, materials, scene

SIZE = 256  # the starter is at home at 128; a demo may shrink these by two


def _scene() -> scene.Scene:
    things = (scene.Thing("sphere", "red", "plain"),)
    floor, wall = scene.Thing("floor", "grey", "plain"), scene.Thing("wall", "white", "plain")
    return scene.render(np.random.default_rng(20), floor, wall, things, SIZE)


def _soft_mask() -> NDArray[np.uint8]:
    """A rounded selection in the middle, its edge 12 px soft."""
    ys, xs = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) + 0.5
    away = np.hypot(np.maximum(np.abs(xs - 128) - 40, 0), np.maximum(np.abs(ys - 128) - 40, 0)) - 30
    return np.round(np.clip(0.5 - away / 12.0, 0, 1) * 255).astype(np.uint8)


def write(folder: Path) -> None:
    """Write the four files. scene_depth.npz holds "z": float32 (256, 256), planar metres."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = _scene()
    rgb = np.round(drawn.rgb * 255).astype(np.uint8)
    cv2.imwrite(str(folder / "scene.png"), np.ascontiguousarray(rgb[..., ::-1]))
    np.savez_compressed(folder / "scene_depth.npz", z=drawn.depth.astype(np.float32))
    rng = np.random.default_rng(4)
    wall = materials.paint(rng, "planks", colours.shade(rng, "brown"), SIZE, roll=False, repeats=1)
    cv2.imwrite(str(folder / "wall.png"), np.round(wall[..., ::-1] * 255).astype(np.uint8))
    cv2.imwrite(str(folder / "wall_mask.png"), _soft_mask())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
