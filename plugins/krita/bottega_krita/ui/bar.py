"""How far a job is, and the button that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..qt import QtWidgets
from ..words import say
from ..works import Work
from . import kit

if TYPE_CHECKING:
    from ..studio import Studio


class Bar(QtWidgets.QWidget):
    """A job under way."""

    def __init__(self, studio: Studio, work: Work) -> None:
        super().__init__()
        self._work = work
        self._bar = QtWidgets.QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setMinimumWidth(40)
        self._bar.setMaximumHeight(18)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._bar)
        self.stop = kit.button("process-stop", "", say("Cancel this job"), lambda: studio.cancel(work))
        layout.addWidget(self.stop)

    def look(self) -> None:
        """Show how it stands."""
        self._bar.setValue(int(self._work.fraction * 1000))
        note = say("Cancelling …") if self._work.unwanted else self._work.note or say("Waiting")
        self.stop.setEnabled(not self._work.unwanted)
        self._bar.setFormat(f"{note} · {self._work.title[:30]}".replace("%", "%%"))
