"""A job is one undo step, whatever its user does meanwhile: undone, it takes all of ours and nothing of theirs."""

from __future__ import annotations

import pytest

from tests.hosts.blender.conftest import Stage

ALL, NONE = [8, True], [0, False]
"""Two pictures with three maps each, worn by the object; nothing of it."""


@pytest.mark.parametrize("mode", ["OBJECT", "EDIT", "POSE", "WEIGHT_PAINT", "VERTEX_PAINT"])
def test_the_step_is_ours_alone(told: Stage, mode: str) -> None:
    """Between the user's edits: the one before it stays when it is undone, and the one after it goes alone."""
    said = told("undo")["modes"][mode]
    everything = [8, False] if mode == "POSE" else ALL  # an armature wears nothing
    assert said["arrived"] == [True, everything]
    assert said["undo"] == [[True, everything], [True, NONE], [False, NONE]]
    assert said["redo"] == [[True, NONE], [True, everything]]


def test_in_sculpt_mode_a_result_waits(told: Stage) -> None:
    """Blender would not undo it there; the panel says what for, and it comes when the mode is left."""
    said = told("undo")
    assert said["waits"] == ["finishing", "Waits until you leave Sculpt Mode", NONE]
    assert said["left"] == ["done", "", ALL, 0.5]
    assert said["unsculpted"] == [NONE, "OBJECT", 0.5]


def test_in_texture_paint_it_waits_too(told: Stage) -> None:
    """Blender 4.2 and 4.5 take a step that is made there for one of the painted images, without ours."""
    said = told("undo")
    assert said["painting"] == ["finishing", "Waits until you leave Texture Paint", NONE]
    assert said["painted"] == ["done", ALL]
    assert said["unpainted"] == [NONE, "OBJECT"]


def test_what_waits_can_be_done_without(told: Stage) -> None:
    assert told("undo")["dropped"] == ["cancelled", NONE]


def test_what_came_before_a_cancel_is_one_step_too(told: Stage) -> None:
    said = told("undo")
    assert said["cancelled"] == ["cancelled", 2, ALL]
    assert said["uncancelled"] == NONE


def test_what_came_before_a_cancel_waits_and_can_be_done_without(told: Stage) -> None:
    """The cross that ended the jobs is there again, for what came of them: the first press does not drop it, however
    many jobs there were."""
    said = told("undo")
    assert said["half"] == ["finishing", "Waits until you leave Sculpt Mode", NONE]
    assert said["no_half"] == ["cancelled", NONE]
