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
from .qt import QtCore, QtWidgets, app, on

if TYPE_CHECKING:
    from krita import Document, Node

Step: TypeAlias = Literal["canvas", "mask", "layer"]
UNDO, REDO = "edit_undo", "edit_redo"
REST = 0.25
"""Seconds in which Krita shows what it has drawn, and"""
TURNS = 8
"""how often it must have been given the main thread meanwhile, on a machine that is busy."""
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
    """It is being looked whether it goes, and all of it is being undone if it does."""
    again: bool = False
    """The artist wants it back before all of it is undone."""

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
        self.listen()

    def listen(self) -> None:
        """To every window's Undo and Redo: an image may be shown in several. To be called when a window shows one."""
        if not self.bundles:
            return
        for window in app().windows():
            for action in _actions(window.qwindow()):
                if action not in self._heard:
                    self._heard.append(action)
                    look = self._undo if action.objectName() == UNDO else self._redo
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
                bundle.watched, bundle.again = True, False
                self._main.chore("undo", _taken_back(bundle), lambda _: None)

    def _redo(self) -> None:
        for bundle in self._here():
            bundle.again = bundle.watched
            if bundle.undone:
                bundle.undone = False
                self._main.chore("undo", _done_again(bundle), lambda _: None)


def _actions(window: Any) -> list[Any]:
    """A window's Undo and Redo, as its menus have them; Krita gives those of the active one alone."""
    menus = window.findChildren(QtWidgets.QMenu) if window else []
    return [action for menu in menus for action in menu.actions() if action.objectName() in (UNDO, REDO)]


def _taken_back(bundle: Bundle) -> Generator[Any, None, None]:
    """If the layer goes, undo the other steps too, the last one first."""
    yield from settled(bundle.document)
    gone = yield from _comes(bundle, lambda: not bundle.done("layer") or bundle.again)
    if gone and not bundle.again and _undone_last():
        yield from _others_undone(bundle)
    if bundle.again:
        yield from _done_again(bundle)
    bundle.watched, bundle.there = False, bundle.done("layer")


def _others_undone(bundle: Bundle) -> Generator[Any, None, None]:
    for step in reversed(bundle.steps[:-1]):
        if step == "canvas":
            yield from _rested(bundle)
        if bundle.again:
            return
        if bundle.done(step):  # else the artist was quicker
            _trigger(bundle, UNDO)
        if not (yield from _comes(bundle, lambda step=step: not bundle.done(step) or bundle.again)) or bundle.again:
            return
    bundle.undone = True


def _rested(bundle: Bundle) -> Generator[Any, None, None]:
    """Wait until what Krita has drawn is on its screen. Krita 5.2.9 crashes when a canvas shrinks under what is still
    to be shown (an assertion in kis_opengl_image_textures.h)."""
    end = time.monotonic() + REST
    turns = 0
    while time.monotonic() < end or turns < TURNS:
        turns += 1
        yield WAIT
    yield from settled(bundle.document)


def _done_again(bundle: Bundle) -> Generator[Any, None, None]:
    """After the artist's Redo, which does one of the steps, do the others."""
    yield from settled(bundle.document)
    yield from _comes(bundle, lambda: bundle.done(bundle.steps[0]))
    for step in bundle.steps:
        if not bundle.done(step):
            _trigger(bundle, REDO)
        if not (yield from _comes(bundle, lambda step=step: bundle.done(step))):
            return
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
