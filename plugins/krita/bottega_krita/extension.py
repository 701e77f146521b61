"""How the plug-in enters Krita: one extension with the actions, one docker for each window, one studio for all."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from krita import DockWidgetFactory, DockWidgetFactoryBase, Extension

from .actions import ACTIONS
from .qt import app, on
from .studio import Studio
from .ui.docker import Docker

if TYPE_CHECKING:
    from krita import Window

DOCKER = "bottega_docker"
TURN = 0.0005
"""Seconds that a thread of Python's may keep another one waiting."""


@cache
def studio() -> Studio:
    """This Krita's studio; it meets the daemon at the first call."""
    made = Studio()
    made.connect_daemon()
    notifier = app().notifier()
    assert notifier is not None
    on(notifier.applicationClosing, made.close)
    return made


class Bottega(Extension):
    """The actions, which Krita's shortcut settings list."""

    def setup(self) -> None:
        """Called once, before there is a window."""

    def createActions(self, window: Window) -> None:  # noqa: N802  # Krita's name
        """Give this window its actions."""
        for row in ACTIONS:
            action: Any = window.createAction(row.name, row.text(), row.menu)
            on(action.triggered, lambda _=False, row=row: row.run(studio()))


class BottegaDocker(Docker):
    """The docker as Krita makes it: without arguments."""

    def __init__(self) -> None:
        super().__init__(studio())


def register(krita: Any) -> None:
    """Tell Krita of both."""
    # Each call of Qt's lets other threads run Python, and takes back its turn only after this long: of the usual 5 ms
    # a few make a stroke stutter while our background thread is busy.
    sys.setswitchinterval(min(sys.getswitchinterval(), TURN))
    krita.addExtension(Bottega(krita))
    krita.addDockWidgetFactory(DockWidgetFactory(DOCKER, _right(), BottegaDocker))


def _right() -> Any:
    """The right side: Krita 6's enums have a scope, Krita 5's have none."""
    sides: Any = DockWidgetFactoryBase
    return sides.DockRight if hasattr(sides, "DockRight") else sides.DockPosition.DockRight
