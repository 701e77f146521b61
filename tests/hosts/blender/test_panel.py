"""What panels and menus show and offer, and that all of it works by its operators, also without a daemon."""

from __future__ import annotations

import numpy as np

from bottega.client import Client
from bottega.tasks import Lora, generate
from tests.hosts.blender.conftest import Stage

JOINTS = ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle", "Eye", "Ear")


def test_loras_and_embeddings_of_the_catalog_are_put_to_work(told: Stage, client: Client) -> None:
    said = told("panel")
    assert "starter-mosaic" in said["loras"] and "starter-dots" in said["embeddings"]
    assert said["lora_menu"] == said["loras"]
    assert (said["at_work"], said["prompt"]) == ([["starter-mosaic", 0.75]], "green, <starter-dots>")
    assert {"Checkpoint", "Model"} & set(said["model_panel"]) and "Weight" in said["model_panel"]
    prompt, loras = said["prompt"], [Lora("starter-mosaic", 0.75)]
    wanted = client.run(generate(prompt, 128, 128, steps=3, seed=4, count=2, loras=loras, seamless="xy"))
    for got, want in zip(said.array("lora"), wanted, strict=True):
        assert np.rint(got * 255).astype(np.uint8).tobytes() == want.pixels.data


def test_presets_hold_loras_too(told: Stage) -> None:
    said = told("panel")
    assert said["without"] == []
    assert said["preset"] == said["at_work"]


def test_panels_show_results_and_what_can_be_asked_for(told: Stage) -> None:
    said = told("panel")
    assert said["before"][0] == "Connect"
    assert {"Paint Texture", "Paint Render", "Paint Object", "Variations", "Views From"} <= set(said["shown"])
    assert {"Repaint Masked", "Soft Edge"} <= set(said["image_panel"])
    assert said["prompt"] in said["shown"]  # the job, by its prompt


def test_the_history_outlives_blender_and_is_used_again(told: Stage) -> None:
    said = told("panel")
    assert said["entry"] == {"seeds": [4, 5], "small": [True, True]}
    assert said["again"] == [said["prompt"], 4, 2, said["at_work"]]
    assert {said["prompt"], "Use These Again", "Clear History"} <= set(said["history_panel"])
    assert said["fetch"] == ["FINISHED"]
    assert said["fetched_equal"] == [True, True]


def test_panels_open_without_a_daemon_and_offer_to_start_it(told: Stage) -> None:
    said = told("panel")
    assert said["offline_models"] == ["starter"]
    assert said["offline_loras"] == said["loras"]
    text = " ".join(said["offline_shown"])
    assert "no Bottega daemon of yours runs" in text and "Start the Daemon" in said["offline_shown"]
    assert (said["start"], said["started"]) == (["FINISHED"], "serve")


def test_menus_have_entries_that_are_operators(told: Stage) -> None:
    said = told("panel")
    assert set(said["in_menus"]) == set(said["entries"])
    assert (
        said["entries"]["MATERIAL_MT_context_menu"] == said["entries"]["NODE_MT_context_menu"] == ["", "Paint Texture"]
    )
    assert said["entries"]["VIEW3D_MT_object"] == ["", "Paint Object"]
    assert said["nameless"] == []


def test_every_label_and_tooltip_has_its_german(told: Stage) -> None:
    said = told("panel")
    joints = {"Nose", "Neck", *(f"{s} {j}" for s in ("Left", "Right") for j in JOINTS)}
    assert set(said["untranslated"]) <= joints


def test_bones_are_given_joints(told: Stage) -> None:
    said = told("panel")
    assert (said["joint"], said["joints"]) == (["FINISHED"], {"left_wrist": "Oddly"})
    assert not said["no_joint"]


def test_what_is_wrong_stays_in_the_panel_with_a_button_that_mends_it(told: Stage) -> None:
    said = told("panel")
    assert said["complaint"] == ["Bare has no UV map.", "bottega.unwrap"]
    assert "Smart UV Project" in said["complains"]
    assert (said["mend"], said["mended"]) == (["FINISHED"], [1, True])


def test_nothing_is_left_behind_when_it_is_disabled(told: Stage) -> None:
    assert told("panel")["gone"]
