"""Inpaint side by side: ours, diffusers' pipeline, and the best published formulas, on the starter model.

Pictures are our own, drawn by the starter's generator. All sides see the same context (of `bottega.planning`), prompt,
seed, sampler and steps; what differs is masks, filling, colours and how the result is laid back. Writes a contact sheet
and prints a table: see `benchmarks.seams` for the numbers. `python -m benchmarks.inpaint [sheet.png]`
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image, ImageDraw

from benchmarks import published, seams
from benchmarks.kit import show
from bottega.planning import Bounds, Choices, Extent, native, plan
from bottega_daemon.config import STARTER_ROOT
from bottega_daemon.diffusion.masks import bounds_of
from bottega_daemon.diffusion.pixels import Floats, to_float
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint
from bottega_daemon.spec import Denoising, Inpaint, Margin
from bottega_daemon.starter.generator.sample import draw
from bottega_daemon.tasks.stages import Models
from bottega_daemon.worker import protocol
from tests.worker.kit import Bench

NATIVE, STEPS, GUIDANCE, SEED = 128, 20, 5.0, 7
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
    def context(self) -> tuple[slice, slice]:
        """Rows and columns that every side gets to see."""
        size = Extent(self.canvas.shape[1], self.canvas.shape[0])
        choices = Choices(grow=GROW, feather=round(FEATHER * np.hypot(self.box.width, self.box.height)))
        where = plan(size, self.box, native("starter", NATIVE), choices).context
        return slice(where.y, where.bottom), slice(where.x, where.right)


Side = Callable[[Case], Floats]


def cases() -> list[Case]:
    """Hard and soft selections on a texture, scenes and a gradient; and 64 px on a canvas of 2048."""
    wall, ball, two = draw(5, 3, NATIVE, "flat"), draw(5, 8, NATIVE, "one"), draw(5, 21, NATIVE, "two")
    large = draw(5, 3, NATIVE, "flat")
    canvas = np.tile(to_float(large.rgb), (16, 16, 1))
    ramp = np.linspace(0.25, 0.75, NATIVE, dtype=np.float32)[None, :, None] * np.ones((NATIVE, 1, 3), np.float32)
    return [
        Case("texture, square", to_float(wall.rgb), square(NATIVE, 40, 40, 48), wall.caption),
        Case("scene, circle", to_float(ball.rgb), circle(NATIVE, 30, 70, 24, 0), ball.caption),
        Case("scene, soft brush", to_float(two.rgb), circle(NATIVE, 88, 60, 22, 6), two.caption),
        Case("gradient, square", ramp, square(NATIVE, 40, 44, 40), "a plain grey wall"),
        Case("64 px on 2048", canvas, square(2048, 970, 1010, 64), large.caption),
    ]


def square(size: int, left: int, top: int, side: int) -> Floats:
    mask = np.zeros((size, size), np.float32)
    mask[top : top + side, left : left + side] = 1
    return mask


def circle(size: int, x: int, y: int, radius: int, soft: float) -> Floats:
    mask = np.zeros((size, size), np.float32)
    cv2.circle(mask, (x, y), radius, 1.0, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), soft), np.float32) if soft else mask


class Ours:
    """The daemon's own inpaint task, on models in this process."""

    def __init__(self, models: Models, folder: Path) -> None:
        self._models, self._folder, self._runs = models, folder, 0

    def paint(self, picture: Floats, selection: Floats, prompt: str, **wishes: Any) -> tuple[Floats, Floats, Any]:
        """A layer's colours and alpha in 0..1, and where on the picture they lie."""
        self._runs += 1
        bench = Bench(self._models, self._folder / str(self._runs))
        how = Denoising("starter", prompt, "", "euler", "normal", STEPS, GUIDANCE, seed=SEED)
        image = bench.image(picture, "f32"), bench.image(selection[..., None], "f32", "data")
        (made,) = bench.run(Inpaint(how, *image, **wishes))
        bounds = next(event.bounds for event in bench.events if isinstance(event, protocol.Picture))
        assert bounds
        where = slice(bounds.y, bounds.y + bounds.height), slice(bounds.x, bounds.x + bounds.width)
        return to_float(made[..., :3]), to_float(made[..., 3]), where

    def bottega(self, case: Case) -> Floats:
        """As the command line does it."""
        margins = {"grow": Margin(GROW), "feather": Margin(0, FEATHER)}
        colours, alpha, where = self.paint(
            case.canvas[case.context], case.selection[case.context], case.prompt, **margins
        )
        return over(case, colours, alpha, where)

    def formulas(self, case: Case) -> Floats:
        """The same denoising with the published masks, filling, colours and depth."""
        picture, selection = case.canvas[case.context], case.selection[case.context]
        soft = published.softness(case.box.width, case.box.height, unit=NATIVE / 512)
        denoise = published.denoise_mask(selection, soft)
        colours, _, where = self.paint(picture, denoise, case.prompt, fill="blur", match_color=False)
        painted = picture.copy()
        painted[where] = colours
        painted = np.rint(published.matched(painted, picture, denoise) * 255) / np.float32(255)
        alpha = np.rint(published.alpha_mask(denoise, soft) * 255) / np.float32(255)
        return over(case, painted, alpha, (slice(None), slice(None)))


