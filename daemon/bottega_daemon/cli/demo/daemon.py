"""A daemon of the demo's own: a folder that is thrown away, a free port, the starter model and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bottega import places
from bottega.client import Client, connect
from bottega.errors import DaemonNotFound

PATIENCE = 30.0
"""Seconds that the daemon may take to start, and to stop."""


@contextmanager
def private_daemon() -> Iterator[Client]:
    """A client of a fresh daemon, which is stopped in the end. Raises DaemonNotFound if it does not start."""
    with tempfile.TemporaryDirectory(prefix="bottega-demo-") as folder:
        home = Path(folder)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BOTTEGA_")}
        environment["BOTTEGA_HOME"] = folder
        command = [sys.executable, "-m", "bottega_daemon.cli", "serve", "--port", "0", "--log-level", "warning"]
        with (home / "daemon.log").open("wb") as log:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            address, token = _announced(process, home)
            with connect(address, token, wait=PATIENCE) as client:
                yield client
        finally:
            _stop(process)


def _announced(process: subprocess.Popen[bytes], home: Path) -> tuple[str, str]:
    """Wait until the daemon says where it listens."""
    file, end = home / places.DAEMON_FILE, time.monotonic() + PATIENCE
    while not file.exists():
        if process.poll() is not None or time.monotonic() > end:
            log = (home / "daemon.log").read_text("utf-8", "replace")
            raise DaemonNotFound(f"the demo's daemon does not start:\n{log}", remedy="Run `bottega doctor`.")
        time.sleep(0.02)
    said = json.loads(file.read_text("utf-8"))
    return said["address"], said["token"]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
