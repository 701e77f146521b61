"""Projection from several cameras with known pictures; islands and what surrounds them; Blender's renderer sees it."""

from __future__ import annotations

import numpy as np

from tests.hosts.blender.conftest import Stage

RED, BLUE, DARK_RED, DARK_BLUE = [200, 0, 0], [0, 0, 200], [100, 0, 0], [0, 0, 100]


def test_cameras_are_taken_in_the_order_of_their_names(told: Stage) -> None:
    assert told("views")["order"] == ["Camera 2", "Camera 10", "Camera 11"]


def test_each_camera_paints_what_it_sees_and_all_variations_go_side_by_side(told: Stage) -> None:
    said = told("views")
    assert said["rounds"] == [["Generate"], ["Inpaint", "Inpaint"]]  # the camera that looks away is not asked for
    assert said["seeds"] == [[20], [20, 21]]
    assert said["controls"] == [["depth", "canny", "normal"]] * 3
    assert said["made_seeds"] == [20, 21]
    assert said["front"] == [[RED], [DARK_RED]]
    assert said["back"] == [[BLUE], [DARK_BLUE]]


def test_no_texel_stays_empty(told: Stage) -> None:
    said = told("views")
    assert min(said["unseen"]) > 0  # four sides of the cube that no camera saw
    assert said["uncovered"] == 0


def test_islands_go_on_for_four_texels_in_their_own_colours(told: Stage) -> None:
    assert max(told("views")["dilated"]) < 1e-9


def test_blenders_own_renderer_sees_the_checker_again(told: Stage) -> None:
    said = told("views")
    seen, checker = said.array("seen"), said.array("checker") / 255.0
    half = int(60 / 36 * checker.shape[0] / 6 * 0.97)  # of the cube's front in pixels
    middle = slice(checker.shape[0] // 2 - half, checker.shape[0] // 2 + half)
    wrong = ((seen - checker)[middle, middle] ** 2).mean()
    assert -10 * np.log10(wrong) >= 30.0


def test_faces_are_cut_as_blender_cuts_them(told: Stage) -> None:
    said = told("views")
    assert said["cut_otherwise"] == 0
    assert said["folded"] > 10
