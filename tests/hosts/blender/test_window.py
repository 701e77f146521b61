"""Panels, menus and entries of the plug-in in a Blender with a window: Blender itself draws them, without an error."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import Daemon, start_daemon
from tests.hosts import root
from tests.hosts.blender.conftest import INSIDE
from tests.hosts.desk import Desk, desk

PATIENCE = 400.0
SIDEBAR = {"main", "texture", "render", "project", "jobs", "model", "history"}
STAGES = {"unmet", "online", "lost", "german", "complaint"}
ENTRIES = {"VIEW3D_MT_object", "TOPBAR_MT_render", "IMAGE_MT_image", "NODE_MT_context_menu", "MATERIAL_MT_context_menu"}
COMPLAINTS = ("Traceback", "Error: Python", "rna_uiItem", "uiItem", "not found: '", "unknown operator")
"""What Blender prints when a panel asks for what does not exist."""
START = """
blender --command extension install-file -r user_default --enable /plugin/*.zip
blender --background --python-expr "import bpy; bpy.ops.wm.save_as_mainfile(filepath='/desk/opened.blend')"
exec blender --window-geometry 0 0 1500 900 /desk/opened.blend --python /shoot/panels.py -- /desk
"""


@pytest.fixture(scope="module")
def window(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """What Blender reported, and what it printed."""
    root.blender()
    folder, home = tmp_path_factory.mktemp("blender-window"), tmp_path_factory.mktemp("blender-home")
    binds = {folder: "/desk", home: "/meeting", INSIDE: "/shoot", built.parent: "/plugin"}
    surroundings = {"HOME": "/desk", "BOTTEGA_HOME": "/meeting", "BLENDER_USER_RESOURCES": "/desk/user"}
    with desk(folder, "1500x900x24") as made:
        log = folder / "blender.log"
        blender = made.start(["sh", "-c", START], binds, surroundings, log)
        try:
            attended(made, blender, home)
        finally:
            blender.kill()
            blender.wait()
    said = log.read_text("utf-8", "replace")
    assert (folder / "report.json").exists(), said[-5000:]
    return json.loads((folder / "report.json").read_text()), said


def attended(made: Desk, blender: Any, home: Path) -> None:
    """Give Blender what it asks for, until it ends: a daemon, its death, a key."""
    daemon: Daemon | None = None
    deadline = time.monotonic() + PATIENCE
    try:
        while blender.poll() is None and time.monotonic() < deadline:
            if daemon is None and (made.folder / "daemon").exists():
                daemon = start_daemon(home, starter=True)
            if daemon and (made.folder / "away").exists() and daemon.process.poll() is None:
                daemon.kill()
            if (escape := made.folder / "escape").exists():
                made.hands("key", "Escape")
                escape.unlink()
            time.sleep(0.1)
    finally:
        if daemon and daemon.process.poll() is None:
            daemon.kill()


def test_every_panel_is_drawn_without_an_error_at_every_stage(window: tuple[dict[str, Any], str]) -> None:
    """Before a daemon was ever met, with one and a result, when it is lost, in German, and with a complaint."""
    report, printed = window
    assert report["broken"] == [] and report["job"] == "done"
    assert set(report["stages"]) == STAGES
    for stage, drawn in report["stages"].items():
        for name in SIDEBAR:
            assert drawn[f"BOTTEGA_PT_{name}"] == ["VIEW_3D"], (stage, name)
        assert drawn["BOTTEGA_PT_image"] == ["IMAGE_EDITOR"], stage
        assert drawn["BOTTEGA_PT_joint"] == ["PROPERTIES"], stage
    assert not [line for line in printed.splitlines() if any(each in line for each in COMPLAINTS)]


def test_it_connects_by_itself_when_a_file_is_opened_at_once(window: tuple[dict[str, Any], str]) -> None:
    """A file named on the command line; nobody has asked for anything yet."""
    report, _ = window
    assert report["opened"] == ["/desk/opened.blend", True]


def test_step_previews_are_shown_while_a_job_runs(window: tuple[dict[str, Any], str]) -> None:
    """Small pictures in the panel, which are gone when it ends."""
    report, _ = window
    shown = report["previews"]
    assert shown["sizes"] and all(width == height and width >= 16 for width, height in shown["sizes"])
    assert shown["kinds"] >= 2  # it changes from step to step
    assert shown["drawn"] and shown["after"] == 0


def test_a_result_waits_until_a_drag_is_done(window: tuple[dict[str, Any], str]) -> None:
    """Its undo step would hold the half of the drag; it comes when the drag is given up, and is undone alone."""
    report, _ = window
    assert report["dragging"] == ["finishing", "Waits until you are done", 0]
    assert report["dropped"] == ["done", 4, 0, [0.0, 0.0, 0.0]]


def test_renders_and_repaints_are_shown_in_the_image_editor(window: tuple[dict[str, Any], str]) -> None:
    """And a new mask in its image's place; an editor that is pinned shows what it did."""
    report, _ = window
    assert report["shown"] == [["render", "done", True], ["mask", True], ["inpaint", "done", True]]
    assert report["pinned"] == ["done", True]


def test_a_result_waits_while_another_window_edits_another_scene(window: tuple[dict[str, Any], str]) -> None:
    """A step is made for one window's mode: it would take the other's edits along."""
    report, _ = window
    assert report["elsewhere"] == ["", "Waits until you leave Edit Mode", ""]


def test_a_result_finds_the_scene_of_the_window_that_asked(window: tuple[dict[str, Any], str]) -> None:
    """While the other window's scene is worked in: the object there wears it, a render is shown in one window, and
    each is taken back by one Undo that leaves the other window's edits."""
    report, _ = window
    assert report["two"] == {
        "texture": ["done", [], [True], True],
        "render": ["done", 1],
        "undone": [[0, 0], 0, 3.0],
    }


def test_every_menu_with_an_entry_of_ours_is_drawn(window: tuple[dict[str, Any], str]) -> None:
    """Also the node editor's."""
    report, _ = window
    assert {f"{name}.entry" for name in ENTRIES} <= set(report["menus"])
    assert {"BOTTEGA_MT_loras", "BOTTEGA_MT_embeddings"} <= set(report["menus"])


def test_errors_speak_the_artists_language(window: tuple[dict[str, Any], str]) -> None:
    """Remedies of the client, and the plug-in's own errors, in the panel and in what an operator reports. What only a
    run can tell, as an address, stays English."""
    report, _ = window
    assert report["said"].endswith(" Starte ihn mit `bottega serve`.")
    assert report["complaint"] == "Kein Netz ist aktiv. Wähle ein Netz; wandle Kurven und Text in eines um."
    assert report["complaint"] in report["refused"]
