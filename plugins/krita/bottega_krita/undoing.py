"""What Krita's Python can only do in several steps is taken back by one Undo, and done again by one Redo.

There are no macros of undo steps: making the canvas larger, giving a layer its mask and inserting it are three. So the
artist's own Undo is heard, and where it took the layer away, the steps that led to it are undone too; Redo likewise.
Krita may be done with an Undo before we hear of it, so what was there a moment ago is known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .canvas import is_open, settled
from .client import Bounds, Extent
from .host import WAIT, Main
from .qt import QtCore, app, on

if TYPE_CHECKING:
    from krita import Document, Node

Step: TypeAlias = Literal["canvas", "mask", "layer"]
UNDO, REDO = "edit_undo", "edit_redo"
PATIENCE = 5.0
"""Seconds in which Krita does a step."""
MOMENT = 200
"""Milliseconds: nobody removes a layer, does something else and takes that back in less."""


@dataclass(eq=False)
class Bundle:
    """One layer's steps, in the order in which they were done; the last one inserts it."""

    document: Document
    layer: Node | None = None
    canvas: Extent | None = None
    """The larger one."""
    steps: list[Step] = field(default_factory=list[Step])
    undone: bool = False
    """All of it, by one Undo."""
    there: bool = True
    """The layer was in the image a moment ago."""
    watched: bool = False
    """It is being looked whether it goes."""

    def done(self, step: Step) -> bool:
        """Whether the image shows that a step is done."""
        if step == "canvas":
            return Extent(self.document.width(), self.document.height()) == self.canvas
        if self.layer is None:
            return False
        return bool(self.layer.childNodes()) if step == "mask" else self.layer.parentNode() is not None

    def put(self, larger: Bounds | None, mask: Node | None, parent: Node, below: Node | None) -> None:
        """Do all steps at once, so that nothing of the artist's comes in between."""
        assert self.layer is not None
        if larger:
            self.canvas = larger.extent
            self.document.resizeImage(larger.x, larger.y, larger.width, larger.height)
            self.steps.append("canvas")
        if mask is not None:
            self.layer.addChildNode(mask, None)
            self.steps.append("mask")
        parent.addChildNode(self.layer, below)
        self.steps.append("layer")


class Undoing:
    """Listens to Undo and Redo from the first bundle on."""

    def __init__(self, main: Main) -> None:
        self._main = main
        self.bundles: list[Bundle] = []
        self._heard: list[Any] = []
        """Actions that are listened to: each window has its own."""
        self._look = QtCore.QTimer()
        self._look.setInterval(MOMENT)
        self._look.timeout.connect(self._looked)

    def bind(self, bundle: Bundle) -> None:
        """Its layer was just inserted."""
        if len(bundle.steps) < 2 or app().action(UNDO) is None:
            return
        self.bundles.append(bundle)
        self._look.start()
        for name, look in ((UNDO, self._undo), (REDO, self._redo)):
            action = app().action(name)
            if action is not None and action not in self._heard:
                self._heard.append(action)
                on(action.triggered, lambda *_, look=look: look())

    def _looked(self) -> None:
        self.bundles = [bundle for bundle in self.bundles if is_open(bundle.document)]
        for bundle in self.bundles:
            bundle.there = bundle.done("layer")
        if not self.bundles:
            self._look.stop()

    def _here(self) -> list[Bundle]:
        """Those of the image that Undo and Redo are for."""
        front = app().activeDocument()
        return [bundle for bundle in self.bundles if bundle.document == front]

    def _undo(self) -> None:
        """Heard when Krita was told, and perhaps has done it: a layer that was there and then is not was undone."""
        for bundle in self._here():
            if (bundle.there or bundle.done("layer")) and not bundle.watched:
                bundle.watched = True
                self._main.chore("undo", _taken_back(bundle), lambda _: None)

    def _redo(self) -> None:
        for bundle in self._here():
            if bundle.undone:
                bundle.undone = False
                self._main.chore("undo", _done_again(bundle), lambda _: None)


def _taken_back(bundle: Bundle) -> Generator[Any, None, None]:
    """If the layer goes, undo the other steps too, the last one first."""
    yield from settled(bundle.document)
    gone = yield from _comes(bundle, lambda: not bundle.done("layer"))
    bundle.watched, bundle.there = False, not gone
    if not gone or not _undone_last():
        return
    for step in reversed(bundle.steps[:-1]):
        if bundle.done(step):  # else the artist was quicker
            _trigger(bundle, UNDO)
        if not (yield from _comes(bundle, lambda step=step: not bundle.done(step))):
            return
    bundle.undone = True


def _done_again(bundle: Bundle) -> Generator[Any, None, None]:
    """If the first of the steps is done again, do the others."""
    for step in bundle.steps:
        if not (yield from _comes(bundle, lambda step=step: bundle.done(step))):
            return
        if step != "layer" and not bundle.done(bundle.steps[bundle.steps.index(step) + 1]):
            _trigger(bundle, REDO)
    bundle.there = True


def _undone_last() -> bool:
    """Whether the last thing done was an Undo: a new deed, as removing the layer by hand, leaves nothing to redo."""
    action = app().action(REDO)
    return action is not None and action.isEnabled()


def _comes(bundle: Bundle, true: Callable[[], bool]) -> Generator[Any, None, bool]:
    """Wait for something, but not long."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        yield WAIT
    yield from settled(bundle.document)
    return True


def _trigger(bundle: Bundle, name: str) -> None:
    """Krita undoes what is in front: if that is another image by now, nothing is done."""
    action = app().action(name)
    if action is not None and app().activeDocument() == bundle.document:
        action.trigger()
