"""A job is one undo step, whatever its user does meanwhile: undone, it takes all of ours and nothing of theirs."""

from __future__ import annotations

import pytest

from tests.hosts.blender.conftest import Stage

ALL, NONE = [8, True], [0, False]
"""Two pictures with three maps each, worn by the object; nothing of it."""


@pytest.mark.parametrize("mode", ["OBJECT", "EDIT", "WEIGHT_PAINT", "VERTEX_PAINT"])
def test_the_step_is_ours_alone(told: Stage, mode: str) -> None:
    """Between the user's edits: the one before it stays when it is undone, and the one after it goes alone."""
    said = told("undo")["modes"][mode]
    assert said["arrived"] == [True, ALL]
    assert said["undo"] == [[True, ALL], [True, NONE], [False, NONE]]
    assert said["redo"] == [[True, NONE], [True, ALL]]


def test_in_sculpt_mode_a_result_waits(told: Stage) -> None:
    """Blender would not undo it there; the panel says what for, and it comes when the mode is left."""
    said = told("undo")
    assert said["waits"] == ["finishing", "Waits until you leave Sculpt Mode", NONE]
    assert said["left"] == ["done", "", ALL, 0.5]
    assert said["unsculpted"] == [NONE, "OBJECT", 0.5]


def test_what_waits_can_be_done_without(told: Stage) -> None:
    assert told("undo")["dropped"] == ["cancelled", NONE]


def test_what_came_before_a_cancel_is_one_step_too(told: Stage) -> None:
    said = told("undo")
    assert said["cancelled"] == ["cancelled", 2, ALL]
    assert said["uncancelled"] == NONE
