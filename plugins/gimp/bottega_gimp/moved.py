"""An image as it was when a job was asked for: how far its pixels have moved since, and how another like it is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import gi

gi.require_version("GdkPixbuf", "2.0")

from gi.repository import GdkPixbuf, Gimp  # noqa: E402

from . import canvas, looks, traces  # noqa: E402
from .client import Bounds, Extent  # noqa: E402

MARKS = 16
"""Layers whose places are remembered: reading one costs GIMP four answers."""
SAME = (1.0, 1.0)
STILL = (0, 0)


@dataclass(frozen=True)
class Was:
    """What is remembered of it."""

    extent: Extent
    marks: tuple[tuple[int, Bounds], ...]
    """Where its uppermost layers lay, by their tattoos: numbers that stay with them in the XCF file too."""
    selection: Bounds | None
    grey: bool
    precision: int
    profile: bytes
    """ICC; nothing for GIMP's own sRGB."""
    ground: int = 0
    """Tattoo of the lowest layer; 0 for none."""
    under: Bounds | None = None
    """Where that one lay."""
    look: bytes = b""
    """What that one shows, very small."""
    runs: tuple[traces.Run, ...] = ()
    """Some of its pixels, or of one above it."""
    source: tuple[int, Bounds] | None = None
    """The layer that was read alone, and where it lay; None if it was all that is visible."""
    resolution: tuple[float, float] | None = None
    """Pixels per inch, to the right and down; None is GIMP's own choice."""


def seen(image: Gimp.Image, source: Gimp.Drawable | None = None) -> Was:
    """The image as it is, of which `source` was read, if it is a layer of it, or else all that is visible."""
    every = image.get_layers()
    layers = every[:MARKS]
    own = image.get_color_profile()
    _ok, across, down = image.get_resolution()
    return Was(
        canvas.extent_of(image),
        tuple((layer.get_tattoo(), canvas.layer_bounds(layer)) for layer in layers),
        canvas.selected(image),
        image.get_base_type() == Gimp.ImageBaseType.GRAY,
        int(image.get_precision()),
        bytes(own.get_icc_profile()) if own else b"",
        every[-1].get_tattoo() if every else 0,
        canvas.layer_bounds(every[-1]) if every else None,
        _look(every[-1]) if every else b"",
        traces.taken(every),
        _source(image, source),
        (across, down),
    )


def _source(image: Gimp.Image, layer: Gimp.Drawable | None) -> tuple[int, Bounds] | None:
    if not isinstance(layer, Gimp.Layer) or layer.get_image().get_id() != image.get_id():
        return None
    return layer.get_tattoo(), canvas.layer_bounds(layer)


def step(image: Gimp.Image, was: Was) -> tuple[int, int] | None:
    """How far to the right and down the pixels have moved that were read: those of one layer with that layer. Else with
    the canvas, of whose corner layers tell: what most say that have kept their size, else the selection, if it has;
    else None. Layers that a crop has cut, or a resize has grown, cannot tell."""
    if was.source is not None and (found := _steps(image, [was.source])):
        return found[0]
    ground = _steps(image, [(was.ground, was.under)] if was.ground and was.under is not None else [])
    if canvas.extent_of(image) == was.extent and ground in ([], [STILL]):
        return STILL  # others were moved by hand
    steps = [*ground, *_steps(image, [mark for mark in reversed(was.marks) if mark[0] != was.ground])]
    if len(set(steps)) > 1 and traces.still(image, was.runs):
        return STILL
    if steps:
        likely = [each for each in steps if _likely(each, canvas.extent_of(image), was.extent)]
        return Counter(likely or steps).most_common(1)[0][0]  # of as many, what the lowest says
    selection = canvas.selected(image)
    return _step(selection, was.selection) if selection and was.selection else None


def _steps(image: Gimp.Image, marks: Iterable[tuple[int, Bounds]]) -> list[tuple[int, int]]:
    """How far layers have moved since, those that are still there and have kept their size."""
    pairs = ((image.get_layer_by_tattoo(tattoo), bounds) for tattoo, bounds in marks)
    found = (_step(canvas.layer_bounds(layer), bounds) for layer, bounds in pairs if layer is not None)
    return [each for each in found if each is not None]


def _likely(by: tuple[int, int], now: Extent, before: Extent) -> bool:
    """Whether a corner may have moved so far of a canvas that has so many pixels more, or less."""
    more = now.width - before.width, now.height - before.height
    return all(min(0, side) <= step <= max(0, side) for step, side in zip(by, more, strict=True))


def _step(now: Bounds, before: Bounds) -> tuple[int, int] | None:
    return (now.x - before.x, now.y - before.y) if now.extent == before.extent else None


