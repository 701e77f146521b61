"""What is under way and what has come: progress, candidates to flip through, a preview on the canvas, applying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..client import BottegaError
from ..overlay import Overlay
from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal, app
from ..settings import document_id, setting
from ..words import said, say
from ..works import KEPT, Candidate, Work, room
from . import kit
from .bar import Bar

if TYPE_CHECKING:
    from ..studio import Studio

SIDE = 72


class Results(QtWidgets.QWidget):
    """Works of the open image."""

    chosen = Signal(object)
    """A work's settings are wanted again."""

    def __init__(self, studio: Studio, overlay: Overlay) -> None:
        super().__init__()
        self._studio, self._overlay = studio, overlay
        self._document = ""
        self._previewed: Work | None = None
        """Whose step is on the canvas, or was until the artist hid it."""
        self._step: Any = None
        """Which one that is."""
        self._rested = 0
        """The newest job when the artist chose or hid what is shown: steps of it and of older ones are not shown."""
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
        self.strip.currentItemChanged.connect(lambda now, _: self._choose(now))
        self.strip.itemClicked.connect(self._choose)
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
            self._previewed, self._step, self._rested = None, None, 0
            self._overlay.hide()
            self._refill()

    def current(self) -> tuple[Work, Candidate] | None:
        """The candidate that is chosen."""
        item = self.strip.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item else None

    def apply(self) -> None:
        """Put the chosen candidate into the image."""
        if found := self.current():
            self._studio.apply(*found, masked=setting("result", "mask") != "alpha", failed=self._wrong)
            self._overlay.hide()

    def flip(self, by: int) -> None:
        """The next or the previous candidate."""
        if self.strip.count():
            self.strip.setCurrentRow((self.strip.currentRow() + by) % self.strip.count())
            self._choose(self.strip.currentItem())

    def toggle(self) -> None:
        """Hide what is on the canvas, or show it again: the steps of a job that still runs, or the chosen candidate."""
        if self._overlay.showing:
            self._rest()
            self._overlay.hide()
        elif self._previewed and self._previewed.preview:
            self._rested, self._step = self._previewed.number - 1, None
            self._follow(self._previewed)
        else:
            self._show(self.strip.currentItem())

    def rest(self) -> None:
        """The artist looks at something else: no steps over it of the jobs that are under way."""
        self._rest()
        self._previewed = None

    def _rest(self) -> None:
        self._rested = max((work.number for work in self._studio.works), default=0)

    def discard(self) -> None:
        """Forget the chosen candidate."""
        if found := self.current():
            self._studio.discard(*found)
            self._take(self.strip.currentRow())
            self._overlay.hide()

    def _again(self) -> None:
        if found := self.current():
            self.chosen.emit(found)

    def _choose(self, item: Any) -> None:
        """By the artist's hand."""
        self.rest()
        self._show(item)

    def _show(self, item: Any) -> None:
        document = app().activeDocument()
        if item and document:
            _, candidate = item.data(Qt.ItemDataRole.UserRole)
            self._overlay.show(document, candidate.image, candidate.bounds, candidate.anchor)
        else:
            self._overlay.hide()

    def _arrived(self, work: Work, candidate: Candidate) -> None:
        if work.live or work.document_id != self._document:
            return
        row = self._insert(work, candidate)
        if len(work.candidates) == 1:
            with QtCore.QSignalBlocker(self.strip):
                self.strip.setCurrentRow(row)
            newer = self._watched()
            if newer is None or newer.number < work.number:
                self._rested, self._previewed = max(self._rested, work.number), None
                self._show(self.strip.item(row))

    def _let_go(self, works: list[Work]) -> None:
        """Their candidates leave the strip, and the artist is told why."""
        for row in reversed(range(self.strip.count())):
            item: Any = self.strip.item(row)
            if item.data(Qt.ItemDataRole.UserRole)[0] in works:
                self._take(row)
        if any(work.candidates for work in works if not work.live):
            self._note.setText(
                say(
                    "The oldest candidates were let go: {size} MB and {jobs} jobs are kept in memory.",
                    size=room() >> 20,
                    jobs=KEPT,
                )
            )
            self._note.show()

    def _take(self, row: int) -> None:
        """Out of the strip, which chooses a neighbour then, but not the artist."""
        with QtCore.QSignalBlocker(self.strip):
            self.strip.takeItem(row)

    def _insert(self, work: Work, candidate: Candidate) -> int:
        """Into its place, which is returned: works as they were asked for, the newest first, each one's in order."""
        icon = QtGui.QIcon(QtGui.QPixmap.fromImage(candidate.small))
        item = QtWidgets.QListWidgetItem(icon, str(candidate.picture.seed))
        item.setData(Qt.ItemDataRole.UserRole, (work, candidate))
        item.setToolTip(f"{work.title}\n{say('Seed')} {candidate.picture.seed}")
        rows = (self.strip.item(row) for row in range(self.strip.count()))
        row = sum(_order(*each.data(Qt.ItemDataRole.UserRole)) < _order(work, candidate) for each in rows if each)
        self.strip.insertItem(row, item)
        return row

    def _refill(self) -> None:
        with QtCore.QSignalBlocker(self.strip):
            self.strip.clear()
        for work in self._studio.works:
            if work.document_id == self._document and not work.live:
                for candidate in work.candidates:
                    self._insert(work, candidate)

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
        self._follow(work)

    def _watched(self) -> Work | None:
        """Whose steps are to be seen: those of the newest job of this image that has any."""
        works = (work for work in self._studio.works if work.document_id == self._document and not work.live)
        return next((work for work in works if work.number > self._rested and work.preview and work.request), None)

    def _follow(self, work: Work) -> None:
        """Show a new step of the job that is watched; where one ends without a result, what was chosen before."""
        watched, document = self._watched(), app().activeDocument()
        if watched and document and document_id(document) == self._document:
            if watched.preview and watched.request and watched.preview is not self._step:
                self._previewed, self._step = watched, watched.preview
                self._overlay.show(document, *watched.preview, watched.request.seen.anchor)
        elif work is self._previewed and work.ended:
            self._previewed = None
            if work.number > self._rested and not work.candidates:
                self._show(self.strip.currentItem())

    def _tell(self, work: Work, new: bool) -> None:
        """An error in words, until the next job is asked for."""
        wrong = work.error if work.error and work.state != "cancelled" else None
        if wrong:
            self._wrong(wrong)
        elif new and not work.ended:
            self._note.hide()

    def _wrong(self, error: BottegaError) -> None:
        self._note.setText(said(error))
        self._note.show()


def _order(work: Work, candidate: Candidate) -> tuple[int, int]:
    """Where in the strip."""
    return -work.number, candidate.index
