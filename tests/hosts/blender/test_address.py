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


def test_no_dealings_go_on_once_blender_may_not_go_online_any_more(told: Stage) -> None:
    """The switch that is taken back ends the session with a daemon elsewhere; jobs under way and new ones say why."""
    said = told("address")
    assert said["barred"][:2] == [True, True]
    refusals = [said["barred"][2], said["barred_job"], said["barred_job_again"][0], said["barred_job_again"][3]]
    assert all("may not go online. Allow Online Access in Preferences" in words for words in refusals)
    assert "Connect" in said["barred_shown"] and "may not go online" in said["barred_shown"]
    assert said["barred_job_again"][1:3] == [True, "failed"]
