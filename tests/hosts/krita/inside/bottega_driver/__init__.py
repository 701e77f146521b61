"""Runs on Krita's main thread what a test sends through a socket, and watches how long that thread is held."""

import json
import queue
import socketserver
import threading
import time
import traceback
from pathlib import Path

from krita import Extension, Krita

if Krita.instance().version().startswith("5"):
    from PyQt5.QtCore import QObject, Qt, QTimer, pyqtSignal
else:
    from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal


class Beat(QObject):
    """A heart on the main thread: the longest time between two beats tells how long something held it."""

    def __init__(self):
        super().__init__()
        self.longest = 0.0
        self._last = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self):
        self.longest, self._last = 0.0, None
        self._timer.start(1)

    def stop(self):
        self._timer.stop()
        return self.longest

    def _beat(self):
        now = time.perf_counter()
        if self._last is not None:
            self.longest = max(self.longest, now - self._last)
        self._last = now


class Bridge(QObject):
    """Brings code to the main thread, and its result back."""

    sent = pyqtSignal(str, object)

    def __init__(self):
        super().__init__()
        self.beat = Beat()
        self.names = {"K": Krita.instance(), "beat": self.beat, "bridge": self}
        self.sent.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def _run(self, code, answer):
        self.names["result"] = None
        try:
            exec(compile(code, "<test>", "exec"), self.names)  # noqa: S102
            answer({"result": self.names["result"]})
        except BaseException:
            answer({"error": traceback.format_exc()})


class Handler(socketserver.StreamRequestHandler):
    """One conversation: a line of JSON with code, a line of JSON with its result."""

    def handle(self):
        for line in self.rfile:
            answers = queue.SimpleQueue()
            self.server.bridge.sent.emit(json.loads(line)["code"], answers.put)
            self.wfile.write((json.dumps(answers.get(), default=str) + "\n").encode())


class Driver(Extension):
    """Opens the socket once Krita has a window."""

    def setup(self):
        pass

    def createActions(self, window):
        path = Path.home() / "driver.sock"
        if path.exists():
            return
        server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
        server.daemon_threads = True
        server.bridge = bridge
        threading.Thread(target=server.serve_forever, daemon=True).start()


bridge = Bridge()
Krita.instance().addExtension(Driver(Krita.instance()))
