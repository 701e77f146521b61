"""Small pictures for dialogs and the panel."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import gi

gi.require_version("GdkPixbuf", "2.0")

from gi.repository import GdkPixbuf, GLib  # noqa: E402

from .client import Pixels  # noqa: E402

GROUND = 150
"""Grey that transparent pixels are shown on."""
TINT = (255, 60, 40)


def of_pixels(pixels: Pixels) -> GdkPixbuf.Pixbuf:
    """8-bit RGB or RGBA pixels, or grey ones."""
    data = pixels.data if pixels.channels > 1 else bytes(value for value in pixels.data for _channel in range(3))
    channels = max(pixels.channels, 3)
    size, row = (pixels.width, pixels.height), pixels.width * channels
    return GdkPixbuf.Pixbuf.new_from_bytes(GLib.Bytes.new(data), GdkPixbuf.Colorspace.RGB, channels == 4, 8, *size, row)


def of_file(data: bytes | Path, side: int) -> GdkPixbuf.Pixbuf | None:
    """A JPEG or PNG at most so large; None for one that cannot be read."""
    with suppress(GLib.Error, OSError):
        loader = GdkPixbuf.PixbufLoader.new()
        loader.write(data.read_bytes() if isinstance(data, Path) else data)
        loader.close()
        found = loader.get_pixbuf()
        scale = side / max(found.get_width(), found.get_height())
        size = (max(1, round(found.get_width() * scale)), max(1, round(found.get_height() * scale)))
        return found.scale_simple(*size, GdkPixbuf.InterpType.BILINEAR)
    return None


def tinted(picture: Pixels, mask: bytes) -> Pixels:
    """RGB of a small RGBA picture on grey, half red where the mask, a byte for each pixel, is 255."""
    values = bytearray()
    for index, white in enumerate(mask):
        pixel = picture.data[index * 4 : index * 4 + 4]
        alpha, share = pixel[3] / 255, white / 510
        for value, red in zip(pixel[:3], TINT, strict=True):
            values.append(round((value * alpha + GROUND * (1 - alpha)) * (1 - share) + red * share))
    return Pixels(picture.width, picture.height, 3, "u8", "srgb", bytes(values))
