"""A daemon whose address is typed into the preferences; Blender's online access decides about those elsewhere."""

from __future__ import annotations

from tests.hosts.blender.conftest import Stage


def test_a_typed_address_is_connected_to(told: Stage) -> None:
    """On this computer also while Blender may not go online; a job is done there."""
    said = told("address")
    assert said["typed"][:2] == ["connected", ""]
    assert (said["job"], said["state"]) == (["FINISHED"], "done")
    assert "Allow Online Access" not in said["shown"]
    assert said["again"][0] == "connected"  # after all that went wrong


def test_a_wrong_address_or_token_says_what_to_do(told: Stage) -> None:
    said = told("address")
    state, words, shown = said["nobody"]
    assert state == "lost" and "127.0.0.1:9" in words and words.split()[-1] in shown
    state, words, shown = said["stranger"]
    assert state == "lost" and "token" in words and "token" in shown
    assert said["garbled"][0] == "refused" and 'Give "host:port".' in said["garbled"][1]


def test_an_address_elsewhere_is_refused_while_blender_may_not_go_online(told: Stage) -> None:
    """In words and with a button, also in the preferences; once it may, it is tried."""
    said = told("address")
    assert said["away"][0] == "refused"
    assert "may not go online. Allow Online Access in Preferences" in said["away"][1]
    assert "Allow Online Access" in said["away_shown"]
    assert said["left"] == ["bottega.allow_online", True]
    assert said["allowed"] == [["FINISHED"], "bottega.invalid:7868"]
    assert "bottega.invalid" in said["unreached"]
