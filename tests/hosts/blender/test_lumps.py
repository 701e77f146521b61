"""Results too large to come within a frame: copied in slices into images that nobody sees, then all at once."""

from __future__ import annotations

from tests.hosts.blender.conftest import Stage


def test_large_results_are_copied_in_slices(told: Stage) -> None:
    """Nothing of them is seen or used before all come, and then they are what they would be at once."""
    said = told("lumps")
    assert said["copying"] == [False, True, 0, False]
    assert len(said["slices"]) > 1 and sum(said["slices"]) == 8
    assert said["came"] == [1, 8, [], True]
    assert said["equal"] == [True, True]
    maps = [["height", "Non-Color"], ["normal", "Non-Color"], ["roughness", "Non-Color"]]
    assert said["spaces"] == [["color", "sRGB"], *maps]


def test_they_are_one_step_and_an_edit_between_two_slices_keeps_nothing_that_is_seen(told: Stage) -> None:
    """Undone, all of ours is gone; hidden images without a user are left of what was copied before that edit."""
    said = told("lumps")
    assert said["undone"] == [[1, 0, [0] * said["begun"], False], [0, 0, [], False]]


def test_an_undo_between_two_slices_loses_nothing(told: Stage) -> None:
    state, (place, images, hidden, worn) = told("lumps")["undone_meanwhile"]
    assert (state, images, hidden, worn) == ("done", 8, [], True) and place == 0


def test_a_cancel_between_two_slices_leaves_nothing(told: Stage) -> None:
    assert told("lumps")["cancelled"] == ["cancelled", [0, []]]
