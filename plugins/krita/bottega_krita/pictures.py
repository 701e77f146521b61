"""Pixels as pictures for the screen. Qt's images may be made on any thread; do it on the helper thread."""

from __future__ import annotations

from collections.abc import Callable

from .client import Pixels, thumbnail
from .qt import QtCore, QtGui

Image = QtGui.QImage
FLOAT_SIDE = 320
"""Pixels of a floating-point picture's longer side on the screen."""
SMALL = 96
"""Pixels of a small picture's longer side."""
LARGE = 512 * 512
"""Pixels from which on an image is made smaller row by row."""
SCREEN = 2048
"""Pixels of a picture's longer side on the screen."""
_FORMATS = {
    ("u8", 4): Image.Format.Format_RGBA8888,
    ("u8", 3): Image.Format.Format_RGB888,
    ("u8", 1): Image.Format.Format_Grayscale8,
    ("u16", 4): Image.Format.Format_RGBA64,
}


def image_of(pixels: Pixels) -> QtGui.QImage:
    """The picture in 8 bits, of at most SCREEN pixels a side; floats come out smaller still."""
    plain = pixels.depth in ("u8", "u16") and pixels.color_space != "linear"
    if plain and pixels.extent.longest > SCREEN:
        return _reduced(pixels)
    return _whole(pixels)


def _reduced(pixels: Pixels) -> QtGui.QImage:
    """A large picture, made smaller."""
    scale = SCREEN / pixels.extent.longest
    size = max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale))
    return _striped(*size, pixels.height, lambda y, rows: _whole(pixels.crop(0, y, pixels.width, rows)))


def _striped(width: int, height: int, rows: int, part: Callable[[int, int], QtGui.QImage]) -> QtGui.QImage:
    """A picture of so many rows made smaller row by row, from its parts: Qt holds Python while it scales."""
    small = Image(width, height, Image.Format.Format_ARGB32)
    small.fill(0)
    painter = QtGui.QPainter(small)
    ignore, smooth = QtCore.Qt.AspectRatioMode.IgnoreAspectRatio, QtCore.Qt.TransformationMode.SmoothTransformation
    for y in range(height):
        first, last = y * rows // height, (y + 1) * rows // height
        painter.drawImage(0, y, part(first, max(1, last - first)).scaled(width, 1, ignore, smooth))
    painter.end()
    return small


def fitted(image: QtGui.QImage, width: int, height: int) -> QtGui.QImage:
    """An image as large as fits into so many pixels, its proportions kept."""
    scale = min(width / max(image.width(), 1), height / max(image.height(), 1))
    size = max(1, round(image.width() * scale)), max(1, round(image.height() * scale))
    if scale < 1 and image.width() * image.height() > LARGE:
        return _striped(*size, image.height(), lambda y, rows: image.copy(0, y, image.width(), rows))
    ignore, smooth = QtCore.Qt.AspectRatioMode.IgnoreAspectRatio, QtCore.Qt.TransformationMode.SmoothTransformation
    return image.scaled(*size, ignore, smooth)


def _whole(pixels: Pixels) -> QtGui.QImage:
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


def decoded(jpeg: bytes) -> QtGui.QImage:
    """A preview of the daemon's; an empty image if it cannot be read."""
    return Image.fromData(jpeg)


def thumbnail_image(image: QtGui.QImage, side: int) -> QtGui.QImage:
    """Smaller, its longer side `side` pixels at most."""
    if max(image.width(), image.height()) <= side:
        return image
    return fitted(image, side, side)
