"""A canvas of 8192²: what is sent is the selection's size, not the canvas's, and no step holds the main thread."""

from __future__ import annotations

from tests.hosts.krita.conftest import Stage


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
