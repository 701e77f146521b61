"""Live painting under strokes, for `python -m benchmarks.krita_blocks`: what each step of it takes of Krita's main
thread, by the clock and of the processor."""

import os
import time

from krita import Krita

BAND = 64
"""Rows that are painted at once."""


class Strokes:
    """One image at a time, painted live."""

    def __init__(self):
        from bottega_krita.extension import studio

        self.krita, self.studio = Krita.instance(), studio()
        self.krita.activeWindow().qwindow().showMaximized()
        self.dock = self.studio.dockers[0]
        self.dock.setVisible(True)
        self.live = self.dock.live.live
        self.document, self.known = None, 0

    def ready(self):
        """The daemon is there."""
        return self.studio.connection.state == "connected" and self.studio.catalog is not None

    def begin(self, side):
        """An image of noise, fitted into the window, painted live."""
        made = self.krita.createDocument(side, side, "strokes", "RGBA", "U8", "", 72.0)
        row = os.urandom(side * 4 * BAND)
        for y in range(0, side, BAND):
            made.rootNode().childNodes()[0].setPixelData(row, 0, y, side, BAND)
        self.krita.activeWindow().addView(made)
        made.refreshProjection()
        made.waitForDone()
        self.document = made
        self.krita.action("zoom_to_fit").trigger()
        self.krita.action("KritaShape/KisToolBrush").trigger()
        self.dock.form.prompt.setPlainText("green grass")
        self.dock.form.steps.setValue(1)
        self.known = 0
        self.live.latencies.clear()

    def settled(self):
        """The image is in front and its first picture there."""
        if self.krita.activeDocument() != self.document:
            return False
        if not self.live.running:
            self.dock.live.switch.setChecked(True)
        return self.painted() and self.live._mosaic.quiet

    def painted(self):
        """Something was painted since the last look, and nothing is under way."""
        work = self.live._work
        return len(self.live.latencies) > self.known and work and work.ended and not self.live._dirty

    def middle(self):
        """Of the canvas, on the screen."""
        from bottega_krita.overlay import canvas_widget

        canvas = canvas_widget(self.dock.window())
        there = canvas.mapToGlobal(canvas.rect().center())
        return [there.x(), there.y()]

    def clear(self):
        """Measure anew."""
        self.studio.main.blocks.clear()
        self.live.latencies.clear()
        self.known = 0
        stroke = type(self.live)._stroke

        def timed(event):
            begun, worked = time.perf_counter(), time.thread_time()
            stroke(self.live, event)
            clock, work = self.studio.main.blocks.get("the pen is heard", (0.0, 0.0))
            spent = max(clock, time.perf_counter() - begun), max(work, time.thread_time() - worked)
            self.studio.main.blocks["the pen is heard"] = spent

        self.live._stroke = timed

    def blocks(self):
        """By the steps' names: seconds by the clock, and of the processor."""
        return self.studio.main.blocks

    def end(self):
        """Close the image."""
        self.dock.live.switch.setChecked(False)
        self.document.waitForDone()
        self.document.setModified(False)
        self.document.setBatchmode(True)
        self.document.close()
