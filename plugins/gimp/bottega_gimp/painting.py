"""Requests for whole pictures: generate, seamless textures, pictures that follow a layer's structure."""

from __future__ import annotations

from gi.repository import Gimp

from . import canvas
from .client import Bounds, Extent, Generate
from .laying import Place
from .scene import Asked, Draft, Scene, controls, layer_of, leader, pair
from .wishes import fitted, sized

SQUARE = Extent(1, 1)


def generate(scene: Scene) -> Draft:
    wish, image, led_by = scene.wish, scene.image, leader(scene)
    if image is None:
        return _led(scene, led_by, Place()) if led_by is not None else _free(scene)
    selection = canvas.selected(image)
    target = selection or canvas.extent_of(image).bounds
    size = sized(wish, target.extent)
    extent = size or fitted(target.extent, scene.native)
    if size:
        target = Bounds(target.x, target.y, *pair(size))

    def read() -> Asked:
        mask = canvas.selection(image, target, scene.kind) if selection else None
        task = Generate(wish["prompt"], *pair(extent), controls=controls(scene, target), **wish.how())
        return Asked(task, Place(image, scene.layer, target, mask, scaled=True))

    return Draft(read, extent, target if led_by is not None else None, led_by)


def texture(scene: Scene) -> Draft:
    image = scene.image
    if image is None:
        return _free(scene, seamless=scene.wish["seamless"])
    corner = canvas.selected(image) or canvas.extent_of(image).bounds
    return _free(scene, Place(image, scene.layer, corner), seamless=scene.wish["seamless"])


def control(scene: Scene) -> Draft:
    led_by = leader(scene)
    if led_by is None:
        led_by = layer_of(scene)
    above = led_by if isinstance(led_by, Gimp.Layer) else scene.layer
    return _led(scene, led_by, Place(scene.image, above, canvas.layer_bounds(led_by), scaled=True))


def _free(scene: Scene, place: Place | None = None, **more: str) -> Draft:
    """Of what no image has: as large as was said, or as the model likes."""
    wish, size = scene.wish, sized(scene.wish, SQUARE)
    task = Generate(wish["prompt"], *(pair(size) if size else (0, 0)), **more, **wish.how())
    return Draft(lambda: Asked(task, place or Place()), size)


def _led(scene: Scene, led_by: Gimp.Drawable, place: Place) -> Draft:
    """Of all of a layer's bounds; on more of it where the size that was said has another shape."""
    bounds = canvas.layer_bounds(led_by)
    size = sized(scene.wish, bounds.extent)
    extent = size or fitted(bounds.extent, scene.native)
    seen = bounds.grown_to(_shaped(bounds.extent, extent)) if size else bounds

    def read() -> Asked:
        task = Generate(scene.wish["prompt"], *pair(extent), controls=controls(scene, seen, led_by), **scene.wish.how())
        return Asked(task, place, source=led_by)

    return Draft(read, extent, seen, led_by)


def _shaped(least: Extent, shape: Extent) -> Extent:
    """The smallest extent of a shape that holds another one."""
    width = max(least.width, round(least.height * shape.width / shape.height))
    return Extent(width, max(least.height, round(width * shape.height / shape.width)))
