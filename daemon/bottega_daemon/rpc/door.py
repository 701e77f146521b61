"""How this machine's own clients get in: a token kept between runs, and a file that says where the daemon listens."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bottega import places
from bottega_daemon import __version__


def kept_secret(path: Path) -> str:
    """The word in a file that only this user can read, made up at the first time."""
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        _write_privately(path, secrets.token_urlsafe(32))
        return path.read_text("ascii").strip()


@contextmanager
def announced(home: Path, address: str, token: str, server_id: str) -> Generator[None]:
    """Say in `home` where the daemon listens, for as long as it does."""
    path = home / places.DAEMON_FILE
    facts = {"address": address, "token": token, "pid": os.getpid(), "version": __version__, "server_id": server_id}
    _write_privately(path, json.dumps(facts))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _write_privately(path: Path, text: str) -> None:
    """Replace a file by one that only this user can read, never leaving half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)
