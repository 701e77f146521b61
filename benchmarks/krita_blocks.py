"""How long the plug-in holds Krita's main thread: python -m benchmarks.krita_blocks

In kritarunner: a canvas of three layers is read, with and without a control layer that is seen, and results are
inserted with their masks. Then in a Krita with a window, with the starter model's daemon: strokes are drawn while live
painting is on. What is one call of Krita's, which nobody can split, has its name; the rest are slices. Medians of
three. Other canvases than SIDES and DRAWN are named: python -m benchmarks.krita_blocks 512
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TypeAlias

from scripts import package
from tests.daemon import running_daemon
from tests.hosts.desk import desk
from tests.hosts.krita import rig

SIDES = ("1024", "2048", "8192")
DRAWN = ("1024", "2048", "4096")
TIMES = 3
STROKE = ((-60, -40), (-30, 0), (0, 20), (30, 30), (60, 50))
"""On the screen, from the canvas's middle."""
Row: TypeAlias = tuple[str, int, float, float]
"""What, the canvas's side, and milliseconds: by the clock, and of the processor."""
OPEN = """
import sys
sys.path.insert(0, "/inside")
from strokes import Strokes
strokes = Strokes()
"""


def main() -> None:
    """Print a table in milliseconds."""
    (host,) = [each for each in package.HOSTS if each.name == "krita"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plugin = package.build(host, package.PLUGINS / "krita", folder)
        rows = [*_offscreen(folder, plugin, sys.argv[1:] or SIDES), *_drawn(folder, plugin, sys.argv[1:] or DRAWN)]
    print(f"{'ms, the longest of its kind':72}{'canvas':>8}{'clock':>10}{'processor':>11}")
    for what, side, clock, work in sorted(rows, key=lambda row: (row[0], row[1])):
        print(f"{what:72}{side:7}²{clock:10.1f}{work:11.1f}")


def _offscreen(folder: Path, plugin: Path, sides: list[str] | tuple[str, ...]) -> list[Row]:
    out = folder / "out"
    out.mkdir()
    home = rig.profile(folder / "home", plugin)
    rig.run_offscreen(home, "blocks", {out: "/out"}, timeout=1800, SIDES=" ".join(sides))
    return json.loads((out / "report.json").read_text())


def _drawn(folder: Path, plugin: Path, sides: list[str] | tuple[str, ...]) -> list[Row]:
    """Live painting, with strokes of the mouse."""
    home = rig.profile(folder / "live", plugin)
    with (
        running_daemon(folder / "daemon", starter=True) as daemon,
        desk(folder / "desk") as screen,
        rig.live(home, screen, {daemon.home: "/daemon"}, {"BOTTEGA_HOME": "/daemon"}) as krita,
    ):
        krita.run(OPEN)
        krita.wait("strokes.ready()")
        return [row for side in sides for row in _strokes(krita, int(side))]


def _strokes(krita: rig.Krita, side: int) -> list[Row]:
    krita.run(f"strokes.begin({side})")
    krita.wait("strokes.settled()")
    x, y = krita.run("result = strokes.middle()")
    found: list[dict[str, tuple[float, float]]] = []
    for _ in range(TIMES):
        krita.run("strokes.clear()")
        krita.desk.hands("mousemove", x + STROKE[0][0], y + STROKE[0][1], "mousedown", 1)
        for right, down in STROKE:
            krita.desk.hands("mousemove", x + right, y + down, "sleep", 0.05)
        krita.desk.hands("mouseup", 1)
        krita.wait("strokes.painted()")
        found.append(krita.run("result = strokes.blocks()"))
    krita.run("strokes.end()")
    names = sorted({name for each in found for name in each})
    return [(f"live painting, a stroke: {name}", side, *_median(found, name)) for name in names]


def _median(found: list[dict[str, tuple[float, float]]], name: str) -> tuple[float, float]:
    clock, work = zip(*[each.get(name, (0.0, 0.0)) for each in found], strict=True)
    return statistics.median(clock) * 1e3, statistics.median(work) * 1e3


if __name__ == "__main__":
    main()
