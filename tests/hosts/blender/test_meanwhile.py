"""Jobs in real Blender while the artist goes on: what they were for is found again, or left alone."""

from __future__ import annotations

from tests.hosts.blender.conftest import Stage


def test_a_thing_may_be_renamed(told: Stage) -> None:
    """The result goes to the object that it was asked for, not to one that has its name by now."""
    assert told("meanwhile")["renamed"] == ["done", True, "other"]


def test_each_job_has_a_mark_of_its_own(told: Stage) -> None:
    """Variations are of one job alone, also with the same seed."""
    said = told("meanwhile")
    assert said["marks"] == [True, True] and said["unlike"]


def test_a_projection_is_seen_on_all_of_the_object(told: Stage) -> None:
    """Whatever material its faces had; those stay in the file."""
    said = told("meanwhile")
    assert said["project"] == ["FINISHED"]
    assert said["slots"] == [True, True, True] and said["kept"] == [True, True, True]


def test_a_mask_says_what_was_lost_while_faces_were_read(told: Stage) -> None:
    """An image or a mesh that is gone: in the panel, with a remedy; else it is one undo step."""
    said = told("meanwhile")
    assert said["no_image"] == "The image that the mask was for is gone. Show another one, and make the mask for it."
    assert said["no_mesh"] == "The mesh changed while its faces were read. Try again."
    assert said["no_start"] == "An image that was to be read is gone. Ask for it again, with another one."
    assert said["mask"] == ["", [64, 64]] and said["unmasked"] == [True, True]


def test_another_daemon_ends_what_the_first_one_has(told: Stage) -> None:
    """In words: nothing more will be heard of it."""
    assert told("meanwhile")["left"] == [
        "failed",
        "Another daemon was chosen while this was painted.",
        "Paint it again.",
    ]


def test_another_file_may_be_opened(told: Stage) -> None:
    """The result is an image there, and what has the same name keeps its look."""
    said = told("meanwhile")
    assert said["other_file"] == ["done", ["stranger"]] and said["image"]
