"""The docker: how it stands, what is wished, what comes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from krita import DockWidget

from ..asking import Margins
from ..overlay import Overlay
from ..params import MODES, Params
from ..qt import Qt, QtWidgets, app, on
from ..settings import document_id
from ..words import say
from ..works import Candidate, Work
from . import kit
from .banner import Banner, Link
from .form import Form
from .results import Results

if TYPE_CHECKING:
    from ..studio import Studio


class Docker(DockWidget):
    """One window's docker."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.setWindowTitle("Bottega")
        self.studio = studio
        self.overlay = Overlay()
        self.form = Form(studio)
        self.results = Results(studio, self.overlay)
        self.go = QtWidgets.QPushButton(say("Generate"))
        on(self.go.clicked, lambda *_: self.ask())
        self.tabs = QtWidgets.QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.addTab(self._painting(), say("Paint"))
        self.tabs.addTab(kit.column(Link(studio), 1, margin=4), say("Daemon"))
        self.banner = Banner(studio)
        self.setWidget(kit.column(self.banner, self.tabs, margin=2))
        on(self.form.asked, self.ask)
        self.form.strength.valueChanged.connect(lambda _: self.look())
        self.form.mode.currentIndexChanged.connect(lambda _: self.look())
        self.results.chosen.connect(self.use_again)
        self.form.fill_menus()
        studio.dockers.append(self)

    def _painting(self) -> Any:
        self.margins = [kit.whole(0, 8192, 0, say(side)) for side in ("left", "top", "right", "bottom")]
        for box, sign in zip(self.margins, "←↑→↓", strict=True):
            box.setPrefix(f"{sign} ")
        self.beyond = kit.column(kit.row(*self.margins[:2]), kit.row(*self.margins[2:]))
        self.beyond.setToolTip(say("Pixels to paint beyond the canvas"))
        self.beyond.hide()
        self.go.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
        inside = kit.column(self.form, self.beyond, self.go, self.results, 1, margin=4)
        area = QtWidgets.QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        return area

    def canvasChanged(self, canvas: Any) -> None:  # noqa: N802
        """Krita's word for: another image is shown."""
        document = app().activeDocument() if canvas else None
        self.overlay.set_window(self.window())
        self.results.show_document(document_id(document))
        self.look()

    def look(self) -> None:
        """What the button does here."""
        mode = MODES.get(self.form.mode.currentData(), MODES["auto"])
        self.beyond.setVisible(mode.name == "expand")
        if mode.name == "auto":
            mode = MODES["refine"] if self.form.strength.value() < 100 else MODES["generate"]
        self.go.setText(say(mode.label))

    def ask(self, mode: str = "") -> Work:
        """Begin a job with what the docker says."""
        params = self.params()
        if mode:
            params = dataclasses.replace(params, mode=mode)
        margins = Margins(*(box.value() for box in self.margins)) if params.mode == "expand" else Margins()
        return self.studio.ask(params, margins=margins)

    def params(self) -> Params:
        """All that is wished now."""
        return self.form.params()

    def use_again(self, found: tuple[Work, Candidate]) -> None:
        """Fill the docker with what made a candidate."""
        work, candidate = found
        self.take(dataclasses.replace(work.params, seed=candidate.picture.seed, count=1))

    def take(self, params: Params) -> None:
        """Fill the docker."""
        self.form.take(params)
        self.look()
