"""Qt as this Krita has it: PyQt5 in Krita 5, PyQt6 in Krita 6. The one place that knows the difference.

Enums are written with their scope (`Qt.ConnectionType.QueuedConnection`), which both understand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from krita import Krita


def app() -> Krita:
    """The running Krita."""
    one = Krita.instance()
    assert one is not None
    return one


QT6 = not app().version().startswith("5.")
"""Never found by trying: a machine may have both, and two Qts in one process end it."""

if QT6:
    from PyQt6 import QtCore, QtGui, QtWidgets
    from PyQt6.QtGui import QAction
else:
    from PyQt5 import QtCore, QtGui, QtWidgets
    from PyQt5.QtWidgets import QAction

Qt = QtCore.Qt
Signal = QtCore.pyqtSignal


def raw(array: Any) -> bytes:
    """A QByteArray's bytes."""
    return array.data()


def on(signal: Any, run: Callable[..., object]) -> None:
    """Connect a signal to something whose result nobody wants."""
    signal.connect(run)


__all__ = ["QT6", "QAction", "Qt", "QtCore", "QtGui", "QtWidgets", "Signal", "app", "on", "raw"]
