"""Pixels as pictures for the screen. Qt's images may be made on any thread; do it on the helper thread."""

from __future__ import annotations

from typing import Any

from .client import Picture, Pixels, thumbnail
from .pixels import back, sixteen
from .qt import QtCore, QtGui

Image = QtGui.QImage
FLOAT_SIDE = 320
"""Pixels of a floating-point picture's longer side on the screen."""
_FORMATS = {
    ("u8", 4): Image.Format.Format_RGBA8888,
    ("u8", 3): Image.Format.Format_RGB888,
    ("u8", 1): Image.Format.Format_Grayscale8,
    ("u16", 4): Image.Format.Format_RGBA64,
}


def image_of(pixels: Pixels) -> QtGui.QImage:
    """The picture in 8 bits; floats come out smaller."""
    form = _FORMATS.get((pixels.depth, pixels.channels))
    if form is None or pixels.color_space == "linear":
        pixels = thumbnail(pixels, FLOAT_SIDE)
        form = _FORMATS[("u8", pixels.channels)]
    image = Image(pixels.data, pixels.width, pixels.height, pixels.row_bytes, form)
    if pixels.depth == "u16":
        return image.convertToFormat(Image.Format.Format_RGBA8888)
    return image.copy()


def on_black(pixels: Pixels) -> Pixels:
    """RGB in 8 bits of a layer: where it is transparent, black."""
    image = image_of(pixels)
    ground = Image(image.size(), Image.Format.Format_RGB32)
    ground.fill(QtGui.QColor(0, 0, 0))
    painter = QtGui.QPainter(ground)
    painter.drawImage(0, 0, image)
    painter.end()
    if (image.width(), image.height()) != (pixels.width, pixels.height):
        ground = ground.scaled(pixels.width, pixels.height)
    return pixels_of(ground)


def pixels_of(image: QtGui.QImage) -> Pixels:
    """RGB in 8 bits of a Qt image."""
    plain = image.convertToFormat(Image.Format.Format_RGB888)
    width, height, step = plain.width(), plain.height(), plain.bytesPerLine()
    bits = plain.constBits()
    assert bits is not None
    data = bytes(bits.asarray(step * height))
    rows = [data[y * step : y * step + width * 3] for y in range(height)] if step != width * 3 else [data]
    return Pixels(width, height, 3, "u8", "srgb", b"".join(rows))


def laid(below: Pixels, layer: Picture) -> Pixels:
    """RGBA under a layer of its own depth, for a model's eyes: in at most 16 bits, floats in 16 bits too."""
    form = Image.Format.Format_RGBA8888 if below.depth == "u8" else Image.Format.Format_RGBA64
    ground = _image(below, form)
    painter = QtGui.QPainter(ground)
    assert layer.bounds is not None
    painter.drawImage(layer.bounds.x, layer.bounds.y, _image(layer.pixels, form))
    painter.end()
    bits = ground.constBits()
    assert bits is not None
    data = bytes(bits.asarray(ground.bytesPerLine() * ground.height()))
    return back(data, below)


def _image(pixels: Pixels, form: Any) -> QtGui.QImage:
    data = pixels.data if pixels.depth in ("u8", "u16") else sixteen(pixels)
    step = pixels.width * (4 if pixels.depth == "u8" else 8)
    return Image(data, pixels.width, pixels.height, step, form).copy()


def decoded(jpeg: bytes) -> QtGui.QImage:
    """A preview of the daemon's; an empty image if it cannot be read."""
    return Image.fromData(jpeg)


def thumbnail_image(image: QtGui.QImage, side: int) -> QtGui.QImage:
    """Smaller, its longer side `side` pixels at most."""
    if max(image.width(), image.height()) <= side:
        return image
    keep, smooth = QtCore.Qt.AspectRatioMode.KeepAspectRatio, QtCore.Qt.TransformationMode.SmoothTransformation
    return image.scaled(side, side, keep, smooth)
