"""`make studio-demo`: real Blender, Krita and GIMP on one daemon at the same time share the device's calls, and each
has what it asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bottega import messages as m
from scripts.studio import __main__ as studio
from scripts.studio.__main__ import Day

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio-sheet")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Day:
    return studio.demo(tmp_path_factory.mktemp("studio"), folder)


def test_the_hosts_share_calls_of_the_unet(day: Day) -> None:
    """Krita's and GIMP's. Blender's texture wraps around, which is a forward call of its own kind, at the same time."""
    shared: dict[str, int] = dict.fromkeys(("red brick wall", "a red sphere", "a blue sphere on a white floor"), 0)
    for job in day.jobs:  # a selection may take several
        assert job.state == m.JobState.SUCCEEDED
        shared[job.title] += job.shared_calls
    assert min(shared["a red sphere"], shared["a blue sphere on a white floor"]) > 0, studio.shared(day)
    assert day.calls < sum(job.model_calls for job in day.jobs)
    assert set(day.said) == set(studio.HOSTS) and all(facts["seconds"] > 0 for facts in day.said.values())


def test_each_host_has_its_result(day: Day) -> None:
    """A texture on a mesh; a selection that is painted anew and nothing else; a canvas that has grown."""
    for name in ("texture.png", "mesh.png"):
        assert np.asarray(Image.open(day.out["blender"] / name).convert("RGB")).std() > 8, name
    before, after = (
        np.frombuffer((day.out["krita"] / name).read_bytes(), np.uint8).reshape(256, 256, 4).astype(int)
        for name in ("scene.bgra", "painted.bgra")
    )
    moved = np.abs(after - before)[..., :3].max(2)
    assert moved[104:152, 104:152].mean() > 5
    moved[64:192, 64:192] = 0
    assert moved.max() == 0
    canvas = np.frombuffer((day.out["gimp"] / "painted.rgba").read_bytes(), np.uint8).reshape(128, 128, 4)
    given = np.asarray(day.given)
    assert np.array_equal(canvas[:, :80], given[:, :80]) and canvas[..., 3].min() == 255
    assert canvas[:, 104:, :3].std() > 2


def test_the_contact_sheet_shows_six_pictures(day: Day, folder: Path) -> None:
    page = np.asarray(Image.open(folder / "sheet.png").convert("RGB")).astype(float)
    cell, gap, caption = studio.sheet.CELL, studio.sheet.GAP, studio.sheet.CAPTION
    assert day.jobs
    for index in range(6):
        row, column = divmod(index, 3)
        left, top = gap + column * (cell + gap), gap + 70 + row * (cell + caption + gap)
        assert page[top : top + cell, left : left + cell].std() > 10, f"picture {index} is blank"
