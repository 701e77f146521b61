"""The canvas without its hints: a depth map or a figure that the artist sees is not part of the picture to paint on.

The image itself is not touched: neither what is shown, nor its history, nor whether it counts as changed. A copy, which
shares its pixels, is composed anew without those layers.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .canvas import Reading, Sheet, check_open, is_seen, read_canvas
from .client import Bounds
from .host import WAIT, Named
from .layers import all_layers, find
from .params import Follow
from .pose import is_figure
from .single import COMPOSES, ENDS, MAKES

if TYPE_CHECKING:
    from krita import Document, Node


def is_hint(follow: Follow, found: Iterable[str]) -> bool:
    """Whether a layer shows structure and nothing else. One in which the daemon finds the structure (`found` are the
    kinds that it does that for) is a picture."""
    return not (follow.detect and follow.kind in found)


def hints(document: Document, follows: Sequence[Follow], found: Iterable[str]) -> Generator[Any, Any, list[Node]]:
    """The layers that are seen and are hints: those listed as such, switched on or off, and all figures."""
    listed = {follow.layer for follow in follows if is_hint(follow, found)}
    seen: list[Node] = []
    for node in all_layers(document):
        if not is_seen(node):
            continue
        if node.uniqueId().toString() in listed:
            seen.append(node)
        elif node.type() == "vectorlayer":
            yield None  # a layer of many shapes takes a moment
            if is_figure(node):
                seen.append(node)
    return seen


def read_without(seen: Sheet, gone: Sequence[Node], bounds: Bounds) -> Reading:
    """What the canvas would show in these bounds without these layers, stripe by stripe. Waits until Krita has finished
    what it is drawing."""
    names = [node.uniqueId().toString() for node in gone]
    copy = yield from copied(seen.document)
    for name in names:
        node = find(copy, name)
        if node is not None:
            node.setVisible(False)
    yield Named(COMPOSES)
    copy.waitForDone()  # shapes are drawn a little later, in a copy as well
    copy.refreshProjection()
    yield None
    parts = yield from read_canvas(replace(seen, document=copy), bounds)
    yield Named(ENDS)
    return parts


def copied(document: Document) -> Generator[Any, None, Document]:
    """A copy of an image, when nothing is drawn in it; it ends when nobody holds it any more. Raises InvalidRequest if
    the image is closed meanwhile."""
    yield Named(MAKES)
    while (copy := _copied(document)) is None:
        yield WAIT
        yield Named(MAKES)
    yield None
    return copy


def _copied(document: Document) -> Document | None:
    """None while something is drawn. Raises InvalidRequest if the image is closed meanwhile."""
    check_open(document)
    if not document.tryBarrierLock():
        return None
    try:
        copy = document.clone()
    finally:
        document.unlock()
    assert copy is not None
    copy.setBatchmode(True)
    return copy
