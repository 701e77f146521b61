"""What Krita's Python can only do in several steps is taken back by one Undo, and done again by one Redo.

There are no macros of undo steps: making the canvas larger, giving a layer its mask and inserting it are three. So the
artist's own Undo is heard, and where it took the layer away, the steps that led to it are undone too; Redo likewise.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .canvas import settled
from .client import Bounds, Extent
from .host import WAIT, Main, Named
from .qt import app, on

if TYPE_CHECKING:
    from krita import Document, Node

Step: TypeAlias = Literal["canvas", "mask", "layer"]
UNDO, REDO = "edit_undo", "edit_redo"
PATIENCE = 5.0
"""Seconds in which Krita does a step, and its menus say so."""
SOON = 0.5
"""Seconds in which a menu changes that has another name to show."""


@dataclass(eq=False)
class Bundle:
    """One layer's steps, in the order in which they were done; the last one inserts it."""

    document: Document
    layer: Node | None = None
    canvas: Extent | None = None
    """The larger one."""
    steps: list[tuple[Step, str]] = field(default_factory=list[tuple[Step, str]])
    """Each with what the menu calls undoing it."""
    undone: bool = False
    """All of it, by one Undo."""

    def done(self, step: Step) -> bool:
        """Whether the image shows that a step is done."""
        if step == "canvas":
            return Extent(self.document.width(), self.document.height()) == self.canvas
        if self.layer is None:
            return False
        return bool(self.layer.childNodes()) if step == "mask" else self.layer.parentNode() is not None

    def enlarge(self, place: Bounds) -> Generator[Any, None, None]:
        """Make the canvas larger. A chore's part."""
        self.canvas = place.extent
        yield from self._noted("canvas", lambda: self.document.resizeImage(place.x, place.y, place.width, place.height))

    def give_mask(self, mask: Node) -> Generator[Any, None, None]:
        """Give the layer its mask. A chore's part."""
        assert self.layer is not None
        layer = self.layer
        yield from self._noted("mask", lambda: layer.addChildNode(mask, None))

    def _noted(self, step: Step, do: Callable[[], object]) -> Generator[Any, None, None]:
        yield Named(step)
        before, end = said(UNDO), time.monotonic() + SOON
        do()
        yield Named("")
        yield from settled(self.document)
        while before and said(UNDO) == before and time.monotonic() < end:
            yield WAIT
        self.steps.append((step, said(UNDO)))


class Undoing:
    """Listens to Undo and Redo from the first bundle on."""

    def __init__(self, main: Main) -> None:
        self._main = main
        self.bundles: list[Bundle] = []
        self._heard: list[Any] = []
        """Actions that are listened to: each window has its own."""

    def bind(self, bundle: Bundle) -> None:
        """Its layer was just inserted."""
        if not bundle.steps or not said(UNDO):
            return
        self.bundles.append(bundle)
        for name, look in ((UNDO, self._undo), (REDO, self._redo)):
            action = app().action(name)
            if action is not None and action not in self._heard:
                self._heard.append(action)
                on(action.triggered, lambda *_, look=look: look())

    def _undo(self) -> None:
        """Heard when Krita was told, but has not done it: a layer that is there and then is not was undone."""
        for bundle in self.bundles:
            if bundle.done("layer"):
                self._main.chore("undo", _taken_back(bundle), lambda _: None)

    def _redo(self) -> None:
        for bundle in self.bundles:
            if bundle.undone:
                bundle.undone = False
                self._main.chore("undo", _done_again(bundle), lambda _: None)


def said(name: str) -> str:
    """What a menu's entry says now; "" where there are no menus."""
    action = app().action(name)
    return action.text() if action is not None else ""


def _taken_back(bundle: Bundle) -> Generator[Any, None, None]:
    """If the layer goes, undo the other steps too, the last one first, as long as Krita says that they are next."""
    if not (yield from _comes(bundle, lambda: not bundle.done("layer"))):
        return
    for step, name in reversed(bundle.steps):
        if not (yield from _comes(bundle, lambda name=name: said(UNDO) == name)):
            return
        _trigger(UNDO)
        if not (yield from _comes(bundle, lambda step=step: not bundle.done(step))):
            return
    bundle.undone = True


def _done_again(bundle: Bundle) -> Generator[Any, None, None]:
    """If the first of the steps is done again, do the others: they followed each other when they were undone."""
    steps: list[Step] = [*(step for step, _ in bundle.steps), "layer"]
    for step in steps:
        if not (yield from _comes(bundle, lambda step=step: bundle.done(step))):
            return
        if step != "layer":
            _trigger(REDO)


def _comes(bundle: Bundle, true: Callable[[], bool]) -> Generator[Any, None, bool]:
    """Wait for something, but not long."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        yield WAIT
    yield from settled(bundle.document)
    return True


def _trigger(name: str) -> None:
    action = app().action(name)
    if action is not None:
        action.trigger()
