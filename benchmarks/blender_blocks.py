"""How long the plug-in holds Blender's main thread: python -m benchmarks.blender_blocks

In each Blender: a scene of 258,048 triangles is gathered while a helper thread rasterizes it, and pictures of 2048 x
2048 come and go. What cannot be split is a single call of Blender; each is listed by its name.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from tests.hosts import provision
from tests.hosts.blender.conftest import INSIDE, SERIES


def main() -> None:
    """Print a table in milliseconds."""
    rows = {series: measured(series) for series in SERIES}
    names = list(next(iter(rows.values())))
    print(f"{'ms, longest':58}" + "".join(f"{series:>9}" for series in rows))
    for name in names:
        print(f"{name:58}" + "".join(f"{row[name]:9.1f}" for row in rows.values()))


def measured(series: str) -> dict[str, float]:
    """One Blender's times."""
    python = provision.blender(series)
    root = provision.ROOT
    places = (root / "plugins" / "blender", root / "shared", provision.client_libraries(python), INSIDE)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places)), "BLENDER_USER_RESOURCES": folder}
        command = [str(python), str(INSIDE / "blocks.py"), folder]
        subprocess.run(command, env=environment, check=False, capture_output=True, timeout=600)
        return json.loads((Path(folder) / "report.json").read_text())["times"]


if __name__ == "__main__":
    main()
