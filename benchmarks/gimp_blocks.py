"""How long the plug-in holds GIMP's main thread and its own panel: python -m benchmarks.gimp_blocks

In a real GIMP with a window: results of 1024 and 2048 pixels a side are inserted by the queue while a bystander asks
GIMP for the least that it can answer; then call by call; then a panel paints. What is one call of GIMP's has its name.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from scripts import package
from tests.daemon import running_daemon
from tests.hosts.desk import desk
from tests.hosts.gimp import rig

SIDES = (1024, 2048)


def main() -> None:
    """Print a table in milliseconds."""
    (host,) = [each for each in package.HOSTS if each.name == "gimp"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = rig.profile(folder / "home", package.build(host, package.PLUGINS / "gimp", folder))
        with (
            running_daemon(folder / "daemon", starter=True) as daemon,
            desk(folder / "desk") as table,
            rig.window(home, daemon, table) as gimp,
        ):
            gimp.run("import blocks\npanel(picture(8, 8))._window.destroy()")
            for side in SIDES:
                for part in ("insertion", "steps", "reading", "panel"):
                    gimp.run(f"blocks.{part}({side})")
            times = gimp.run("result = blocks.times")
    print(f"{'ms of the processor, longest':76}{rig.SERIES:>8}")
    for name, value in times.items():
        print(f"{name:76}{value:8.1f}")


if __name__ == "__main__":
    main()
