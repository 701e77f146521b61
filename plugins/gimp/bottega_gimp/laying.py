"""Results as layers: above the layer that was worked on, with a mask, candidates in a group, all in one undo step."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from gi.repository import Gimp

from .canvas import refuse
from .client import BottegaError, Bounds, Picture, Pixels
from .host import rest
from .making import made
from .moved import Shift, Was, another, grown, since
from .wishes import KEY, Wish, wish_of
from .words import _


@dataclass(frozen=True)
class Place:
    """Where results go. Bounds are in pixels of the canvas as it was when the job was asked for."""

    image: Gimp.Image | None = None
    """None, or one that was closed meanwhile: a new one is made."""
    above: Gimp.Item | None = None
    """The layer that results lie above of."""
    bounds: Bounds | None = None
    """Of what was sent, or of what the picture is to fill; None in a new image."""
    mask: Pixels | None = None
    """What shows of it, of the bounds' extent; None shows all, or what the picture's own alpha says."""
    scaled: bool = False
    """The picture is to fill the bounds, whatever its size."""
    room: Bounds | None = None
    """The canvas is to become this: bounds that begin left of or above it."""
    was: Was | None = None
    """The image as it was then; None: it is taken to be so still."""
    kept: bool = False
    """What goes there is in the history already."""
    anyway: bool = False
    """It is wanted there, also where nothing tells where its pixels have gone."""
    shift: Shift = Shift()  # noqa: RUF009  # a value
    """What has happened to the image's pixels since: so it does to the result."""


@dataclass(frozen=True)
class Laid:
    """What was made."""

    image: Gimp.Image
    layer: Gimp.Layer
    """The new layer, or the group of the candidates."""
    fresh: bool = False
    """The image was made for it, and nobody sees it yet."""


def lay(place: Place, wish: Wish, pictures: Sequence[Picture], *, select: bool = True) -> Laid:
    """Put pictures into the image. `select` makes the new layer the one that is worked on; else that stays as it is.
    Raises BottegaError if there are none, or for an image that has become one that they do not fit into."""
    if not pictures:
        raise BottegaError(_("Nothing was painted."), remedy=_("Select more, or raise the strength."))
    seeds = [picture.seed for picture in pictures]
    image = place.image if place.image is not None and place.image.is_valid() else None
    if image is None:
        fresh = another(place.was, pictures[0].pixels.extent)
        laid = _lay(fresh, Place(fresh), wish, _made(fresh, Place(fresh), wish, pictures), seeds)
        return replace(laid, fresh=True)
    place, layers = _placed(image, place, wish, pictures)
    with one_undo_step(image):
        before = _selected(image)
        laid = _lay(image, place, wish, layers, seeds)
        if not select:
            before()
    return laid


def _placed(image: Gimp.Image, place: Place, wish: Wish, pictures: Sequence[Picture]) -> tuple[Place, list[Gimp.Layer]]:
    """The place in the image as it is now, and layers for it. To make them takes seconds where they are large, in which
    the artist works on: so it is looked where they go when they are there, and they are made again for another size."""
    refuse(image)
    then = _now(image, place)
    while True:
        layers = _made(image, then, wish, pictures)
        rest()
        try:
            refuse(image)
            now = _now(image, place)
        except BottegaError:
            _throw_away(layers)
            raise
        wanted = [_shown(now, picture) for picture in pictures]
        if [bounds.extent for bounds in wanted] == [_shown(then, picture).extent for picture in pictures]:
            for layer, bounds in zip(layers, wanted, strict=True):
                layer.set_offsets(bounds.x, bounds.y)
            return now, layers
        _throw_away(layers)
        then = now


def _throw_away(layers: Sequence[Gimp.Layer]) -> None:
    for layer in layers:
        if layer.is_valid():
            layer.delete()


def _selected(image: Gimp.Image) -> Callable[[], object]:
    """What selects again what is selected now: layers, or channels, of which a Quick Mask is one."""
    layers, channels = image.get_selected_layers(), image.get_selected_channels()
    return lambda: image.set_selected_channels(channels) if channels else image.set_selected_layers(layers)


