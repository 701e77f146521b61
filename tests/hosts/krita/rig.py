"""Krita with a profile of its own: without a window by kritarunner, or live on a desk and driven by a socket."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.hosts import root
from tests.hosts.desk import Desk
from tests.hosts.driver import Driver
from tests.hosts.provision import alone, cache

INSIDE = Path(__file__).with_name("inside")
HOME = "/home/artist"
RESOURCES = Path(".local/share/krita")
IMPORTER = "/usr/share/krita/pykrita/plugin_importer"
_INSTALL = """
import builtins, sys
builtins.i18n = lambda text: text
sys.path.insert(0, sys.argv[1])
from plugin_importer import PluginImporter
print([each["name"] for each in PluginImporter(sys.argv[2], sys.argv[3], lambda plugin: True).import_all()])
"""
_SETTINGS = """
[python]
enable_bottega_krita=true
enable_bottega_driver=true

[MainWindow]
showDockerTitleBars=true

[theme]
Theme=Krita dark
"""


def profile(folder: Path, plugin: Path, release: str = root.RELEASE) -> Path:
    """A home with the plug-in's zip installed by Krita's own importer, and with Krita's resources made once."""
    shutil.copytree(_warm_home(release), folder, symlinks=True, dirs_exist_ok=True)
    _install(folder, plugin, release)
    return folder


def _install(home: Path, plugin: Path, release: str) -> None:
    resources = home / RESOURCES
    resources.mkdir(parents=True, exist_ok=True)
    shutil.copy(plugin, home / "plugin.zip")
    command = ["python3", "-c", _INSTALL, IMPORTER, f"{HOME}/plugin.zip", f"{HOME}/{RESOURCES}"]
    done = subprocess.run(
        root.inside(command, {home: HOME}, release),
        env=root.clean({"HOME": HOME}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "['bottega_krita']", f"Krita's importer: {done.stdout}{done.stderr}"
    shutil.copytree(INSIDE / "bottega_driver", resources / "pykrita" / "bottega_driver", dirs_exist_ok=True)
    shutil.copy(INSIDE / "bottega_driver.desktop", resources / "pykrita")
    (home / ".config").mkdir(exist_ok=True)
    (home / ".config" / "kritarc").write_text(_SETTINGS)


def _warm_home(release: str) -> Path:
    """A home in which Krita has made its resources, which takes it half a minute; kept between runs."""
    folder = cache() / f"krita-home-{release}"
    with alone(folder):
        mark = folder / root.MARK
        if not mark.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            run_offscreen(folder, "warm", {}, timeout=300, release=release)
            shutil.copytree(folder / ".local/share/kritarunner", folder / RESOURCES)  # the same, by its other name
            mark.touch()
    return folder


def run_offscreen(
    home: Path,
    script: str,
    binds: Mapping[Path, str],
    *arguments: str,
    timeout: float = 300,
    release: str = root.RELEASE,
    **environment: str,
) -> str:
    """Run `main` of a script of `inside/` by kritarunner; gives what it printed."""
    own = {"HOME": HOME, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": "/run", "PYTHONPATH": "/inside"}
    command = ["kritarunner", "-s", script, "-f", "main", *arguments]
    command = root.inside(command, {home: HOME, INSIDE: "/inside", **binds}, release)
    done = subprocess.run(
        command, env=root.clean({**own, **environment}), capture_output=True, text=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, f"{script}: {done.stdout[-3000:]}\n{done.stderr[-5000:]}"
    return done.stdout


class Krita(Driver):
    """A live Krita, driven on its main thread."""

    def __init__(self, home: Path, desk: Desk) -> None:
        printed = home / "krita.log"
        super().__init__(home / "driver.sock", lambda: printed.read_text(errors="replace")[-6000:], patience=240.0)
        self.home = home
        self.desk = desk

    def changed(self, code: str) -> None:
        """Execute code that makes the canvas smaller, when all that Krita has drawn is on its screen: Krita 5.2.9 ends
        when its canvas shrinks under what is still to be shown (an assertion in kis_opengl_image_textures.h)."""
        self.run("d.waitForDone()")
        for _ in range(8):  # as often its event loop goes round, whatever else the machine does
            self.run("pass")
            time.sleep(0.05)
        self.run(f"{code}; d.waitForDone()")


@contextmanager
def live(home: Path, desk: Desk, binds: Mapping[Path, str], environment: Mapping[str, str]) -> Generator[Krita]:
    """Krita with a window, for the length of a `with` block."""
    (home / "driver.sock").unlink(missing_ok=True)
    own = {"HOME": HOME, **environment}
    own_tmp = home / "tmp"  # Krita looks there for another Krita to hand its files to
    own_tmp.mkdir(exist_ok=True)
    command = ["dbus-run-session", "--", "krita", "--nosplash"]
    process = desk.start(command, {home: HOME, own_tmp: "/tmp", INSIDE: "/inside", **binds}, own, home / "krita.log")
    krita = Krita(home, desk)
    try:
        _until(lambda: (home / "driver.sock").exists() or process.poll() is not None, 240)
        assert process.poll() is None, krita.log()
        yield krita
    finally:
        krita.close()
        process.kill()
        process.wait()


def _until(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "Krita did not start in time"
        time.sleep(0.1)
