"""A result is shown in one Image Editor that nobody works in, and takes no picture of the artist's away."""

from __future__ import annotations

import pytest

from tests.hosts.blender.conftest import Stage

MINE = ["reference", "unwrapped", "painted"]


@pytest.mark.parametrize(
    ("stage", "last"),
    [
        ("empty", "result 0"),
        ("another", "result 0"),
        ("changed", "other"),
        ("emptied", ""),
        ("none_free", "other"),
        ("fetched", "result 0"),
    ],
)
def test_one_editor_that_is_free_shows_it(told: Stage, stage: str, last: str) -> None:
    """Neither a UV editor, nor one that is painted in, nor one whose picture is the artist's, nor one whose picture is
    another than when the result was asked for."""
    shown = told("editing")[stage]
    assert shown[1:4] == ["unwrapped", "painted", last]
    assert shown[0] == ("" if stage == "emptied" else "reference")
    assert shown[4:] == ([True] if stage == "another" else [])


def test_blenders_own_render_gives_way_and_a_pinned_one_does_not(told: Stage) -> None:
    said = told("editing")
    assert said["rendered"] == ["result 0", *MINE[1:], ""]
    assert said["pinned"] == [True, *MINE[1:], "result 0"]


def test_the_button_shows_it_or_says_that_it_cannot(told: Stage) -> None:
    said = told("editing")
    assert said["show"] == [["FINISHED"], *MINE, "result 0"]
    assert said["busy"] == [["CANCELLED"], *MINE, ""]
