"""Enlarge an image by a network of the catalog: a new image of the same kind, in the place of the first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import bpy

from . import arrivals, editors, exact, material, pixels, targets, texture
from .client import MAX_PIXELS, MAX_SIDE, ColorSpace, Picture, Seamless, Session, Unready, Upscale, messages
from .params import KEY, Params, parsed
from .studio import Studio
from .work import Ask, Made, Recipe, Work

MOST = 16
"""Times an image's sides, in one task: the daemon's own limit."""
LANE = "upscale"
"""The helper thread that packs large files: nothing else waits for it."""
SPACES: dict[ColorSpace, tuple[str, ...]] = {
    "srgb": ("sRGB",),
    "linear": ("Linear Rec.709", "Non-Color"),
    "data": ("Non-Color",),
}
"""Colour spaces of Blender's own; the last is in every configuration."""
SEVERAL = frozenset({"SEQUENCE", "MOVIE"})


@dataclass(frozen=True)
class Wish:
    """How an image is to be enlarged."""

    upscaler: str = ""
    """ "" is the catalog's first."""
    times: int = 0
    """0 is the upscaler's own scale."""
    seamless: Seamless | None = None
    """None is as the image was made."""


def start(
    studio: Studio, session: Session, wish: Wish, image: bpy.types.Image | None, thing: bpy.types.Object | None
) -> Work:
    """Ask for an image enlarged. Raises Unready for what cannot be."""
    if image is None:
        raise Unready("No image is shown.", remedy="Show one in the Image Editor.")
    check(image)
    row = chosen(studio.link.catalog, wish.upscaler)
    times = wish.times or row.scale
    check_size(image, times)
    params = Params(
        kind="upscale",
        start=image.name,
        upscaler=row.name,
        times=times,
        seamless=made_seamless(image) if wish.seamless is None else wish.seamless,
        axes=wish.seamless or "",
        space=image.colorspace_settings.name,
        alpha_mode=image.alpha_mode,
        origin=str(image.get(KEY, "")),
    )
    begun, node = targets.key(image), shown_by(thing, image)
    work = studio.work(params, session, lambda work, made: delivered(work, made, begun, node), LANE)
    sources: list[exact.Source] = []

    def reading() -> Iterator[None]:
        sources.append(exact.source(targets.image(begun)))
        yield

    studio.begin(work, lambda: recipe(params, sources), reading())
    return work


def check(image: bpy.types.Image) -> None:
    """Raise Unready for what is not one picture."""
    if image.source in SEVERAL:
        remedy = "Save the frame that you want as an image, and open that."
        raise Unready("{name} is a film.", remedy=remedy, name=image.name)
    if image.source == "TILED":
        remedy = "Open the file of one tile as an image of its own."
        raise Unready("{name} has UDIM tiles.", remedy=remedy, name=image.name)
    pixels.check(image)


def chosen(catalog: messages.Catalog | None, name: str) -> messages.Upscaler:
    """An upscaler of the catalog. Raises Unready if there is none of this name."""
    if catalog is None:
        raise Unready("The daemon's models are not known yet.", remedy="Connect to it first.", fix="bottega.connect")
    if not catalog.upscalers:
        raise none()
    found = next((each for each in catalog.upscalers if name in ("", each.name)), None)
    if found is None:
        raise Unready("The daemon has no upscaler {name}.", remedy="Choose another one, or none.", name=name)
    return found


def none() -> Unready:
    """There is no upscaler."""
    remedy = "Put one into the folder upscalers of one of its model folders."
    return Unready("The daemon has no upscaler.", remedy=remedy)


def check_size(image: bpy.types.Image, times: int) -> None:
    """Raise Unready if an image would become too large."""
    width, height = image.size
    most = max((by for by in range(1, MOST + 1) if _fits(width * by, height * by)), default=0)
    if most < min(times, 2):
        remedy = "Scale a copy of it down, or crop it."
        raise Unready("{name} is too large to be enlarged.", remedy=remedy, name=image.name)
    if times > most:
        raise Unready(
            "{name} can be made {most} times as large at most, not {times} times.",
            remedy="Choose fewer times, or crop a copy of it.",
            name=image.name,
            most=str(most),
            times=str(times),
        )


def _fits(width: int, height: int) -> bool:
    return max(width, height) <= MAX_SIDE and width * height <= MAX_PIXELS


def made_seamless(image: bpy.types.Image) -> Seamless:
    """The axes along which an image of ours was made to continue into itself."""
    try:
        said = parsed(image.get(KEY, "")).seamless
    except (ValueError, TypeError, AttributeError):
        return "none"  # another program's, or not ours at all
    return said if said in ("x", "y", "xy") else "none"


def shown_by(thing: bpy.types.Object | None, image: bpy.types.Image) -> tuple[int, str]:
    """The material and name of an object's active image node if it shows an image and can be changed."""
    node = material.active_image_node(thing)
    if thing is None or node is None or node.image != image or thing.active_material.library:
        return 0, ""
    return targets.key(thing.active_material), node.name


def recipe(params: Params, sources: Sequence[exact.Source]) -> Recipe:
    """Have an image enlarged that was read."""
    picture = exact.numbers(sources[0])
    width, height = picture.width * params.times, picture.height * params.times
    task = Upscale(picture, width, height, upscaler=params.upscaler, seamless=params.seamless)
    answers = yield Ask([task])
    yield made_of(answers[0][0], params)


def made_of(picture: Picture, params: Params) -> Made:
    """The file of an enlarged picture."""
    mode = exact.alpha_mode(picture.pixels, params.alpha_mode)
    return Made(picture, {"color": exact.encoded(picture.pixels, mode, [(KEY, said(params))])})


def said(params: Params) -> str:
    """What travels with an enlarged image: what made the first, if anything of ours did, and how it was enlarged."""
    try:
        made = json.loads(params.origin)
    except ValueError:
        made = None
    how = {"upscaler": params.upscaler, "times": params.times}
    return json.dumps({**made, **how}, ensure_ascii=False) if isinstance(made, dict) else params.text()


def keep(work: Work, made: Made) -> bpy.types.Image:
    """A new image named after the first, of its colour space and alpha mode."""
    params = work.params
    image = arrivals.image_of(work, params.start, made.files["color"], _space(params, made.picture))
    image.alpha_mode = exact.alpha_mode(made.picture.pixels, params.alpha_mode)
    image[KEY] = said(params)
    image[material.JOB], image[material.ROLE] = work.mark, "color"
    image.use_fake_user = True
    return image


def _space(params: Params, picture: Picture) -> str:
    """The first image's colour space, or one like it where the configuration of colours is another now."""
    there = bpy.types.ColorManagedInputColorspaceSettings.bl_rna.properties["name"].enum_items
    wanted = (params.space, *SPACES[picture.pixels.color_space])
    return next(each for each in wanted if each in there)


def delivered(work: Work, made: Made, asked: int, node: tuple[int, str]) -> None:
    """Show the result where the first image is shown: in Image Editors that nobody works in, and in the node it was
    asked for from, if that shows it still."""
    image, old = keep(work, made), targets.found(bpy.data.images, asked)
    texture.taken(work, image)
    if old is None:
        return
    for window in bpy.context.window_manager.windows:
        editors.exchange(window.screen, [old], image, idle=True)
    shown = texture.image_node(node)
    if shown and shown.image == old:
        shown.image = image
