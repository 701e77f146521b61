"""What a camera sees is read as geometry has it, and reading it changes nothing of the user's."""

from __future__ import annotations

import numpy as np

from tests.hosts.blender.conftest import Stage

SHIFT, WIDTH, HEIGHT, FOCAL = 0.1, 240, 160, 200.0
BOXES = [((x, 6.0, 0.0), 0.5) for x in (-2.0, 0.0, 2.0)] + [((0.0, 12.0, 2.0), 0.5)]
"""Three by a modifier, one an instance of a collection."""
PLANES = 6.2, 11.8
"""What the camera's clipping planes are set to."""


def rays(width: int, height: int, pixel: float) -> tuple[np.ndarray, np.ndarray]:
    """Places on the picture plane at distance 1, or in an orthographic picture."""
    x = (np.arange(width) + 0.5 - width / 2 + SHIFT * width) * pixel
    z = (height / 2 - (np.arange(height) + 0.5)) * pixel
    return np.broadcast_to(x, (height, width)), np.broadcast_to(z[:, None], (height, width))


def box(
    origin: tuple[np.ndarray, ...],
    way: tuple[np.ndarray, ...],
    centre: tuple[float, ...],
    half: float,
    planes: tuple[float, float] = (0.0, np.inf),
) -> np.ndarray:
    """How far along a ray a box is, its inside too, between clipping planes; infinite where it is not met."""
    near, far = np.full(way[0].shape, -np.inf), np.full(way[0].shape, np.inf)
    for start, step, middle in zip(origin, way, centre, strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            one, two = (middle - half - start) / step, (middle + half - start) / step
        inside = np.abs(start - middle) <= half
        low = np.where(step == 0, np.where(inside, -np.inf, np.inf), np.minimum(one, two))
        high = np.where(step == 0, np.where(inside, np.inf, -np.inf), np.maximum(one, two))
        near, far = np.maximum(near, low), np.minimum(far, high)
    seen = [np.where((near <= far) & (planes[0] < each) & (each < planes[1]), each, np.inf) for each in (near, far)]
    return np.minimum(*seen)


def agree(z: np.ndarray, wanted: np.ndarray) -> None:
    """The same surfaces at the same distance: at most 1e-4 off, but for a few pixels on an edge."""
    same = np.isfinite(z) == np.isfinite(wanted)
    assert same.mean() > 0.999
    both = np.isfinite(z) & np.isfinite(wanted)
    wrong = np.abs(z[both] - wanted[both]) / wanted[both]
    assert np.quantile(wrong, 0.999) <= 1e-4
    assert both.mean() > 0.03


def perspective(near: float = 0.0, far: float = np.inf) -> np.ndarray:
    """The depth of the scene between two clipping planes."""
    x, z = rays(WIDTH, HEIGHT, 1 / FOCAL)
    zero, one = np.zeros_like(x), np.ones_like(x)
    with np.errstate(divide="ignore"):
        floor = np.where(z < 0, -1.0 / z, np.inf)
    floor = np.where((floor < 60) & (np.abs(x * floor) < 40) & (near < floor) & (floor < far), floor, np.inf)
    found = [box((zero, zero, zero), (x, one, z), centre, half, (near, far)) for centre, half in BOXES]
    return np.minimum.reduce([floor, *found])


def orthographic(near: float = 0.0, far: float = np.inf) -> np.ndarray:
    """The same in a parallel view, of which the floor is a line."""
    x, z = rays(WIDTH, HEIGHT, 12.0 / WIDTH)
    zero, one = np.zeros_like(x), np.ones_like(x)
    found = [box((x, zero, z), (zero, one, zero), centre, half, (near, far)) for centre, half in BOXES]
    return np.minimum.reduce(found)


def test_perspective_depth_is_the_geometrys(told: Stage) -> None:
    agree(told("depth").array("z"), perspective())


def test_orthographic_depth_is_the_geometrys(told: Stage) -> None:
    agree(told("depth").array("ortho"), orthographic())


def test_a_scene_that_is_too_large_to_be_copied_is_refused_in_words(told: Stage) -> None:
    said = told("depth")["most"]
    assert said.startswith("The scene's own meshes have more than ") and "subdivide less in the viewport" in said


def test_only_what_lies_between_the_cameras_clipping_planes_is_seen(told: Stage) -> None:
    """The planes cut through the boxes, whose insides are seen then, and through the floor; Blender draws the same."""
    for name, wanted in (("cut", perspective(*PLANES)), ("cut_ortho", orthographic(*PLANES))):
        z = told("depth").array(name)
        agree(z, wanted)
        assert (np.isfinite(z) == told("depth").array(f"{name}_drawn")).mean() > 0.99  # but for edges, drawn at random


def test_what_is_hidden_in_renders_is_not_seen(told: Stage) -> None:
    assert told("depth")["names"] == ["Floor", "Post", "Row"]


def test_what_is_being_edited_is_seen_too(told: Stage) -> None:
    assert told("depth")["edited"]


def test_reading_the_scene_changes_nothing(told: Stage) -> None:
    said = told("depth")
    assert said["changed"] == []
    assert said["properties"] > 3000
    assert len(said["watched"]) == 15
    assert {"scenes.Scene.node_tree.nodes.Blur", "node_groups.Finish.nodes.Blur"} & set(said["watched"])


def test_each_slice_is_one_call_of_blender(told: Stage) -> None:
    """How long the longest takes says `benchmarks.blender_blocks`."""
    said = told("depth")
    assert said["slices"] >= len(said["names"]) * (1 + 5) + 1  # finish each mesh, copy each array, list what is placed


def test_a_long_list_of_instances_is_read_in_slices(told: Stage) -> None:
    """Row by row it is the same as at once; where it changes meanwhile, it is read anew as it is now."""
    crowded = told("depth")["crowded"]
    assert crowded["same"] and crowded["slices"] > 200
    assert crowded["moved"] == [5.0]


def test_normals_face_the_camera(told: Stage) -> None:
    said = told("depth")
    normals, z = said.array("normals").astype(float) / 255 * 2 - 1, said.array("z")
    assert np.abs(np.linalg.norm(normals, axis=-1) - 1).max() < 0.02
    assert np.abs(normals[~np.isfinite(z)] - (0, 0, 1)).max() < 0.01
    fronts = np.abs(z - 5.5) < 1e-6  # the row's sides that face the camera
    assert np.abs(normals[fronts] - (0, 0, 1)).max() < 0.01
    assert np.abs(normals[-1, 0] - (0, 1, 0)).max() < 0.01  # the floor looks up


def test_poses_come_from_bones_of_any_name(told: Stage) -> None:
    pose = told("depth")["pose"]
    wanted = {
        "left_shoulder": (1, 8, 1.25),
        "right_shoulder": (-1, 8, 1.25),
        "neck": (0, 8, 1.25),
        "left_elbow": (1.5, 8, 0.75),
        "right_elbow": (-1.5, 8, 0.75),
    }
    assert told("depth")["cut_off"] == [0, 0]  # by the camera's clipping planes
    assert pose.keys() == wanted.keys()  # the bone behind the camera is not seen
    for name, (x, y, z) in wanted.items():
        place = x / y * FOCAL - SHIFT * WIDTH + WIDTH / 2 - 0.5, HEIGHT / 2 - z / y * FOCAL - 0.5
        assert np.abs(np.subtract(pose[name], place)).max() < 1e-3
