"""Where an image has gone since: canvases are enlarged and cropped, by us, by the artist, by Undo and Redo.

Krita tells nobody. But what moves a canvas's corner takes every layer along, and Krita keeps where they are, in its
files too: so the layers that were there tell how far. One that the artist has moved by hand is outvoted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from .client import Extent
from .qt import QtCore

if TYPE_CHECKING:
    from krita import Document, Node

VOTERS = 8
"""Layers that are asked, the lowest ones."""
TURNED = 2
"""Pixels that a canvas may have in common with itself after Krita has turned it about its corner: no shift tells then
where what lay on it has gone."""
Shift: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Anchor:
    """An image's canvas at some moment, and where its layers were: their ids and offsets."""

    canvas: Extent = field(default=Extent(0, 0))
    layers: tuple[tuple[str, int, int], ...] = ()

    def shift(self, now: Anchor) -> Shift:
        """How far what lay on that canvas lies further to the right and lower on this one, in pixels."""
        places = {name: (x, y) for name, x, y in now.layers}
        moves = [(places[name][0] - x, places[name][1] - y) for name, x, y in self.layers if name in places]
        if not moves:
            return 0, 0
        if self.canvas == now.canvas:  # a layer was moved, or all of them were
            found = moves[0] if len(moves) > 1 and len(set(moves)) == 1 else (0, 0)
        else:
            wider, higher = now.canvas.width - self.canvas.width, now.canvas.height - self.canvas.height
            votes = Counter(moves)
            found = max(votes, key=lambda move: (votes[move], _between(move[0], wider) + _between(move[1], higher)))
        shared = self.canvas.bounds.moved(*found).within(now.canvas.bounds)
        return found if min(shared.width, shared.height) > TURNED else (0, 0)


def _between(move: int, more: int) -> bool:
    """Whether a side may have moved so far where the canvas has so many pixels more, or less."""
    return min(0, more) <= move <= max(0, more)


def anchor(document: Document) -> Anchor:
    """Where an image is now."""
    root, found = document.rootNode(), list[tuple[str, int, int]]()
    for node in _lowest(root) if root else ():
        found.append((node.uniqueId().toString(), *_place(node)))
        if len(found) == VOTERS:
            break
    return Anchor(Extent(document.width(), document.height()), tuple(found))


def shifted(document: Document, was: Anchor) -> Shift:
    """How far what lay on the image then lies further to the right and lower now."""
    known = ((name, document.nodeByUniqueID(QtCore.QUuid(name))) for name, _, _ in was.layers)
    there = tuple((name, *_place(node)) for name, node in known if node is not None)
    return was.shift(Anchor(Extent(document.width(), document.height()), there))


def _lowest(group: Node) -> Iterator[Node]:
    """Paint layers from below: of others Krita's files do not say where they are."""
    for node in group.childNodes():
        if node.type() == "paintlayer":
            yield node
        elif node.type() == "grouplayer":
            yield from _lowest(node)


def _place(node: Node) -> Shift:
    at = node.position()
    return at.x(), at.y()
