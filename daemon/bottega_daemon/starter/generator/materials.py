"""The materials by name. All are drawn wrap-around, so that they tile, with lines of four native pixels and more."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bottega_daemon.starter.generator import colours, extra, natural, patterns
from bottega_daemon.starter.generator.fields import NATIVE, Grid, Image

Paint = Callable[[np.random.Generator, colours.Rgb, Grid], Image]

MATERIALS: dict[str, Paint] = {
    "plain": patterns.plain,
    "brick": patterns.brick,
    "planks": patterns.planks,
    "tiles": patterns.tiles,
    "checker": patterns.checker,
    "stripes": patterns.stripes,
    "dots": patterns.dots,
    "marble": natural.marble,
    "grass": natural.grass,
    "stone": natural.stone,
    "water": natural.water,
    "metal": patterns.metal,
    "fabric": patterns.fabric,
    "sand": natural.sand,
}
EXTRA: dict[str, Paint] = {"mosaic": extra.mosaic, "petrol": extra.petrol}


def paint(
    rng: np.random.Generator,
    material: str,
    rgb: colours.Rgb,
    size: int = NATIVE,
    *,
    roll: bool = True,
    repeats: int | None = None,
) -> Image:
    """A (size, size, 3) float32 tile of a material (or of EXTRA) in 0..1; rolled by a random offset, as it wraps.

    repeats: native pictures a side, by default as many as fit, so that features keep their pixels at 256; a tile
    smaller than native is the same picture, shrunk.
    """
    grid = Grid(size, repeats or max(1, size // NATIVE))
    painter = MATERIALS.get(material) or EXTRA[material]
    tile = np.clip(painter(rng, rgb, grid), 0.0, 1.0).astype(np.float32, copy=False)
    if not roll:
        return tile
    return np.roll(tile, tuple(rng.integers(0, size, 2)), axis=(0, 1))
