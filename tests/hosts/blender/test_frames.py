"""Playback: geometry, places and cameras are read in one frame, that of the reading, whenever the click was."""

from __future__ import annotations

from tests.hosts.blender.conftest import Stage


def test_the_frame_may_change_between_the_click_and_the_reading(told: Stage) -> None:
    """The object is found where it is by then, and the cameras stand where they do by then."""
    assert told("frames")["clicked"] == [["done", True], ["done", True]]


def test_what_is_read_is_of_one_frame(told: Stage) -> None:
    """In whichever slice the frame changes: points, normals, places and the camera all differ from frame to frame."""
    said = told("frames")
    assert all(said["differ"]) and said["slices"] > 7
    assert all(said["one_frame"]) and len(said["one_frame"]) == said["slices"] - 1


def test_a_scene_that_never_rests_is_refused_in_words(told: Stage) -> None:
    said = told("frames")["never_rests"]
    assert said == "The scene changed all the while it was read. Stop the playback and try again."


def test_a_camera_that_is_gone_is_told_in_words(told: Stage) -> None:
    state, said = told("frames")["no_camera"]
    assert state == "failed"
    assert said == "A camera that was to be looked through is gone. Ask for it again, from another one."
