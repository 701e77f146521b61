"""The docker: how it stands, what is wished, what comes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from krita import DockWidget

from ..geometry import Margins
from ..memory import keep_wishes, wishes
from ..overlay import Overlay
from ..params import MODES, Params
from ..qt import Qt, QtWidgets, app, on
from ..settings import document_id
from ..words import say
from ..works import Candidate, Work
from . import kit
from .banner import Banner, Link
from .controls import Controls
from .form import Form
from .history import History
from .live import LivePanel
from .presets import Styles
from .results import Results

if TYPE_CHECKING:
    from ..studio import Studio


class Docker(DockWidget):
    """One window's docker."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.setWindowTitle("Bottega")
        self.studio = studio
        self._document = ""
        self._wished: dict[str, Params] = {}
        """What was said for other images, asked for or not."""
        self.overlay = Overlay()
        self.form = Form(studio)
        self.results = Results(studio, self.overlay)
        self.go = QtWidgets.QPushButton(say("Paint"))
        on(self.go.clicked, lambda *_: self.ask())
        self.tabs = QtWidgets.QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.addTab(self._painting(), say("Paint"))
        self.controls = Controls(studio)
        self.history = History(studio, self.overlay)
        self.live = LivePanel(studio, self.overlay, self.params)
        self.tabs.addTab(self.live, say("Live"))
        self.tabs.addTab(_scrolled(self.controls), say("Control"))
        self.tabs.addTab(self.history, say("History"))
        self.tabs.addTab(_scrolled(kit.column(Link(studio), 1, margin=4)), say("Daemon"))
        self.banner = Banner(studio)
        self.setWidget(kit.column(self.banner, self.tabs, margin=2))
        on(self.form.asked, self.ask)
        self.form.strength.valueChanged.connect(lambda _: self.look())
        self.form.mode.currentIndexChanged.connect(lambda _: self.look())
        self.results.chosen.connect(self.use_again)
        on(self.history.chosen, self.take)
        on(self.history.looked, self.results.rest)
        on(self.styles.chosen, self.take)
        on(self.tabs.currentChanged, lambda _: self.controls.refresh())
        self.form.fill_menus()
        studio.add_docker(self)

    def _painting(self) -> Any:
        self.margins = [kit.whole(0, 8192, 0, say(side)) for side in ("left", "top", "right", "bottom")]
        for box, sign in zip(self.margins, "←↑→↓", strict=True):
            box.setPrefix(f"{sign} ")
        self.beyond = kit.column(kit.row(*self.margins[:2]), kit.row(*self.margins[2:]))
        self.beyond.setToolTip(say("Pixels to paint beyond the canvas"))
        self.beyond.hide()
        self.go.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
        self.styles = Styles(self.params)
        inside = kit.column(self.styles, self.form, self.beyond, self.go, self.results, 1, margin=4)
        return _scrolled(inside)

    def canvasChanged(self, canvas: Any) -> None:  # noqa: N802
        """Krita's word for: another image is shown."""
        document = app().activeDocument() if canvas else None
        self.overlay.set_window(kit.main_window(self))
        unique = document_id(document)
        if unique != self._document:
            if self._document:
                self._wished[self._document] = self.params()
            self._document = unique
            self._opened(document)
        self.studio.undoing.listen()
        self.results.show_document(unique)
        self.controls.refresh()
        self.look()

    def look(self) -> None:
        """What the button does here."""
        mode = MODES.get(self.form.mode.currentData(), MODES["auto"])
        self.beyond.setVisible(mode.name == "expand")
        if mode.name == "auto":
            self.go.setText(say(MODES["refine"].label if self.form.strength.value() < 100 else "Paint"))
        else:
            self.go.setText(say(mode.label))

    def ask(self, mode: str = "") -> Work:
        """Begin a job with what the docker says."""
        params = self.params()
        if mode:
            params = dataclasses.replace(params, mode=mode)
        margins = Margins(*(box.value() for box in self.margins)) if params.mode == "expand" else Margins()
        if document := app().activeDocument():
            keep_wishes(document, params)
        return self.studio.ask(params, margins=margins)

    def params(self) -> Params:
        """All that is wished now."""
        return dataclasses.replace(self.form.params(), controls=self.controls.follows())

    def use_again(self, found: tuple[Work, Candidate]) -> None:
        """Fill the docker with what made a candidate."""
        work, candidate = found
        self.take(dataclasses.replace(work.params, seed=candidate.picture.seed, count=1))

    def take(self, params: Params) -> None:
        """Fill the docker."""
        self.form.take(params)
        self.controls.take(params.controls)
        self.look()

    def _opened(self, document: Any) -> None:
        """An image that remembers what was wished for it fills the docker; control layers are of one image alone."""
        self.history.read()
        found = self._wished.get(self._document) or (wishes(document) if document else None)
        if found:
            self.take(found)
        elif document:
            self.controls.take(())


def _scrolled(inside: Any) -> Any:
    area = QtWidgets.QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
