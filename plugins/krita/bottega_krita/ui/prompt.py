"""Where the prompt is written: Shift+Enter paints, Ctrl+Up and Ctrl+Down weigh words, the catalog completes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ..words import say
from ..writing import matching, points, typed, units, weighted

KEYS, MODIFIERS = Qt.Key, Qt.KeyboardModifier
ENTER, WEIGHS = (KEYS.Key_Return, KEYS.Key_Enter), (KEYS.Key_Up, KEYS.Key_Down)
LINES = 3


class Prompt(QtWidgets.QPlainTextEdit):
    """A few lines of text that keep what is typed to themselves, so that Krita's shortcuts of single letters do not act
    on it; Ctrl+S and the like stay Krita's."""

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
        """Take the keys that mean something here before Krita's shortcuts; Qt takes those that write and edit."""
        if event.type() == QtCore.QEvent.Type.ShortcutOverride and self._mine(event):
            event.accept()
            return True
        return super().event(event)

    def _mine(self, event: Any) -> bool:
        """Whether a key paints, weighs words, or takes what the completer offers."""
        mods, key = event.modifiers(), event.key()
        return (
            (key in ENTER and bool(mods & MODIFIERS.ShiftModifier))
            or (key in WEIGHS and bool(mods & MODIFIERS.ControlModifier))
            or (key in (*ENTER, KEYS.Key_Tab) and self._offering())
        )

    def _offering(self) -> bool:
        popup = self._completer.popup()
        return bool(popup) and popup.isVisible()

    def keyPressEvent(self, event: Any) -> None:  # noqa: N802
        """Shift+Enter, weights, and what the completer shows."""
        if not self._mine(event):
            super().keyPressEvent(event)
            if event.text().strip() or event.key() == KEYS.Key_Backspace:
                self._offer()
            return
        popup = self._completer.popup()
        if event.key() in WEIGHS:
            self._weigh(1 if event.key() == KEYS.Key_Up else -1)
        elif event.key() in ENTER and event.modifiers() & MODIFIERS.ShiftModifier:
            if popup:  # whatever is offered: what was written is meant
                popup.hide()
            self.asked.emit()
        elif popup:
            index = popup.currentIndex()
            self._complete(index.data() if index.isValid() else self._completer.currentCompletion())
            popup.hide()

    def _weigh(self, steps: int) -> None:
        text, cursor = self.toPlainText(), self.textCursor()
        start, end = (points(text, each) for each in (cursor.selectionStart(), cursor.selectionEnd()))
        edited = weighted(text, start, end, steps)
        self._replace(edited.text, edited.start, edited.end)

    def _replace(self, text: str, start: int, end: int) -> None:
        """Set the text in a way that Ctrl+Z takes back."""
        cursor = self.textCursor()
        cursor.select(QtGui.QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.setPosition(units(text, start))
        cursor.setPosition(units(text, end), QtGui.QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def _written(self) -> tuple[str, int]:
        """The text, and where in it the cursor is."""
        text = self.toPlainText()
        return text, points(text, self.textCursor().position())

    def _offer(self) -> None:
        popup = self._completer.popup()
        begun = typed(*self._written())
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
        text, cursor = self._written()
        start = cursor - len(typed(text, cursor))
        end = start + len(word)
        self._replace(text[:start] + word + text[cursor:], end, end)


def hint() -> str:
    """What an empty prompt says."""
    return say("What is to be seen. Shift+Enter paints.")
