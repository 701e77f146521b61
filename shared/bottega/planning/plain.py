"""Hands in plain Python, for hosts that ship no numpy: slow pixel by pixel, so only soft edges are reckoned so.

A megapixel with a soft rim takes some tenths of a second: for the background.
"""

from __future__ import annotations

import dataclasses
import math
import struct
from collections.abc import Sequence

from bottega.events import Picture
from bottega.geometry import Bounds, Extent
from bottega.pixels import Depth, Pixels
from bottega.planning.cutting import cut
from bottega.planning.walking import Hands, layer_bounds

_FORMATS: dict[Depth, tuple[str, int | float]] = {
    "u8": ("B", 255),
    "u16": ("H", 65535),
    "f16": ("e", 1.0),
    "f32": ("f", 1.0),
}
"""How a value is stored, and what stands for 1."""
_WHITE = 65535


def laid(picture: Pixels, layers: Sequence[Picture]) -> Pixels:
    """A picture under layers of its depth, in its own channels."""
    data = bytearray(picture.data)
    for layer in layers:
        place = layer_bounds(layer)
        for row in range(place.height):
            start = (place.y + row) * picture.row_bytes + place.x * picture.pixel_bytes
            _lay_row(data, start, picture, layer.pixels, row)
    return dataclasses.replace(picture, data=bytes(data))


def _lay_row(data: bytearray, start: int, picture: Pixels, layer: Pixels, row: int) -> None:
    """One row of a layer over the picture's values from `start` on."""
    form, top = _FORMATS[layer.depth]
    above = struct.unpack_from(f"<{layer.width * 4}{form}", layer.data, row * layer.row_bytes)
    alphas = above[3::4]
    if not any(alphas):
        return
    channels, length = picture.channels, layer.width * picture.channels
    below = list(struct.unpack_from(f"<{length}{form}", data, start))
    first, last = _solid(alphas, top)
    if last > first and channels == 4:
        below[4 * first : 4 * last] = above[4 * first : 4 * last]
        soft = [*range(first), *range(last, layer.width)]
    else:
        soft = list(range(layer.width))
    for x in soft:
        if alphas[x]:
            color = above[4 * x : 4 * x + 4]
            below[channels * x : channels * (x + 1)] = _mixed(below[channels * x : channels * (x + 1)], color, top)
    struct.pack_into(f"<{length}{form}", data, start, *below)


def _solid(alphas: Sequence[float], top: float) -> tuple[int, int]:
    """A run of wholly opaque pixels, the first of which and the first after which are given."""
    if top not in alphas:
        return 0, 0
    first = alphas.index(top)
    last = len(alphas) - alphas[::-1].index(top)
    return (first, last) if min(alphas[first:last]) == top else (0, 0)


def _mixed(below: list[float], above: Sequence[float], top: float) -> list[float]:
    """One pixel under another of four channels."""
    share = above[3] / top
    if len(below) == 4:
        alpha = below[3] + (top - below[3]) * share
        weight = above[3] / alpha if alpha else 0.0
        values = [under + weight * (over - under) for under, over in zip(below, above[:3], strict=False)] + [alpha]
    else:
        values = [under + share * (over - under) for under, over in zip(below, above[: len(below)], strict=True)]
    return [round(value) for value in values] if isinstance(top, int) else values


def reach(layer: Picture, extent: Extent) -> Pixels:
    """How far a layer shows, on its whole context: 16 bits."""
    place, pixels = layer_bounds(layer), layer.pixels
    form, top = _FORMATS[pixels.depth]
    blank, rows = bytes(2 * extent.width), list[bytes]()
    left, right = bytes(2 * place.x), bytes(2 * (extent.width - place.right))
    for row in range(place.height):
        alphas = struct.unpack_from(f"<{pixels.width * 4}{form}", pixels.data, row * pixels.row_bytes)[3::4]
        whole = struct.pack(f"<{pixels.width}H", *(round(_WHITE * alpha / top) for alpha in alphas))
        rows.append(left + whole + right)
    data = blank * place.y + b"".join(rows) + blank * (extent.height - place.bottom)
    return Pixels(extent.width, extent.height, 1, "u16", "data", data)


def faded(reached: Pixels, place: Bounds, left: float, top: float) -> Pixels | None:
    """A part of that as a mask."""
    mask = cut(reached, place)
    if not any(mask.data):
        return None
    columns, rows, data = min(math.ceil(left), mask.width), min(math.ceil(top), mask.height), bytearray(mask.data)
    for row in range(mask.height):
        count = mask.width if row < rows else columns
        if count:
            start, down = row * mask.row_bytes, row / top if row < rows else 1.0
            values = struct.unpack_from(f"<{count}H", data, start)
            across = (x / left if x < columns else 1.0 for x in range(count))
            struct.pack_into(
                f"<{count}H", data, start, *(round(v * down * a) for v, a in zip(values, across, strict=True))
            )
    return dataclasses.replace(mask, data=bytes(data))


HANDS = Hands(laid, reach, faded)
