"""Textures in real Blender: the daemon's pixels, in a material that is ready, with what made them."""

from __future__ import annotations

import json

import numpy as np

from bottega.client import Client
from bottega.pixels import Pixels
from bottega.tasks import generate
from tests.hosts.blender.conftest import Stage


def eight(values: np.ndarray) -> np.ndarray:
    return np.rint(values * 255).astype(np.uint8)


def picture(pixels: Pixels) -> np.ndarray:
    return np.frombuffer(pixels.data, np.uint8).reshape(pixels.height, pixels.width, 3)


def test_the_image_has_the_daemons_pixels(told: Stage, client: Client) -> None:
    said = told("texture")
    assert said["outcome"] == ["FINISHED"]
    wanted = client.run(generate("red brick", 128, 128, steps=3, seed=7, count=2, seamless="xy"))
    for got, want in zip(said.array("colors"), wanted, strict=True):
        assert (eight(got) == picture(want.pixels)).all()


def test_it_begins_from_an_images_pixels(told: Stage, client: Client) -> None:
    said = told("texture")
    start = Pixels.of(eight(said.array("mine")[..., :3]))
    task = generate("red brick", 128, 128, start=start, strength=0.5, steps=3, seed=8, seamless="xy")
    assert (eight(said.array("from_mine")) == picture(client.run(task)[0].pixels)).all()
    assert said["mine_untouched"]
    assert said["into_node"] == ["FINISHED"]
    assert said["node_shows"] == said["node_wanted"]


def test_the_material_is_wired(told: Stage) -> None:
    said = told("texture")
    assert {
        "TEX_IMAGE>BSDF_PRINCIPLED.Base Color",
        "TEX_IMAGE>BSDF_PRINCIPLED.Roughness",
        "TEX_IMAGE>NORMAL_MAP.Color",
        "NORMAL_MAP>BSDF_PRINCIPLED.Normal",
        "TEX_IMAGE>DISPLACEMENT.Height",
        "BSDF_PRINCIPLED>OUTPUT_MATERIAL.Surface",
    } <= set(said["links"])
    assert said["spaces"] == {"color": "sRGB", "height": "Non-Color", "normal": "Non-Color", "roughness": "Non-Color"}
    assert all(said["packed"].values())
    assert said["reopened"]


def test_objects_that_share_the_mesh_keep_their_look(told: Stage) -> None:
    said = told("texture")
    assert (said["other"], said["cube_slot"], said["unlike"]) == ("own", "OBJECT", True)


def test_maps_follow_their_formulas(told: Stage) -> None:
    said = told("texture")
    height, normal = said.array("height")[..., 0], said.array("normal") * 2 - 1
    slope = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) * 4.0 / 2
    assert np.abs(normal[..., 0] / normal[..., 2] + slope).max() < 2e-3  # wraps: it is seamless
    assert np.abs(np.linalg.norm(normal, axis=-1) - 1).max() < 1e-3
    assert height.min() == 0.0 and height.max() == 1.0
    assert 0.39 < said.array("roughness").min() <= said.array("roughness").max() < 0.91


def test_variations_can_be_flipped_through(told: Stage) -> None:
    said = told("texture")
    first, second = said["names"]
    assert said["flip"] == ["FINISHED"]
    assert first != second
    assert said["flipped"]["color"] == second
    assert said["flipped"]["normal"] == f"{second} normal"


def test_what_made_it_travels_and_is_used_again(told: Stage) -> None:
    said = told("texture")
    travels = json.loads(said["travels"])
    assert (travels["prompt"], travels["seed"], travels["steps"]) == ("red brick", 7, 3)
    assert said["again"] == ["FINISHED"]
    assert said["taken"] == ["red brick", 8, 1, "MATERIAL", True]


def test_settings_are_kept_as_blenders_own_presets(told: Stage) -> None:
    said = told("texture")
    assert said["preset"] == ["FINISHED"]
    assert said["preset_steps"] == 4


def test_each_job_is_one_undo_step(told: Stage) -> None:
    said = told("texture")
    assert said["undo_steps"] == 2  # two jobs
    assert said["after_undo"] == ["mine"]
