"""Scripts in the background are told when nothing comes of what they ask, and need nothing before the first repaint."""

from __future__ import annotations

import pytest

from tests.hosts.blender.conftest import Stage


@pytest.mark.parametrize("asked", ["connect", "texture", "unmet"])
def test_without_a_daemon_operators_end_and_say_so(told: Stage, asked: str) -> None:
    """Not after an hour, and not as if all were well."""
    said = told("alone")[asked]
    assert "Start it with `bottega serve`" in said["said"]
    assert said["outcome"] == [] and 14 < said["seconds"] < 40


def test_what_was_asked_has_failed(told: Stage) -> None:
    assert told("alone")["state"] == "failed"


def test_the_first_repaint_waits_for_the_menus(told: Stage) -> None:
    said = told("alone")
    assert (said["first"]["said"], said["first"]["outcome"]) == ("", ["FINISHED"])
    assert said["repainted"] == ["done"]


def test_connecting_waits_until_it_is_done(told: Stage) -> None:
    said = told("alone")
    assert said["met"]["outcome"] == ["FINISHED"]
    assert said["menus"] == ["connected", True]


def test_a_job_that_is_not_done_in_time_is_said_to_go_on(told: Stage) -> None:
    said = told("alone")
    assert "not done in time" in said["late"]["said"] and said["late"]["outcome"] == []
    assert said["goes_on"]
