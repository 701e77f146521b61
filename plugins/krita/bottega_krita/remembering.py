"""Candidates on their way into their documents' histories, and out of them: one after the other, since each writes the
list anew."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

from . import memory
from .host import Chore, Main
from .qt import QtCore, Signal

if TYPE_CHECKING:
    from krita import Document

    from .memory import Record
    from .works import Candidate, Work

log = logging.getLogger(__name__)


class Remembering(QtCore.QObject):
    """Keeps what arrives."""

    kept = Signal()
    """A document remembers more, or less."""

    def __init__(self, main: Main) -> None:
        super().__init__()
        self._main = main
        self._waiting: deque[Chore] = deque()
        self._busy = False

    def add(self, work: Work, candidate: Candidate) -> None:
        """Keep a candidate in the document that it was painted for, soon."""
        if work.request is None or work.live:
            return
        self._begin(memory.remember(work.request.seen.document, work, candidate))

    def forget(self, document: Document, record: Record) -> None:
        """Take a picture out of the document that remembers it, soon."""
        self._begin(memory.forget(document, record))

    def _begin(self, steps: Chore) -> None:
        self._waiting.append(steps)
        if not self._busy:
            self._busy = True
            self._main.chore("history", self._all(), self._failed)

    def _all(self) -> Chore:
        while self._waiting:
            yield from self._waiting.popleft()
            self.kept.emit()
        self._busy = False

    def _failed(self, error: Exception) -> None:
        """The rest is kept all the same."""
        log.error("a history was not written", exc_info=error)
        self._main.chore("history", self._all(), self._failed)
