"""Hands in plain Python, for hosts that ship no numpy: slow pixel by pixel, so only soft edges are reckoned so.

A megapixel with a soft rim takes some tenths of a second: for the background.
"""

from __future__ import annotations

import dataclasses
import math
import struct
from collections.abc import Sequence
from typing import Literal

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
_BITS: dict[Depth, tuple[Literal["B", "H", "I"], int]] = {
    "u8": ("B", 255),
    "u16": ("H", 65535),
    "f16": ("H", 0x3C00),
    "f32": ("I", 0x3F800000),
}
"""Whole numbers of the same size, and the one whose bits are those of 1."""
_WHITE = 65535


def laid(picture: Pixels, layers: Sequence[Picture]) -> Pixels:
    """A picture under layers of its depth, in its own channels."""
    data = bytearray(picture.data)
    for layer in layers:
        place = layer_bounds(layer)
        for row in range(place.height):
            start = (place.y + row) * picture.row_bytes + place.x * picture.pixel_bytes
            lay_row(data, start, picture.channels, layer.pixels, row)
    return dataclasses.replace(picture, data=bytes(data))


def lay_row(data: bytearray, start: int, channels: int, layer: Pixels, row: int) -> None:
    """One row of a layer over values of its depth, which begin at this byte. What is opaque is copied as it is."""
    kind, one = _BITS[layer.depth]
    above = memoryview(layer.data)[row * layer.row_bytes : (row + 1) * layer.row_bytes].cast(kind)
    alphas = above[3::4].tolist()
    if not any(alphas):
        return
    first, last = _solid(alphas, one)
    if last > first:
        size = channels * above.itemsize
        below = memoryview(data)[start + first * size : start + last * size].cast(kind)
        for channel in range(channels):
            below[channel::channels] = above[4 * first + channel : 4 * last : 4]
    for begin, end in ((0, first), (last, layer.width)):
        _mix_row(data, start, channels, layer, row * layer.row_bytes, begin, end)


def _mix_row(data: bytearray, start: int, channels: int, layer: Pixels, above: int, begin: int, end: int) -> None:
    """The pixels from `begin` to `end` of a row that begins at the layer's byte `above`."""
    form, top = _FORMATS[layer.depth]
    size = layer.pixel_bytes // 4
    over = struct.unpack_from(f"<{(end - begin) * 4}{form}", layer.data, above + begin * 4 * size)
    place, length = start + begin * channels * size, (end - begin) * channels
    below = list(struct.unpack_from(f"<{length}{form}", data, place))
    for x in range(end - begin):
        if over[4 * x + 3]:
            color = over[4 * x : 4 * x + 4]
            below[channels * x : channels * (x + 1)] = _mixed(below[channels * x : channels * (x + 1)], color, top)
    struct.pack_into(f"<{length}{form}", data, place, *below)


def _solid(alphas: Sequence[int], one: int) -> tuple[int, int]:
    """A run of wholly opaque pixels, the first of which and the first after which are given."""
    if one not in alphas:
        return 0, 0
    first = alphas.index(one)
    last = len(alphas) - alphas[::-1].index(one)
    return (first, last) if min(alphas[first:last]) == one else (0, 0)


def _mixed(below: list[float], above: Sequence[float], top: float) -> list[float]:
    """One pixel under another of four channels."""
    share = above[3] / top
    if len(below) == 4:
        alpha = below[3] + (top - below[3]) * share
        weight = above[3] / alpha if alpha else 0.0
        values = [_between(under, over, weight) for under, over in zip(below, above[:3], strict=False)] + [alpha]
    else:
        values = [_between(under, over, share) for under, over in zip(below, above[: len(below)], strict=True)]
    return [round(value) for value in values] if isinstance(top, int) else values


def _between(under: float, over: float, share: float) -> float:
    """A mix, in which infinite lights stay infinite where they still show."""
    return over if share >= 1.0 else under * (1.0 - share) + over * share


def reach(layer: Picture, extent: Extent) -> Pixels:
    """How far a layer shows, on its whole context: 16 bits."""
    place, pixels = layer_bounds(layer), layer.pixels
    blank, left, right = bytes(2 * extent.width), bytes(2 * place.x), bytes(2 * (extent.width - place.right))
    rows = [blank] * place.y
    rows += [left + _alphas(pixels, row) + right for row in range(place.height)]
    rows += [blank] * (extent.height - place.bottom)
    return Pixels(extent.width, extent.height, 1, "u16", "data", b"".join(rows))


def _alphas(layer: Pixels, row: int) -> bytes:
    """A row's alpha in 16 bits."""
    data = memoryview(layer.data)[row * layer.row_bytes : (row + 1) * layer.row_bytes]
    if layer.depth == "u16":
        return data.cast("H")[3::4].tobytes()
    if layer.depth == "u8":
        whole = bytearray(2 * layer.width)
        whole[0::2] = whole[1::2] = data[3::4]
        return bytes(whole)
    alphas = struct.unpack(f"<{layer.width * 4}{_FORMATS[layer.depth][0]}", data)[3::4]
    return struct.pack(f"<{layer.width}H", *(round(_WHITE * alpha) for alpha in alphas))


def faded(reached: Pixels, place: Bounds, left: float, top: float) -> Pixels | None:
    """A part of that as a mask."""
    mask = cut(reached, place)
    if mask.data.count(0) == len(mask.data):
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
