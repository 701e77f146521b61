"""Control layers: which layers to follow, as what, how strongly and when."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any

from ..client import Bounds, Extent
from ..following import KINDS, detected
from ..layers import all_layers
from ..params import Follow
from ..pose import svg
from ..posing import Posing
from ..qt import QtWidgets, Signal, app, on
from ..settings import document_id
from ..words import said, say
from ..works import Work
from . import kit
from .bar import Bar

if TYPE_CHECKING:
    from krita import Node

    from ..studio import Studio

SKELETON = "Figure"


class Controls(QtWidgets.QWidget):
    """A row for each control layer."""

    edited = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.rows: list[Row] = []
        self.posing = Posing(self._figures)
        on(self.edited, self.posing.listen)
        self._list = QtWidgets.QVBoxLayout()
        self._list.setSpacing(6)
        self._hint = QtWidgets.QLabel()
        self._hint.setWordWrap(True)
        tip = say("A new layer with the edges of the canvas, to correct")
        self._edges = kit.button("list-add", say("Edges"), tip, self.make)
        self._making: dict[Work, tuple[Row | None, Bar]] = {}
        """Layers that are being made, for a row or of the canvas."""
        self._bars = QtWidgets.QVBoxLayout()
        buttons = kit.row(
            kit.button("list-add", say("Follow layer"), say("Follow the active layer"), self.add),
            kit.button("list-add", say("Figure"), say("A new vector layer with a figure to pose"), self.add_figure),
            self._edges,
            1,
        )
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        for part in (buttons, self._bars, self._list):
            layout.addLayout(part)
        layout.addWidget(self._hint)
        self._tell("")
        layout.addStretch(1)
        studio.changed.connect(self._changed)

    def _figures(self) -> set[str]:
        return {row.layer.currentData() for row in self.rows if row.kind.currentData() == "pose"}

    def follows(self) -> tuple[Follow, ...]:
        """What is listed."""
        return tuple(row.follow() for row in self.rows)

    def take(self, follows: tuple[Follow, ...]) -> None:
        """List these."""
        for row in list(self.rows):
            self.remove(row)
        for follow in follows:
            self._append(follow)

    def add(self) -> None:
        """Follow the active layer."""
        document = app().activeDocument()
        node = document.activeNode() if document else None
        if node is not None:
            kind = "pose" if node.type() == "vectorlayer" else "canny"
            self._append(Follow(node.uniqueId().toString(), node.name(), kind))

    def add_figure(self) -> None:
        """A new vector layer with a standing figure, followed as a pose."""
        document = app().activeDocument()
        root = document.rootNode() if document else None
        if document is None or root is None:
            return
        layer: Any = document.createVectorLayer(f"{say(SKELETON)} {len(self.rows) + 1}")
        canvas = Extent(document.width(), document.height())
        height = canvas.height * 3 // 4
        at = Bounds((canvas.width - height // 2) // 2, canvas.height // 8, height // 2, height)
        root.addChildNode(layer, None)
        layer.addShapesFromSvg(svg(0, at, canvas, document.resolution()))
        self._append(Follow(layer.uniqueId().toString(), layer.name(), "pose"))

    def make(self, row: Row | None = None) -> None:
        """Have the structure of a row's layer, or the canvas's edges, found as a layer, which is followed instead."""
        self._tell("")
        button = row.make if row else self._edges
        if not button.isEnabled():
            return
        what, unique = row.follow() if row else Follow(), document_id(app().activeDocument())
        work = self._studio.find_structure(what, self.follows(), partial(self._made, row, unique))
        bar = Bar(self._studio, work)
        self._making[work] = row, bar
        self._bars.addWidget(bar)
        button.setEnabled(False)
        self._changed(work)

    def _changed(self, work: Work) -> None:
        if work not in self._making:
            return
        row, bar = self._making[work]
        bar.look()
        if work.ended:
            del self._making[work]
            self._bars.removeWidget(bar)
            bar.deleteLater()
            if row is None or row in self.rows:
                (row.make if row else self._edges).setEnabled(True)
            if work.error and work.state != "cancelled":
                self._tell(said(work.error))

    def _made(self, row: Row | None, unique: str, follow: Follow) -> None:
        if unique != document_id(app().activeDocument()):
            return  # control layers are of one image alone
        if row is not None and row in self.rows:
            now = row.follow()
            place = self.rows.index(row)
            self.remove(row)
            follow = dataclasses.replace(now, layer=follow.layer, name=follow.name, detect=False)
            self._append(follow, place)
        else:
            self._append(follow)

    def _tell(self, wrong: str) -> None:
        self._hint.setText(wrong or say("The picture follows the layers that are listed here, visible or hidden."))
        self._hint.setVisible(bool(wrong) or not self.rows)

    def remove(self, row: Row) -> None:
        """Follow a layer no longer."""
        self.rows.remove(row)
        self._list.removeWidget(row)
        row.deleteLater()
        self._tell("")
        self.edited.emit()

    def refresh(self) -> None:
        """The layers of the open image, in each row's menu."""
        document = app().activeDocument()
        layers = list(all_layers(document)) if document else []
        for row in self.rows:
            row.offer(layers)

    def _append(self, follow: Follow, place: int | None = None) -> None:
        row, place = Row(self._studio, follow, self.remove, self.make), len(self.rows) if place is None else place
        self.rows.insert(place, row)
        self._list.insertWidget(place, row)
        on(row.edited, self.edited.emit)
        self._tell("")
        self.refresh()
        self.edited.emit()


