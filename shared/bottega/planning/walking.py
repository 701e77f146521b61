"""A plan carried out: each pass asks for jobs on the context alone, and lays what comes of them over it.

A walk is a generator: it yields jobs that may be done at once, and is resumed with the layers of each. What it needs
done with pixels, the host's `Hands` do.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from bottega import messages as m
from bottega.errors import InvalidRequest
from bottega.events import Picture
from bottega.geometry import Bounds, Extent
from bottega.pixels import DEPTH_BYTES, Pixels
from bottega.planning.choices import relative
from bottega.planning.cutting import cut, cut_control, cut_mask, with_void
from bottega.planning.passes import Pass, resampled
from bottega.planning.plan import Plan
from bottega.tasks import Inpaint, Margin

Layers: TypeAlias = list[Picture]
Walk: TypeAlias = Generator[list[Inpaint], list[Layers], list[Any]]
"""Returns contexts, which are whatever its hands' `laid` gives: pictures, where they do not say otherwise."""

MOST_TILES = 512
"""For one mask: the whole of 8192 x 8192 for a model of 512, with some to spare. More would take hours."""
_GLANCE = 256
"""Longest side at which a job is worked on that is asked for its mask alone."""
_APART = 1 << 16
"""Between the seeds of one candidate's tiles: under equal noise flat parts would get the same grain in all of them, and
a wall a pattern."""
_BLEND = 0.4
"""How far denoising goes at least where a result fades out: the daemon's own `masks.BLEND`."""


@dataclass(frozen=True)
class Hands:
    """How a host works on pixels."""

    laid: Callable[[Any, Sequence[Picture]], Any]
    """A context under layers, none or several; where their alpha is 0, and outside of their bounds, every bit is its
    own. It is given what was sent, later its own results, each of them once: it may work in place."""
    reach: Callable[[Picture, Extent], Any]
    """How far a layer shows, on its whole context: whatever `faded` takes. It is asked first of all how far the result
    shows, before anything is laid."""
    faded: Callable[[Any, Bounds, float, float], Pixels | None]
    """A part of that as a mask of 16 bits, which fades in over so many pixels from its left and from its top edge (0:
    not at all); None if it shows nowhere there."""
    cut: Callable[[Any, Bounds], Pixels] = cut
    """A part of a context as it looks, in the channels and depth of what was sent."""
    kept: Callable[[Any], Any] = lambda context: context
    """A context as it is now, to be cut while `laid` goes on with it: for hands that work in place."""


def layer_bounds(layer: Picture) -> Bounds:
    """Where an inpaint's picture lies on the one that was sent."""
    assert layer.bounds is not None, "an inpaint's pictures are layers"
    return Bounds(layer.bounds.x, layer.bounds.y, layer.pixels.width, layer.pixels.height)


def walk(plan: Plan, task: Inpaint, hands: Hands) -> Walk:
    """Paint one mask of a canvas: `task` holds the whole picture and mask, and a seed. Returns the context for each
    picture that is asked for, repainted; outside of the mask every bit is the canvas's own.

    Raises InvalidRequest for a plan of more than `MOST_TILES` tiles, before anything is sent.
    """
    _check_tiles(plan)
    context, first = plan.context, plan.passes[0]
    sent = replace(task, picture=cut(task.picture, context), mask=cut_mask(task.mask, context, plan.selection))
    painted: list[Layers]
    if first.tiles:  # what is only refined is not composed, but how far it reaches the daemon knows
        (found, *blend) = yield [_glance(job) for job in (sent, *_blends(sent, plan.selection))]
        nothing: Layers = []
        painted, others = [nothing] * task.count, plan.passes
    else:
        (found, *blend) = yield [_at(sent, task, context, first.content, first.strength)]
        painted, others = [[layer] for layer in found], plan.passes[1:]
    reached, *beyond = (hands.reach(layers[0], context.extent) for layers in (found, *blend))
    contexts = [hands.laid(sent.picture, layers) for layers in painted]
    for each in others:
        refined = [replace(sent, seed=(task.seed or 0) + index, count=1, fill="keep") for index in range(task.count)]
        contexts = yield from _refine(plan, each, task, refined, contexts, [reached, *beyond], hands)
    return contexts


def carry_out(walks: Sequence[Walk], ask: Callable[[list[Inpaint]], list[Layers]]) -> list[list[Any]]:
    """Every walk to its end, side by side: `ask` has jobs done, those of all walks at once."""
    waiting, ended = dict(enumerate(walks)), dict[int, list[Any]]()
    wanted = {index: next(each) for index, each in waiting.items()}
    while wanted:
        answers = iter(ask([job for jobs in wanted.values() for job in jobs]))
        given = {index: [next(answers) for _ in jobs] for index, jobs in wanted.items()}
        wanted = {}
        for index, layers in given.items():
            found = _resumed(waiting[index], layers)
            if isinstance(found, StopIteration):
                ended[index] = found.value
            else:
                wanted[index] = found
    return [ended[index] for index in range(len(walks))]


def _check_tiles(plan: Plan) -> None:
    number = len(plan.last.tiles)
    if number > MOST_TILES:
        message = f"this selection takes {number} tiles of {plan.last.tiles[0].extent}; the most is {MOST_TILES}."
        remedy = "Ask for less detail or fewer megapixels, select less at once, or use a model of a larger native size."
        raise InvalidRequest(message, remedy=remedy, field="inpaint.mask")


