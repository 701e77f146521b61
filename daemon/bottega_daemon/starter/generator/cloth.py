"""A wrap-around tile as a surface's texture: smaller copies for farther places, looked up bilinearly."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
LEVELS = 5


def level(tile: Array, footprint: Array) -> NDArray[np.int32]:
    """Which copy shows a surface of which one pixel covers `footprint` tiles without flicker."""
    texels = np.maximum(footprint * np.float32(tile.shape[0]), 1e-6)
    return np.clip(np.log2(texels) + 0.3, 0, LEVELS - 1).astype(np.int32)


def sample(tile: Array, shrunk: int, u: Array, v: Array) -> Array:
    """Bilinear colours (h, w, 3) at u to the right and v down, in tiles; it wraps. `shrunk` is a level."""
    if shrunk:
        side = max(2, tile.shape[0] >> shrunk)
        tile = np.asarray(cv2.resize(tile, (side, side), interpolation=cv2.INTER_AREA), np.float32)
    side = np.float32(tile.shape[0])
    x, y = (((place - np.floor(place)) * side - np.float32(0.5)).astype(np.float32) for place in (u, v))
    return np.asarray(cv2.remap(tile, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32)