class Row(QtWidgets.QWidget):
    """One control layer."""

    edited = Signal()

    def __init__(self, studio: Studio, follow: Follow, remove: Any, make: Any) -> None:
        super().__init__()
        self._studio, self._was = studio, follow
        self.on = QtWidgets.QCheckBox()
        self.on.setChecked(follow.on)
        self.on.setToolTip(say("Follow it, or not for now"))
        self.layer = kit.combo([(follow.name, follow.layer)], say("The layer to follow"))
        self.kind = kit.combo([(say(label), kind) for kind, label in KINDS.items()], say("What the layer shows"))
        kit.choose(self.kind, follow.kind)
        self.detect = QtWidgets.QCheckBox(say("find it"))
        self.detect.setChecked(follow.detect)
        self.detect.setToolTip(
            say("The daemon finds the structure in the layer; else the layer shows it, as the network reads it")
        )
        self.strength = kit.real(0, 2, follow.strength, 0.1, say("How strictly to follow it"))
        self.start = kit.real(0, 1, follow.start, 0.05, say("From which part of the steps on"))
        self.end = kit.real(0, 1, follow.end, 0.05, say("Up to which part of the steps"))
        for box, prefix in ((self.strength, "× "), (self.start, f"{say('from')} "), (self.end, f"{say('to')} ")):
            box.setPrefix(prefix)
        tip = say("Make a layer of what the daemon finds, to see and to correct it, and follow that")
        self.make = kit.button("addlayer", "", tip, lambda: make(self))
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        gone = kit.button("deletelayer", "", say("Follow it no longer"), lambda: remove(self))
        layout.addLayout(kit.row(self.on, self.layer, self.kind, gone))
        layout.addLayout(kit.row(self.strength, self.start, self.end, self.detect, self.make))
        for box in (self.layer, self.kind):
            on(box.currentIndexChanged, lambda _: self._changed())
        for number in (self.strength, self.start, self.end):
            on(number.valueChanged, lambda _: self._changed())
        for check in (self.on, self.detect):
            on(check.toggled, lambda _: self._changed())
        self._changed()

    def _changed(self) -> None:
        found = self.kind.currentData() in detected(self._studio.catalog)
        self.detect.setVisible(found)
        self.make.setVisible(found and self.detect.isChecked())
        self.edited.emit()

    def offer(self, layers: list[Node]) -> None:
        """These layers may be chosen; one that is gone stays, and is refused in words."""
        rows = [(node.name(), node.uniqueId().toString()) for node in layers]
        chosen = self.layer.currentData()
        if chosen not in [unique for _, unique in rows]:
            rows.append((self.layer.currentText(), chosen))
        kit.fill(self.layer, rows)

    def follow(self) -> Follow:
        """What it says."""
        return dataclasses.replace(
            self._was,
            layer=self.layer.currentData() or "",
            name=self.layer.currentText(),
            kind=self.kind.currentData(),
            on=self.on.isChecked(),
            detect=self.detect.isChecked(),
            strength=round(self.strength.value(), 2),
            start=round(self.start.value(), 2),
            end=round(self.end.value(), 2),
        )
