"""What was made for the open image: small pictures, searched, looked at, applied, used again."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from .. import memory
from ..canvas import check_open
from ..host import Aside, Chore
from ..layers import Target
from ..memory import Record
from ..overlay import Overlay
from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal, app, on
from ..settings import document_id, setting
from ..words import said, say
from ..works import Candidate, Work, as_ours
from . import kit

if TYPE_CHECKING:
    from ..studio import Studio

SIDE = 64
SLICE = 16
"""Small pictures that are shown in one step."""
IMAGES = 5 * memory.MOST
"""Decoded ones that are kept, 36 KiB each."""


class History(QtWidgets.QWidget):
    """The records of the open image."""

    chosen = Signal(object)
    """Parameters that are wanted again."""
    looked = Signal()
    """A picture is shown over the canvas."""

    def __init__(self, studio: Studio, overlay: Overlay) -> None:
        super().__init__()
        self._studio, self._overlay = studio, overlay
        self._images: dict[str, Any] = {}
        """Small pictures that are decoded, by their records' names."""
        self._number = 0
        """Which reading is meant; older ones give up."""
        self._laid: Any = None
        """What lies over the canvas, if it is ours."""
        self.search = QtWidgets.QLineEdit()
        self.search.setPlaceholderText(say("Search"))
        self.search.setClearButtonEnabled(True)
        self.list = QtWidgets.QListWidget()
        self.list.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.list.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.list.setMovement(QtWidgets.QListView.Movement.Static)
        self.list.setIconSize(QtCore.QSize(SIDE, SIDE))
        self.facts = QtWidgets.QLabel()
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.facts)
        layout.addLayout(self._buttons())
        on(self.search.textChanged, lambda _: self._search())
        on(self.list.currentItemChanged, lambda now, _: self._look(now))
        on(self.list.itemDoubleClicked, lambda _: self.apply())
        on(studio.remembering.kept, self.read)

    def _buttons(self) -> Any:
        return kit.row(
            kit.button("dialog-ok", say("Apply"), say("A new layer above the active one"), self.apply),
            kit.button("reload-preset", say("Use again"), say("Use these settings again"), self.again),
            1,
            kit.button("deletelayer", "", say("Forget this picture"), self.forget),
        )

    def read(self) -> None:
        """What the open image remembers, soon: made out beside Krita, shown in slices."""
        self._number += 1
        document = app().activeDocument()
        self._studio.main.chore("history", self._read(document, self._number), lambda _: None)

    def _read(self, document: Any, number: int) -> Chore:
        records = (yield from memory.read(document)) if document else []
        if number == self._number:
            yield Aside(lambda: self._decode(records))
        if number != self._number:  # another image is in front, or this one remembers more
            return
        self._studio.spoken.read(record.prompt for record in records)
        yield None
        yield from self._show(records, number)

    def _decode(self, records: list[Record]) -> None:
        """On the helper thread, one after the other: what one reading has decoded, the next one has."""
        if len(self._images) > IMAGES:
            self._images.clear()
        for record in records:
            if record.name not in self._images:
                self._images[record.name] = memory.small(record)

    def _show(self, records: list[Record], number: int) -> Chore:
        """Take out what is no longer there, put in what is new; the rest stays as it is, chosen or not."""
        wanted = {record.name: record for record in records}
        chosen, heard = self.list.currentItem(), self.list.blockSignals(True)  # Qt would choose a neighbour instead
        for row in reversed(range(self.list.count())):
            item: Any = self.list.item(row)
            if _record(item) != wanted.get(_record(item).name):
                self.list.takeItem(row)
        if chosen is not None and self.list.row(chosen) < 0:
            self.list.setCurrentItem(None)
            self.facts.clear()
            self._hide_laid()
        self.list.blockSignals(heard)
        yield None
        for row, record in enumerate(records):
            if number != self._number:
                return
            there = self.list.item(row)
            if there is None or _record(there).name != record.name:
                self.list.insertItem(row, self._item(record))
            if row % SLICE == SLICE - 1:
                yield None
        self._search()

    def _item(self, record: Record) -> Any:
        icon = QtGui.QIcon(QtGui.QPixmap.fromImage(self._images[record.name]))
        item = QtWidgets.QListWidgetItem(icon, str(record.seed))
        item.setData(Qt.ItemDataRole.UserRole, record)
        item.setToolTip(told(record))
        return item

    def _search(self) -> None:
        for row in range(self.list.count()):
            item: Any = self.list.item(row)
            item.setHidden(not _record(item).says(self.search.text()))

    def current(self) -> Record | None:
        """The record that is chosen."""
        item = self.list.currentItem()
        return _record(item) if item and not item.isHidden() else None

    def _look(self, item: Any) -> None:
        record = _record(item) if item else None
        self.facts.setText(told(record) if record else "")
        document = app().activeDocument()
        if record and document:
            self.looked.emit()
            self._with(record, partial(self._lay_over, record))

    def _lay_over(self, record: Record, document: Any, found: Candidate) -> None:
        """Unless the artist looks at another one by now, or has forgotten it."""
        if self.current() == record and app().activeDocument() == document:
            self._laid = found.image
            self._overlay.show(document, found.image, found.bounds, found.anchor)

    def _hide_laid(self) -> None:
        if self._laid is not None:
            self._overlay.hide(self._laid)
            self._laid = None

    def _with(self, record: Record, use: Any) -> None:
        """Have it unpacked; then it is for the image of now, whichever is in front by that time."""
        if document := app().activeDocument():
            self._studio.main.chore("history", self._recall(document, record, use), self._wrong)

    def _recall(self, document: Any, record: Record, use: Any) -> Chore:
        candidate = yield from memory.recalled(document, record)
        check_open(document)
        if candidate is not None:
            use(document, candidate)
        elif self.current() == record:
            self.facts.setText(say("Only the settings are left: use them again."))

    def _wrong(self, error: Exception) -> None:
        self.facts.setText(said(as_ours(error)))

    def apply(self) -> None:
        """Put the chosen picture into the image once more."""
        if record := self.current():
            self._with(record, partial(self._insert, record))

    def _insert(self, record: Record, document: Any, candidate: Candidate) -> None:
        work = Work(0, record.wishes(), document_id(document), state="done")
        target = Target(document, document.activeNode())
        masked = setting("result", "mask") != "alpha"
        self._studio.apply_to(target, work, candidate, masked=masked, failed=self._wrong)
        if app().activeDocument() == document:
            self._overlay.hide()

    def again(self) -> None:
        """Fill the docker with what made it."""
        if record := self.current():
            self.chosen.emit(record.wishes())

    def forget(self) -> None:
        """Take the chosen picture out of the document."""
        document, record = app().activeDocument(), self.current()
        if document and record:
            self._studio.remembering.forget(document, record)


def _record(item: Any) -> Record:
    return item.data(Qt.ItemDataRole.UserRole)


def told(record: Record) -> str:
    """The facts of a picture, a line each."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(record.time))
    params = record.params
    shown = [f"{say('Seed')} {record.seed}", f"{round(params.get('strength', 1) * 100)} %"]
    shown += [str(params[name]) for name in ("checkpoint", "sampler", "schedule") if params.get(name)]
    shown += [f"{params['steps']} {say('steps')}"] if params.get("steps") else []
    return f"{record.prompt}\n{' · '.join(shown)}\n{when}"
