"""Where this user's daemon and its clients meet on one machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

DAEMON_FILE = "daemon.json"
"""In `home()` while a daemon runs, readable by its user alone: {"address", "token", "pid", "version", "server_id"}."""

COMMAND_FILE = "command.json"
"""In `home()` since a daemon ran there, readable by its user alone: {"command": what starts it again}."""
LOG_FILE = "daemon.log"
"""In `home()`: what the daemon says that a host started."""


def home() -> Path:
    """The user's own Bottega folder: the book, pixels, models, token. `BOTTEGA_HOME` overrides it."""
    override = os.environ.get("BOTTEGA_HOME")
    if override:
        return Path(override)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "bottega"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "bottega"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "bottega"


def daemon_file() -> Path:
    """The file in which a running daemon says where it listens and how to be let in."""
    return home() / DAEMON_FILE
