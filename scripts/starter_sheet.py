"""Paint docs/pictures/starter.png, what the embedded starter model paints, not chosen among many:

    python scripts/starter_sheet.py [FILE]

Every picture goes through a daemon of its own; how long it took, and on what, is written on the sheet.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bottega.client import Client
from bottega.events import Picture
from bottega.pixels import Pixels
from bottega.tasks import Generate, Inpaint, Keypoint, Lora, Paints, canny_control, depth_control, pose_control
from bottega_daemon.cli.demo import sheet
from bottega_daemon.cli.demo.daemon import private_daemon
from bottega_daemon.cli.demo.works import SIDE, STEPS, Inputs, inputs
from bottega_daemon.cli.layers import laid
from bottega_daemon.diffusion import hints
from bottega_daemon.spec import Extent
from bottega_daemon.starter.generator import sample

FILE = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "starter.png"
COLUMNS = 4
TEXTURES = ("red brick wall", "green marble", "purple polka dots", "orange checkerboard")
SCENES = (
    "a red sphere on a grey floor in front of a white wall",
    "a yellow box on a brown floor under a blue sky",
)
SCENE, FIGURE, WALL = "a blue sphere on a white floor", "a red figure on a grey floor", "yellow checkerboard"
SEED = 3  # of every picture
PATIENCE = 600.0


def main() -> None:
    """Write the sheet."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    given, figure = inputs(), sample.draw(0, 3, SIDE, "figure").keypoints
    works = _works(given, figure)
    with private_daemon() as client:
        _seconds(client, list(works.values())[:1])  # the models are read here
        alone, _ = _seconds(client, list(works.values())[:1])
        together, made = _seconds(client, list(works.values()))
    line = (
        f"{SIDE} x {SIDE}, {STEPS} steps, guidance 5, seed {SEED} each, none chosen; on {os.cpu_count()} CPU cores: "
        f"one picture alone {alone:.1f} s, these {len(works)} together {together:.1f} s"
    )
    print(line)
    pictures = [sheet.picture_of(each) for each in made]
    page = sheet.sheet("Bottega's starter model", line, _cells(given, figure, works, pictures), COLUMNS)
    page.save(path, optimize=True)


def _works(given: Inputs, figure: np.ndarray) -> dict[str, Paints]:
    """Each picture's title and task."""
    joints = [tuple(Keypoint(*map(float, joint)) for joint in person) for person in figure]
    return {
        **{f"Seamless, 2 x 2 ({k})": _paint(prompt, seamless="xy") for k, prompt in enumerate(TEXTURES, 1)},
        **{f"A scene ({k})": _paint(prompt) for k, prompt in enumerate(SCENES, 1)},
        "With the starter LoRA": _paint("blue mosaic", loras=[Lora("starter-mosaic")]),
        "With the starter embedding": _paint("<starter-dots>"),
        "Painted along the depth": _paint(SCENE, controls=[depth_control(given.depth)]),
        "Painted along its edges": _paint(SCENE, controls=[canny_control(given.scene)]),
        "Painted along the pose": _paint(FIGURE, controls=[pose_control(joints)]),
        "The selection repainted": Inpaint(given.wall, given.mask, WALL, steps=STEPS, seed=SEED),
    }


def _paint(prompt: str, **more: object) -> Generate:
    return Generate(prompt, SIDE, SIDE, steps=STEPS, seed=SEED, **more)  # type: ignore[arg-type]


def _seconds(client: Client, tasks: Sequence[Paints]) -> tuple[float, list[Pixels]]:
    """How long the tasks take together, and their pictures."""
    begun = time.monotonic()
    handles = [client.submit(task, previews=False) for task in tasks]
    made = [handle.wait()[0] for handle in handles]
    taken = time.monotonic() - begun
    return taken, [_shown(task, picture) for task, picture in zip(tasks, made, strict=True)]


def _shown(task: Paints, picture: Picture) -> Pixels:
    """The picture, or what was painted over the one that was given."""
    return laid(task.picture, [picture]) if isinstance(task, Inpaint) else picture.pixels


def _cells(
    given: Inputs, figure: np.ndarray, works: dict[str, Paints], pictures: Sequence[sheet.Image.Image]
) -> list[sheet.Cell]:
    """The sheet's cells, what was given before what was made of it."""
    mask = sheet.Image.frombytes("L", (given.mask.width, given.mask.height), given.mask.data)
    skeleton = (hints.pose_hint(figure, Extent(SIDE, SIDE)) * 255).astype(np.uint8)
    before = {
        "Painted along the depth": sheet.Cell(sheet.depth_shown(given.depth), "A depth map", "given, metres"),
        "Painted along its edges": sheet.Cell(sheet.picture_of(given.scene), "A scene", "given"),
        "Painted along the pose": sheet.Cell(sheet.Image.fromarray(skeleton), "A pose", "given, 18 joints"),
        "The selection repainted": sheet.Cell(
            sheet.outlined(sheet.picture_of(given.wall), mask), "A wall, a selection", "given"
        ),
    }
    cells: list[sheet.Cell] = []
    for (title, task), picture in zip(works.items(), pictures, strict=True):
        tiled = task.seamless != "none"
        cells += [before[title]] if title in before else []
        cells.append(sheet.Cell(sheet.tiled(picture) if tiled else picture, title.split(" (")[0], f"“{task.prompt}”"))
    return cells


if __name__ == "__main__":
    main()
