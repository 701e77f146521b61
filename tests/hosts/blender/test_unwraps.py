"""Smart UV Project by our button takes no map away that textures lie on: it makes its own, and that is painted."""

from __future__ import annotations

import numpy as np

from tests.hosts.blender.conftest import Stage

NAMES = ["Tiled", "Second", "Bottega"]


def test_the_artists_maps_stay(told: Stage) -> None:
    """Also which of them is edited and which one renders use."""
    said = told("unwraps")
    assert "more than one island" in said["refused"][0] and said["refused"][1] == "bottega.unwrap"
    assert (said["unwrap"], said["maps"]) == (["FINISHED"], NAMES)
    assert said["kept"] == [True] * 4
    assert said["chosen"] == said["still"] == ["Second", "Tiled"]
    assert said["again"] == [NAMES, ["Second", "Tiled"]]


def test_the_projection_is_painted_and_shown_on_the_new_map(told: Stage) -> None:
    said = told("unwraps")
    assert said["project"] == ["", "done"]
    assert said["shown_on"] == "Bottega"
    assert said["flip"] == [["FINISHED"], True]


def test_its_faces_are_masked_where_they_lie_there(told: Stage) -> None:
    said = told("unwraps")
    assert np.abs(np.array(said["mask"]) - np.array(said["face"])).max() < 4


def test_a_texture_lies_on_the_map_that_renders_use(told: Stage) -> None:
    said = told("unwraps")
    assert (said["texture"], said["place"]) == (["FINISHED"], "")


def test_a_mesh_that_can_have_no_more_maps_is_refused_in_words(told: Stage) -> None:
    said, count, chosen = told("unwraps")["full"]
    assert "as many UV maps" in said and count == 8
    assert chosen == ["Second", "Tiled"]
