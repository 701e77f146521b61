"""Styles: named settings that the artist chooses, keeps and removes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from ..client import BottegaError, Presets
from ..params import Params, parsed
from ..qt import QtWidgets, Signal, on
from ..settings import folder
from ..words import say
from . import kit

OWN = ("prompt", "seed", "controls")
"""What a style leaves as it is."""


class Styles(QtWidgets.QWidget):
    """A menu of styles, and buttons to keep and remove one."""

    chosen = Signal(object)
    """Parameters of a style, on top of what is wished now."""

    def __init__(self, now: Callable[[], Params]) -> None:
        super().__init__()
        self._now = now
        self._kept = Presets(folder("styles"))
        self.menu = kit.combo([(say("No style"), "")], say("Settings that were kept under a name"))
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.menu, 1)
        layout.addWidget(kit.button("document-save", "", say("Keep these settings as a style"), self._ask))
        layout.addWidget(kit.button("deletelayer", "", say("Remove this style"), self.remove))
        on(self.menu.activated, lambda _: self.choose())
        self.fill()

    def fill(self) -> None:
        """The styles that there are."""
        kit.fill(self.menu, [(say("No style"), ""), *((name, name) for name in self._kept.names())])

    def choose(self) -> None:
        """Use the style that is chosen."""
        if name := self.menu.currentData():
            now = self._now()
            try:
                style = parsed(self._kept.load(name))
            except BottegaError:
                return self.fill()
            self.chosen.emit(dataclasses.replace(style, **{each: getattr(now, each) for each in OWN}))
        return None

    def keep(self, name: str) -> None:
        """Keep what is wished now under a name."""
        said: dict[str, Any] = {key: value for key, value in self._now().as_dict().items() if key not in OWN}
        self._kept.save(name, said)
        self.fill()
        kit.choose(self.menu, name)

    def remove(self) -> None:
        """Remove the style that is chosen."""
        if name := self.menu.currentData():
            self._kept.remove(name)
            self.menu.setCurrentIndex(0)
            self.fill()

    def _ask(self) -> None:
        title, label = say("Keep as style"), say("Name")
        name, sure = QtWidgets.QInputDialog.getText(self, title, label, text=self.menu.currentData() or "")
        if sure and name.strip():
            self.keep(name.strip()[:100])
