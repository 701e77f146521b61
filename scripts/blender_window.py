"""Take docs/pictures/blender-*.png: the plug-in's panels in a Blender with a window, on a screen in memory.

    python -m scripts.blender_window ROOT [FOLDER]

ROOT is a folder with a Debian that has blender, python3-numpy, xvfb and imagemagick (`debootstrap`, then apt-get), run
as root. `tests/hosts/blender/inside/window.py` says what is done before each picture.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bottega.client import connect
from scripts import package
from scripts.blender_pictures import FILE
from tests.daemon import Daemon, start_daemon
from tests.hosts.blender.conftest import INSIDE

PATIENCE = 500.0
SIZE = "1500x900"
INSIDE_ROOT = f"""
set -e
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -t tmpfs tmpfs "$0/run"
mount -t tmpfs tmpfs "$0/tmp"
mkdir -p "$0/desk" "$0/home/daemon" "$0/inside"
mount --bind "$1" "$0/desk"
mount --bind "$2" "$0/home/daemon"
mount --bind "$3" "$0/inside"
exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/desk BOTTEGA_HOME=/home/daemon \\
    BLENDER_USER_RESOURCES=/desk/user DISPLAY=:9 LIBGL_ALWAYS_SOFTWARE=1 sh -c '
    blender --command extension install-file -r user_default --enable /desk/plugin.zip
    blender -b --python-expr "import bpy; bpy.context.preferences.view.show_splash = False; bpy.ops.wm.save_userpref()"
    Xvfb :9 -screen 0 {SIZE}x24 +extension GLX >/dev/null 2>&1 &
    sleep 4
    blender --window-geometry 0 0 {SIZE.replace("x", " ")} --python /inside/window.py -- /desk &
    while [ ! -e /desk/end ]; do
        for wish in /desk/shot-*; do
            [ -e "$wish" ] || continue
            import -window root "/desk/${{wish#/desk/shot-}}.png" && rm "$wish"
        done
        sleep 0.2
    done'
"""


def main() -> None:
    """Take the pictures."""
    root, target = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else FILE.parent
    with tempfile.TemporaryDirectory() as scratch:
        desk, home = Path(scratch) / "desk", Path(scratch) / "home"
        desk.mkdir()
        remembered(home)
        package.build(package.HOSTS[0], package.PLUGINS / "blender", desk).rename(desk / "plugin.zip")
        places = [str(each) for each in (root, desk, home, INSIDE)]
        spaces = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child")
        with (Path(scratch) / "said.txt").open("w+b") as said:
            blender = subprocess.Popen([*spaces, "sh", "-c", INSIDE_ROOT, *places], stdout=said, stderr=said)
            daemon = awaited(blender, desk, home)
            said.seek(0)
            print(said.read().decode(errors="replace")[-2000:])
        if daemon:
            daemon.kill()
        for shot in sorted(desk.glob("*.png")):
            path = target / f"blender-{shot.name}"
            path.write_bytes(shot.read_bytes())
            print(path)


def remembered(home: Path) -> None:
    """Meet a daemon once, so that its catalog is known when it is away."""
    daemon = start_daemon(home, starter=True)
    with connect(daemon.address, daemon.token) as client:
        client.catalog()
    daemon.stop()
    for path in home.glob("cache/catalog-*.bin"):
        print(path.name, path.stat().st_size)


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
