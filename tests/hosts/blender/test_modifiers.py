"""Projection onto what modifiers make of a mesh, and onto linked copies: painted as it is seen, or refused in words."""

from __future__ import annotations

from tests.hosts.blender.conftest import Stage

APART = "more than one island"


def test_a_subdivided_mesh_is_painted_where_its_surface_lies(told: Stage) -> None:
    """Blender's own renderer sees the checker again from its camera; on the cage it would lie elsewhere."""
    said = told("modifiers")
    assert said["faces"] == [6, 6 * 4**3 * 2]
    assert said["psnr"] >= 30.0 and said["sure"] > 0.3
    assert said["subdivided"] == ""


def test_copies_that_share_their_place_in_the_texture_are_refused_in_words(told: Stage) -> None:
    said = told("modifiers")
    for name in ("array", "thick"):
        assert APART in said[name] and "Modifiers that copy faces" in said[name]


def test_copies_with_a_place_of_their_own_are_painted(told: Stage) -> None:
    """By an offset in the modifier; the two halves of a mirrored mesh have what was seen on each."""
    said = told("modifiers")
    assert said["array_apart"] == "" and said["mirror_apart"] == ""
    assert said["halves"] == [[[200, 0, 0]], [[0, 0, 200]]]


def test_an_object_that_shares_the_mesh_keeps_its_look(told: Stage) -> None:
    bare, dressed = told("modifiers")["shared"]
    assert bare["said"] == dressed["said"] == ""
    assert bare["one"] and dressed["one"]
    assert bare["other"] == [None] and dressed["other"] == ["own"]
    assert dressed["changed"] == [] and bare["changed"] == ["material_slots", "materials"]  # an empty slot
