"""Small widgets in Krita's own manner: compact, at home at small widths, coloured by the theme alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from ..qt import Qt, QtWidgets, app, on
from ..words import say


def button(icon: str, text: str, tip: str, run: Callable[[], object]) -> Any:
    """A flat button with one of Krita's icons."""
    made = QtWidgets.QToolButton()
    made.setAutoRaise(True)
    if icon:
        made.setIcon(icon_of(icon))
    if text:
        made.setText(text)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon if icon else _text_only())
    made.setToolTip(tip)
    made.setAccessibleName(text or tip)
    on(made.clicked, lambda *_: run())
    return made


def main_window(widget: Any) -> Any:
    """The window of Krita's that a widget belongs to: a floating docker is a window of its own."""
    while widget is not None and not isinstance(widget, QtWidgets.QMainWindow):
        widget = widget.parentWidget()
    return widget


@cache
def icon_of(name: str) -> Any:
    """One of Krita's icons, found once: looking takes a while."""
    return app().icon(name)


def _text_only() -> Any:
    return Qt.ToolButtonStyle.ToolButtonTextOnly


def combo(rows: Iterable[tuple[str, str]], tip: str) -> Any:
    """A menu of (label, value) that may become narrower than its longest row."""
    made = QtWidgets.QComboBox()
    made.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToContentsOnFirstShow)
    made.setMinimumWidth(40)
    made.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
    made.setToolTip(tip)
    fill(made, rows)
    return made


def fill(box: Any, rows: Iterable[tuple[str, str]]) -> None:
    """New rows for a menu; what was chosen stays chosen where it is still there."""
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for label, value in rows:
        box.addItem(label, value)
    choose(box, chosen)
    box.blockSignals(False)


def choose(box: Any, value: object) -> None:
    """Select a value; one that is not there is added, so that nothing is lost that a preset names."""
    place = box.findData(value)
    if place < 0 and value:
        box.addItem(str(value), value)
        place = box.count() - 1
    box.setCurrentIndex(max(place, 0))


def whole(least: int, most: int, value: int, tip: str, special: str = "") -> Any:
    """A box for whole numbers; its least value may have a name."""
    made = QtWidgets.QSpinBox()
    made.setRange(least, most)
    made.setValue(value)
    return _numbered(made, tip, special)


def real(least: float, most: float, value: float, step: float, tip: str, special: str = "") -> Any:
    """A box for numbers."""
    made = QtWidgets.QDoubleSpinBox()
    made.setRange(least, most)
    made.setSingleStep(step)
    made.setDecimals(2)
    made.setValue(value)
    return _numbered(made, tip, special)


def percent(most: int, value: int, tip: str) -> tuple[Any, Any]:
    """A slider for strengths, and its row with the number."""
    made, shown = QtWidgets.QSlider(Qt.Orientation.Horizontal), QtWidgets.QLabel(f"{value} %")
    made.setRange(1, most)
    made.setValue(value)
    made.setToolTip(tip)
    made.valueChanged.connect(lambda now: shown.setText(f"{now} %"))
    return made, row(QtWidgets.QLabel(say("Strength")), made, shown)


def _numbered(made: Any, tip: str, special: str) -> Any:
    made.setMinimumWidth(40)
    made.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
    made.setToolTip(tip)
    if special:
        made.setSpecialValueText(special)
    return made


def row(*widgets: Any) -> Any:
    """Widgets side by side; a number is stretch."""
    made = QtWidgets.QHBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(4)
    for widget in widgets:
        if isinstance(widget, int):
            made.addStretch(widget)
        else:
            made.addWidget(widget)
    return made


def column(*parts: Any, margin: int = 0) -> Any:
    """A widget of parts above each other: widgets, layouts, numbers for stretch."""
    made = QtWidgets.QWidget()
    layout = QtWidgets.QVBoxLayout(made)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(4)
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
        elif isinstance(part, QtWidgets.QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return made


class Fold(QtWidgets.QWidget):
    """Parts that open below their title."""

    def __init__(self, title: str, inside: Any, opened: bool = False) -> None:
        super().__init__()
        self._head = QtWidgets.QToolButton()
        self._head.setText(title)
        self._head.setAutoRaise(True)
        self._head.setCheckable(True)
        self._head.setChecked(opened)
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._inside = inside
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._head)
        layout.addWidget(inside)
        self._head.toggled.connect(self._show)
        self._show(opened)

    def _show(self, opened: bool) -> None:
        self._inside.setVisible(opened)
        self._head.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)


def form(*pairs: tuple[str, Any]) -> Any:
    """Labels and fields; a long label goes above its field where it is narrow."""
    made = QtWidgets.QWidget()
    layout = QtWidgets.QFormLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    layout.setRowWrapPolicy(QtWidgets.QFormLayout.RowWrapPolicy.WrapLongRows)
    for label, field in pairs:
        layout.addRow(say(label), field)
    return made
