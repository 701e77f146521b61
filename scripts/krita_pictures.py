"""Take docs/pictures/krita-*.png: the plug-in at work in a live Krita, on a screen in memory.

    python -m scripts.krita_pictures [FOLDER]

Krita is Debian's, in the root that hosts are tested in (`tests/hosts/root.py`), so this runs as root; the plug-in is
the zip that `make package` builds, the model the starter.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from bottega_daemon.cli.demo.works import inputs
from scripts import package
from tests.daemon import ROOT, running_daemon
from tests.hosts.desk import desk
from tests.hosts.krita import rig

SCREEN = "1280x800x24"
OPEN = """
from bottega_krita.extension import studio
from krita import Selection
S = studio()
window = K.activeWindow().qwindow()
window.showMaximized()
dock = S.dockers[0]
dock.setVisible(True)
dock.form.steps.setValue(20)
"""
ARRANGE = """
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QDockWidget
for each in window.findChildren(QDockWidget):
    if each.isVisible() and each.windowTitle() not in ("Bottega", "Layers", "Toolbox"):
        each.hide()
layers = [each for each in K.dockers() if each.windowTitle() == "Layers"][0]
window.resizeDocks([layers, dock], [150, 620], Qt.Vertical)
window.resizeDocks([layers, dock], [330, 330], Qt.Horizontal)
"""
CANVAS = """
wall = open("/home/artist/wall.rgb", "rb").read()
data = bytearray(b"\\xff" * (len(wall) // 3 * 4))
data[0::4], data[1::4], data[2::4] = wall[2::3], wall[1::3], wall[0::3]
d = K.createDocument(side, side, "wall", "RGBA", "U8", "", 72.0)
d.rootNode().childNodes()[0].setPixelData(bytes(data), 0, 0, side, side)
K.activeWindow().addView(d)
d.refreshProjection()
"""
FILL = """
s = Selection()
s.select(28, 44, 56, 48, 255)
s.feather(3)
d.setSelection(s)
dock.form.prompt.setPlainText("green tiles")
dock.form.count.setValue(3)
dock.form.seed.setValue(4)
w = dock.ask()
"""
LIVE = """
K.action("deselect").trigger()
K.action("KritaShape/KisToolBrush").trigger()
dock.form.count.setValue(1)
dock.live.strength.setValue(65)
dock.form.prompt.setPlainText("blue planks")
dock.tabs.setCurrentIndex(1)
dock.live.switch.setChecked(True)
L = dock.live.live
"""


def main() -> None:
    """Take the pictures."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        host = next(host for host in package.HOSTS if host.name == "krita")
        home = rig.profile(folder / "home", package.build(host, package.PLUGINS / "krita", folder))
        wall = inputs().wall
        (home / "wall.rgb").write_bytes(wall.data)
        with (
            running_daemon(folder / "daemon", starter=True) as daemon,
            desk(folder / "desk", SCREEN) as screen,
            rig.live(home, screen, {daemon.home: "/daemon"}, {"BOTTEGA_HOME": "/daemon"}) as krita,
        ):
            _shoot(krita, wall.width, target)


def _shoot(krita: rig.Krita, side: int, target: Path) -> None:
    krita.run(OPEN)
    krita.wait("S.connection.state == 'connected' and S.catalog is not None")
    krita.run(CANVAS, side=side)
    krita.wait("K.activeDocument() == d")
    krita.run(ARRANGE)
    krita.run(FILL)
    krita.wait("w.ended")
    _keep(krita, "krita-fill", target)
    krita.run("dock.results.apply()")
    krita.wait("w.candidates[0].applied")
    krita.run("dock.tabs.setCurrentIndex(3); dock.history.list.setCurrentRow(1)")
    _keep(krita, "krita-history", target)
    krita.run("dock.overlay.hide(); dock.tabs.setCurrentIndex(2); d.setActiveNode(d.rootNode().childNodes()[0])")
    krita.run("dock.controls.add(); dock.controls.add_figure()")
    _keep(krita, "krita-control", target)
    krita.run("dock.controls.take(()); wall, *others = d.rootNode().childNodes()")
    krita.run("[each.remove() for each in others if each.type() != 'selectionmask']; d.setActiveNode(wall)")
    krita.run(LIVE)
    krita.wait("L.latencies and L._work.ended")
    stroke = ((420, 300), (450, 360), (480, 420), (520, 450), (560, 470))
    krita.desk.hands("mousemove", *stroke[0], "mousedown", 1)
    for place in stroke:
        krita.desk.hands("mousemove", *place, "sleep", 0.1)
    krita.desk.hands("mouseup", 1)
    krita.wait("len(L.latencies) > 1 and L._work.ended and not L._dirty")
    _keep(krita, "krita-live", target)


def _keep(krita: rig.Krita, name: str, target: Path) -> None:
    krita.run("d.waitForDone()")
    krita.desk.hands("sleep", 1)
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(krita.desk.picture(name), target / f"{name}.png")
    print(target / f"{name}.png")


if __name__ == "__main__":
    main()
