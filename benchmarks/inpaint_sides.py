"""The sides of `benchmarks.inpaint`: one case, and what ours, the published formulas and diffusers make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image

from benchmarks import published
from bottega import messages as m
from bottega import tasks
from bottega.events import Picture
from bottega.pixels import Pixels
from bottega.planning import Bounds, Choices, Extent, Plan, native, plan
from bottega.planning.overlay import Overlay
from bottega.planning.walking import carry_out, layer_bounds, walk
from bottega_daemon import spec
from bottega_daemon.cli.hands import HANDS, showing
from bottega_daemon.cli.layers import array_of
from bottega_daemon.config import STARTER_ROOT
from bottega_daemon.diffusion.masks import bounds_of
from bottega_daemon.diffusion.pixels import Floats, from_float, to_float
from bottega_daemon.spec import Denoising, Fill, Inpaint, Margin
from bottega_daemon.tasks.stages import Models
from bottega_daemon.worker import protocol
from tests.worker.kit import Bench

NATIVE, STEPS, GUIDANCE = 128, 20, 5.0
SAMPLER, SCHEDULE = "dpmpp_2m_sde", "karras"
"""Our default, which all sides get."""
UNIT = NATIVE / 512
"""Of the published lengths, which are those of a model of 512."""
GROW, FEATHER = 1, 0.10
"""Pixels, and a part of the selection's diagonal."""


@dataclass(frozen=True)
class Case:
    """A canvas [h, w, 3], what is selected of it [h, w], both in 0..1, and the words to repaint it with."""

    name: str
    canvas: Floats
    selection: Floats
    prompt: str

    @property
    def box(self) -> Bounds:
        """Of what is selected."""
        found = bounds_of(self.selection)
        assert found
        return Bounds(found.x, found.y, found.width, found.height)

    @property
    def plan(self) -> Plan:
        """How it is painted."""
        size = Extent(self.canvas.shape[1], self.canvas.shape[0])
        choices = Choices(grow=GROW, feather=round(FEATHER * np.hypot(self.box.width, self.box.height)))
        return plan(size, self.box, native("starter", NATIVE), choices)

    @property
    def context(self) -> tuple[slice, slice]:
        """Rows and columns that every side gets to see."""
        where = self.plan.context
        return slice(where.y, where.bottom), slice(where.x, where.right)


Side = Callable[[Case, int], Floats]
"""Repaints a case with a seed."""


