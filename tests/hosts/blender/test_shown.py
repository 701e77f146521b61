"""What the plug-in reads of a scene is what Blender's own renderer shows of it, in the scene that was asked for."""

from __future__ import annotations

from tests.hosts.blender.conftest import Stage


def test_what_collections_hide_from_renders_is_not_read(told: Stage) -> None:
    """Cameras of collections, excluded and held out ones, and instances of each sort: as Cycles has them."""
    said = told("shown")
    assert said["ours"] == said["renderer"]
    assert {"plain", "in both", "instance", "instance of an instance"} <= set(said["ours"]) < set(said["names"])


SCATTERED = {
    "nodes", "nodes of hidden", "nodes of each that is hidden", "particles of hidden", "instance of nodes",
    "instance of nodes of it", "instance of particles", "instance of an instance of nodes",
}  # fmt: skip


def test_what_nodes_and_particles_show_is_read(told: Stage) -> None:
    """Also of sources that renders do not show themselves, and inside of collections that are instanced."""
    said = told("shown")
    assert said["renderer"] == said["ours"]
    assert set(said["ours"]) >= SCATTERED
    hidden = {"hidden nodes", "hidden particles", "instance of hidden nodes", "points with a hidden child"}
    assert set(said["names"]) - set(said["ours"]) >= hidden


def test_the_scene_is_that_of_the_window_that_asked(told: Stage) -> None:
    """And its view layer, while another one is active: what it excludes is not before the rest."""
    assert told("shown")["other"] == ["done", 3.0, 3.0]


def test_a_scene_that_is_gone_is_told_in_words(told: Stage) -> None:
    state, said = told("shown")["removed"]
    assert state == "failed" and "is gone. Ask for it again" in said