def _resumed(walk: Walk, layers: list[Layers]) -> list[Inpaint] | StopIteration:
    """The next jobs, or the end."""
    try:
        return walk.send(layers)
    except StopIteration as end:
        return end


def _refine(
    plan: Plan,
    each: Pass,
    task: Inpaint,
    refined: Sequence[Inpaint],
    contexts: list[Any],
    reached: Sequence[Any],
    hands: Hands,
) -> Walk:
    """A further pass over every candidate's context: all candidates at once, one tile after the other.

    Each tile is cut from what was there before the pass. Cut from what its neighbours have become, pixels under several
    tiles would be denoised several times, and a wall of one colour would show all of them.
    """
    if not each.tiles:
        asked, whole = zip(refined, contexts, strict=True), plan.context.extent.bounds
        jobs = [replace(job, picture=hands.cut(context, whole)) for job, context in asked]
        found = yield [_at(job, task, plan.context, each.content, each.strength) for job in jobs]
        return [hands.laid(context, layers) for context, layers in zip(contexts, found, strict=True)]
    before = [hands.kept(context) for context in contexts]
    for number, tile, size, mask in _tiles(plan, each, reached, hands):
        place = tile.seen_from(plan.context)
        soft = {"mask": mask, "grow": Margin(), "feather": Margin()}
        pairs = zip(refined, before, strict=True)
        jobs = [replace(job, picture=hands.cut(context, place), **soft) for job, context in pairs]
        jobs = [replace(job, seed=((job.seed or 0) + number * _APART) % 2**32) for job in jobs]
        found = yield [_at(job, task, tile, size, each.strength) for job in jobs]
        contexts = [
            hands.laid(context, [_moved(layer, place) for layer in layers])
            for context, layers in zip(contexts, found, strict=True)
        ]
    return contexts


def _at(job: Inpaint, whole: Inpaint, part: Bounds, size: Extent, strength: float) -> Inpaint:
    """The job at a size and a strength, with what the whole task's controls say about this part of the canvas."""
    controls = [cut_control(control, whole.picture.extent, part, size) for control in whole.controls]
    return replace(job, width=size.width, height=size.height, strength=strength, controls=controls)


def _glance(job: Inpaint) -> Inpaint:
    """A job that changes nothing, and so tells at once how far the mask reaches: of a blank picture, since a layer that
    leaves a transparent one as it is must be as transparent."""
    mask = with_void(job.mask, job.picture) if job.outpaint else job.mask
    size, depth = job.picture.extent, "u8" if job.picture.depth == "u8" else "u16"
    blank = Pixels(size.width, size.height, 1, depth, "srgb", bytes(DEPTH_BYTES[depth] * size.width * size.height))
    job = replace(job, picture=blank, mask=mask, outpaint=False)
    longest = job.picture.extent.longest
    width, height = (max(16, round(side * _GLANCE / longest)) for side in (job.picture.width, job.picture.height))
    return replace(job, strength=0.0, count=1, width=width, height=height, controls=())


def _blends(job: Inpaint, selection: Bounds) -> list[Inpaint]:
    """The job that shows where denoising is to reach as far as the blend: over all of the feather, and out over as much
    again. None for what has no feather."""
    if job.feather == Margin():
        return []
    further = sum(each.pixels + relative(selection, each.relative) for each in (job.grow, job.feather))
    return [replace(job, grow=Margin(further))]


def _tiles(
    plan: Plan, each: Pass, reached: Sequence[Any], hands: Hands
) -> Iterator[tuple[int, Bounds, Extent, Pixels]]:
    """Each tile's number from 1 on, its place on the canvas, its size in pixels of work, and its mask: faded in at the
    edges where earlier tiles lie, so that none ends in a line. Tiles that nothing is selected of are left out.

    The mask is how far the result shows, the first of `reached`; with a second one as far as the blend there at least:
    what was composed before is denoised where it shows, what is only refined has to be.
    """
    first = each.tiles[0]
    fade = max(1.0, each.overlap / float(plan.scale) - 2.0)  # tiles end on whole pixels of canvas
    for number, (tile, place) in enumerate(zip(each.tiles, plan.tiles_on_canvas(), strict=True), 1):
        left, top = (fade if tile.x > first.x else 0.0), (fade if tile.y > first.y else 0.0)
        mask, *beyond = (hands.faded(each, place.seen_from(plan.context), left, top) for each in reached)
        if mask is not None:
            yield number, place, resampled(place.extent, plan.scale), _at_least(mask, *beyond)


def _at_least(mask: Pixels, beyond: Pixels | None = None) -> Pixels:
    """A mask of 16 bits, as great as the blend wherever the other one is white."""
    if beyond is None:
        return mask
    values, others = (memoryview(each.data).cast("H") for each in (mask, beyond))
    found = array("H", (max(value, int(_BLEND * other)) for value, other in zip(values, others, strict=True)))
    return replace(mask, data=found.tobytes())


def _moved(layer: Picture, place: Bounds) -> Picture:
    """A layer of a part that lies there, as one of the whole."""
    found = layer_bounds(layer).moved(place.x, place.y)
    return replace(layer, bounds=m.Bounds(x=found.x, y=found.y, width=found.width, height=found.height))
