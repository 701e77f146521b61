"""Start this machine's own daemon from inside a host."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from bottega import files, places
from bottega.errors import BottegaError, ConnectionLost, DaemonNotFound

PATIENCE = 60.0
"""Seconds until a daemon that is starting must answer: a cold disk takes many."""
LOOK_AGAIN = 0.2


def find_command() -> tuple[str, ...] | None:
    """What starts a daemon here: `bottega` on the path or where pip and pipx put it, else the Python that ran one last.
    None if none is installed. Reads a few names from the disk."""
    folders = [Path.home() / ".local" / "bin"]
    if sys.platform == "win32":
        folders += sorted(Path(os.environ.get("APPDATA", Path.home())).glob("Python/Python3*/Scripts"))
    elif sys.platform == "darwin":  # programs that are started from the Dock have a path without these
        folders += [Path("/opt/homebrew/bin"), Path("/usr/local/bin")]
    for folder in ("", *map(str, folders)):
        if found := shutil.which("bottega", path=folder or None):
            return found, "serve"
    said = (files.read_json(places.home() / places.COMMAND_FILE) or {}).get("command")
    command = tuple(map(str, cast("list[object]", said))) if isinstance(said, list) else ()
    return command if command and Path(command[0]).is_file() else None


async def launch(command: Sequence[str], present: Callable[[], Awaitable[object]], patience: float = PATIENCE) -> None:
    """Start a daemon and return when one answers (`present` does not raise). It outlives this program.

    Raises DaemonNotFound with the end of its log if it ends first, or does not answer in time.
    """
    log = places.home() / places.LOG_FILE
    process = await asyncio.to_thread(_start, command, log)
    end = time.monotonic() + patience
    while True:
        ended = process.poll() is not None  # before the question: another one's daemon may have won
        try:
            await present()
        except (ConnectionLost, DaemonNotFound):
            pass
        else:
            return
        if ended:
            raise _failed(f"the daemon ended with status {process.returncode}.", log)
        if time.monotonic() > end:
            raise _failed(f"the daemon does not answer after {patience:g} s.", log)
        await asyncio.sleep(LOOK_AGAIN)


def _start(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """A process of its own: closing the host's window or terminal does not end it."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as out:
            return subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=clean(os.environ),
                cwd=Path.home(),
                creationflags=flags,
                start_new_session=sys.platform != "win32",
            )
    except OSError as error:
        remedy = "Start `bottega serve` in a terminal."
        raise DaemonNotFound(f"the daemon could not be started: {error}.", remedy=remedy) from error


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what hosts set for their own Python (PYTHONHOME, PYTHONPATH …), and without the folders
    of an AppImage, whose libraries are not the system's."""
    bundle = environment.get("APPDIR")
    cleaned = {name: value for name, value in environment.items() if not name.startswith("PYTHON")}
    for name in ("LD_LIBRARY_PATH", "PATH") if bundle else ():
        parts = cleaned.pop(name, "").split(os.pathsep)
        if kept := os.pathsep.join(part for part in parts if part and not part.startswith(bundle or "")):
            cleaned[name] = kept
    return cleaned


def _failed(what: str, log: Path) -> BottegaError:
    try:
        lines = log.read_text("utf-8", "replace").split("\n")
    except OSError:
        lines = []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return DaemonNotFound(f"{what} {last[:300]}".strip(), remedy=f"Its log is {log}.")
