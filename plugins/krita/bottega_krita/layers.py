"""Putting results into a document: a new paint layer with a mask, above the active layer, one undo step."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from krita import Selection

from . import pixels, profiles
from .anchors import Anchor, Shift, shifted
from .canvas import check_open, settled
from .client import Bounds, InvalidRequest
from .geometry import Margins
from .host import Aside, Named
from .pixels import Stripe
from .single import INSERTS
from .undoing import Bundle
from .works import Candidate

if TYPE_CHECKING:
    from krita import Document, Node

MASKS = ("transparencymask", "filtermask", "transformmask", "selectionmask", "colorizemask")


@dataclass(frozen=True)
class Target:
    """Where a result goes."""

    document: Document
    above: Node | None
    """The layer that was active when it was asked for."""


@dataclass(frozen=True)
class Place:
    """Where a layer goes that was made for an image as it was."""

    was: Anchor
    margins: Margins = field(default=Margins())
    """How far it reaches beyond that canvas."""

    def on(self, document: Document) -> tuple[Bounds | None, Shift]:
        """The canvas that the image needs for it, if a larger one, and how far the layer is to be moved on that."""
        x, y = shifted(document, self.was)
        canvas, margins = Bounds(0, 0, document.width(), document.height()), self.margins
        frame = margins.around(self.was.canvas.bounds).moved(x, y)
        larger = Bounds.between(
            min(0, frame.x) if margins.left else 0,
            min(0, frame.y) if margins.top else 0,
            max(canvas.right, frame.right) if margins.right else canvas.right,
            max(canvas.bottom, frame.bottom) if margins.bottom else canvas.bottom,
        )
        return (larger if larger != canvas else None), (x - larger.x, y - larger.y)


def apply(to: Target, name: str, candidate: Candidate, masked: bool) -> Generator[Any, Any, Bundle]:
    """Put a candidate into its document, above the layer that is active now: as opaque colours under a mask, or with
    its alpha. An outpaint makes the canvas larger. Returns the steps that it took, with the layer."""
    document, at = to.document, candidate.bounds
    check_open(document)
    colours = profiles.colours(document.colorModel(), document.colorDepth(), document.colorProfile())
    found = candidate.picture.pixels
    stripes = yield Aside(lambda: pixels.to_stripes(found, at.x, at.y, colours, masked))
    above = document.activeNode() or to.above
    return (yield from insert(document, name, stripes, colours, above, Place(candidate.anchor, candidate.margins)))


def insert(
    document: Document,
    name: str,
    stripes: list[Stripe],
    colours: pixels.Colours,
    above: Node | None,
    to: Place,
) -> Generator[Any, None, Bundle]:
    """Add a layer of these stripes of these colours, with its mask, above another one; nothing of the user's own is
    touched. Where it goes is found last: the canvas may change while the layer is made. The list is emptied as it
    goes, from its end, where memory can be given back bit by bit: to let go of all of it at once takes a tenth of a
    second for 8192 x 8192. Raises InvalidRequest if Krita refuses, or if the image has been converted: Krita reads as
    many bytes as the layer wants, whatever it is given."""
    check_open(document)
    layer = document.createNode(name, "paintlayer")
    mask = _mask(document) if any(stripe.mask for stripe in stripes) else None
    if layer is None:
        raise InvalidRequest("Krita made no layer.", remedy="Is the image still open?", field="image")
    yield None
    while stripes:
        stripe = stripes.pop()
        at = stripe.bounds
        _check_fits(layer, stripe, colours)
        layer.setPixelData(stripe.data, at.x, at.y, at.width, at.height)
        if mask is not None:
            yield None
            mask.setPixelData(stripe.mask, at.x, at.y, at.width, at.height)
        yield None
    yield from settled(document)
    bundle = Bundle(document, layer)
    yield Named(INSERTS)
    larger, shift = to.on(document)
    for node in (layer, mask):
        if node is not None and shift != (0, 0):
            node.move(*shift)
    bundle.put(larger, mask, *place(document, above))
    yield Named("")
    return bundle


def _check_fits(layer: Node, stripe: Stripe, colours: pixels.Colours) -> None:
    """Raises InvalidRequest for a stripe of other colours than a layer's."""
    kept = layer.colorModel(), layer.colorDepth(), layer.colorProfile()
    mine = "RGBA", pixels.NAMES[colours.depth], colours.profile
    if kept != mine or len(stripe.data) != stripe.bounds.extent.pixels * colours.pixel_bytes:
        raise InvalidRequest(pixels.CONVERTED, remedy=pixels.BACK, field="picture")


def _mask(document: Document) -> Node:
    """A mask that hides all, to be written into."""
    mask = document.createTransparencyMask("Mask")
    if mask is None:
        raise InvalidRequest("Krita made no mask.", remedy="Is the image still open?", field="image")
    mask.setSelection(Selection())
    return mask


def place(document: Document, above: Node | None) -> tuple[Node, Node | None]:
    """The group to insert into, and the layer to insert above; None means on top. A mask stands for its layer, and
    a layer that is gone for the top of the image."""
    node = above
    while node is not None and node.type() in MASKS:
        node = node.parentNode()
    parent = node.parentNode() if node is not None else None
    root = document.rootNode()
    if node is None or parent is None or root is None:
        assert root is not None
        return root, _top(root)
    return parent, node


def _top(root: Node) -> Node | None:
    """The topmost layer: the global selection, which Krita lists among layers, stays above."""
    layers = [each for each in root.childNodes() if each.type() not in MASKS]
    return layers[-1] if layers else None


def all_layers(document: Document) -> Iterator[Node]:
    """Every layer of a document, the topmost first; no masks."""
    root = document.rootNode()
    waiting = list(root.childNodes()) if root else []
    while waiting:
        node = waiting.pop()
        if node.type() not in MASKS:
            yield node
            waiting += node.childNodes()


def find(document: Document, unique: str) -> Node | None:
    """The layer of this id, wherever it is."""
    return next((node for node in all_layers(document) if node.uniqueId().toString() == unique), None)


def named(document: Document, unique: str, name: str) -> Node:
    """The layer of this id, which the artist knows by this name. Raises InvalidRequest, in words, if it is gone."""
    node = find(document, unique)
    if node is None:
        message = f"the control layer {name!r} is gone."
        raise InvalidRequest(message, remedy="Choose another one, or switch it off.", field="controls")
    return node
