"""An inpaint that is planned here: of a picture only contexts are sent, and what comes back is laid over the whole."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from bottega import messages as m
from bottega.errors import BottegaError, InvalidRequest
from bottega.events import Picture
from bottega.geometry import Bounds
from bottega.pixels import Pixels
from bottega.planning import Native, Plan, bounds_of, native_of, pasted, plan
from bottega.planning.walking import Layers, Walk, carry_out, walk
from bottega.tasks import Inpaint
from bottega_daemon.cli.hands import HANDS
from bottega_daemon.cli.interrupts import interruptible, submitting
from bottega_daemon.cli.layers import array_of
from bottega_daemon.cli.options import Focus, Placing, Reaching
from bottega_daemon.cli.painting import Painted, report
from bottega_daemon.cli.plans import choices_of
from bottega_daemon.cli.progress import Bar, Timings
from bottega_daemon.cli.say import note

if TYPE_CHECKING:
    from bottega.client import Client, JobHandle

TOP_SEED = 2**32 - 1
MANY = 64
"""Tiles from which on it is said how to have fewer."""


def plans_of(task: Inpaint, native: Native, focus: Focus) -> list[tuple[Plan, Inpaint]]:
    """A plan for each of a task's masks that selects anything, and the task for that mask alone."""
    found: list[tuple[Plan, Inpaint]] = []
    for mask in (task.mask, *task.more_masks):
        whole = _with_void(task.picture, mask) if task.outpaint else mask
        selection = bounds_of(whole)
        if selection is not None:
            strength = _strength(task)
            choices = choices_of(focus, task.grow, task.feather, strength, selection)
            made = plan(task.picture.extent, selection, native, choices)
            found.append((made, replace(task, mask=whole, more_masks=())))
    return found


def paint_planned(
    client: Client, task: Inpaint, focus: Focus, placing: Placing, reaching: Reaching, profile: bytes = b""
) -> None:
    """Have it done and keep the pictures; Ctrl-C cancels what runs. Raises what `painting.paint` does."""
    begun, catalog = time.monotonic(), client.catalog()
    _check_number(task, catalog)
    native = native_of(catalog, task.checkpoint)
    seed = task.seed if task.seed is not None else secrets.randbelow(max(1, TOP_SEED - task.count + 2))
    planned = plans_of(replace(task, seed=seed), native, focus)
    _warn(planned)
    with interruptible(), Bar(task.prompt[:200], quiet=placing.quiet) as bar:
        desk = Desk(client, task.prompt[:200], bar)
        contexts = desk.carry_out([walk(made, each, HANDS) for made, each in planned])
    size = f"{task.picture.width}x{task.picture.height}"
    masks = 1 + len(task.more_masks)
    said = {"seed": seed, "count": task.count, "size": size, "strength": _strength(task), "masks": masks}
    painted = Painted(client, desk.jobs[0], placing, settings_more=said, profile=profile)
    for index in range(task.count):
        pixels = task.picture
        for (made, _), found in zip(planned, contexts, strict=True):
            pixels = _merged(pixels, task.picture, found[index], made.context)
        painted.save(pixels, index, seed + index)
    seconds = {**desk.seconds, "total": round(time.monotonic() - begun, 3)}
    extra = {"jobs": [job.job_id for job in desk.jobs], "plans": [made.as_dict() for made, _ in planned]}
    report(painted, desk.jobs[-1], seconds, reaching, **extra)


@dataclass
class Desk:
    """Hands jobs to the daemon, as many at once as may be, and gathers what comes back."""

    client: Client
    title: str
    bar: Bar
    jobs: list[m.Job] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def carry_out(self, walks: Sequence[Walk]) -> list[list[Pixels]]:
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


def _with_void(picture: Pixels, mask: Pixels) -> Pixels:
    """The mask, white also where the picture has no colour yet."""
    if picture.channels != 4:
        return mask
    values = array_of(mask)[..., 0]
    white = np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1
    return Pixels.of(np.where(array_of(picture)[..., 3] == 0, values.dtype.type(white), values), "data")


def _merged(below: Pixels, before: Pixels, context: Pixels, place: Bounds) -> Pixels:
    """The picture with what a context has changed; what another mask's context has changed before is kept."""
    crop = (place.x, place.y, place.width, place.height)
    own, old, new = array_of(below.crop(*crop)), array_of(before.crop(*crop)), array_of(context)
    changed = (old != new).any(axis=-1, keepdims=True)
    return pasted(below, Pixels.of(np.where(changed, new, own), below.color_space), place)


def _check_number(task: Inpaint, catalog: m.Catalog) -> None:
    """Raise InvalidRequest for more pictures than the daemon makes at once."""
    masks, most = 1 + len(task.more_masks), catalog.limits.max_count if catalog.limits else 0
    if most and masks > 1 and masks * task.count > most:
        message = f"{masks} masks times {task.count} pictures are {masks * task.count}."
        raise InvalidRequest(message, remedy=f"Ask for at most {most} at once.", field="inpaint.more_masks")


def _warn(planned: Sequence[tuple[Plan, Inpaint]]) -> None:
    tiles = max((len(made.last.tiles) for made, _ in planned), default=0)
    if tiles >= MANY:
        note(f"[yellow]note:[/] this takes {tiles} tiles. Fewer with --megapixels; `inspect-plan` shows them.")
