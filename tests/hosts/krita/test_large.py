"""A canvas of 8192²: what is sent is the selection's size, not the canvas's, and no step holds the main thread."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.daemon import running_daemon
from tests.hosts.krita import rig
from tests.hosts.krita.conftest import Stage
from tests.tiny import tiny_checkpoint

SIDE, NATIVE = 2048, 512


def test_a_small_selection_of_a_large_canvas_is_a_small_job(told: Stage) -> None:
    """A fraction of a percent leaves the machine, and lies where it was selected."""
    said = told("large")["small"]
    assert said["sent"] < 1 << 20 and said["share"] < 0.002
    bounds = said["bounds"]
    assert bounds["x"] <= 7000 <= 7064 <= bounds["x"] + bounds["width"]
    assert bounds["y"] <= 7000 <= 7048 <= bounds["y"] + bounds["height"]


def test_the_whole_of_a_large_canvas_is_read_in_slices(told: Stage) -> None:
    """All 256 MiB, each pixel selected, and no slice over 16 ms of the processor."""
    said = told("large")
    assert said["whole"]["bytes"] == 4 * 8192**2 and said["whole"]["mask"] == 8192**2
    slow = {name: work for name, (_, work) in said["blocks"].items() if work > 0.016}
    assert not slow, slow


@pytest.mark.slow
def test_the_whole_of_a_large_canvas_is_painted(plugin: Path, tmp_path: Path) -> None:
    """Every pixel of 2048² is painted in tiles of 512² at the canvas's own resolution and arrives as it came,
    and no step holds the main thread but Krita's own insertion. (8192²: 361 tiles, a quarter of an hour of a core.)"""
    tiny_checkpoint(tmp_path / "models" / "checkpoints" / "tiny", native=NATIVE)
    home, out = rig.profile(tmp_path / "home", plugin), tmp_path / "out"
    out.mkdir()
    with running_daemon(tmp_path / "daemon", [tmp_path / "models"]) as daemon:
        binds = {out: "/out", daemon.home: "/daemon"}
        rig.run_offscreen(home, "huge", binds, timeout=3000, BOTTEGA_HOME="/daemon", SIDE=str(SIDE))
    said = json.loads((out / "report.json").read_text())
    assert said["tiles"] >= (SIDE / NATIVE) ** 2 and 0 < said["strength"] < 1
    assert said["bounds"] == {"x": 0, "y": 0, "width": SIDE, "height": SIDE} and said["opaque"] == SIDE * SIDE
    assert said["same"] == [True, True] and min(said["colours"]) > 8
    assert max(said["image"]) <= 2048
    slow = {name: work for name, (_, work) in said["blocks"].items() if work > 0.016}
    assert set(slow) <= {"insert"}, slow
