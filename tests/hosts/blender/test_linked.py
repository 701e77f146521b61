"""What belongs to another file is left alone, and said; a texture needs a place on the mesh."""

from __future__ import annotations

from tests.hosts.blender.conftest import Stage


def test_linked_things_are_refused_in_words(told: Stage) -> None:
    """Blender would forget the change with the file: also of a linked material on an object of one's own."""
    said = told("linked")
    assert "Painted is linked from another file" in said["node"]
    assert "Wearer is linked from another file" in said["object"]
    assert "Wearer is linked from another file" in said["projection"]


def test_flipping_through_leaves_linked_materials_alone(told: Stage) -> None:
    said = told("linked")
    assert said["before"] and said["flip"] == ["FINISHED"]
    assert (said["flipped"], said["left"]) == ([True, True], ["Painted"])


def test_a_projection_changes_nothing_of_a_linked_material(told: Stage) -> None:
    assert told("linked")["users"] == 1
    assert told("linked")["projected"] == [["FINISHED"], False, True]


def test_a_mesh_without_a_uv_map_is_refused_with_a_button(told: Stage) -> None:
    """All of it would have one colour."""
    said = told("linked")
    assert "Bare has no UV map" in said["bare"][0] and said["bare"][1] == "bottega.unwrap"
    assert said["unwrapped"] == ["FINISHED"] and said["spread"] > 0.5
    assert said["modifier"] == ["FINISHED"]
