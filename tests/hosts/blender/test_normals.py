"""Normals as a picture and poses: what the camera sees of known things, and a daemon that has networks for them."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from bottega.client import connect
from bottega.pixels import Pixels
from bottega.tasks import Keypoint, generate, normal_control, pose_control
from tests.daemon import Daemon, running_daemon
from tests.hosts.blender.conftest import PATIENCE, Told, performing, report

WIDTH, HEIGHT, FOCAL, SHIFT, SCALE = 192, 128, 40 / 36 * 192, 0.05 * 192, 9.0 / 192
CENTRE, RADIUS = np.array((0.4, 6.0, 0.3)), 1.5
LEVELS = 0.75
"""How far in 8-bit levels a channel may be off: one half by rounding; the rest is the sphere's facets."""


@pytest.fixture(scope="module")
def equipped(tmp_path_factory: pytest.TempPathFactory, tiny_root: Path) -> Generator[Daemon]:
    """A daemon whose catalog has a network for normals; it fits the model `tiny`, none fits `starter`."""
    with running_daemon(tmp_path_factory.mktemp("normals-daemon"), [tiny_root], starter=True) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def said(equipped: Daemon, built: Path, series: str, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp(f"normals-{series}")
    with performing(series, "normals", folder, built, equipped.home) as blender:
        blender.wait(PATIENCE)
    return report(series, folder)


def seen(said: Told, perspective: bool) -> tuple[np.ndarray, np.ndarray]:
    """The normals (h, w, 3) of the sphere before the plane in the camera's space by formula, and where neither a
    silhouette nor a grazing view makes a pixel another's."""
    world, plane = np.array(said["world"]), np.array(said["plane"])
    turn, place = world[:3, :3], world[:3, 3]
    x = np.arange(WIDTH) + 0.5 - WIDTH / 2 + SHIFT
    y = HEIGHT / 2 - np.arange(HEIGHT) - 0.5
    flat = np.stack(np.broadcast_arrays(x[None], y[:, None], 0.0), -1)
    ways = (flat / FOCAL if perspective else flat * 0) + (0, 0, -1)
    start = place if perspective else place + flat * SCALE @ turn.T
    ways = ways @ turn.T / np.linalg.norm(ways, axis=-1, keepdims=True)
    offset = start - CENTRE
    middle = -(offset * ways).sum(-1)
    apart = (offset * offset).sum(-1) - middle**2  # of the ray from the sphere's centre, squared
    hit = apart < RADIUS**2
    far = middle - np.sqrt(np.maximum(RADIUS**2 - apart, 0))
    up = plane[:3, 2]
    behind = ((plane[:3, 3] - start) * up).sum(-1) / (ways * up).sum(-1)
    on_plane = np.where((ways * up).sum(-1, keepdims=True) > 0, -up, up)
    ball = ((start + far[..., None] * ways) - CENTRE) / RADIUS
    normals = np.where((hit & ((far < behind) | (behind < 0)))[..., None], ball, on_plane) @ turn
    edge = np.abs(np.sqrt(apart) - RADIUS) < 0.08
    return normals, ~edge & ((behind > 0) | hit)


@pytest.mark.parametrize(("name", "perspective"), [("normals", True), ("ortho", False)])
def test_normals_are_the_geometrys(said: Told, name: str, perspective: bool) -> None:
    """X right, Y up, Z towards the viewer, n * 0.5 + 0.5, within 0.75 of 255 levels."""
    picture, (wanted, clear) = said.array(name).astype(float), seen(said, perspective)
    assert said["space"] == "data"
    wrong = np.abs(picture - (wanted * 0.5 + 0.5) * 255)[clear]
    assert clear.mean() > 0.8
    assert wrong.max() <= LEVELS
    ways = {tuple(each) for each in np.sign(np.rint(wanted[clear] * 4))}
    assert ways > {(1, 0, 1), (-1, 0, 1), (0, 1, 1), (0, -1, 1)}, "red, green and their opposites are looked at"


def test_a_render_follows_the_normals_that_were_sent(said: Told, equipped: Daemon) -> None:
    """The very picture that the same request gives without a host, which is another than without the normals."""
    assert said["render"] == ["FINISHED"] and said["changed"] == []
    assert json.loads(said["travels"])["controls"] == pytest.approx({"normal": 0.8})
    strength = json.loads(said["travels"])["controls"]["normal"]  # as Blender keeps it, in 32 bits
    control = normal_control(Pixels.of(said.array("normals"), "data"), strength=strength)
    asked = {"steps": 3, "seed": 5, "checkpoint": "tiny"}
    with connect(equipped.address, equipped.token) as client:
        (led,) = client.run(generate("red brick", WIDTH, HEIGHT, controls=[control], **asked))
        (free,) = client.run(generate("red brick", WIDTH, HEIGHT, **asked))
    made = np.rint(said.array("render") * 255).astype(np.uint8)
    assert made.tobytes() == led.pixels.data != free.pixels.data


def test_a_pose_is_sent_and_followed(said: Told, equipped: Daemon) -> None:
    """The bones' joints in the picture, through a real job: the very picture of the same request without a host."""
    assert said["posed"] == ["FINISHED"]
    strength = json.loads(said["pose_travels"])["controls"]["pose"]
    (figure,) = ([Keypoint(*joint) for joint in each] for each in said["figures"])
    assert sum(joint.confidence for joint in figure) == 5  # four bones, and the neck between the shoulders
    asked = {"steps": 3, "seed": 5, "checkpoint": "tiny"}
    with connect(equipped.address, equipped.token) as client:
        control = pose_control([figure], strength=strength)
        (led,) = client.run(generate("red brick", WIDTH, HEIGHT, controls=[control], **asked))
        (free,) = client.run(generate("red brick", WIDTH, HEIGHT, **asked))
    made = np.rint(said.array("posed") * 255).astype(np.uint8)
    assert made.tobytes() == led.pixels.data != free.pixels.data


def test_normals_go_with_depth_and_outlines(said: Told) -> None:
    assert said["together"] == ["FINISHED"]
    assert said["kinds"] == ["depth", "canny", "normal"]


def test_without_a_network_it_is_said_what_to_do(said: Told) -> None:
    for text in (said["refused"], " ".join(said["shown"]["jobs"])):
        assert "control network for normal that fits 'starter'" in text
        assert "Put one" in text and "controlnets" in text


def test_panels_offer_normals_and_they_are_used_again(said: Told) -> None:
    assert "Normals" in said["shown"]["render"] and "Normals" in said["shown"]["project"]
    assert said["again"] == pytest.approx([0.0, 0.0, 0.8])
