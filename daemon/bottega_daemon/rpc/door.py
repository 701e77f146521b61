"""How this machine's own clients get in: a token kept between runs, and a file that says where the daemon listens."""

from __future__ import annotations

import json
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from bottega import places
from bottega_daemon import __version__

SHORTEST_WORD = 32
"""Characters below which a kept word is not whole."""


def kept_word(path: Path, make: Callable[[], str] = secrets.token_urlsafe) -> str:
    """The word in a file that only this user can read, made up at the first time.

    A file that holds less than a whole word (a full disk or a power cut left it so) counts as missing: an empty token
    would let anybody in.
    """
    with suppress(FileNotFoundError, UnicodeDecodeError):
        word = path.read_text("ascii").strip()
        if len(word) >= SHORTEST_WORD:
            return word
    word = make()
    _write_privately(path, word)
    return word


@contextmanager
def announced(home: Path, address: str, token: str, server_id: str) -> Generator[None]:
    """Say in `home` where the daemon listens, for as long as it does."""
    path = home / places.DAEMON_FILE
    facts = {"address": address, "token": token, "pid": os.getpid(), "version": __version__, "server_id": server_id}
    _write_privately(path, json.dumps(facts))
    command = [
        sys.executable,
        "-m",
        "bottega_daemon",
    ]  # for hosts, whose path may lack the place where we are installed
    _write_privately(home / places.COMMAND_FILE, json.dumps({"command": command}))
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
        file.flush()
        os.fsync(file.fileno())  # or a power cut may leave the new name on an empty file
    Path(name).replace(path)
