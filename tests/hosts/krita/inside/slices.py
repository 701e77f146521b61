"""What each step of the plug-in on Krita's main thread does: the bytes of pixels that it moves, and the calls of libkis
that work on a whole image at once. Counted, not timed: the same on a busy machine."""

import threading

from krita import Document, Krita, Node, Selection

if Krita.instance().version().startswith("5"):
    from PyQt5.QtGui import QImage
else:
    from PyQt6.QtGui import QImage

MOVED = {Node: ("pixelData", "projectionPixelData", "setPixelData"), Document: ("pixelData",)}
MOVED[Selection] = ("pixelData", "setPixelData")
WHOLE = {
    Document: ("clone", "waitForDone", "refreshProjection", "resizeImage", "projection", "thumbnail", "close", "save"),
    Node: ("addChildNode", "remove", "duplicate", "mergeDown", "thumbnail", "scaleNode", "cropNode"),
}
KEPT = ("setAnnotation", "annotation")
"""Bytes beside the pixels: a whole call where they are many."""
MUCH = 1 << 23


class Slices:
    """Watches one `host.Main`."""

    def __init__(self, main):
        self.seen = {}
        """By the steps' names: the most bytes that one of them has moved, and all whole calls."""
        self._bytes, self._calls, self._inside = 0, set(), False
        for kind, names in MOVED.items():
            for name in names:
                self._wrap(kind, name, self._moved)
        for kind, names in WHOLE.items():
            for name in names:
                self._wrap(kind, name, self._called)
        for name in KEPT:
            self._wrap(Document, name, self._kept)
        scaled, here = QImage.scaled, threading.get_ident()

        def scaling(this, *given):
            if self._inside and threading.get_ident() == here:
                self._bytes += this.bytesPerLine() * this.height()
            return scaled(this, *given)

        QImage.scaled = scaling
        main._step, main._letter = self._watched(main._step), self._watched(main._letter)

    def _wrap(self, kind, name, note):
        original = getattr(kind, name)

        def call(this, *given):
            result = original(this, *given)
            if self._inside:
                note(name, given, result)
            return result

        setattr(kind, name, call)

    def _moved(self, name, given, result):
        self._bytes += len(given[0]) if name.startswith("set") else len(result)

    def _called(self, name, given, result):
        self._calls.add(name)

    def _kept(self, name, given, result):
        if len(given[-1] if name.startswith("set") else result) > MUCH:
            self._calls.add(name)

    def _watched(self, step):
        def run():
            self._bytes, self._calls, self._inside = 0, set(), True
            name, goes_on = step()
            self._inside = False
            most, calls = self.seen.get(name, (0, []))
            self.seen[name] = max(most, self._bytes), sorted({*calls, *self._calls})
            return name, goes_on

        return run
