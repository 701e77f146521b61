"""How Blender's plug-in reckons with large scenes and dense meshes: exactly, in little memory, until it is stopped."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

MIB = 1 << 20


@pytest.fixture(scope="module")
def plugin(blender: Callable[[str], Any]) -> Any:
    """The plug-in's modules."""
    names = ("around", "atlas", "raster", "triangles", "world")
    found = {name: blender(f"scene.{name}") for name in names}
    return SimpleNamespace(
        **found,
        client=blender("client"), params=blender("params"), reading=blender("projection.reading"),
        sights=blender("projection.sights"),
    )  # fmt: skip


def grid(plugin: Any, function: Callable[[np.ndarray, np.ndarray], Any], rows: int, columns: int) -> Any:
    """A surface over the unit square as quadrangles, which is also its texture."""
    u, v = np.meshgrid(np.linspace(0, 1, columns + 1), np.linspace(0, 1, rows + 1))
    points = np.stack(function(u.ravel(), v.ravel()), 1).astype(np.float32)
    number = np.arange(points.shape[0]).reshape(rows + 1, columns + 1)
    corners = np.stack([number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]], 2).reshape(-1)
    uv = np.stack([u.ravel(), v.ravel()], 1).astype(np.float32)[corners]
    starts = np.arange(0, len(corners), 4, dtype=np.int32)
    return plugin.triangles.Shape(points, corners.astype(np.int32), starts, points[corners], uv)


def torus(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, ...]:
    """Around Z."""
    ring = 1.0 + 0.35 * np.cos(2 * np.pi * v)
    return ring * np.cos(2 * np.pi * u), ring * np.sin(2 * np.pi * u), 0.35 * np.sin(2 * np.pi * v)


def vase(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, ...]:
    """One with a waist, whose parts hide each other; nine tenths of its faces lie in its upper third."""
    height = np.where(v < 0.1, v * 20 / 3, 2 / 3 + (v - 0.1) / 2.7)
    radius = 0.25 + 0.5 * np.abs(np.cos(height * 5)) * (1 - height / 2)
    return radius * np.cos(2 * np.pi * u), radius * np.sin(2 * np.pi * u), 2 * height


def camera(plugin: Any, perspective: bool = True, shift: float = 0.0, side: int = 128) -> Any:
    """One at the origin that looks along Y."""
    projection = np.diag([2.0, 2.0, -1.0, 0.0]) if perspective else np.diag([0.2, 0.2, -1.0, 1.0])
    projection[0, 2 if perspective else 3] = shift
    projection[3, 2], projection[2, 3] = (-1.0, -0.2) if perspective else (0.0, 0.0)
    turn = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])
    return plugin.raster.View(side, side, turn, projection, 0.5, 60.0)


def scattered(count: int, spread: float) -> list[np.ndarray]:
    """Places anywhere around the camera, turned and of several sizes."""
    rng = np.random.default_rng(2)
    matrices = []
    for _ in range(count):
        turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = turn * rng.uniform(0.2, 2.0), rng.uniform(-spread, spread, 3)
        matrices.append(matrix)
    return matrices


@pytest.mark.parametrize("perspective", [True, False])
@pytest.mark.parametrize("shift", [0.0, 0.4])
def test_what_is_left_out_would_not_be_seen(plugin: Any, perspective: bool, shift: float) -> None:
    """Of things before, beside and behind a camera, and through its planes; two shapes, in small and large batches."""
    shapes = {"ring": grid(plugin, torus, 6, 9), "vase": grid(plugin, vase, 160, 80)}
    places = scattered(400, 20.0)
    placed = [("vase" if number % 40 == 0 else "ring", "", matrix) for number, matrix in enumerate(places)]
    world, view = plugin.world.World(shapes, placed), camera(plugin, perspective, shift)
    seen = plugin.raster.see(world.batches(view), view)
    count = sum(len(ids) for ids, _ in world.batches(view))
    assert 0.02 < count / len(world) < 0.5
    every = np.arange(len(world))
    local = world.corners[every] @ view.camera[:3, :3].T + view.camera[:3, 3]
    whole = plugin.raster.see([(every, local)], view)
    assert (seen.triangle == whole.triangle).mean() > 0.999  # two may meet in a pixel
    assert (np.isfinite(seen.z) == np.isfinite(whole.z)).all()
    some = np.isfinite(whole.z)
    assert 0.1 < some.mean() < 1.0
    np.testing.assert_allclose(seen.z[some], whole.z[some], rtol=1e-9)
    assert {"ring", "vase"} == {placed[k][0] for k in np.unique(world.owner(whole.triangle[some]))}


def test_what_a_pixel_shows_is_where_its_corners_say(plugin: Any) -> None:
    """Weights of the corners in space give the place, and its depth is the pixel's; also of triangles that are cut."""
    shapes = {"plane": grid(plugin, lambda u, v: (u * 80 - 40, v * 80 - 40, 0 * u - 1), 3, 3)}
    world, view = plugin.world.World(shapes, [("plane", "", np.eye(4))]), camera(plugin)
    surface = plugin.raster.see(world.batches(view), view)
    ys, xs = np.nonzero(surface.triangle >= 0)
    places = np.einsum("ni,nij->nj", surface.weights[ys, xs], world.corners[surface.triangle[ys, xs]])
    x, y, depth = plugin.raster.project(places, view)
    np.testing.assert_allclose(np.stack([x, y]), np.stack([xs, ys]), atol=1e-6)
    np.testing.assert_allclose(depth, surface.z[ys, xs], rtol=1e-9)
    np.testing.assert_allclose(places[:, 2], -1.0, atol=1e-6)


