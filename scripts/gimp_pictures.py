"""Take docs/pictures/gimp-*.png: a real GIMP with the built plug-in on a screen that nobody sees.

    python -m scripts.gimp_pictures [FOLDER]

The painter is the embedded starter model.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from scripts import package
from tests.daemon import running_daemon
from tests.hosts.desk import Desk, desk
from tests.hosts.gimp import hands, rig

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
SCREEN = "1280x860x24"
SCENE = """
said = call("generate", prompt="a blue sphere on a wooden floor, grey wall", steps=20, seed="12", width=128, height=128)
image = said["image"]
image.scale(384, 384)
image.select_ellipse(ChannelOps.REPLACE, 120, 120, 150, 150)
Gimp.Display.new(image)
Gimp.displays_flush()
"""


def main() -> None:
    """Write the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (host,) = [each for each in package.HOSTS if each.name == "gimp"]
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        home = rig.profile(scratch / "home", package.build(host, package.PLUGINS / "gimp", scratch))
        with (
            running_daemon(scratch / "daemon", starter=True) as daemon,
            desk(scratch / "desk", SCREEN) as table,
            rig.window(home, daemon, table) as gimp,
        ):
            gimp.run(hands.QUEUE)
            gimp.run(SCENE)
            for shot in (dialog, panel):
                shutil.copy(shot(gimp, table), folder)


def dialog(gimp: rig.Gimp, table: Desk) -> Path:
    """Inpaint Selection, before it is asked to paint."""
    large(table)
    window = hands.opened(table, "Inpaint Selection", "Bottega: Inpaint Selection")
    time.sleep(2.0)
    table.hands("type", "--delay", "15", "a red sphere")
    table.hands("windowmove", window, 620, 60)
    time.sleep(1.0)
    picture = table.picture("gimp-dialog")
    table.hands("key", "ctrl+Return")
    gimp.wait("len(image.get_layers()) == 2", 240)
    hands.gone(table, "Bottega: Inpaint Selection")
    return picture


def panel(gimp: rig.Gimp, table: Desk) -> Path:
    """The panel with candidates that have come and a job under way."""
    window = hands.opened(table, "Bottega Panel", "Bottega Panel")
    time.sleep(1.5)
    table.hands("windowmove", window, 890, 20)
    table.hands("windowactivate", "--sync", window)
    table.hands("type", "--delay", "15", "weathered copper")
    hands.press_lowest(table, window)
    gimp.wait("jobs() and jobs()[0]['state'] == 'done'", 240)
    gimp.run('call("generate", image, prompt="green moss", count=3, steps=30, in_panel=True)')
    gimp.wait("jobs()[0]['fraction'] > 0.3 and jobs()[0]['preview'] > 0", 240)
    return table.picture("gimp-panel")


def large(table: Desk) -> None:
    """GIMP's window beside the panel's place."""
    window = hands.find(table, "GIMP$")
    table.hands("windowsize", window, 880, 800, "windowmove", window, 0, 0)
    time.sleep(1.0)


if __name__ == "__main__":
    main()
