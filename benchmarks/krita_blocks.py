"""How long the plug-in holds Krita's main thread: python -m benchmarks.krita_blocks

In kritarunner: a canvas of three layers is read, with and without a control layer that is seen, and results are
inserted with their masks. What is one call of Krita's, which nobody can split, has its name; the rest are slices.
Medians of three. Other canvases than SIDES are named: python -m benchmarks.krita_blocks 512
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from scripts import package
from tests.hosts.krita import rig

SIDES = ("1024", "2048", "8192")


def main() -> None:
    """Print a table in milliseconds."""
    (host,) = [each for each in package.HOSTS if each.name == "krita"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = folder / "out"
        out.mkdir()
        home = rig.profile(folder / "home", package.build(host, package.PLUGINS / "krita", folder))
        rig.run_offscreen(home, "blocks", {out: "/out"}, timeout=1800, SIDES=" ".join(sys.argv[1:] or SIDES))
        rows = json.loads((out / "report.json").read_text())
    print(f"{'ms, the longest of its kind':72}{'canvas':>8}{'clock':>10}{'processor':>11}")
    for what, side, clock, work in sorted(rows, key=lambda row: (row[0], row[1])):
        print(f"{what:72}{side:7}²{clock:10.1f}{work:11.1f}")


if __name__ == "__main__":
    main()
