"""A Debian of its own for hosts that PyPI has not: Krita and GIMP, in a folder that is kept between runs.

It is made once (about four minutes), by root, on a machine that has `debootstrap` or can fetch its package.
Commands run inside by `inside`: in mount and process namespaces of their own, so that nothing stays mounted and nothing
goes on running when the test ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.hosts.provision import alone, cache

RELEASE = os.environ.get("BOTTEGA_DEBIAN", "trixie")
"""Another release has other versions of the hosts; trixie has Krita 5.2.9 and GIMP 3.0.4."""
NEWEST = "forky"
"""It has Krita 5.3."""
MIRROR = "http://deb.debian.org/debian"
HOSTS = ("krita", "gimp", "gir1.2-gimp-3.0", "python3-gi", "python3-gi-cairo", "python3-pyqt5", "python3-pyqt5.sip")
DESK = (
    "xvfb",
    "xauth",
    "openbox",
    "xdotool",
    "x11-utils",
    "imagemagick",
    "dbus-daemon",
    "dbus-x11",
    "fonts-dejavu-core",
)
SECOND = ("python3-pyqt6",)
"""Krita 6's Qt, for plug-ins beside a stand-in of Krita's own modules."""
PACKAGES = (*HOSTS, *DESK, *SECOND)
WINDOWED = ("blender", "python3-numpy", "libegl1", "libgl1-mesa-dri")
"""A Blender with a window; those of PyPI have none."""
MARK = "bottega-ready"
KEPT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*")

NAMESPACES = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child")
_ENTER = """
set -e
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -t tmpfs -o mode=0700 tmpfs "$0/run"
while [ "$1" != -- ]; do
    mkdir -p "$0$2"
    mount --bind "$1" "$0$2"
    shift 2
done
shift
exec chroot "$0" "$@"
"""


def debian(release: str = RELEASE) -> Path:
    """The root's folder; made at the first call. Raises AssertionError with a remedy if it cannot be."""
    folder = cache() / f"debian-{release}"
    wanted = "\n".join(PACKAGES)
    with alone(folder):
        mark = folder / MARK
        if not mark.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _bootstrap(folder, release)
        if not mark.exists() or mark.read_text() != wanted:
            _install(folder)
            mark.write_text(wanted)
    return folder


def blender() -> None:
    """See that the root has Debian's Blender; installed at the first call."""
    folder = debian()
    with alone(folder):
        if not (folder / "usr" / "bin" / "blender").exists():
            _install(folder, WINDOWED)


def inside(command: Sequence[str], binds: Mapping[Path, str] | None = None, release: str = RELEASE) -> list[str]:
    """What runs a command inside the root, where folders of the machine lie at the paths given. Killing it kills all
    that it started."""
    return _entering(debian(release), command, binds or {})


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for the inside: nothing of the machine's but its path."""
    paths = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {"PATH": paths, "LANG": "C.UTF-8", "HOME": "/root", **environment}


def _entering(folder: Path, command: Sequence[str], binds: Mapping[Path, str]) -> list[str]:
    pairs = [word for outside, within in binds.items() for word in (str(outside), within)]
    return [*NAMESPACES, "sh", "-c", _ENTER, str(folder), *pairs, "--", *command]


def _bootstrap(folder: Path, release: str) -> None:
    assert os.geteuid() == 0, "only root can make a Debian to test hosts in: run this as root."
    with tempfile.TemporaryDirectory() as scratch:
        tool, own = _debootstrap(Path(scratch))
        how = ("--variant=minbase", "--include=ca-certificates", release, str(folder), MIRROR)
        script = (
            own / "scripts" / "sid"
        )  # that of every release since 2015; an older tool does not know all their names
        command = [*NAMESPACES, "--mount-proc", *tool, *how, str(script)]
        _run(command, {**os.environ, "DEBOOTSTRAP_DIR": str(own)})
    settings = folder / "etc" / "dpkg" / "dpkg.cfg.d" / "bottega"
    settings.write_text("force-unsafe-io\n" + "".join(f"path-exclude {path}\n" for path in KEPT_OUT))


def _debootstrap(scratch: Path) -> tuple[list[str], Path]:
    """What makes a Debian, and its own files: the machine's tool, or that of its package, unpacked for the moment."""
    if found := shutil.which("debootstrap"):
        return [found], Path("/usr/share/debootstrap")
    remedy = "install debootstrap to make a Debian to test hosts in."
    assert shutil.which("apt-get") and shutil.which("dpkg-deb"), remedy
    _run(["apt-get", "update", "-qq"], dict(os.environ))
    _run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", "debootstrap"], dict(os.environ), scratch)
    (package,) = scratch.glob("debootstrap_*.deb")
    _run(["dpkg-deb", "-x", str(package), str(scratch)], dict(os.environ))
    return ["sh", str(scratch / "usr/sbin/debootstrap")], scratch / "usr/share/debootstrap"


def _install(folder: Path, packages: Sequence[str] = PACKAGES) -> None:
    shutil.copyfile("/etc/resolv.conf", folder / "etc" / "resolv.conf")
    environment = clean({"DEBIAN_FRONTEND": "noninteractive"})
    # a testing release's list counts as stale after a week, also where a mirror is later than that; it stays signed
    get = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "-o", "Acquire::Check-Valid-Until=false"]
    for command in (
        [*get, "update"],
        [*get, "install", "--no-install-recommends", "--yes", *packages],
        [*get, "clean"],
    ):
        _run(_entering(folder, command, {}), environment)


def _run(command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None) -> None:
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=1500, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)[:200]} failed:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}"
