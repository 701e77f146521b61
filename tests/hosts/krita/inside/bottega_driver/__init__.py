"""Runs on Krita's main thread what a test sends through a socket."""

import json
import queue
import socketserver
import threading
import traceback
from pathlib import Path

from krita import Extension, Krita

if Krita.instance().version().startswith("5"):
    from PyQt5.QtCore import QObject, Qt, pyqtSignal
else:
    from PyQt6.QtCore import QObject, Qt, pyqtSignal


class Bridge(QObject):
    """Brings code to the main thread, and its result back."""

    sent = pyqtSignal(str, object)

    def __init__(self):
        super().__init__()
        self.names = {"K": Krita.instance(), "bridge": self}
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