def test_many_instances_take_no_more_memory_than_few(plugin: Any) -> None:
    shape = grid(plugin, torus, 50, 100)
    peaks = []
    for count in (20, 300):
        matrices = np.broadcast_to(np.eye(4), (count, 4, 4)).copy()
        matrices[:, :3, 3] = np.random.default_rng(1).uniform((-9, 10, -9), (9, 50, 9), (count, 3))
        world, view = plugin.world.World({0: shape}, [(0, "", each) for each in matrices]), camera(plugin, side=256)
        tracemalloc.start()
        surface = plugin.raster.see(world.batches(view), view)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(world) == count * 10_000
        assert (surface.triangle >= 0).any()
    assert peaks[1] < 1.1 * peaks[0] + MIB
    assert peaks[1] < 48 * MIB  # 3 million triangles, which took 1.8 GB as one array


def test_a_dense_mesh_takes_no_more_than_its_own_arrays(plugin: Any) -> None:
    """Its atlas and a view of it, beside the texels and the pixels."""
    shape = grid(plugin, torus, 400, 1000)
    assert len(shape.loops) == 800_000
    world, view = plugin.world.World({0: shape}, [(0, "", np.eye(4))]), camera(plugin)
    tracemalloc.start()
    plugin.reading.check("Torus", world.uv)
    texels = plugin.atlas.atlas(world.corners, world.normals, world.uv, 256)
    plugin.raster.see(world.batches(view), view)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(texels.ys) == 256 * 256
    assert peak < 64 * MIB  # as arrays corners, normals and coordinates alone took 154


def test_it_stops_when_nobody_wants_to_know(plugin: Any) -> None:
    """In the middle of a view, of an atlas and of choosing views."""
    cancelled, left = plugin.client.JobCancelled, [10**9]

    def check() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise cancelled

    shape = grid(plugin, torus, 200, 400)
    world, view = plugin.world.World({0: shape}, [(0, "", np.eye(4))] * 50, check), camera(plugin)
    for work in (
        lambda: plugin.raster.see(world.batches(view), view),
        lambda: plugin.atlas.atlas(world.corners, world.normals, world.uv, 64),
        lambda: plugin.reading.check("Torus", world.uv),
        lambda: world.thinned(1000),
        lambda: plugin.around.ball(lambda: (corners.reshape(-1, 3) for _, corners in world.batches())),
    ):
        left[0] = 3
        with pytest.raises(cancelled):
            work()
        assert left[0] == -1

    left[0] = 10**9
    target = plugin.reading.Target(plugin.world.World({0: shape}, [(0, "", np.eye(4))], check), (0, len(shape.loops)),
                                   plugin.atlas.atlas(world.corners, world.normals, world.uv, 64))  # fmt: skip
    left[0] = 60
    with pytest.raises(cancelled):
        plugin.sights.placed(SimpleNamespace(params=plugin.params.Params()), target)


def test_too_many_triangles_in_a_view_are_refused_in_words(plugin: Any) -> None:
    """At once, and not for those that lie beside the view."""
    shape, there, behind = grid(plugin, torus, 50, 100), np.eye(4), np.eye(4)
    there[1, 3], behind[1, 3] = 10, -10
    view = camera(plugin)
    many = plugin.world.World({0: shape}, [(0, "", there)] * 10_400)
    with pytest.raises(plugin.client.Unready) as caught:
        plugin.raster.see(many.batches(view), view)
    assert caught.value.message == "104 million triangles lie within the view; 100 are the most."
    assert "Hide in renders what need not be seen" in caught.value.remedy
    most = plugin.world.World({0: shape}, [(0, "", behind)] * 10_400 + [(0, "", there)])
    assert np.unique(most.owner(np.unique(plugin.raster.see(most.batches(view), view).triangle)[1:])) == [10_400]


@pytest.mark.parametrize("surface", [torus, vase])
def test_views_of_a_dense_mesh_are_chosen_as_well_by_some_of_its_triangles(
    plugin: Any, surface: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they see of it together is no less than what those see that are chosen by all of them."""
    shape = grid(plugin, surface, 200, 500)
    world = plugin.world.World({0: shape}, [(0, "", np.eye(4))])
    most = len(world) // 5
    assert 0.9 * most < len(world.thinned(most)) <= most
    texels = plugin.atlas.atlas(world.corners, world.normals, world.uv, 128)
    target = plugin.reading.Target(world, (0, len(world)), texels)
    wish = SimpleNamespace(params=dataclasses.replace(plugin.params.Params(), views=4, width=256, height=256))

    def covered(views: list[Any]) -> float:
        """The part of the texels that some view sees well."""
        best = np.zeros(len(texels.ys))
        for view in views:
            seen = plugin.sights.seen(target, view)
            best = np.maximum(best, plugin.atlas.weights(texels, seen.view, seen.surface, seen.mine)[0])
        return float((best > plugin.around.WELL / 4).mean())

    assert plugin.sights.THIN <= 250_000  # it takes a view of that many a tenth of a second
    monkeypatch.setattr(plugin.sights, "THIN", most)  # harder than in truth
    chosen = plugin.sights.placed(wish, target)
    monkeypatch.setattr(plugin.sights, "THIN", len(world))
    wanted = plugin.sights.placed(wish, target)
    assert len(chosen) == len(wanted)
    assert covered(chosen) >= covered(wanted) - 0.01 > 0.45
