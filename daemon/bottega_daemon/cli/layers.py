"""Repainted layers laid over the picture that they were made for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bottega.pixels import Pixels

if TYPE_CHECKING:
    import numpy as np

    from bottega.events import Picture

_KINDS = {"u8": "<u1", "u16": "<u2", "f16": "<f2", "f32": "<f4"}


def laid(picture: Pixels, layers: Iterable[Picture]) -> Pixels:
    """The picture under its layers, in its own channels and depth. Where a layer's alpha is 0, and outside of its
    bounds, every bit is the picture's own."""
    values = array_of(picture).copy()
    for layer in layers:
        assert layer.bounds is not None
        x, y = layer.bounds.x, layer.bounds.y
        place = values[y : y + layer.pixels.height, x : x + layer.pixels.width]
        place[...] = _over(place, array_of(layer.pixels))
    return Pixels(picture.width, picture.height, picture.channels, picture.depth, picture.color_space, values.tobytes())


def expanded(picture: Pixels, left: int, top: int, right: int, bottom: int) -> Pixels:
    """The picture on a larger canvas; what is new is transparent."""
    import numpy as np

    old = array_of(picture)
    white = np.iinfo(old.dtype).max if old.dtype.kind == "u" else 1
    colours = old[..., :3] if picture.channels > 1 else np.repeat(old, 3, axis=-1)
    alpha = old[..., 3:] if picture.channels == 4 else np.full((*old.shape[:2], 1), white, old.dtype)
    whole = np.pad(np.concatenate([colours, alpha], axis=-1), ((top, bottom), (left, right), (0, 0)))
    return Pixels(whole.shape[1], whole.shape[0], 4, picture.depth, picture.color_space, whole.tobytes())


def array_of(pixels: Pixels) -> np.ndarray[Any, Any]:
    """[height, width, channels] as stored; read only."""
    import numpy as np

    values = np.frombuffer(pixels.data, _KINDS[pixels.depth])
    return values.reshape(pixels.height, pixels.width, pixels.channels)


def _over(below: np.ndarray[Any, Any], above: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """RGBA above anything, with straight alpha (Porter and Duff 1984, "over"); a grey picture takes a grey layer.

    Infinite lights stay infinite where they still show, and go where they do not.
    """
    import numpy as np

    top = float(np.iinfo(below.dtype).max) if below.dtype.kind == "u" else 1.0
    under, over = (each.astype(np.float64) / top for each in (below, above))
    alpha, own = over[..., 3:], under[..., 3:] if below.shape[-1] == 4 else np.float64(1)
    total = alpha + own * (1 - alpha)
    share = np.divide(alpha, total, out=np.zeros_like(alpha), where=total > 0)
    colours = over[..., : min(3, below.shape[-1])]
    with np.errstate(invalid="ignore"):  # of lights that do not show
        mixed = under[..., : colours.shape[-1]] * (1 - share) + colours * share
    mixed = np.where(share == 1, colours, mixed)
    if below.shape[-1] == 4:
        mixed = np.concatenate([mixed, total], axis=-1)
    stored = np.rint(mixed * top) if below.dtype.kind == "u" else mixed
    return np.where(above[..., 3:] > 0, stored.astype(below.dtype), below)
