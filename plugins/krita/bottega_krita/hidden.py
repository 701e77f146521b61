"""Reading layers, whether they are seen or not.

Krita composes no group, clone or masked layer that is switched off. It is switched on in a copy, which shares the
image's pixels: the image itself is not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import pixels
from .bare import copied
from .canvas import Reading, is_seen
from .client import Bounds
from .host import Named
from .layers import named
from .qt import raw
from .single import COMPOSES, ENDS

if TYPE_CHECKING:
    from krita import Document, Node


def read_layer(document: Document, node: Node, bounds: Bounds, colours: pixels.Colours) -> Reading:
    """What a layer shows in these bounds, with its masks, whether it is visible or not."""
    if is_seen(node):
        return (yield from _read(node.projectionPixelData, bounds, colours))
    if node.type() == "paintlayer" and not node.childNodes():
        return (yield from _read(node.pixelData, bounds, colours))
    unique, name = node.uniqueId().toString(), node.name()
    copy = yield from copied(document)
    twin = named(copy, unique, name)
    _show(twin)
    yield Named(COMPOSES)
    copy.waitForDone()
    copy.refreshProjection()
    yield None
    parts = yield from _read(twin.projectionPixelData, bounds, colours)
    yield Named(ENDS)
    return parts


def _read(read: Callable[[int, int, int, int], Any], bounds: Bounds, colours: pixels.Colours) -> Reading:
    parts: list[bytes] = []
    for band in pixels.bands(bounds, colours.pixel_bytes):
        parts.append(raw(read(band.x, band.y, band.width, band.height)))
        yield None
    return parts


def _show(node: Node | None) -> None:
    """Switch it on, and all groups around it."""
    while node is not None:
        node.setVisible(True)
        node = node.parentNode()
