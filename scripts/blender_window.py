"""Take docs/pictures/blender-*.png: the plug-in's panels in a Blender with a window, on a screen in memory.

    python -m scripts.blender_window [FOLDER]

Blender is Debian's, installed into the root that other hosts are tested in (`tests/hosts/root.py`), so this runs as
root. `tests/hosts/blender/inside/window.py` says what is done before each picture.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from bottega.client import connect
from scripts import package
from scripts.blender_pictures import FILE
from tests.daemon import Daemon, running_daemon, start_daemon
from tests.hosts import root
from tests.hosts.blender.conftest import INSIDE

PATIENCE = 1500.0
SIZE = "1500x900"
SHOOT = f"""
    blender --command extension install-file -r user_default --enable /desk/plugin.zip
    blender -b --python-expr "import bpy; bpy.context.preferences.view.show_splash = False; bpy.ops.wm.save_userpref()"
    rm -f /tmp/.X9-lock
    Xvfb :9 -screen 0 {SIZE}x24 +extension GLX >/dev/null 2>&1 &
    sleep 4
    blender --window-geometry 0 0 {SIZE.replace("x", " ")} --python /shoot/window.py -- /desk &
    while [ ! -e /desk/end ]; do
        for wish in /desk/shot-*; do
            [ -e "$wish" ] || continue
            import -window root "/desk/${{wish#/desk/shot-}}.png" && rm "$wish"
        done
        sleep 0.2
    done
"""
SURROUNDINGS = {
    "HOME": "/desk",
    "BOTTEGA_HOME": "/meeting",
    "BLENDER_USER_RESOURCES": "/desk/user",
    "DISPLAY": ":9",
    "LIBGL_ALWAYS_SOFTWARE": "1",
}


def main() -> None:
    """Take the pictures."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE.parent
    root.blender()
    with tempfile.TemporaryDirectory() as scratch:
        desk, home = Path(scratch) / "desk", Path(scratch) / "home"
        desk.mkdir()
        remembered(home)
        package.build(package.HOSTS[0], package.PLUGINS / "blender", desk).rename(desk / "plugin.zip")
        command = root.inside(["sh", "-c", SHOOT], {desk: "/desk", home: "/meeting", INSIDE: "/shoot"})
        with (Path(scratch) / "said.txt").open("w+b") as said:
            blender = subprocess.Popen(command, stdout=said, stderr=said, env=root.clean(SURROUNDINGS))
            daemon = awaited(blender, desk, home)
            said.seek(0)
            print(said.read().decode(errors="replace")[-2000:])
        if daemon:
            daemon.kill()
        for shot in sorted(desk.glob("*.png")):
            path = target / f"blender-{shot.name}"
            Image.open(shot).convert("RGB").quantize(256).save(path, optimize=True)
            print(path)


def remembered(home: Path) -> None:
    """Meet a daemon once, so that its catalog is known when it is away."""
    os.environ["BOTTEGA_HOME"] = str(home)
    with running_daemon(home, starter=True) as daemon, connect(daemon.address, daemon.token) as client:
        client.catalog()


def awaited(blender: subprocess.Popen[bytes], desk: Path, home: Path) -> Daemon | None:
    """Start a daemon when Blender wants one, and wait for the end of both."""
    daemon, deadline = None, time.monotonic() + PATIENCE
    while blender.poll() is None and time.monotonic() < deadline:
        if daemon is None and (desk / "daemon").exists():
            daemon = start_daemon(home, starter=True)
        time.sleep(0.2)
    blender.kill()
    blender.wait()
    return daemon


if __name__ == "__main__":
    main()
