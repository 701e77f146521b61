"""GIMP's side of things: a plug-in process's main thread, its folder, its settings and its session with the daemon."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gi.repository import Gimp, GLib

from .client import BottegaError, Connection, Session, files
from .words import _

FRAME = 0.016
TICK = 100
"""Milliseconds after which a wait looks again even if nothing has happened."""


@dataclass(frozen=True)
class Settings:
    """Where the daemon is and who asks; "" is this machine's own."""

    address: str = ""
    token: str = ""
    person: str = ""


def folder() -> Path:
    """Where this GIMP's user keeps our settings, history and presets."""
    return Path(Gimp.directory()) / "bottega"


def settings() -> Settings:
    """What was kept; the defaults if nothing was."""
    return settings_of(files.read_json(folder() / "settings.json") or {})


def settings_of(said: Mapping[str, Any]) -> Settings:
    """Settings that were JSON."""
    return Settings(**{name: str(said.get(name, "")) for name in asdict(Settings())})


def keep_settings(chosen: Settings) -> None:
    """For all processes of this user's GIMPs. Raises OSError."""
    files.write_json(folder() / "settings.json", asdict(chosen))
    (folder() / "settings.json").chmod(0o600)


@contextmanager
def disk() -> Generator[None]:
    """What is written here may find the disk full: OSError becomes BottegaError."""
    try:
        yield
    except OSError as error:
        message = _("Nothing can be written in {folder}: {why}.").format(folder=folder(), why=error.strerror or error)
        raise BottegaError(message, remedy=_("Free some space there, then try again.")) from error


def has_windows() -> bool:
    """Whether somebody sees this GIMP: with windows it has a display from the start, which numbers go up from."""
    return any(map(Gimp.Display.id_is_valid, range(1, 17)))


def call_on_main(function: Callable[[], object]) -> None:
    """Have a function run on the main thread, soon. May be called from any thread."""

    def once() -> bool:
        function()
        return False

    GLib.idle_add(once)


def open_session(
    on_connection: Callable[[Connection], object] | None = None,
    on_catalog: Callable[[Any], object] | None = None,
    chosen: Settings | None = None,
) -> Session:
    """A session with the daemon of the settings, those that are kept unless others are given."""
    chosen = chosen or settings()
    return Session(
        call_on_main,
        chosen.address or None,
        chosen.token or None,
        chosen.person or None,
        on_connection=on_connection,
        on_catalog=on_catalog,
    )


def rest() -> None:
    """Send GIMP nothing for the length of a frame: what comes without a pause it answers before it draws."""
    time.sleep(FRAME)


def wait(until: Callable[[], object], seconds: float = float("inf")) -> bool:
    """Run the main thread's loop until something is so; False if it is not so after that time."""
    context, deadline = GLib.MainContext.default(), time.monotonic() + seconds
    source = GLib.timeout_add(TICK, lambda: True)
    try:
        while not until():
            if time.monotonic() > deadline:
                return False
            context.iteration(True)
    finally:
        GLib.source_remove(source)
    return True
