"""An artist's desk: a screen that nobody sees, with a window manager, a mouse and keys, inside the hosts' Debian."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.hosts import root

SCREEN = "1600x900x24"
_SCRIPT = """
Xvfb -displayfd 3 -screen 0 "$1" +extension GLX -nolisten tcp 3>/desk/display 2>/desk/xvfb.log &
while [ ! -s /desk/display ]; do sleep 0.05; done
export DISPLAY=:$(cat /desk/display)
openbox 2>/desk/openbox.log &
wait
"""


class Desk:
    """A screen of its own; programs and input are sent to it."""

    def __init__(self, folder: Path, display: str, release: str) -> None:
        self.folder = folder
        self.release = release
        self.environment = {"DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1", "XDG_RUNTIME_DIR": "/run"}

    def start(
        self, command: Sequence[str], binds: Mapping[Path, str], environment: Mapping[str, str], log: Path
    ) -> subprocess.Popen[bytes]:
        """Begin a program; killing what is returned ends it and all that it started."""
        own = root.clean({**self.environment, **environment})
        with log.open("ab") as out:
            return subprocess.Popen(root.inside(command, binds, self.release), env=own, stdout=out, stderr=out)

    def run(self, *command: str) -> str:
        """What a small tool says: xdotool, xprop, import. Raises AssertionError if it fails."""
        binds, own = {self.folder: "/desk"}, root.clean(self.environment)
        done = subprocess.run(
            root.inside(command, binds, self.release),
            env=own,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr[-1000:]}"
        return done.stdout

    def hands(self, *words: object) -> None:
        """Move the mouse, press buttons and keys, in xdotool's words."""
        self.run("xdotool", *map(str, words))

    def picture(self, name: str) -> Path:
        """The screen as a PNG file."""
        self.run("import", "-window", "root", f"/desk/{name}.png")
        return self.folder / f"{name}.png"


@contextmanager
def desk(folder: Path, screen: str = SCREEN, release: str = root.RELEASE) -> Generator[Desk]:
    """A desk for the length of a `with` block, in this release of Debian."""
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "display"
    told.unlink(missing_ok=True)
    command = root.inside(["sh", "-c", _SCRIPT, "desk", screen], {folder: "/desk"}, release)
    process = subprocess.Popen(command, env=root.clean({}))
    try:
        deadline = time.monotonic() + 30
        while not (told.exists() and told.read_text().strip()):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "xvfb.log").read_text()[-1000:]
            time.sleep(0.05)
        yield Desk(folder, f":{told.read_text().strip()}", release)
    finally:
        process.kill()
        process.wait()
