"""What holds Blender's main thread: single calls of Blender, each in a slice of its own, and nothing that takes long.

How many milliseconds that is says `python -m benchmarks.blender_blocks`; its table is in docs/blender.md.
"""

from __future__ import annotations

from tests.daemon import ROOT
from tests.hosts.blender.conftest import Stage

STEPS = {
    "client": "what the daemon says",
    "made": "what the daemon says",
    "scene": "reading",
    "faces": "reading",
    "results": "taking results",
    "undo step (Blender's own call)": "*Blender's undo step*",
}
"""Every kind of step that a job of any kind has on the main thread, and its row in the table of docs/blender.md."""


def test_all_that_a_job_does_on_the_main_thread_is_in_the_table(told: Stage) -> None:
    said = told("slices")
    assert said["outcomes"] == [["FINISHED"]] * 7
    assert set(said["blocks"]) == STEPS.keys()
    table = (ROOT / "docs" / "blender.md").read_text("utf-8")
    assert all(f"\n| {row}" in table for row in STEPS.values())


def test_each_slice_copies_one_array_or_rig(told: Stage) -> None:
    """Of a mesh: one call of Blender, which nobody can split. None is copied in the click that asks."""
    said = told("slices")
    assert said["at_once"] == 1 and said["read"] == 3 * 5 + 2  # a render with two rigs, a projection, a mask from faces


def test_network_encoding_and_rasterizing_run_beside(told: Stage) -> None:
    said = told("slices")
    names = {"png", "encoded", "derive", "see", "atlas", "triangles", "covered", "numbers", "exr"}
    assert said["beside"] == {name: [False] for name in names}
    assert said["sockets"] == []
