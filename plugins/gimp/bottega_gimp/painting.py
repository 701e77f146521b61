"""Requests for whole pictures: generate, seamless textures, pictures that follow a layer's structure."""

from __future__ import annotations

from dataclasses import replace

from . import canvas
from .client import Bounds, Extent, Generate
from .laying import Place
from .scene import Asked, Scene, controls, layer_of, pair
from .wishes import fitted


def generate(scene: Scene) -> Asked:
    wish, image = scene.wish, scene.image
    size = Extent(wish["width"], wish["height"])
    if image is None:
        return Asked(Generate(wish["prompt"], *pair(size), **wish.how()), Place())
    selection = canvas.selected(image)
    target = selection or canvas.extent_of(image).bounds
    chosen = bool(size.width and size.height)
    extent = size if chosen else fitted(target.extent, scene.native)
    if chosen:
        target = Bounds(target.x, target.y, size.width, size.height)
    mask = canvas.selection(image, target, scene.kind) if selection else None
    task = Generate(wish["prompt"], *pair(extent), controls=controls(scene, target), **wish.how())
    return Asked(task, Place(image, scene.layer, target, mask, scaled=True))


def texture(scene: Scene) -> Asked:
    wish, image = scene.wish, scene.image
    size = Extent(wish["width"], wish["height"])
    task = Generate(wish["prompt"], *pair(size), seamless=wish["seamless"], **wish.how())
    if image is None:
        return Asked(task, Place())
    corner = canvas.selected(image) or canvas.extent_of(image).bounds
    return Asked(task, Place(image, scene.layer, corner))


def control(scene: Scene) -> Asked:
    layer = layer_of(scene)
    bounds = canvas.layer_bounds(layer)
    extent = fitted(bounds.extent, scene.native)
    led = replace(scene, control=layer)
    task = Generate(scene.wish["prompt"], *pair(extent), controls=controls(led, bounds), **scene.wish.how())
    return Asked(task, Place(scene.image, layer, bounds, scaled=True))
