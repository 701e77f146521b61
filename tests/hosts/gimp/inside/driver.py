"""Runs in a GIMP's batch interpreter, a plug-in process like any: executes what a test sends through a socket."""

import json
import socketserver
import sys
import traceback
from pathlib import Path

sys.path.insert(0, "/inside")
import tools

NAMES = {name: getattr(tools, name) for name in dir(tools) if not name.startswith("_")}


class Handler(socketserver.StreamRequestHandler):
    """One conversation: a line of JSON with code, a line of JSON with its result."""

    def handle(self):
        for line in self.rfile:
            NAMES["result"] = None
            try:
                exec(compile(json.loads(line)["code"], "<test>", "exec"), NAMES)  # noqa: S102
                said = {"result": NAMES["result"]}
            except BaseException:
                said = {"error": traceback.format_exc()}
            self.wfile.write((json.dumps(said, default=str) + "\n").encode())


with socketserver.UnixStreamServer("/home/artist/opening.sock", Handler) as server:
    Path("/home/artist/opening.sock").rename("/home/artist/driver.sock")  # it listens by now
    server.handle_request()
