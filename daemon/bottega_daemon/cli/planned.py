"""An inpaint that is planned here: of a picture only contexts are sent, and what comes back is laid over the whole."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bottega import messages as m
from bottega.errors import BottegaError, InvalidRequest
from bottega.events import Picture
from bottega.planning import Native, Plan, bounds_of, native_of, plan
from bottega.planning.overlay import Overlay
from bottega.planning.walking import Layers, Walk, carry_out, layer_bounds, walk
from bottega.tasks import Inpaint
from bottega_daemon.cli.hands import HANDS, showing
from bottega_daemon.cli.interrupts import interruptible, submitting
from bottega_daemon.cli.layers import laid
from bottega_daemon.cli.masks import with_void
from bottega_daemon.cli.options import Focus, Placing, Reaching
from bottega_daemon.cli.painting import Painted, report
from bottega_daemon.cli.plans import choices_of
from bottega_daemon.cli.progress import Bar, Timings
from bottega_daemon.cli.say import note
from bottega_daemon.cli.settings import settings_of

if TYPE_CHECKING:
    from bottega.client import Client, JobHandle

TOP_SEED = 2**32 - 1
MANY = 64
"""Tiles from which on it is said how to have fewer."""


@dataclass(frozen=True)
class Planned:
    """One mask of a task: its place among them, its plan, and the task for that mask alone."""

    mask: int
    plan: Plan
    task: Inpaint


def plans_of(task: Inpaint, native: Native, focus: Focus) -> list[Planned]:
    """Each of a task's masks that selects anything."""
    found: list[Planned] = []
    for number, mask in enumerate((task.mask, *task.more_masks)):
        whole = with_void(task.picture, mask) if task.outpaint else mask
        selection = bounds_of(whole)
        if selection is not None:
            choices = choices_of(focus, task.grow, task.feather, _strength(task), selection)
            made = plan(task.picture.extent, selection, native, choices)
            found.append(Planned(number, made, replace(task, mask=whole, more_masks=())))
    return found


def paint_planned(
    client: Client,
    task: Inpaint,
    focus: Focus,
    placing: Placing,
    reaching: Reaching,
    *,
    as_layers: bool = False,
    profile: bytes = b"",
) -> None:
    """Have it done and keep the pictures, or their layers; Ctrl-C cancels what runs. Raises what `painting.paint`
    does."""
    begun, catalog = time.monotonic(), client.catalog()
    _check_number(task, catalog)
    native = native_of(catalog, task.checkpoint)
    seed = task.seed if task.seed is not None else secrets.randbelow(max(1, TOP_SEED - task.count + 2))
    planned = plans_of(replace(task, seed=seed), native, focus)
    _warn(planned)
    overlays = [Overlay(HANDS, showing) for _ in planned]
    with interruptible(), Bar(task.prompt[:200], quiet=placing.quiet) as bar:
        desk = Desk(client, task.prompt[:200], bar)
        walks = [walk(each.plan, each.task, over.hands) for each, over in zip(planned, overlays, strict=True)]
        contexts = desk.carry_out(walks)
    layers = [
        _on_canvas(layer, each, task.count)
        for each, over, painted in zip(planned, overlays, contexts, strict=True)
        for layer in over.layers(painted, seed)
    ]
    size = f"{task.picture.width}x{task.picture.height}"
    masks = 1 + len(task.more_masks)
    said = {"seed": seed, "count": task.count, "size": size, "strength": _strength(task), "masks": masks}
    said["controls"] = settings_of(desk.jobs[-1])["controls"]  # the first job may be one that only looks
    painted = Painted(client, desk.jobs[0], placing, as_layers, settings_more=said, profile=profile)
    if as_layers:
        for layer in layers:
            painted.keep(layer)
    else:
        for index in range(task.count):
            whole = laid(task.picture, [layer for layer in layers if layer.seed == seed + index])
            painted.save(whole, index, seed + index)
    seconds = {**desk.seconds, "total": round(time.monotonic() - begun, 3)}
    extra = {"jobs": [job.job_id for job in desk.jobs], "plans": [each.plan.as_dict() for each in planned]}
    report(painted, desk.jobs[-1], seconds, reaching, **extra)


def _on_canvas(layer: Picture, planned: Planned, count: int) -> Picture:
    """A layer of a context, as one of the canvas."""
    place = layer_bounds(layer).moved(planned.plan.context.x, planned.plan.context.y)
    bounds = m.Bounds(x=place.x, y=place.y, width=place.width, height=place.height)
    return replace(layer, index=planned.mask * count + layer.index, bounds=bounds, mask=planned.mask)


@dataclass
class Desk:
    """Hands jobs to the daemon, as many at once as may be, and gathers what comes back."""

    client: Client
    title: str
    bar: Bar
    jobs: list[m.Job] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def carry_out(self, walks: Sequence[Walk]) -> list[list[Any]]:
        """Every walk to its end, side by side."""
        return carry_out(walks, self._done)

    def _done(self, tasks: Sequence[Inpaint]) -> list[Layers]:
        """What comes of jobs that are done at once. If one fails or is interrupted, none goes on."""
        with submitting(self.client) as jobs:
            try:
                handles = [jobs.submit(task, self.title) for task in tasks]
                return [self._follow(handle) for handle in handles]
            except BottegaError:
                jobs.cancel()
                raise

    def _follow(self, handle: JobHandle) -> Layers:
        layers, timings = [], Timings()
        for item in self.client.follow(handle.job_id):
            if isinstance(item, Picture):
                layers.append(item)
            else:
                timings(item)
                self.bar(item)
        self.jobs.append(self.client.job(handle.job_id))
        for name, seconds in timings.seconds.items():
            self.seconds[name] = round(self.seconds.get(name, 0.0) + seconds, 3)
        return sorted(layers, key=lambda layer: layer.index)


def _strength(task: Inpaint) -> float:
    """The strength that is asked for; for one that cannot be the daemon has an error ready."""
    return task.strength if task.strength is not None and 0 <= task.strength <= 1 else 1.0


def _check_number(task: Inpaint, catalog: m.Catalog) -> None:
    """Raise InvalidRequest for more pictures than the daemon makes at once."""
    masks, most = 1 + len(task.more_masks), catalog.limits.max_count if catalog.limits else 0
    if most and masks > 1 and masks * task.count > most:
        message = f"{masks} masks times {task.count} pictures are {masks * task.count}."
        raise InvalidRequest(message, remedy=f"Ask for at most {most} at once.", field="inpaint.more_masks")


def _warn(planned: Sequence[Planned]) -> None:
    tiles = max((len(each.plan.last.tiles) for each in planned), default=0)
    if tiles >= MANY:
        note(f"[yellow]note:[/] this takes {tiles} tiles. Fewer with --megapixels; `inspect-plan` shows them.")