def over(case: Case, colours: Floats, alpha: Floats, where: tuple[slice, slice]) -> Floats:
    """The canvas with colours laid over its context."""
    result = case.canvas.copy()
    part = result[case.context][where]
    part += alpha[..., None] * (colours - part)
    return result


def diffusers_side() -> Side:
    """diffusers' pipeline on the context, its picture put back as it comes."""
    from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint import StableDiffusionInpaintPipeline
    from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler

    folder = STARTER_ROOT / "checkpoints" / "starter"
    pipe: Any = StableDiffusionInpaintPipeline.from_pretrained(
        folder, dtype=torch.float32, safety_checker=None, local_files_only=True
    )
    pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config, timestep_spacing="linspace")
    pipe.set_progress_bar_config(disable=True)

    def paint(case: Case) -> Floats:
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
            generator=torch.Generator("cpu").manual_seed(SEED),
            output_type="np",
        ).images[0]
        result = case.canvas.copy()
        result[case.context] = made
        return result

    return paint


def shrunk(side: Side) -> Side:
    """A side that is given the whole canvas at the model's native size, as where nothing plans a context."""

    def paint(case: Case) -> Floats:
        size = (NATIVE, NATIVE)
        canvas = cv2.resize(case.canvas, size, interpolation=cv2.INTER_AREA)
        selection = np.asarray(cv2.resize(case.selection, size, interpolation=cv2.INTER_AREA), np.float32)
        made = side(Case(case.name, np.asarray(canvas, np.float32), np.ceil(selection), case.prompt))
        whole = case.canvas.shape[1], case.canvas.shape[0]
        return np.clip(np.asarray(cv2.resize(made, whole, interpolation=cv2.INTER_CUBIC), np.float32), 0, 1)

    return paint


def measured(case: Case, side: Side) -> tuple[Floats, list[float]]:
    """A side's result on a case, and its numbers."""
    began = time.perf_counter()
    result = side(case)
    seconds = time.perf_counter() - began
    at = (result, case.canvas, case.selection)
    reach = 4 + 2 * FEATHER * float(np.hypot(case.box.width, case.box.height))
    numbers = [seams.seam(*at), seams.shift_inside(*at), seams.shift_outside(*at, reach), seams.detail(*at), seconds]
    return result, numbers


def sheet(rows: Sequence[tuple[Case, Mapping[str, Floats]]]) -> Image.Image:
    """A row a case: the context with its selection, then what each side made of it."""
    cell, gap, names = 256, 8, ["selection", *dict.fromkeys(name for _, made in rows for name in made)]
    whole = Image.new("RGB", (len(names) * (cell + gap) + gap, len(rows) * (cell + gap + 16) + 24), "white")
    pen = ImageDraw.Draw(whole)
    for column, name in enumerate(names):
        pen.text((gap + column * (cell + gap), 6), name, "black")
    for line, (case, made) in enumerate(rows):
        top = 24 + line * (cell + gap + 16)
        pen.text((gap, top), f"{case.name}: {case.prompt}"[:90], "black")
        edge = np.abs(seams.distance(case.selection)) < 0.75
        marked = np.where(edge[..., None], np.float32([1, 0, 1]), case.canvas)
        for name, picture in {"selection": marked, **made}.items():
            part = Image.fromarray(np.rint(picture[case.context] * 255).astype(np.uint8))
            place = (gap + names.index(name) * (cell + gap), top + 14)
            whole.paste(part.resize((cell, cell), Image.Resampling.NEAREST), place)
    return whole


def main() -> None:
    """Measure every side on every case; print tables and write the sheet."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "inpaint-sheet.png")
    entry = next(each for each in Library([STARTER_ROOT]).scan().checkpoints if each.name == "starter")
    models = Models(load_checkpoint(entry, torch.device("cpu"), torch.float32), {})
    theirs = diffusers_side()
    numbers: dict[str, list[list[float]]] = {}
    rows: list[tuple[str, ...]] = []
    made: list[tuple[Case, dict[str, Floats]]] = []
    with tempfile.TemporaryDirectory(prefix="bottega-bench-") as folder:
        ours = Ours(models, Path(folder))
        sides: dict[str, Side] = {"bottega": ours.bottega, "published": ours.formulas, "diffusers": theirs}
        for case in cases():
            made.append((case, {}))
            extra = {"diffusers, whole canvas": shrunk(theirs)} if max(case.canvas.shape) > 4 * NATIVE else {}
            for name, side in (sides | extra).items():
                made[-1][1][name], found = measured(case, side)
                numbers.setdefault(name, []).append(found)
                rows.append((f"{case.name}: {name}", *(f"{number:.2f}" for number in found)))
    columns = ("", "seam", "colour step", "shift outside", "detail", "seconds")
    show(f"inpaint on the starter model, {STEPS} steps, {SEED=}", columns, rows)
    means = [
        (name, *(statistics.mean(column) for column in zip(*found, strict=True))) for name, found in numbers.items()
    ]
    show("means", columns, means)
    sheet(made).save(target)
    print(target)


if __name__ == "__main__":
    main()
