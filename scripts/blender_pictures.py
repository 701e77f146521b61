"""Paint docs/pictures/blender.png, what the plug-in makes in a real Blender, none of it chosen:

    python -m scripts.blender_pictures [FILE]

`tests/hosts/blender/inside/pictures.py` says what is asked for. The painter is the embedded starter model.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from bottega.pixels import Pixels
from bottega_daemon.cli.demo import sheet
from scripts import package
from tests.daemon import running_daemon
from tests.hosts.blender.conftest import PATIENCE, Told, performing, report

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "pictures" / "blender.png"
SERIES = "4.5"
COLUMNS = 4


def main() -> None:
    """Write the sheet."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        built = package.build(package.HOSTS[0], package.PLUGINS / "blender", folder)
        with (
            running_daemon(folder / "daemon", starter=True) as daemon,
            performing(SERIES, "pictures", folder, built, daemon.home) as blender,
        ):
            blender.wait(PATIENCE)
        said = report(SERIES, folder)
        how = "the starter model, 20 steps, guidance 5, seed 3 each, none chosen; rendered by Cycles"
        line = f"In Blender {said['version']}, {how}"
        page = sheet.sheet("Bottega in Blender", line, cells(said), COLUMNS)
    page.save(path, optimize=True)


def cells(said: Told) -> list[sheet.Cell]:
    """What was given before what was made of it."""

    def image(name: str) -> Image.Image:
        return Image.fromarray(said.array(name))

    def shot(name: str) -> Image.Image:
        return Image.open(said.folder / f"{name}.png").convert("RGB")

    depth = Pixels.of(np.ascontiguousarray(said.array("depth"), np.float32), "data")
    wall = sheet.outlined(image("wall"), Image.fromarray(said.array("mask")))
    return [
        sheet.Cell(sheet.tiled(image("color")), "A seamless texture, 2 x 2", "“red brick wall”"),
        sheet.Cell(sheet.tiled(image("height")), "Its height", "lightness without the light"),
        sheet.Cell(sheet.tiled(image("normal")), "Its normals", "from the height"),
        sheet.Cell(shot("textured"), "In its material", "6 x 3 times around a sphere"),
        sheet.Cell(shot("scene"), "A scene", "grey, as Blender renders it"),
        sheet.Cell(sheet.depth_shown(depth), "Its depth", "read without rendering, metres"),
        sheet.Cell(image("painted"), "Painted along the depth", "“a blue sphere on a white floor”"),
        sheet.Cell(image("atlas"), "A projection's texture", "“orange checkerboard”, 8 views"),
        sheet.Cell(shot("front"), "On the mesh", "from the front"),
        sheet.Cell(shot("behind"), "From behind", "where no first view was"),
        sheet.Cell(wall, "A wall, a mask", "painted white in the Image Editor"),
        sheet.Cell(image("repainted"), "The mask repainted", "“yellow checkerboard”, in a new image"),
    ]


if __name__ == "__main__":
    main()
