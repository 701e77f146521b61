"""How long the plug-in holds Blender's main thread: python -m benchmarks.blender_blocks

In each Blender: a scene of 258,048 triangles is gathered while a helper thread rasterizes it, and pictures of 2048 x
2048 come and go. What cannot be split is a single call of Blender; each is listed by its name.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from scripts import package
from tests.daemon import ROOT, running_daemon
from tests.hosts.blender.conftest import PATIENCE, SERIES, performing, report


def main() -> None:
    """Print a table in milliseconds."""
    rows = {series: measured(series) for series in SERIES}
    names = list(next(iter(rows.values())))
    print(f"{'ms, longest':58}" + "".join(f"{series:>9}" for series in rows))
    for name in names:
        print(f"{name:58}" + "".join(f"{row[name]:9.1f}" for row in rows.values()))


def measured(series: str) -> dict[str, float]:
    """One Blender's times."""
    with tempfile.TemporaryDirectory() as folder, running_daemon(Path(folder) / "daemon", starter=True) as daemon:
        built = package.build(package.HOSTS[0], ROOT / "plugins" / "blender", Path(folder))
        with performing(series, "blocks", Path(folder), built, daemon.home) as blender:
            blender.wait(PATIENCE)
        return report(series, Path(folder))["times"]


if __name__ == "__main__":
    main()
