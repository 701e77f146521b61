"""Single clicks in real Blender: each does what its button says, to what it is for, and leaves nothing to the next."""

from __future__ import annotations

import pytest

from tests.hosts.blender.conftest import Stage


def test_no_button_remembers_what_another_one_said(told: Stage) -> None:
    """Blender would fill in what a button leaves out: the history's entry where an image's parameters are wanted."""
    said = told("clicks")
    assert said["properties"] > 12
    assert said["remembered"] == []


@pytest.mark.parametrize("mode", ["OBJECT", "EDIT", "VERTEX_PAINT"])
def test_only_the_active_mesh_is_unwrapped(told: Stage, mode: str) -> None:
    """Others that are selected or edited with it keep their UV maps; selections and modes stay."""
    said = told("clicks")["unwrap"][mode]
    assert said == {"other": True, "selected": True, "modes": [True, True], "new": True}


def test_a_seed_leaves_room_for_those_that_follow(told: Stage) -> None:
    """Each variation's seed fits into the panel; one that does not is refused, and nothing else is taken with it."""
    said = told("clicks")
    seed, shown, end = said["seed"]
    assert seed == shown == end - 3
    assert said["beyond"] == ["CANCELLED", ""]
    assert said["last"] == ["FINISHED", "last"]
    assert said["other"] == ["CANCELLED", "last"]


def test_a_repainted_image_of_numbers_stays_one(told: Stage) -> None:
    """A roughness map is no colours afterwards, and every bit outside of the mask is the old one's."""
    said = told("clicks")
    assert said["repaint"] == ["FINISHED"]
    assert said["numbers"] == ["Non-Color", 0.0, True]


def test_what_eight_bits_cannot_hold_is_not_repainted(told: Stage) -> None:
    said = told("clicks")["refused"]
    assert said.keys() == {"Heights", "Light"}
    assert all("more than 8 bits per channel" in words and "8-bit copy" in words for words in said.values())