@contextmanager
def one_undo_step(image: Gimp.Image) -> Generator[None]:
    """What happens here is undone at once. It must be little: GIMP undoes nothing while a group is open."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()


def _now(image: Gimp.Image, place: Place) -> Place:
    """The place in the canvas as it is, which other results, or the artist, have grown or cropped meanwhile. Raises
    BottegaError if nobody can tell it any more."""
    if place.was is None or place.bounds is None:
        return place
    shift = since(image, place.was)
    if shift is None and not place.anyway:
        message = _("The image was flipped, turned or cut: where the picture belongs cannot be told.")
        raise BottegaError(message, remedy=_("Insert it nevertheless, or into a new image."))
    shift = shift or Shift()
    room = grown(image, place.was, place.room, shift.of(place.room)) if place.room else None
    return replace(place, room=room, shift=shift)


def _made(image: Gimp.Image, place: Place, wish: Wish, pictures: Sequence[Picture]) -> list[Gimp.Layer]:
    """Layers that are not yet in the image, the first alone to be seen."""
    layers: list[Gimp.Layer] = []
    for picture in pictures:
        shown = _shown(place, picture)
        paints = wish.procedure.paints
        name = f"Bottega: {wish.title} ({picture.seed})" if paints else f"Bottega: {wish.title}"
        layer = made(image, name, picture, place.mask, shown.extent, masked=paints)
        layer.set_visible(not layers)
        keep(layer, wish.said(**_facts(wish, seed=str(picture.seed), count=1)))
        layers.append(layer)
    return layers


def _facts(wish: Wish, **facts: Any) -> dict[str, Any]:
    """What was drawn for a result; nothing for what takes no seed."""
    return facts if wish.procedure.paints else {}


def _shown(place: Place, picture: Picture) -> Bounds:
    """Where a picture goes in the canvas as it will be."""
    own, inner = picture.pixels.extent, picture.bounds
    if place.bounds is None:
        return own.bounds
    extent = place.bounds.extent if place.scaled else own
    spot = extent.bounds.moved(place.bounds.x, place.bounds.y).moved(*((inner.x, inner.y) if inner else (0, 0)))
    shown = place.shift.of(spot)
    return shown.seen_from(place.room) if place.room else shown


def _lay(image: Gimp.Image, place: Place, wish: Wish, layers: Sequence[Gimp.Layer], seeds: Sequence[int]) -> Laid:
    parent, position = _where(image, place.above)
    if place.room:
        image.resize(place.room.width, place.room.height, -place.room.x, -place.room.y)
    whole = layers[0]
    if len(layers) > 1:
        whole = Gimp.GroupLayer.new(image, f"Bottega: {wish.title}")
        image.insert_layer(whole, parent, position)
        parent, position = whole, 0
    for index, layer in enumerate(layers):
        image.insert_layer(layer, parent, position + index)
    for holder in (whole, image):
        keep(holder, wish.said(**_facts(wish, seed=str(seeds[0]), seeds=seeds)))
    return Laid(image, whole)


def _where(image: Gimp.Image, above: Gimp.Item | None) -> tuple[Gimp.Item | None, int]:
    """Parent and position of what comes above a layer, or above the candidates that it is one of; the top of the image
    if it is there no more."""
    if above is None or not above.is_valid() or above.get_image().get_id() != image.get_id():
        return None, 0
    parent = above.get_parent()
    while parent is not None and kept(parent):  # candidates' groups hold candidates alone, to be flipped through
        above, parent = parent, parent.get_parent()
    return parent, image.get_item_position(above)


def keep(holder: Gimp.Item | Gimp.Image, said: str) -> None:
    """Have parameters travel with a layer or an image, in its XCF file too."""
    persistent_and_undoable = 3
    holder.attach_parasite(Gimp.Parasite.new(KEY, persistent_and_undoable, list(said.encode("ascii"))))


def kept(holder: Gimp.Item | Gimp.Image) -> str | None:
    """The parameters that travel with a layer or an image."""
    parasite = holder.get_parasite(KEY)
    return bytes(parasite.get_data()).decode("ascii", "replace") if parasite else None


def made_with(holder: Gimp.Item | Gimp.Image) -> Wish | None:
    """What a layer or an image was made with, its seed included; None if it was not by us."""
    try:
        return wish_of(kept(holder) or "")
    except ValueError:
        return None
