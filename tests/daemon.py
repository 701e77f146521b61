"""A real daemon process for tests: own data folder, any free port, stopped in good order or killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 20.0


@dataclass
class Daemon:
    """A running daemon."""

    address: str
    token: str
    home: Path
    process: subprocess.Popen[bytes]
    start: Callable[[], Daemon]
    """Another one as this one was started."""

    def again(self) -> None:
        """Start anew what was stopped or killed: the same home, models and settings."""
        fresh = self.start()
        self.address, self.token, self.process = fresh.address, fresh.token, fresh.process

    def stop(self) -> int:
        """SIGTERM, and wait for the end; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(PATIENCE)


def start_daemon(home: Path, models: Sequence[Path] = (), *, starter: bool = False, **settings: str) -> Daemon:
    """Start a daemon that keeps its things in `home`. `settings` become BOTTEGA_<NAME> (worker_command, port …).

    It computes in float32, whatever the machine multiplies best: tests compare pictures to the last level.
    """
    wanted = {"home": str(home), "port": "0", "models": os.pathsep.join(map(str, models)), "threads": "1"}
    wanted |= {"starter": str(int(starter)), "devices": "cpu", "dtype": "float32", **settings}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BOTTEGA_")}
    environment |= {f"BOTTEGA_{name.upper()}": value for name, value in wanted.items()}
    environment["PYTHONPATH"] = os.pathsep.join(str(folder) for folder in (ROOT, ROOT / "daemon", ROOT / "shared"))
    file = home / "daemon.json"
    file.unlink(missing_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    with (home / "daemon.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "bottega_daemon"], env=environment, stdout=log, stderr=log)
    deadline = time.monotonic() + PATIENCE
    while not file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"the daemon did not start:\n{(home / 'daemon.log').read_text()}")
        time.sleep(0.01)
    said = json.loads(file.read_text())
    start = partial(start_daemon, home, models, starter=starter, **settings)
    return Daemon(said["address"], said["token"], home, process, start)


@contextmanager
def running_daemon(
    home: Path, models: Sequence[Path] = (), *, starter: bool = False, **settings: str
) -> Generator[Daemon]:
    """A daemon for the length of a `with` block."""
    daemon = start_daemon(home, models, starter=starter, **settings)
    try:
        yield daemon
    finally:
        if daemon.process.poll() is None:
            daemon.stop()
