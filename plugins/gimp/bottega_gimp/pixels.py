"""GIMP's buffers to and from the client's pixels: babl converts, so a format's name is all that differs.

Names without a colour space mean sRGB's primaries: whatever profile an image has, what is sent is right on screen, and
what comes back is converted into the image's own. Rows run from top to bottom in both; alpha is straight in both.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from gi.repository import Gegl, Gimp

from .client import Bounds, ColorSpace, Depth, Extent, Pixels

_TYPES: dict[Depth, str] = {"u8": "u8", "u16": "u16", "f16": "half", "f32": "float"}
_DEPTHS: dict[str, Depth] = {"u8": "u8", "u16": "u16", "u32": "f32", "half": "f16", "float": "f32", "double": "f32"}
"""By the first word of GIMP's precision. Nothing has 32-bit whole numbers on the way: float keeps 24 of their bits."""


@dataclass(frozen=True)
class Kind:
    """How an image's numbers travel: as finely as the image holds them, and linear where it is."""

    depth: Depth
    space: ColorSpace

    def babl(self, channels: int) -> str:
        """The format's name for 1, 3 or 4 channels."""
        name = {"srgb": ("Y'", "R'G'B'", "R'G'B'A"), "linear": ("Y", "RGB", "RGBA")}.get(self.space, ("Y",) * 3)
        return f"{name[(1, 3, 4).index(channels)]} {_TYPES[self.depth]}"


_OPAQUE: dict[Depth, tuple[str, int]] = {
    "u8": ("B", 0xFF),
    "u16": ("H", 0xFFFF),
    "f16": ("H", 0x3C00),
    "f32": ("I", 0x3F800000),
}
"""By how a number is stored: as what kind of whole number, and which of them is 1."""

PREVIEW = Kind("u8", "srgb")
TILE = 64
"""Rows of GIMP's tiles, each of which is a message to it."""
STRIPE = 1 << 20
"""Bytes that are written at a time."""


def kind_of(image: Gimp.Image) -> Kind:
    """How an image's colours travel. Whole numbers of another profile travel as fractions, which hold the colours that
    sRGB has not, and more levels: converting would cost some."""
    depth, _, curve = image.get_precision().value_nick.partition("-")
    space: ColorSpace = "linear" if curve == "linear" else "srgb"
    own = image.get_color_profile()
    if own is not None and not own.is_equal(Gimp.ColorProfile.new_rgb_srgb()):
        depth = {"u8": "half", "u16": "float"}.get(depth, depth)
    return Kind(_DEPTHS[depth], space)


def mask_kind(kind: Kind) -> Kind:
    """How a selection or an alpha travels beside such colours."""
    return Kind("u8" if kind.depth == "u8" else "u16", "data")


def split(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """RGBA made opaque, and its alpha as a mask."""
    code, one = _OPAQUE[pixels.depth]
    values = array(code, pixels.data)
    alpha = values[3::4]
    values[3::4] = array(code, [one]) * len(alpha)
    mask = Pixels(pixels.width, pixels.height, 1, pixels.depth, "data", alpha.tobytes())
    return replace(pixels, data=values.tobytes()), mask


def read(drawable: Gimp.Drawable, bounds: Bounds, kind: Kind, channels: int) -> Pixels:
    """Pixels of a drawable, in its own coordinates; transparent black, or 0, where it has none."""
    data = _get(drawable, bounds, kind.babl(channels))
    return Pixels(bounds.width, bounds.height, channels, kind.depth, kind.space, data)


def read_small(drawable: Gimp.Drawable, bounds: Bounds, size: Extent, channels: int = 4) -> Pixels:
    """The same in 8 bits and at another size: GIMP gives coarser levels of a buffer, of which it sends no more."""
    scale = size.width / bounds.width
    corner = Bounds(round(bounds.x * scale), round(bounds.y * scale), size.width, size.height)
    kind = PREVIEW if channels > 1 else Kind("u8", "data")
    return Pixels(
        size.width, size.height, channels, kind.depth, kind.space, _get(drawable, corner, kind.babl(channels), scale)
    )


def read_alpha(drawable: Gimp.Drawable, bounds: Bounds, kind: Kind) -> Pixels:
    """How opaque it is, as a mask beside such colours."""
    depth = mask_kind(kind).depth
    return Pixels(bounds.width, bounds.height, 1, depth, "data", _get(drawable, bounds, f"A {_TYPES[depth]}"))


def _get(drawable: Gimp.Drawable, bounds: Bounds, name: str, scale: float = 1.0) -> bytes:
    place = Gegl.Rectangle.new(bounds.x, bounds.y, bounds.width, bounds.height)
    return bytes(drawable.get_buffer().get(place, scale, name, Gegl.AbyssPolicy.NONE))


def scaled(pixels: Pixels, extent: Extent) -> Pixels:
    """The pixels at another size, just as GIMP scales layers, but in this process: GIMP stands still meanwhile."""
    if extent == pixels.extent:
        return pixels
    name, whole = Kind(pixels.depth, pixels.color_space).babl(pixels.channels), Gegl.Node()
    given, made = (Gegl.Buffer.new(name, 0, 0, size.width, size.height) for size in (pixels.extent, extent))
    given.set(given.get_extent(), name, pixels.data)
    nodes = [
        _node(whole, "gegl:buffer-source", buffer=given),
        _node(
            whole, "gegl:scale-size", x=float(extent.width), y=float(extent.height),
            sampler=Gegl.SamplerType.CUBIC, abyss_policy=Gegl.AbyssPolicy.CLAMP,
        ),
        _node(whole, "gegl:write-buffer", buffer=made),
    ]  # fmt: skip
    for one, next_ in pairwise(nodes):
        one.link(next_)
    nodes[-1].process()
    data = bytes(made.get(made.get_extent(), 1.0, name, Gegl.AbyssPolicy.NONE))
    return replace(pixels, width=extent.width, height=extent.height, data=data)


def _node(whole: Gegl.Node, operation: str, **properties: object) -> Gegl.Node:
    made = whole.create_child(operation)
    for name, value in properties.items():
        made.set_property(name.replace("_", "-"), value)
    return made


def write(drawable: Gimp.Drawable, pixels: Pixels, rest: Callable[[], object] = lambda: None) -> None:
    """Fill a drawable of the pixels' extent, in stripes of whole tiles; `rest` is called after each."""
    name = Kind(pixels.depth, pixels.color_space).babl(pixels.channels)
    buffer, data = drawable.get_buffer(), memoryview(pixels.data)
    rows = max(STRIPE // pixels.row_bytes // TILE, 1) * TILE
    for top in range(0, pixels.height, rows):
        height = min(rows, pixels.height - top)
        stripe = bytes(data[top * pixels.row_bytes : (top + height) * pixels.row_bytes])
        buffer.set(Gegl.Rectangle.new(0, top, pixels.width, height), name, stripe)
        buffer.flush()
        rest()
    drawable.update(0, 0, pixels.width, pixels.height)
