"""Where the prompt is written: Shift+Enter paints, Ctrl+Up and Ctrl+Down weigh words, the catalog completes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ..words import say
from ..writing import matching, typed, weighted

KEYS = Qt.Key
LINES = 3


class Prompt(QtWidgets.QPlainTextEdit):
    """A few lines of text that keep their keys to themselves: Krita's shortcuts do not act on what is typed."""

    asked = Signal()
    """Shift+Enter."""

    def __init__(self, hint: str, words: Callable[[], list[str]], lines: int = LINES) -> None:
        super().__init__()
        self._words = words
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 14)
        self._completer = QtWidgets.QCompleter(self)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QtWidgets.QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.activated[str].connect(self._complete)

    def event(self, event: Any) -> bool:
        """Take keys that Krita would act on."""
        if event.type() == QtCore.QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: Any) -> None:  # noqa: N802
        """Shift+Enter, weights, and what the completer shows."""
        popup, mods = self._completer.popup(), event.modifiers()
        if event.key() in (KEYS.Key_Return, KEYS.Key_Enter) and mods & Qt.KeyboardModifier.ShiftModifier:
            if popup:  # whatever is offered: what was written is meant
                popup.hide()
            self.asked.emit()
            return
        if popup and popup.isVisible() and event.key() in (KEYS.Key_Return, KEYS.Key_Enter, KEYS.Key_Tab):
            index = popup.currentIndex()
            self._complete(index.data() if index.isValid() else self._completer.currentCompletion())
            popup.hide()
            return
        if event.key() in (KEYS.Key_Up, KEYS.Key_Down) and mods & Qt.KeyboardModifier.ControlModifier:
            self._weigh(1 if event.key() == KEYS.Key_Up else -1)
            return
        super().keyPressEvent(event)
        if event.text().strip() or event.key() == KEYS.Key_Backspace:
            self._offer()

    def _weigh(self, steps: int) -> None:
        cursor = self.textCursor()
        edited = weighted(self.toPlainText(), cursor.selectionStart(), cursor.selectionEnd(), steps)
        self._replace(edited.text, edited.start, edited.end)

    def _replace(self, text: str, start: int, end: int) -> None:
        """Set the text in a way that Ctrl+Z takes back."""
        cursor = self.textCursor()
        cursor.select(QtGui.QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.setPosition(start)
        cursor.setPosition(end, QtGui.QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def _offer(self) -> None:
        popup = self._completer.popup()
        begun = typed(self.toPlainText(), self.textCursor().position())
        found = matching(self._words(), begun) if begun else []
        if not found or found == [begun]:
            if popup:
                popup.hide()
            return
        self._completer.setModel(QtCore.QStringListModel(found, self._completer))
        place = self.cursorRect()
        place.setWidth(max(160, self.width() // 2))
        self._completer.complete(place)

    def _complete(self, word: str) -> None:
        text, cursor = self.toPlainText(), self.textCursor().position()
        begun = typed(text, cursor)
        start = cursor - len(begun)
        end = start + len(word)
        self._replace(text[:start] + word + text[cursor:], end, end)


def hint() -> str:
    """What an empty prompt says."""
    return say("What is to be seen. Shift+Enter paints.")
