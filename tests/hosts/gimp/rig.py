"""GIMP with a profile of its own and the built plug-in: in the console or on a desk, driven by a socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil

from tests.daemon import Daemon
from tests.hosts import root
from tests.hosts.desk import Desk
from tests.hosts.driver import Driver
from tests.hosts.provision import alone, cache

INSIDE = Path(__file__).with_name("inside")
HOME = "/home/artist"
STUDIO = "/home/studio"
SERIES = {"forky": "3.2"}.get(root.RELEASE, "3.0")
PROFILE = Path(f".config/GIMP/{SERIES}")
SETTINGS = "(show-welcome-dialog no)\n(check-updates no)\n(single-window-mode yes)\n"
BATCH = ("--batch-interpreter=python-fu-eval", "-b", 'exec(open("/inside/driver.py").read())')


def profile(folder: Path, plugin: Path) -> Path:
    """A home with the plug-in's zip unpacked where GIMP's users unpack it, and GIMP's own plug-ins known to it."""
    shutil.copytree(_warm_home(), folder, symlinks=True, dirs_exist_ok=True)
    unpack(plugin, folder / PROFILE / "plug-ins")
    return folder


def unpack(plugin: Path, folder: Path) -> None:
    """What `unzip` does: the zip's files with their modes and times."""
    with zipfile.ZipFile(plugin) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, folder))
            path.chmod((entry.external_attr >> 16) & 0o777 or 0o644)
            then = datetime(*entry.date_time, tzinfo=UTC).timestamp()
            os.utime(path, (then, then))


def _warm_home() -> Path:
    """A home in which GIMP has asked its own plug-ins what they can, which takes it a dozen seconds; kept."""
    folder = cache() / f"gimp-{SERIES}-home"
    with alone(folder):
        mark = folder / root.MARK
        if not mark.exists():
            shutil.rmtree(folder, ignore_errors=True)
            (folder / PROFILE).mkdir(parents=True)
            (folder / PROFILE / "gimprc").write_text(SETTINGS)
            command = root.inside([f"gimp-console-{SERIES}", "-i", "--quit"], {folder: HOME})
            subprocess.run(command, env=root.clean({"HOME": HOME}), capture_output=True, timeout=300, check=False)
            assert (folder / PROFILE / "pluginrc").exists(), "GIMP did not start"
            mark.touch()
    return folder


def until(done: Callable[[], object], seconds: float) -> None:
    """Wait for something that is to happen."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


@contextmanager
def nothing_painted(daemon: Daemon) -> Generator[None]:
    """The daemon takes jobs and no step is made, for the length of a `with` block; it must have painted before."""
    workers = psutil.Process(daemon.process.pid).children(recursive=True)
    for each in workers:
        each.suspend()
    try:
        yield
    finally:
        for each in workers:
            each.resume()


class Gimp(Driver):
    """A live GIMP."""

    def __init__(self, home: Path, process: subprocess.Popen[bytes]) -> None:
        super().__init__(home / "driver.sock", self.printed)
        self.home = home
        self.process = process

    def printed(self) -> str:
        """The end of what GIMP and the plug-in said."""
        return (self.home / "gimp.log").read_text(errors="replace")[-6000:]

    def await_socket(self, seconds: float = 120.0) -> None:
        """Until it can be driven."""
        deadline = time.monotonic() + seconds
        while not (self.home / "driver.sock").exists():
            assert self.process.poll() is None, f"GIMP has ended:\n{self.printed()}"
            assert time.monotonic() < deadline, f"GIMP did not start in time:\n{self.printed()}"
            time.sleep(0.05)

    def plugins(self) -> list[psutil.Process]:
        """Processes of our plug-in, the one that was started last at the end."""
        all_of_it = psutil.Process(self.process.pid).children(recursive=True)
        ours = [each for each in all_of_it if any(word.endswith("bottega_gimp.py") for word in _words(each))]
        return sorted(ours, key=lambda each: each.create_time())

    def end(self) -> None:
        """Kill it and all that it started."""
        self.close()
        self.process.kill()
        self.process.wait()


def _words(process: psutil.Process) -> list[str]:
    """What a process was started with; nothing of one that has just ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def binds(home: Path, daemon: Daemon) -> dict[Path, str]:
    """What the inside sees of the machine."""
    return {home: HOME, INSIDE: "/inside", daemon.home: STUDIO}


def surroundings(**more: str) -> dict[str, str]:
    """GIMP's environment."""
    return root.clean({"HOME": HOME, "BOTTEGA_HOME": STUDIO, "XDG_RUNTIME_DIR": "/run", "NO_AT_BRIDGE": "1", **more})


@contextmanager
def console(home: Path, daemon: Daemon, more: Mapping[Path, str] | None = None, **environment: str) -> Generator[Gimp]:
    """GIMP without a window, for the length of a `with` block; `more` are further folders that it sees."""
    (home / "driver.sock").unlink(missing_ok=True)
    command = root.inside([f"gimp-console-{SERIES}", "-idf", *BATCH, "--quit"], {**binds(home, daemon), **(more or {})})
    with (home / "gimp.log").open("ab") as log:
        process = subprocess.Popen(command, env=surroundings(**environment), stdout=log, stderr=log)
    yield from _driven(Gimp(home, process))


@contextmanager
def window(home: Path, daemon: Daemon, desk: Desk, environment: Mapping[str, str] | None = None) -> Generator[Gimp]:
    """GIMP with a window on a desk, for the length of a `with` block."""
    (home / "driver.sock").unlink(missing_ok=True)
    command = ["dbus-run-session", "--", f"gimp-{SERIES}", "-n", "-s", *BATCH]
    own = surroundings(**(environment or {}))
    process = desk.start(command, binds(home, daemon), own, home / "gimp.log")
    yield from _driven(Gimp(home, process))


def _driven(gimp: Gimp) -> Generator[Gimp]:
    try:
        gimp.await_socket()
        yield gimp
    finally:
        gimp.end()
