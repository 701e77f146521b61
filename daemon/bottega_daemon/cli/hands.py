"""How the command line works on pixels while it carries out a plan: with numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

from bottega import messages as m
from bottega.events import Picture
from bottega.geometry import Bounds, Extent
from bottega.pixels import Pixels
from bottega.planning.walking import Hands, layer_bounds
from bottega_daemon.cli.layers import array_of, laid


def reach(layer: Picture, extent: Extent) -> np.ndarray[Any, Any]:
    """How far a layer shows, on its whole context: [height, width] of 16 bits."""
    values = array_of(layer.pixels)[..., 3]
    top = np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1
    whole, place = np.zeros((extent.height, extent.width), np.uint16), layer_bounds(layer)
    whole[place.y : place.bottom, place.x : place.right] = np.rint(values.astype(np.float32) / top * 65535.0)
    return whole


def faded(reached: np.ndarray[Any, Any], place: Bounds, left: float, top: float) -> Pixels | None:
    """A part of that as a mask, faded in over so many pixels from its left and top; None if it shows nowhere there."""
    mask = reached[place.y : place.bottom, place.x : place.right].astype(np.float32)
    if not mask.any():
        return None
    if left:
        mask *= np.minimum(np.arange(place.width) / left, 1.0)
    if top:
        mask *= np.minimum(np.arange(place.height) / top, 1.0)[:, None]
    return Pixels.of(np.rint(mask).astype(np.uint16), "data")


def showing(over: Pixels, reached: np.ndarray[Any, Any]) -> Picture:
    """RGBA as a layer that shows so far, cut to where it does."""
    rows, columns = (np.flatnonzero(reached.any(axis=axis)) for axis in (1, 0))
    top, left = (int(found[0]) if len(found) else 0 for found in (rows, columns))
    bottom, right = (int(found[-1]) + 1 if len(found) else 1 for found in (rows, columns))
    values = array_of(over)[top:bottom, left:right].copy()
    one = np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1
    shown = reached[top:bottom, left:right] * (one / 65535.0)
    values[..., 3] = np.rint(shown) if values.dtype.kind == "u" else shown
    bounds = m.Bounds(x=left, y=top, width=right - left, height=bottom - top)
    return Picture("", 0, 0, Pixels.of(values, over.color_space), bounds)


HANDS = Hands(laid, reach, faded)
