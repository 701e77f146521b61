"""What is under way and what has come: progress, candidates to flip through, a preview on the canvas, applying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..overlay import Overlay
from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal, app
from ..settings import document_id, setting
from ..words import said, say
from ..works import KEPT, Candidate, Work, room
from . import kit

if TYPE_CHECKING:
    from ..studio import Studio

SIDE = 72
SHOWN = 6
"""Works whose candidates are in the strip."""


class Results(QtWidgets.QWidget):
    """Works of the open image."""

    chosen = Signal(object)
    """A work's settings are wanted again."""

    def __init__(self, studio: Studio, overlay: Overlay) -> None:
        super().__init__()
        self._studio, self._overlay = studio, overlay
        self._document = ""
        self._previewed: Work | None = None
        """Whose step is on the canvas."""
        self.queue = QtWidgets.QVBoxLayout()
        self._bars: dict[int, Bar] = {}
        self.strip = QtWidgets.QListWidget()
        self.strip.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.strip.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.strip.setMovement(QtWidgets.QListView.Movement.Static)
        self.strip.setIconSize(QtCore.QSize(SIDE, SIDE))
        self.strip.setUniformItemSizes(True)
        self.strip.setMinimumHeight(SIDE + 24)
        self.strip.setToolTip(say("Click: show on the canvas. Double click: apply."))
        self.strip.currentItemChanged.connect(lambda now, _: self._show(now))
        self.strip.itemDoubleClicked.connect(lambda _: self.apply())
        self._note = QtWidgets.QLabel()
        self._note.setWordWrap(True)
        self._note.hide()
        self._buttons()
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self.queue)
        layout.addWidget(self._note)
        layout.addWidget(self.strip)
        layout.addLayout(self._row)
        studio.changed.connect(self._changed)
        studio.arrived.connect(self._arrived)
        studio.let_go.connect(self._let_go)

    def _buttons(self) -> None:
        self._apply = kit.button("dialog-ok", say("Apply"), say("A new layer above the active one"), self.apply)
        self._row = kit.row(
            kit.button("arrow-left", "", say("Previous candidate"), lambda: self.flip(-1)),
            kit.button("arrow-right", "", say("Next candidate"), lambda: self.flip(1)),
            self._apply,
            1,
            kit.button("reload-preset", "", say("Use these settings again"), self._again),
            kit.button("visible", "", say("Show on the canvas, or not"), self.toggle),
            kit.button("deletelayer", "", say("Discard this candidate"), self.discard),
        )

    def show_document(self, unique: str) -> None:
        """The works of another image."""
        if unique != self._document:
            self._document = unique
            self._overlay.hide()
            self._refill()

    def current(self) -> tuple[Work, Candidate] | None:
        """The candidate that is chosen."""
        item = self.strip.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item else None

    def apply(self) -> None:
        """Put the chosen candidate into the image."""
        if found := self.current():
            self._studio.apply(*found, masked=setting("result", "mask") != "alpha")
            self._overlay.hide()

    def flip(self, by: int) -> None:
        """The next or the previous candidate."""
        if self.strip.count():
            self.strip.setCurrentRow((self.strip.currentRow() + by) % self.strip.count())

    def toggle(self) -> None:
        """Show the chosen candidate on the canvas, or hide it."""
        if self._overlay.showing:
            self._overlay.hide()
        else:
            self._show(self.strip.currentItem())

    def discard(self) -> None:
        """Forget the chosen candidate."""
        if found := self.current():
            self._studio.discard(*found)
            self.strip.takeItem(self.strip.currentRow())
            self._overlay.hide()

    def _again(self) -> None:
        if found := self.current():
            self.chosen.emit(found)

    def _show(self, item: Any) -> None:
        document = app().activeDocument()
        if item and document:
            _, candidate = item.data(Qt.ItemDataRole.UserRole)
            self._overlay.show(document, candidate.image, candidate.bounds, candidate.anchor)

    def _arrived(self, work: Work, candidate: Candidate) -> None:
        if work.live or work.document_id != self._document:
            return
        first = len(work.candidates) == 1
        self._insert(work, candidate, 0 if first else work.candidates.index(candidate))
        if first:
            self.strip.setCurrentRow(0)

    def _let_go(self, works: list[Work]) -> None:
        """Their candidates leave the strip, and the artist is told why."""
        for row in reversed(range(self.strip.count())):
            item: Any = self.strip.item(row)
            if item.data(Qt.ItemDataRole.UserRole)[0] in works:
                self.strip.takeItem(row)
        if any(work.candidates for work in works if not work.live):
            self._note.setText(
                say(
                    "The oldest candidates were let go: {size} MB and {jobs} jobs are kept in memory.",
                    size=room() >> 20,
                    jobs=KEPT,
                )
            )
            self._note.show()

    def _insert(self, work: Work, candidate: Candidate, place: int) -> None:
        icon = QtGui.QIcon(QtGui.QPixmap.fromImage(candidate.small))
        item = QtWidgets.QListWidgetItem(icon, str(candidate.picture.seed))
        item.setData(Qt.ItemDataRole.UserRole, (work, candidate))
        item.setToolTip(f"{work.title}\n{say('Seed')} {candidate.picture.seed}")
        self.strip.insertItem(place, item)

    def _refill(self) -> None:
        self.strip.clear()
        works = [work for work in self._studio.works if work.document_id == self._document and not work.live]
        for work in works[:SHOWN]:
            for candidate in work.candidates:
                self._insert(work, candidate, self.strip.count())

    def _changed(self, work: Work) -> None:
        if work.live:
            return
        bar = self._bars.get(work.number)
        if work.ended:
            if bar:
                self.queue.removeWidget(self._bars.pop(work.number))
                bar.deleteLater()
        elif bar is None:
            bar = self._bars[work.number] = Bar(self._studio, work)
            self.queue.addWidget(bar)
        if bar and not work.ended:
            bar.look()
        self._tell(work, new=bar is None)
        if work.preview and work.request and work.document_id == self._document:
            document = app().activeDocument()
            if document and document_id(document) == self._document:
                self._previewed = work
                self._overlay.show(document, *work.preview, work.request.seen.anchor)
        elif work.ended and not work.candidates and self._previewed is work:
            self._overlay.hide()

    def _tell(self, work: Work, new: bool) -> None:
        """An error in words, until the next job is asked for."""
        wrong = work.error if work.error and work.state != "cancelled" else None
        if wrong:
            self._note.setText(said(wrong))
        if wrong or (new and not work.ended):
            self._note.setVisible(wrong is not None)


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
