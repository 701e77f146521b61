"""Pixels as pictures for the screen. Qt's images may be made on any thread; do it on the helper thread."""

from __future__ import annotations

from collections.abc import Callable

from .client import Pixels
from .pixels import BAND
from .plain import plain, thinned
from .qt import QtCore, QtGui

Image = QtGui.QImage
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
    """The picture in 8 bits, of at most SCREEN pixels a side."""
    if (pixels.depth, pixels.channels) not in _FORMATS or pixels.color_space == "linear":
        pixels = plain(thinned(pixels, SCREEN))
    return _reduced(pixels) if pixels.extent.longest > SCREEN else _whole(pixels)


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
    form = _FORMATS[(pixels.depth, pixels.channels)]
    image = Image(pixels.data, pixels.width, pixels.height, pixels.row_bytes, form)
    if pixels.depth == "u16":
        return image.convertToFormat(Image.Format.Format_RGBA8888)
    return image.copy()


def on_black(pixels: Pixels) -> Pixels:
    """RGB in 8 bits of a layer, as large as it is: where it is transparent, black."""
    rows = max(1, BAND // max(1, pixels.row_bytes))
    parts: list[bytes] = []
    for y in range(0, pixels.height, rows):
        part = pixels.crop(0, y, pixels.width, min(rows, pixels.height - y))
        parts.append(_on_black(_whole(plain(part))).data)
    return Pixels(pixels.width, pixels.height, 3, "u8", "srgb", b"".join(parts))


def _on_black(image: QtGui.QImage) -> Pixels:
    ground = Image(image.size(), Image.Format.Format_RGB32)
    ground.fill(QtGui.QColor(0, 0, 0))
    painter = QtGui.QPainter(ground)
    painter.drawImage(0, 0, image)
    painter.end()
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
