"""Parts of pictures, masks and structures cut out as a plan says, and laid back."""

from __future__ import annotations

import dataclasses
import struct
from array import array
from fractions import Fraction
from typing import Literal

from bottega.geometry import Bounds, Extent
from bottega.pixels import DEPTH_BYTES, Depth, Pixels
from bottega.planning.choices import wrong
from bottega.tasks import Control, DepthHint, InpaintHint, Keypoint, MapHint, NormalHint, PhotoHint, PoseHint

_FORMATS: dict[Depth, tuple[str, float]] = {"u8": ("<B", 255), "u16": ("<H", 65535), "f16": ("<e", 1), "f32": ("<f", 1)}
"""How a value is stored, and what stands for 1."""
_KINDS: dict[int, Literal["B", "H", "I"]] = {1: "B", 2: "H", 4: "I"}
"""Whole numbers by their bytes: values that are only moved, or asked whether they are 0."""


def bounds_of(mask: Pixels) -> Bounds | None:
    """The least bounds that hold every pixel of a mask that is not 0; None if there is none."""
    data, step, size = mask.data, mask.row_bytes, mask.pixel_bytes
    above = len(data) - len(data.lstrip(b"\0"))
    if above == len(data):
        return None
    top, bottom = above // step, -(-len(data.rstrip(b"\0")) // step)
    left, right = step, 0
    for row in range(top, bottom):
        line = data[row * step : (row + 1) * step].rstrip(b"\0")
        right = max(right, len(line))
        left = min(left, len(line) - len(line.lstrip(b"\0"))) if line else left
    return Bounds.between(left // size, top, -(-right // size), bottom)


def cut(pixels: Pixels, bounds: Bounds, outside: float | None = None) -> Pixels:
    """The part in these bounds. Where they leave the picture, its edge is repeated, or all channels are `outside`."""
    if bounds == pixels.extent.bounds:
        return pixels
    if bounds in pixels.extent.bounds:
        return pixels.crop(bounds.x, bounds.y, bounds.width, bounds.height)
    void = None if outside is None else _pixel(pixels, outside)
    rows = [_row(pixels, y, bounds, void) for y in range(bounds.y, bounds.bottom)]
    return dataclasses.replace(pixels, width=bounds.width, height=bounds.height, data=b"".join(rows))


def _row(pixels: Pixels, y: int, bounds: Bounds, void: bytes | None) -> bytes:
    """A row of the canvas's plane from the bounds' left to their right edge."""
    if void is not None and not 0 <= y < pixels.height:
        return void * bounds.width
    size, step = pixels.pixel_bytes, pixels.row_bytes
    begin = min(max(y, 0), pixels.height - 1) * step
    left, right = min(max(-bounds.x, 0), bounds.width), min(max(bounds.right - pixels.width, 0), bounds.width)
    first, last = pixels.data[begin : begin + size], pixels.data[begin + step - size : begin + step]
    start = begin + max(bounds.x, 0) * size
    middle = pixels.data[start : start + (bounds.width - left - right) * size]
    return (first if void is None else void) * left + middle + (last if void is None else void) * right


def _pixel(pixels: Pixels, value: float) -> bytes:
    form, one = _FORMATS[pixels.depth]
    stored = value if form in ("<e", "<f") else round(min(max(value, 0.0), 1.0) * one)
    return struct.pack(form, stored) * pixels.channels


def cut_mask(mask: Pixels, bounds: Bounds, selection: Bounds) -> Pixels:
    """The part of a canvas's mask in these bounds: where they leave the canvas, 1 inside of the selection, 0 elsewhere.

    Where there is no canvas yet, all that is selected is to be painted.
    """
    part = cut(mask, bounds, 0.0)
    beyond = selection.within(bounds)
    if bounds in mask.extent.bounds or not beyond:
        return part
    white = cut(mask, beyond, 1.0)
    return pasted(part, white, beyond.seen_from(bounds))


def with_void(mask: Pixels, picture: Pixels) -> Pixels:
    """The mask, 1 also where the picture's alpha is 0: it has no colour there yet. Both have the same size."""
    if picture.channels < 4:
        return mask
    alphas = memoryview(picture.data).cast(_KINDS[DEPTH_BYTES[picture.depth]])[3::4]
    values = array(_KINDS[DEPTH_BYTES[mask.depth]], mask.data)
    white = int.from_bytes(_pixel(mask, 1.0), "little")
    for row in range(picture.height):
        part = slice(row * picture.width, (row + 1) * picture.width)
        known = alphas[part].tolist()
        if 0 in known:
            shown = zip(values[part], known, strict=True)
            values[part] = array(values.typecode, (value if alpha else white for value, alpha in shown))
    return dataclasses.replace(mask, data=values.tobytes())


def unseen(picture: Pixels) -> Pixels:
    """Its own colours as RGBA, wholly transparent."""
    kind = _KINDS[DEPTH_BYTES[picture.depth]]
    channels, data = picture.channels, bytearray(picture.width * picture.height * 4 * DEPTH_BYTES[picture.depth])
    under, over = memoryview(picture.data).cast(kind), memoryview(data).cast(kind)
    for row in range(picture.height):  # one by one: a host's main thread wants Python's lock in between
        old = under[row * picture.width * channels : (row + 1) * picture.width * channels]
        new = over[row * picture.width * 4 : (row + 1) * picture.width * 4]
        for channel in range(3):
            new[channel::4] = old[channel if channels > 1 else 0 :: channels]
    return dataclasses.replace(picture, channels=4, data=bytes(data))


def pasted(pixels: Pixels, part: Pixels, at: Bounds) -> Pixels:
    """The picture with a part laid over it, opaque; what leaves the picture is dropped.

    Raises InvalidRequest unless the part has the picture's kind of pixels and the bounds' size.
    """
    kind = (part.channels, part.depth, part.color_space)
    if kind != (pixels.channels, pixels.depth, pixels.color_space) or part.extent != at.extent:
        raise wrong("part", f"{part!r} does not fit {pixels!r} as {at}.", "Convert or resample it first.")
    seen = at.within(pixels.extent.bounds)
    size, step, data = pixels.pixel_bytes, pixels.row_bytes, bytearray(pixels.data)
    source, length = memoryview(part.data), seen.width * pixels.pixel_bytes
    for row in range(seen.y, seen.bottom):
        begin, start = (row - at.y) * part.row_bytes + (seen.x - at.x) * size, row * step + seen.x * size
        data[start : start + length] = source[begin : begin + length]
    return dataclasses.replace(pixels, data=bytes(data))


def cut_control(control: Control, canvas: Extent, context: Bounds, content: Extent | None = None) -> Control:
    """What a control over the whole canvas says about a context that is denoised at the size `content` (None: its own).

    Hints of another resolution than the canvas's are cut at their own, to their nearest pixel. Where the context leaves
    the canvas they say nothing: far away, no edge, no skeleton, no surface.
    """
    hint = control.hint
    if isinstance(hint, InpaintHint):  # made of what is sent
        return control
    if isinstance(hint, PoseHint):
        size = content or context.extent
        figures = tuple(tuple(_moved(joint, context, size) for joint in figure) for figure in hint.figures)
        return dataclasses.replace(control, hint=PoseHint(figures))
    if isinstance(hint, MapHint):
        return dataclasses.replace(control, hint=MapHint(_matching(hint.map, canvas, context, 0.0)))
    if isinstance(hint, NormalHint):
        normals = _matching(hint.normals, canvas, context, 0.0)
        return dataclasses.replace(control, hint=NormalHint(normals))
    if isinstance(hint, PhotoHint):  # its edge is repeated, lest an edge be detected there
        photo = _matching(hint.photo, canvas, context, None)
        return dataclasses.replace(control, hint=dataclasses.replace(hint, photo=photo))
    background = _matching(hint.background, canvas, context, 1.0) if hint.background else None
    z = _matching(hint.z, canvas, context, float("inf"))
    return dataclasses.replace(control, hint=DepthHint(z, background))


def _moved(joint: Keypoint, context: Bounds, size: Extent) -> Keypoint:
    """In pixels of what is denoised, as the contract wants figures."""
    x, y = (joint.x - context.x) * size.width / context.width, (joint.y - context.y) * size.height / context.height
    return dataclasses.replace(joint, x=x, y=y)


def _matching(hint: Pixels, canvas: Extent, context: Bounds, outside: float | None) -> Pixels:
    """The part of a hint, which covers the whole canvas at whatever resolution, that covers the context."""
    across, down = Fraction(hint.width, canvas.width), Fraction(hint.height, canvas.height)
    left, top = round(context.x * across), round(context.y * down)
    right, bottom = round(context.right * across), round(context.bottom * down)
    return cut(hint, Bounds.between(left, top, max(right, left + 1), max(bottom, top + 1)), outside)
