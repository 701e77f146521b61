"""Reading a Krita document: its colours, its selection, the part of it that is sent. Generators run as chores on the
main thread; each step reads one stripe, and returns through StopIteration."""

from __future__ import annotations

import time
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from . import pixels, profiles
from .anchors import Anchor, anchor
from .client import Bounds, Extent, InvalidRequest, Pixels
from .host import WAIT
from .qt import raw

if TYPE_CHECKING:
    from krita import Document, Node, Selection

Parts: TypeAlias = "list[bytes]"
Reading: TypeAlias = "Generator[Any, None, Parts]"
QUIET = 2.0
"""Seconds that Krita may take to finish strokes before they are read as far as they are."""


@dataclass(frozen=True)
class Sheet:
    """A document at the moment of asking."""

    document: Document
    extent: Extent
    colours: pixels.Colours
    selection: Selection | None
    """The document's own, lest a large one be copied; None where nothing is selected."""
    selected: Bounds
    """Its bounds; without a selection the whole canvas."""
    active: Node | None
    anchor: Anchor


def is_open(document: Document) -> bool:
    """Whether an image is still there. Most calls on one that is closed answer nothing; some end Krita."""
    return document.width() > 0


def check_open(document: Document) -> None:
    """Raises InvalidRequest if the image was closed meanwhile."""
    if not is_open(document):
        raise InvalidRequest("The image was closed.", remedy="Open it and paint again.", field="image")


def is_seen(node: Node) -> bool:
    """Whether it and all groups around it are switched on."""
    while node.visible():
        above = node.parentNode()
        if above is None:
            return True
        node = above
    return False


def sheet(document: Document | None) -> Sheet:
    """The document as it is now. Raises InvalidRequest, in words, for one that cannot be painted on."""
    if document is None:
        raise InvalidRequest("no image is open.", remedy="Open or create one.", field="image")
    colours = profiles.colours(document.colorModel(), document.colorDepth(), document.colorProfile())
    extent = Extent(document.width(), document.height())
    selection = document.selection()
    selected = extent.bounds
    if selection is not None:
        selected = Bounds(selection.x(), selection.y(), selection.width(), selection.height())
    if not selected:
        selection, selected = None, extent.bounds
    return Sheet(document, extent, colours, selection, selected, document.activeNode(), anchor(document))


def kind_of(document: Document) -> tuple[object, ...]:
    """What a copy of the canvas depends on."""
    size = document.width(), document.height()
    return *size, document.colorModel(), document.colorDepth(), document.colorProfile()


def settled(document: Document) -> Generator[Any, None, None]:
    """Wait, without holding anybody, until Krita has finished what it is drawing. Raises InvalidRequest if the image is
    closed meanwhile."""
    end = time.monotonic() + QUIET
    while not at_rest(document):
        check_open(document)
        if time.monotonic() > end:
            return
        yield WAIT


def at_rest(document: Document) -> bool:
    """Whether Krita has finished what it is drawing."""
    if not document.tryBarrierLock():
        return False
    document.unlock()
    return True


def read_selection(selection: Selection, bounds: Bounds) -> Reading:
    """How much each pixel is selected, a byte each, stripe by stripe."""
    parts: Parts = []
    for band in pixels.bands(bounds, 1):
        parts.append(raw(selection.pixelData(band.x, band.y, band.width, band.height)))
        yield None
    return parts


def selected_sum(selection: Selection, bounds: Bounds) -> Generator[Any, None, int]:
    """A sum of how much each pixel is selected, stripe by stripe."""
    total = 0
    for band in pixels.bands(bounds, 1):
        total = zlib.crc32(raw(selection.pixelData(band.x, band.y, band.width, band.height)), total)
        yield None
    return total


def read_canvas(seen: Sheet, bounds: Bounds) -> Reading:
    """What the canvas shows in these bounds, which lie on it."""
    parts: Parts = []
    for band in pixels.bands(bounds, seen.colours.pixel_bytes):
        parts.append(raw(seen.document.pixelData(band.x, band.y, band.width, band.height)))
        yield None
    check_open(seen.document)
    return parts


def mask_of(parts: Parts, bounds: Bounds) -> Pixels:
    """The stripes of a selection as a mask. They are given back here, on the helper thread: it takes long."""
    mask = Pixels(bounds.width, bounds.height, 1, "u8", "data", b"".join(parts))
    parts.clear()
    return mask


def colours_of_node(node: Node) -> pixels.Colours:
    """How a layer keeps its colours: it may differ from its document. Raises InvalidRequest for what is not RGB."""
    return profiles.colours(node.colorModel(), node.colorDepth(), node.colorProfile())
