"""Jobs in real Blender: several at once, cancelled, refused with a remedy; renders that follow the scene."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bottega.client import Client
from bottega.pixels import Pixels
from bottega.tasks import depth_control, generate
from tests.hosts.blender.conftest import Stage


def test_several_are_in_flight_and_one_is_cancelled(told: Stage) -> None:
    said = told("jobs")
    assert said["in_flight"] == 4
    assert said["states"] == ["cancelled", "done", "done", "done"]
    assert said["results"][1:] == [2, 1, 1]
    assert len(set(said["seeds"])) == 4


def test_what_cannot_be_says_what_to_do(told: Stage) -> None:
    said = told("jobs")
    assert "Select one" in said["no_object"]
    assert "Add one" in said["no_camera"]
    assert "empty is no camera" in said["empty_camera"] and "lamp is no camera" in said["lamp_camera"]
    assert "Show the armature in the viewport" in said["hidden_rig"]
    assert "nope" in said["refused"]
    assert "Allow Online Access" in said["offline"][1]
    assert said["lost"] == ["DaemonNotFound", "Start it with `bottega serve`."]


def test_a_render_follows_depth_and_touches_nothing(told: Stage, client: Client) -> None:
    said = told("jobs")
    assert said["render"] == ["FINISHED"]
    assert said["changed"] == []
    picture = np.rint(said.array("render") * 255)
    assert json.loads(said["travels"])["controls"] == pytest.approx({"depth": 1.0, "canny": 0.6})
    assert picture.shape == (128, 128, 3)
    free = client.run(generate("a blue sphere", 128, 128, steps=3, seed=3))[0].pixels
    far = depth_control(Pixels.of(sphere().astype(np.float32), "data"))
    led = client.run(generate("a blue sphere", 128, 128, steps=3, seed=3, controls=[far]))[0].pixels
    assert distance(picture, led) < distance(picture, free)


def test_only_what_is_masked_is_repainted_and_in_a_new_image(told: Stage) -> None:
    said = told("jobs")
    assert "Nothing is masked" in said["unmasked"]
    assert said["repaint"] == ["FINISHED"]
    assert said["outside_moved"] == 0.0
    assert said["photo_moved"] == 0.0
    assert said["inside_moved"] > 0.02


def distance(picture: np.ndarray, pixels: Pixels) -> float:
    """Mean difference in grey levels."""
    return float(np.abs(picture - np.frombuffer(pixels.data, np.uint8).reshape(picture.shape)).mean())


def sphere() -> np.ndarray:
    """Planar depth of the scene by formula: a sphere of radius 1.5 at 6 before a wall at 10."""
    axis = (np.arange(128) + 0.5 - 64) / (50 / 36 * 128)
    square = axis[None] ** 2 + axis[:, None] ** 2 + 1
    inner = 36 - square * (36 - 2.25)
    return np.where(inner > 0, (6 - np.sqrt(np.maximum(inner, 0))) / square, 10.0)
