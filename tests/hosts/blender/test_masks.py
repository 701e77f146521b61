"""Masks know what they are for: the Image Editor's panel makes one, shows it, and repaints the picture with it."""

from __future__ import annotations

import pytest

from tests.hosts.blender.conftest import Stage


def test_the_picture_is_repainted_while_its_mask_is_shown(told: Stage) -> None:
    """New Mask, paint, Repaint Masked: nothing else has to be pressed, and the result takes the mask's place."""
    said = told("masking")
    assert (said["new"], said["shown"]) == (["FINISHED"], True)
    assert said["repaint"] == ["FINISHED"]
    assert said["result"] == [True, "picture", True]
    changed, kept = said["moved"]
    assert changed > 0.02 and kept == 0.0


def test_a_mask_asked_for_while_another_is_shown_is_the_pictures(told: Stage) -> None:
    said = told("masking")
    assert said["second"] == [True, "picture mask.001", True]
    assert said["unchosen"] == ["FINISHED"]


def test_what_is_painted_where_nothing_was_shows(told: Stage) -> None:
    """A picture's void is sent as one, not as black, and opaque where it was masked; not so in a picture whose fourth
    channel means something else."""
    said = told("masking")["void"]
    clear, packed = said["STRAIGHT"], said["CHANNEL_PACKED"]
    assert (clear["channels"], packed["channels"]) == (4, 3)
    assert clear["alpha"] == [1.0, 0.0, 1.0] and packed["alpha"] == [0.0, 0.0, 1.0]
    assert clear["painted"] > packed["painted"] > 0.02
    assert clear["kept"] == packed["kept"] == 0.0


def test_what_a_mask_is_for_survives_the_file_and_new_names(told: Stage) -> None:
    assert told("masking")["reopened"] == [["FINISHED"], "renamed"]


def test_what_is_missing_is_said(told: Stage) -> None:
    """Not that there were no mask where there is one, nor a button that makes another."""
    said = told("masking")
    assert "The mask itself is shown" in said["mask_alone"]
    assert "is gone" in said["lost"][0] and said["lost"][1] == ""
    assert "is gone" in said["gone_too"]


def test_what_blender_has_rendered_is_to_be_saved_first(told: Stage) -> None:
    said = told("masking")
    assert all(said["remedy"] in each for each in said["rendered"]), said["rendered"]


@pytest.mark.parametrize("mode", ["SCULPT", "TEXTURE_PAINT"])
def test_a_new_mask_waits_where_it_could_not_be_undone_alone(told: Stage, mode: str) -> None:
    """It comes when the mode is left, as a step that takes no edit along. Made at once and without a step it would be
    freed by an undo while the scene still points to it."""
    early, left, there, came, undone, kept = told("masking")["waiting"][mode]
    assert (early, there, undone) == (False, True, False)
    assert left == came == kept and left[0] == "OBJECT" and left[1:] != [0.0, ""]


def test_elsewhere_a_new_mask_comes_at_once_and_is_a_step(told: Stage) -> None:
    made, before, undone, after = told("masking")["step"]
    assert made and not undone
    assert before == after == ["OBJECT", 0.0, "1"]