class Ours:
    """The daemon's own inpaint task, on models in this process."""

    def __init__(self, models: Models, folder: Path) -> None:
        self._models, self._folder, self._runs = models, folder, 0

    def paint(
        self, picture: Floats, selection: Floats, prompt: str, seed: int, **wishes: Any
    ) -> tuple[Floats, Floats, Any]:
        """A layer's colours and alpha in 0..1, and where on the picture they lie."""
        self._runs += 1
        bench = Bench(self._models, self._folder / str(self._runs))
        how = Denoising("starter", prompt, "", SAMPLER, SCHEDULE, STEPS, GUIDANCE, seed=seed)
        image = bench.image(picture, "f32"), bench.image(selection[..., None], "f32", "data")
        (made,) = bench.run(Inpaint(how, *image, **wishes))
        bounds = next(event.bounds for event in bench.events if isinstance(event, protocol.Picture))
        assert bounds
        where = slice(bounds.y, bounds.y + bounds.height), slice(bounds.x, bounds.x + bounds.width)
        return to_float(made[..., :3]), to_float(made[..., 3]), where

    def bottega(self, case: Case, seed: int, fill: Fill = "auto") -> Floats:
        """As the command line and the plug-ins do it: planned, and in as many passes as that takes."""
        picture, mask = Pixels.of(case.canvas), Pixels.of(case.selection, "data")
        grow, feather = tasks.Margin(GROW), tasks.Margin(0, FEATHER)
        task = tasks.Inpaint(picture, mask, case.prompt, 1.0, fill, seed=seed, grow=grow, feather=feather)
        over = Overlay(HANDS, showing)
        (painted,) = carry_out([walk(case.plan, task, over.hands)], lambda jobs: [[self._layer(job)] for job in jobs])
        (made,) = over.layers(painted, seed)
        values, at = array_of(made.pixels), layer_bounds(made)
        return laid_over(case, values[..., :3], values[..., 3], (slice(at.y, at.bottom), slice(at.x, at.right)))

    def at_once(self, case: Case, seed: int) -> Floats:
        """The whole context in one pass, as the two others do."""
        wishes = {"grow": Margin(GROW), "feather": Margin(0, FEATHER)}
        at = case.context
        colours, alpha, where = self.paint(case.canvas[at], case.selection[at], case.prompt, seed, **wishes)
        return laid_over(case, colours, alpha, where)

    def _layer(self, job: tasks.Inpaint) -> Picture:
        """What the daemon answers to one job of a walk."""
        margins = {"grow": Margin(job.grow.pixels), "feather": Margin(job.feather.pixels, job.feather.relative)}
        picture, selection = (array_of(each) for each in (job.picture, job.mask))
        colours, alpha, (rows, columns) = self.paint(
            picture,
            to_float(selection[..., 0]),
            job.prompt,
            job.seed or 0,
            fill=job.fill,
            strength=job.strength,
            extent=spec.Extent(job.width, job.height) if job.width else None,
            **margins,
        )
        bounds = m.Bounds(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
        return Picture("", 0, job.seed or 0, Pixels.of(np.concatenate([colours, alpha[..., None]], axis=-1)), bounds)

    def formulas(self, case: Case, seed: int) -> Floats:
        """The same denoising with the published masks, filling, colours and depth."""
        picture, selection = case.canvas[case.context], case.selection[case.context]
        soft = published.softness(case.box.width, case.box.height, unit=UNIT)
        denoise = published.denoise_mask(selection, soft)
        before = published.filled(picture, selection, UNIT)
        # Everything is asked for a little, too little for a single step: what comes back is then the whole context.
        mask = np.maximum(published.cells(denoise), np.float32(0.1 / STEPS))
        painted, _, _ = self.paint(before, mask, case.prompt, seed, fill="keep", match_color=False)
        painted = to_float(from_float(published.matched(painted, picture, denoise), "u8"))
        alpha = to_float(from_float(published.alpha_mask(denoise, soft), "u8"))
        return laid_over(case, painted, alpha, (slice(None), slice(None)))


def laid_over(case: Case, colours: Floats, alpha: Floats, where: tuple[slice, slice]) -> Floats:
    """The canvas with colours laid over its context."""
    result = case.canvas.copy()
    part = result[case.context][where]
    part += alpha[..., None] * (colours - part)
    return result


def diffusers_side() -> Side:
    """diffusers' pipeline on the context, its picture put back as it comes."""
    from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint import StableDiffusionInpaintPipeline
    from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler

    folder = STARTER_ROOT / "checkpoints" / "starter"
    pipe: Any = StableDiffusionInpaintPipeline.from_pretrained(
        folder, dtype=torch.float32, safety_checker=None, local_files_only=True
    )
    sampler = {"algorithm_type": "sde-dpmsolver++", "use_karras_sigmas": True}
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config, **sampler)
    pipe.set_progress_bar_config(disable=True)

    def paint(case: Case, seed: int) -> Floats:
        picture, selection = case.canvas[case.context], case.selection[case.context]
        made = pipe(
            case.prompt,
            image=Image.fromarray(np.rint(picture * 255).astype(np.uint8)),
            mask_image=Image.fromarray(np.rint(selection * 255).astype(np.uint8)),
            height=picture.shape[0],
            width=picture.shape[1],
            strength=1.0,
            num_inference_steps=STEPS,
            guidance_scale=GUIDANCE,
            generator=torch.Generator("cpu").manual_seed(seed),
            output_type="np",
        ).images[0]
        result = case.canvas.copy()
        result[case.context] = made
        return result

    return paint


def laid_back(case: Case, result: Floats) -> Floats:
    """A result put back under the selection alone, as diffusers' `apply_overlay` does."""
    return np.where(case.selection[..., None] >= 0.5, result, case.canvas)


def shrunk(side: Side) -> Side:
    """A side that is given the whole canvas at the model's native size, as where nothing plans a context."""

    def paint(case: Case, seed: int) -> Floats:
        size = (NATIVE, NATIVE)
        canvas = cv2.resize(case.canvas, size, interpolation=cv2.INTER_AREA)
        selection = np.asarray(cv2.resize(case.selection, size, interpolation=cv2.INTER_AREA), np.float32)
        made = side(Case(case.name, np.asarray(canvas, np.float32), np.ceil(selection), case.prompt), seed)
        whole = case.canvas.shape[1], case.canvas.shape[0]
        return np.clip(np.asarray(cv2.resize(made, whole, interpolation=cv2.INTER_CUBIC), np.float32), 0, 1)

    return paint
