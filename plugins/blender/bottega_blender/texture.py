"""Prompt to texture: a picture that tiles, its derived maps, in a material on the object that was active."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy

from . import arrivals, maps, material, pixels, targets
from .client import Picture, Session, Unready
from .params import KEY, Params
from .studio import Studio
from .unwrapping import mapped, missing
from .work import Ask, Made, Recipe, Work

SEED = "bottega_seed"
"""Custom property of images: their seed, by which a job's variations are told from each other."""


@dataclass(frozen=True)
class Goal:
    """Where a texture goes; objects and materials by their keys, for they may be gone when it comes."""

    target: str
    thing: int
    node: tuple[int, str]
    """Material, and the node's name."""
    with_maps: bool


def goal(target: str, with_maps: bool, thing: bpy.types.Object | None) -> Goal:
    """Where a texture for the active object goes. Raises Unready where it cannot."""
    if target == "IMAGE":
        return Goal(target, 0, (0, ""), with_maps)
    if thing is None:
        raise Unready("No object is active.", remedy="Select one, or let the result be an image only.")
    local(thing, thing.data)
    if target == "NODE":
        node = material.active_image_node(thing)
        if node is None:
            remedy = "Select an Image Texture node of its material, or let the result be a material."
            raise Unready("{name} has no active image node.", remedy=remedy, name=thing.name)
        local(thing.active_material)
        return Goal(target, targets.key(thing), (targets.key(thing.active_material), node.name), False)
    if not hasattr(thing.data, "materials"):
        raise Unready("{name} cannot have a material.", remedy="Select a mesh or a curve.", name=thing.name)
    if not mapped(thing):
        raise missing(thing.name)
    return Goal(target, targets.key(thing), (0, ""), with_maps)


def local(*things: bpy.types.ID | None) -> None:
    """Raise Unready for what Blender would forget changes of, as it is another file's."""
    for each in things:
        if each is not None and each.library:
            remedy = "Make it local, or override it."
            raise Unready("{name} is linked from another file.", remedy=remedy, name=each.name)


def start(studio: Studio, session: Session, params: Params, where: Goal, image: bpy.types.Image | None) -> Work:
    """Ask for a texture; it begins from an image's pixels if one is given. Raises Unready if it has none."""
    if image:
        pixels.check(image)
    wraps = ("y" in params.seamless, "x" in params.seamless)
    copies: list[pixels.Copy] = []
    begun = targets.key(image)
    work = studio.work(params, session, lambda work, made: delivered(work, made, where))

    def reading() -> Iterator[None]:
        if begun:
            copies.append(pixels.read(targets.image(begun)))
        yield

    def recipe() -> Recipe:
        task = params.task(pixels.encoded(copies[0]) if copies else None)
        yield Ask([task], each=lambda picture: made_of(picture, params, wraps if where.with_maps else None))

    studio.begin(work, recipe, reading())
    return work


def made_of(picture: Picture, params: Params, wraps: maps.Wraps | None = None) -> Made:
    """The encoded files of a picture; with its maps if there are `wraps`."""
    color = pixels.as_bytes(picture.pixels)
    text = [(KEY, params.text(seed=picture.seed, count=1))]
    files = {"color": pixels.png(color, text)}
    if wraps is not None:
        derived = maps.derive(color, wraps)
        for role, values in (("height", derived.height), ("normal", derived.normal), ("roughness", derived.roughness)):
            files[role] = pixels.png(pixels.sixteen(values), text)
    return Made(picture, files)


def delivered(work: Work, made: Made, where: Goal) -> None:
    """Make the images; the first picture is put to use, the others wait to be flipped through."""
    images = {role: keep(work, made.picture, role, data) for role, data in made.files.items()}
    if taken(work, images["color"]):
        use(images, where, work.title)


def keep(work: Work, picture: Picture, role: str, data: bytes, space: str = "") -> bpy.types.Image:
    """A new image that says what made it and stays in the file though nothing uses it yet. Its colour space is its
    role's if none is named."""
    suffix = "" if role == "color" else f" {role}"
    name, space = f"{work.title[:40]} {picture.seed}{suffix}", space or arrivals.SPACES[role]
    image = arrivals.image_of(work, name, data, space)
    image[KEY] = work.params.text(seed=picture.seed, count=1)
    image[material.JOB], image[material.ROLE] = work.mark, role
    image[SEED] = str(picture.seed)
    image.use_fake_user = True
    return image


def taken(work: Work, image: bpy.types.Image) -> bool:
    """List a job's image. Whether it is put to use: the first one is."""
    work.results.append(image.name)
    return len(work.results) == 1


def use(images: dict[str, bpy.types.Image], where: Goal, name: str) -> None:
    """Show a texture where it was wanted, if that still exists."""
    thing = targets.found(bpy.data.objects, where.thing)
    if where.target == "MATERIAL" and thing and hasattr(thing.data, "materials"):
        material.wear(thing, material.ready(name, images))
    elif where.target == "NODE" and (node := image_node(where.node)):
        node.image = images["color"]


def image_node(where: tuple[int, str]) -> bpy.types.Node | None:
    """A material's image node by the material's key and its own name, if it is there still."""
    owner = targets.found(bpy.data.materials, where[0])
    node = owner.node_tree.nodes.get(where[1]) if owner and owner.node_tree else None
    return node if node and node.type == "TEX_IMAGE" else None


def siblings(image: bpy.types.Image) -> list[dict[str, bpy.types.Image]]:
    """All variations of an image's job in the order of their seeds, each by role."""
    found: dict[str, dict[str, bpy.types.Image]] = {}
    for each in bpy.data.images:
        if each.get(material.JOB) and each.get(material.JOB) == image.get(material.JOB) and SEED in each:
            found.setdefault(each[SEED], {})[each[material.ROLE]] = each
    return [found[seed] for seed in sorted(found, key=int)]
