"""What a dialog shows of a request: read small, and once for each state of the image. GIMP keeps what was put together
until it is forgotten; a change of the settings alone reads some thousand pixels of that."""

from __future__ import annotations

from contextlib import ExitStack

from gi.repository import GdkPixbuf, Gimp

from . import canvas, sights
from .client import Bounds, Extent
from .pixels import read_small
from .scene import Draft

SIDE = 192


class Glances:
    """For one dialog."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._seen: dict[tuple[int, int], tuple[Gimp.Layer, Bounds]] = {}
        """By image and layer, 0 for all of them: what they show, and where that lies."""
        self._holes: dict[int, Bounds | None] = {}

    def forget(self) -> None:
        """The image may be another one now."""
        self._open.close()
        self._seen.clear()
        self._holes.clear()

    def holes(self, image: Gimp.Image) -> Bounds | None:
        """Bounds of what is wholly transparent; None if nothing is."""
        number = image.get_id()
        if number not in self._holes:
            self._holes[number] = canvas.holes(image)
        return self._holes[number]

    def picture(self, asked: Draft, image: Gimp.Image) -> GdkPixbuf.Pixbuf | None:
        """What a request would send, in red what is painted anew; None if it sends no pixels."""
        sent = asked.sent
        if not sent:
            return None
        scale = min(1.0, SIDE / sent.extent.longest)
        size = Extent(max(1, round(sent.width * scale)), max(1, round(sent.height * scale)))
        layer, where = self._shown(image, asked.layer)
        small = read_small(layer, sent.seen_from(where), size)
        return sights.of_pixels(sights.tinted(small, self._anew(asked, image, sent, size)))

    def _shown(self, image: Gimp.Image, layer: Gimp.Drawable | None) -> tuple[Gimp.Layer, Bounds]:
        key = (image.get_id(), layer.get_id() if layer else 0)
        if key not in self._seen:
            if layer is None:
                bounds = canvas.extent_of(image).bounds
                made = self._open.enter_context(canvas.seen(image))
            else:
                bounds = canvas.layer_bounds(layer)
                made = self._open.enter_context(canvas.seen_alone(layer, bounds))
            self._seen[key] = made, bounds
        return self._seen[key]

    def _anew(self, asked: Draft, image: Gimp.Image, sent: Bounds, size: Extent) -> bytes:
        """A byte for each pixel of the small picture."""
        if asked.anew == "selection":
            return read_small(image.get_selection(), sent, size, 1).data
        if asked.anew == "beyond":
            return _outside(canvas.extent_of(image).bounds.within(sent).seen_from(sent), sent.extent, size)
        return (b"\xff" if asked.anew == "all" else b"\0") * size.pixels


def _outside(inner: Bounds, whole: Extent, size: Extent) -> bytes:
    """White around a part of an extent, at a smaller size."""
    x = [round(edge * size.width / whole.width) for edge in (inner.x, inner.right)]
    y = [round(edge * size.height / whole.height) for edge in (inner.y, inner.bottom)]
    row = b"\xff" * x[0] + b"\0" * (x[1] - x[0]) + b"\xff" * (size.width - x[1])
    blank = b"\xff" * size.width
    return blank * y[0] + row * (y[1] - y[0]) + blank * (size.height - y[1])
