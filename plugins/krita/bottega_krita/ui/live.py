"""Live painting in the docker: the picture beside the canvas, how long it took, and what to do with it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ..client import BottegaError
from ..layers import Target
from ..live import Live
from ..overlay import Overlay
from ..params import Params
from ..pictures import fitted
from ..qt import Qt, QtGui, QtWidgets, app, on
from ..settings import document_id, setting
from ..words import said, say
from ..works import Candidate, Work
from . import kit

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..host import Main
    from ..studio import Studio


CLOSE = 60
"""Per cent: strokes are painted over and still seen."""


class LivePanel(QtWidgets.QWidget):
    """A switch, a picture, its latency."""

    def __init__(self, studio: Studio, overlay: Overlay, wishes: Callable[[], Params]) -> None:
        super().__init__()
        self._studio, self._overlay = studio, overlay
        self.strength, strength = kit.percent(99, CLOSE, say("How far to leave what is drawn"))
        self.live = Live(studio, lambda: dataclasses.replace(wishes(), strength=self.strength.value() / 100))
        self._candidate: Candidate | None = None
        self._params, self._document_id = Params(), ""
        self.switch = QtWidgets.QPushButton(say("Paint live"))
        self.switch.setCheckable(True)
        self.picture = Shown(studio.main)
        self.note = QtWidgets.QLabel(say("Draw: the picture follows each stroke. Lower strengths stay closer to it."))
        self.note.setWordWrap(True)
        self.over = QtWidgets.QCheckBox(say("Show on the canvas"))
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.switch)
        layout.addLayout(strength)
        for part in (self.picture, self.note, self.over):
            layout.addWidget(part, 1 if part is self.picture else 0)
        layout.addLayout(
            kit.row(
                kit.button("dialog-ok", say("Apply"), say("A new layer above the active one"), self.apply),
                kit.button("random", say("New seed"), say("Another picture of the same strokes"), self.live.new_seed),
                1,
            )
        )
        on(self.switch.toggled, self._switched)
        on(self.live.shown, self._show)
        on(self.live.stopped, self._stopped)
        on(self.over.toggled, lambda shown: None if shown else overlay.hide())

    def _switched(self, started: bool) -> None:
        self.switch.setText(say("Stop") if started else say("Paint live"))
        if started:
            self.live.start(kit.main_window(self))
        else:
            self.live.stop()

    def _show(self, candidate: Candidate, seconds: float) -> None:
        self._candidate = candidate
        self._params, self._document_id = self.live.painted
        self.picture.show_image(candidate.image)
        self.note.setText(say("{ms} ms from the stroke to the picture", ms=round(seconds * 1000)))
        document = app().activeDocument()
        if self.over.isChecked() and document:
            self._overlay.show(document, candidate.image, candidate.bounds, candidate.anchor)

    def _stopped(self, why: str) -> None:
        self.switch.setChecked(False)
        self._overlay.hide()
        if why:
            self.note.setText(why)

    def apply(self) -> None:
        """Keep the picture as a layer, of whatever request it is: later ones may have taken that one's place."""
        candidate, document = self._candidate, app().activeDocument()
        if candidate is None or document is None:
            return
        masked = setting("result", "mask") != "alpha"
        work = next((work for work in self._studio.works if candidate in work.candidates), None)
        if work and work.request:
            self._studio.apply(work, candidate, masked=masked, failed=self._wrong)
        elif document_id(document) == self._document_id:
            made = Work(0, self._params, self._document_id, state="done")
            target = Target(document, document.activeNode())
            self._studio.apply_to(target, made, candidate, masked=masked, failed=self._wrong)

    def _wrong(self, error: BottegaError) -> None:
        self.note.setText(said(error))


class Shown(QtWidgets.QLabel):
    """A picture that takes the room it finds; made smaller beside Krita: a large one takes longer than a slice."""

    def __init__(self, main: Main) -> None:
        super().__init__()
        self._main = main
        self._image: QtGui.QImage | None = None
        self.setMinimumSize(40, 40)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Ignored)

    def show_image(self, image: QtGui.QImage) -> None:
        """Show another one."""
        self._image = image
        self._draw()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802
        """Fit it in anew."""
        super().resizeEvent(event)
        self._draw()

    def _draw(self) -> None:
        if (image := self._image) is not None:
            width, height = max(1, self.width()), max(1, self.height())
            self._main.aside(lambda: fitted(image, width, height), self._put, lambda _: None)

    def _put(self, image: QtGui.QImage) -> None:
        self.setPixmap(QtGui.QPixmap.fromImage(image))
