"""Bones that follow their joints: looked at whenever the artist lets go of the pen or a key, and never in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .pose import lay_bones
from .qt import QtCore, QtWidgets, app

Type = QtCore.QEvent.Type
DEEDS = (Type.MouseButtonRelease, Type.TabletRelease, Type.KeyRelease)
LATER = 50
"""Milliseconds after a deed, in which Krita's tool does what was meant."""


class Posing(QtCore.QObject):
    """Listens while a figure is followed; `followed` gives the ids of such layers."""

    def __init__(self, followed: Callable[[], set[str]]) -> None:
        super().__init__()
        self._followed = followed
        self._listening = False
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LATER)
        self._timer.timeout.connect(self.look)

    def listen(self) -> None:
        """Begin or end, as there are figures or not."""
        wanted, application = bool(self._followed()), QtWidgets.QApplication.instance()
        if application is None or wanted == self._listening:
            return
        self._listening = wanted
        if wanted:
            application.installEventFilter(self)
        else:
            application.removeEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802
        """Hear that something was done; nothing is kept from anybody."""
        if event.type() in DEEDS:
            self._timer.start()
        return False

    def look(self) -> None:
        """Lay the bones of the active layer, if it is a figure that is followed."""
        document = app().activeDocument()
        node = document.activeNode() if document else None
        if node is not None and node.type() == "vectorlayer" and node.uniqueId().toString() in self._followed():
            lay_bones(node)
