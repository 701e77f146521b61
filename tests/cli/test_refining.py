"""What shows of a large selection was denoised, also where tiles refine it at once: under the daemon's own masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bottega import messages as m
from bottega.events import Picture
from bottega.geometry import Bounds
from bottega.pixels import Pixels
from bottega.planning import Choices, bounds_of, plan
from bottega.planning.growing import Gathering
from bottega.planning.overlay import Overlay
from bottega.planning.walking import Hands, carry_out, walk
from bottega.tasks import Inpaint, Margin
from bottega_daemon import spec
from bottega_daemon.cli.hands import HANDS, showing
from bottega_daemon.cli.layers import array_of
from bottega_daemon.diffusion.masks import Area, area
from tests.cli.test_walking import CANVAS, STARTER, canvas_of


def masks(job: Inpaint) -> Area:
    """What the daemon makes of a job's mask and margins."""
    grow, feather = (spec.Margin(each.pixels, each.relative) for each in (job.grow, job.feather))
    return area(array_of(job.mask)[..., 0], grow, feather)


def paint(job: Inpaint) -> list[Picture]:
    """One grey layer that shows as far as the daemon's would, in the depth of the job's picture."""
    kind = array_of(job.picture).dtype
    alpha = masks(job).alpha[..., None] * np.iinfo(kind).max
    values = np.concatenate([np.full((*alpha.shape[:2], 3), 99), np.rint(alpha)], axis=-1).astype(kind)
    bounds = m.Bounds(x=0, y=0, width=job.picture.width, height=job.picture.height)
    return [Picture("job", 0, job.seed or 0, Pixels.of(values), bounds, 0)]


def with_places(hands: Hands, places: list[Bounds]) -> Hands:
    """Hands that tell which part each refining job is of."""

    def cut(context: object, place: Bounds) -> Pixels:
        places.append(place)
        return hands.cut(context, place)

    return replace(hands, cut=cut)


def gathered() -> tuple[Hands, Callable[..., list[Picture]]]:
    gathering = Gathering()
    return gathering.hands, gathering.layers


def overlaid() -> tuple[Hands, Callable[..., list[Picture]]]:
    over = Overlay(HANDS, showing)
    return over.hands, over.layers


@pytest.mark.parametrize("hosts", [gathered, overlaid])
@pytest.mark.parametrize(
    ("grow", "feather"), [(Margin(), Margin()), (Margin(5), Margin(12)), (Margin(2), Margin(0, 0.2))]
)
@pytest.mark.parametrize(("strength", "white"), [(0.3, 255), (0.3, 130), (1.0, 255)])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_wherever_a_tiled_result_shows_denoising_worked(
    depth: type[np.uint8 | np.uint16],
    strength: float,
    white: int,
    grow: Margin,
    feather: Margin,
    hosts: Callable[[], tuple[Hands, Callable[..., list[Picture]]]],
) -> None:
    """Protects the visible blend of walks that refine only: no first pass has denoised it."""
    values = np.zeros((CANVAS.height, CANVAS.width), np.uint8)
    values[90:220, 80:290] = white
    mask = Pixels.of(values, "data")
    selection = bounds_of(mask)
    assert selection is not None
    picture = Pixels.of(array_of(canvas_of()).astype(depth) * (1 if depth == np.uint8 else 257))
    reach = round(feather.relative * float(np.hypot(selection.width, selection.height)))
    found = plan(CANVAS, selection, STARTER, Choices(grow.pixels, feather.pixels + reach, strength=strength))
    task = Inpaint(picture, mask, "x", strength, seed=5, grow=grow, feather=feather)
    jobs, places = list[Inpaint](), list[Bounds]()

    def ask(tasks: list[Inpaint]) -> list[list[Picture]]:
        jobs.extend(job for job in tasks if job.strength)
        return [paint(job) for job in tasks]

    hands, layers = hosts()
    (contexts,) = carry_out([walk(found, task, with_places(hands, places))], ask)
    assert len(jobs) > 4 and len(places) == len(jobs) - (strength == 1)
    denoised = np.zeros((found.context.height, found.context.width), np.float32)
    for job, place in zip(jobs, [found.context.extent.bounds] * (strength == 1) + places, strict=True):
        part = denoised[place.y : place.bottom, place.x : place.right]
        np.maximum(part, masks(job).denoise, out=part)

    (layer,) = layers(contexts, 5)
    assert layer.bounds is not None
    alpha, stored = np.zeros_like(denoised), array_of(layer.pixels)
    rows = slice(layer.bounds.y, layer.bounds.y + stored.shape[0])
    alpha[rows, layer.bounds.x : layer.bounds.x + stored.shape[1]] = stored[..., 3] / np.iinfo(depth).max
    asked = masks(replace(task, mask=mask.crop(found.context.x, found.context.y, *denoised.shape[::-1])))
    step = 1 / np.iinfo(depth).max
    assert np.abs(alpha - asked.alpha).max() <= 0.51 * step + 1e-5, (
        "it shows as far as it was asked to, in all its bits"
    )
    assert (denoised[alpha > 0.02] > 0.3 * white / 255).all()
    assert (denoised >= np.minimum(asked.denoise, 0.4) - 0.002)[alpha > 0.02].all()
