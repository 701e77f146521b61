"""What is projected onto a mesh is seen again from where it came, fills its islands, and stays on that mesh."""

from __future__ import annotations

import numpy as np

from tests.hosts.blender.conftest import Stage


def test_a_checker_is_seen_again_from_its_camera(told: Stage) -> None:
    said = told("projection")
    assert said["psnr"] >= 30.0
    assert said["seen_again"] > 0.7 * said["mine"] > 0.05


def test_what_stands_before_hides(told: Stage) -> None:
    assert told("projection")["closest_to_ball"] > 0.4 * 0.98


def test_islands_are_filled_and_go_on_beyond_their_edges(told: Stage) -> None:
    assert told("projection")["all_filled"] < 1e-9  # also what no view saw, and all that lies between islands


def test_an_object_is_painted_from_around(told: Stage) -> None:
    said = told("projection")
    assert said["outcome"] == ["FINISHED"]
    assert said["shows"] == [True, 512, 512, True]
    texture = said.array("texture")
    assert texture.std() > 0.02
    assert texture.min() >= 0 and texture.max() <= 1


def test_nothing_else_is_touched(told: Stage) -> None:
    said = told("projection")
    assert said["other"] == [0, 0]
    own = ("objects.Cube.", "meshes.Cube.")
    assert [name for name in said["changed"] if not name.startswith(own)] == []


def test_selected_cameras_paint_variations_to_flip_through(told: Stage) -> None:
    said = told("projection")
    assert said["selected"] == ["FINISHED"]
    assert said["variations"] == [True, 2]
    assert (said["flip"], said["flipped"]) == (["FINISHED"], True)
    assert said["again"] == ["SELECTED", "512", 0.5]


def test_selected_faces_become_a_mask(told: Stage) -> None:
    said = told("projection")
    assert said["mask"] == ["FINISHED"]
    mask, face = said.array("mask"), np.array(said["face"])
    low, high = face.min(0) * 512, face.max(0) * 512
    ys, xs = np.nonzero(mask > 0.5)
    assert abs(xs.min() - low[0]) < 4 and abs(xs.max() + 1 - high[0]) < 4
    assert abs(511 - ys.max() - low[1]) < 4 and abs(512 - ys.min() - high[1]) < 4
    assert abs((mask > 0.5).sum() / np.prod(high - low) - 1) < 0.1
    assert said["in_edit_mode"]
    assert len(said["meshes"]) == 2  # the copy is gone
    assert "Select faces" in said["no_face"]


def test_faces_that_lie_beside_the_image_are_refused_in_words(told: Stage) -> None:
    """There would be nothing white in their mask."""
    said, kept = told("projection")["face_outside"]
    assert "Selected faces leave the square from 0 to 1" in said and "in the UV Editor" in said
    assert kept


def test_what_cannot_be_painted_is_refused_in_words(told: Stage) -> None:
    said = told("projection")
    assert "more than one island" in said["mirrored"]
    assert "more than one island" in said["overlapping"]
    assert "leaves the square" in said["outside"]
    assert "has no UV map" in said["bare"]
