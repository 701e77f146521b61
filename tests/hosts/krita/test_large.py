"""A canvas of 8192²: what is sent is the selection's size, not the canvas's, and no step holds the main thread."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import Daemon, running_daemon
from tests.hosts.krita import rig
from tests.hosts.krita.conftest import Stage
from tests.hosts.krita.held import unbounded
from tests.tiny import tiny_checkpoint

SIDE, NATIVE, LARGEST = 2048, 512, 8192


def test_a_small_selection_of_a_large_canvas_is_a_small_job(told: Stage) -> None:
    """A fraction of a percent leaves the machine, and lies where it was selected."""
    said = told("large")["small"]
    assert said["sent"] < 1 << 20 and said["share"] < 0.002
    bounds = said["bounds"]
    assert bounds["x"] <= 7000 <= 7064 <= bounds["x"] + bounds["width"]
    assert bounds["y"] <= 7000 <= 7048 <= bounds["y"] + bounds["height"]


def test_the_whole_of_a_large_canvas_is_read_in_slices(told: Stage) -> None:
    """All 256 MiB, each pixel selected, and no step that moves much of it."""
    said = told("large")
    assert said["whole"]["bytes"] == 4 * 8192**2 and said["whole"]["mask"] == 8192**2
    assert not unbounded(said["slices"])


def huge(home: Path, out: Path, daemon: Daemon, side: int, jobs: str) -> dict[str, Any]:
    """What the script says of the whole of a canvas of so many pixels a side, painted and applied. Jobs are modes with
    their megapixels of work, 0 for the canvas's own."""
    out.mkdir()
    binds = {out: "/out", daemon.home: "/daemon"}
    rig.run_offscreen(home, "huge", binds, timeout=3000, BOTTEGA_HOME="/daemon", SIDE=str(side), JOBS=jobs)
    return json.loads((out / "report.json").read_text())


def check(said: dict[str, Any], side: int) -> None:
    """Every pixel is there, and arrived as it came; it is shown on the screen at a screen's size."""
    assert said["bounds"] == {"x": 0, "y": 0, "width": side, "height": side}
    assert said["opaque"] == said["shown"] == side * side
    assert said["same"] and said["colours"] > 8 and max(said["image"]) <= 2048
    assert not unbounded(said["slices"])


@pytest.mark.slow
def test_a_large_canvas_is_painted_at_its_own_resolution(plugin: Path, tmp_path: Path) -> None:
    """Every pixel of 2048² in tiles of 512² arrives as it came, and no step holds the main thread but Krita's own
    insertion. (8192²: 361 tiles, a quarter of an hour of a core.)"""
    tiny_checkpoint(tmp_path / "models" / "checkpoints" / "tiny", native=NATIVE)
    home = rig.profile(tmp_path / "home", plugin)
    with running_daemon(tmp_path / "daemon", [tmp_path / "models"]) as daemon:
        said = huge(home, tmp_path / "out", daemon, SIDE, "generate:0")["generate"]
    check(said, SIDE)
    assert said["tiles"] >= (SIDE / NATIVE) ** 2 and 0 < said["passes"][-1][1] < 1


@pytest.mark.slow
def test_the_whole_of_the_largest_canvas_is_painted(plugin: Path, daemon: Daemon, tmp_path: Path) -> None:
    """8192² to the end, composed small, refined, enlarged to 256 MiB, put into the document with its mask: made anew in
    two passes, and all of it selected, in tiles."""
    home = rig.profile(tmp_path / "home", plugin)
    said = huge(home, tmp_path / "out", daemon, LARGEST, "generate:0.06 fill:0.3")
    for each in said.values():
        check(each, LARGEST)
        assert [kind for kind, *_ in each["passes"]] == ["compose", "refine"]
    assert said["generate"]["tiles"] == 0 and said["fill"]["tiles"] >= 16