@dataclass(frozen=True)
class Shift:
    """What has happened to an image's pixels since."""

    times: tuple[float, float] = SAME
    """How many times wider and higher they are."""
    by: tuple[int, int] = STILL
    """How far they have then moved to the right and down."""

    def of(self, bounds: Bounds) -> Bounds:
        """Where those of some bounds are now."""
        if self.times == SAME:
            return bounds.moved(*self.by)
        x, y = ([round(edge * self.times[axis]) for edge in edges] for axis, edges in enumerate(_edges(bounds)))
        return Bounds.between(x[0], y[0], max(x[1], x[0] + 1), max(y[1], y[0] + 1)).moved(*self.by)

    def said_by(self, now: Bounds, before: Bounds) -> int:
        """What something says for this scaling that was there and is here: 1 that it was scaled so, -1 that it has
        kept its size and gone elsewhere, 0 nothing."""
        there = _close(now, self.of(before))
        return int(there and now.extent != before.extent) - int(not there and now.extent == before.extent)


def since(image: Gimp.Image, was: Was) -> Shift | None:
    """What has happened to most pixels since; None if the canvas is another one, and nothing tells where those have
    gone that it had, or the image was flipped or turned."""
    if traces.turned(image, was.extent, was.marks, was.runs):
        return None
    ground = image.get_layer_by_tattoo(was.ground) if was.ground else None
    if ground is not None and was.under is not None and (found := _resized(image, was, ground, was.under)):
        return found
    by = step(image, was)
    if by is None and was.runs and canvas.extent_of(image) != was.extent:
        return None
    return Shift(by=by or STILL)


def _resized(image: Gimp.Image, was: Was, ground: Gimp.Layer, old: Bounds) -> Shift | None:
    """What has happened if the lowest layer has another size: that the image was scaled, or cropped, if that is sure.
    Layers that lie within the canvas and the selection say by their places whether it was scaled. Those that cover it
    are after a crop where they are after a scaling: then pixels that are found again, or the lowest layer's look,
    decide."""
    new = canvas.layer_bounds(ground)
    times = new.width / old.width, new.height / old.height
    if times == SAME:
        return None
    shift = Shift(times, (round(new.x - old.x * times[0]), round(new.y - old.y * times[1])))
    said = sum(map(shift.said_by, *_places(image, was)))
    if said:
        return shift if said > 0 else None
    if by := traces.step(image, was.runs):
        return Shift(by=by)
    return shift if looks.scaled(_look(ground), was.look, new.extent, old.extent) else None


def _places(image: Gimp.Image, was: Was) -> tuple[list[Bounds], list[Bounds]]:
    """Where the layers that lay within the canvas, and the selection, are and were."""
    pairs = [(image.get_layer_by_tattoo(tattoo), bounds) for tattoo, bounds in was.marks]
    found = [(canvas.layer_bounds(layer), bounds) for layer, bounds in pairs if layer is not None]
    selection = canvas.selected(image)
    if selection and was.selection:
        found.append((selection, was.selection))
    within = [(now, bounds) for now, bounds in found if was.extent.bounds not in bounds]
    return [now for now, _bounds in within], [bounds for _now, bounds in within]


def _edges(bounds: Bounds) -> tuple[tuple[int, int], tuple[int, int]]:
    return (bounds.x, bounds.right), (bounds.y, bounds.bottom)


def _close(one: Bounds, two: Bounds) -> bool:
    """Whether two lie within GIMP's roundings of each other."""
    pairs = zip(_edges(one), _edges(two), strict=True)
    return all(abs(a - b) <= 2 for ours, theirs in pairs for a, b in zip(ours, theirs, strict=True))


def _look(layer: Gimp.Layer) -> bytes:
    """The layer as `looks` wants it."""
    small = layer.get_thumbnail(4 * looks.SIDE, 4 * looks.SIDE, Gimp.PixbufTransparency.KEEP_ALPHA)
    if small is None:
        return b""
    square = small.add_alpha(False, 0, 0, 0).scale_simple(looks.SIDE, looks.SIDE, GdkPixbuf.InterpType.BILINEAR)
    return bytes(square.get_pixels())


def grown(image: Gimp.Image, was: Was, room: Bounds, room_now: Bounds) -> Bounds | None:
    """What the canvas becomes to hold `room_now`, what was to be larger than the old one: on the sides where that was
    asked for, and never smaller than it is. None if it holds it."""
    now = canvas.extent_of(image)
    found = Bounds.between(
        min(room_now.x, 0) if room.x < 0 else 0,
        min(room_now.y, 0) if room.y < 0 else 0,
        max(room_now.right, now.width) if room.right > was.extent.width else now.width,
        max(room_now.bottom, now.height) if room.bottom > was.extent.height else now.height,
    )
    return None if found == now.bounds else found


def another(was: Was | None, extent: Extent) -> Gimp.Image:
    """An empty image of the same sort; an RGB one of 8 bits like none."""
    if was is None:
        return Gimp.Image.new(extent.width, extent.height, Gimp.ImageBaseType.RGB)
    base = Gimp.ImageBaseType.GRAY if was.grey else Gimp.ImageBaseType.RGB
    made = Gimp.Image.new_with_precision(extent.width, extent.height, base, Gimp.Precision(was.precision))
    if was.profile:
        made.set_color_profile(Gimp.ColorProfile.new_from_icc_profile(was.profile))
    if was.resolution:
        made.set_resolution(*was.resolution)
    return made
