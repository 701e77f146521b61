"""Inpaint side by side: ours, diffusers' pipeline, and the best published formulas, on the starter model.

Pictures are our own, drawn by the starter's generator. All sides see the same context (of `bottega.planning`), prompt,
seeds, sampler and steps; what differs is masks, filling, colours and how the result is laid back. Prints a table of the
means over the seeds (see `benchmarks.seams` for the numbers), one of our fillings, and writes a contact sheet of the
first seed. `python -m benchmarks.inpaint [sheet.png]`
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image, ImageDraw

from benchmarks import seams
from benchmarks.inpaint_sides import FEATHER, NATIVE, STEPS, Case, Ours, Side, diffusers_side, shrunk
from benchmarks.kit import show
from bottega_daemon.config import STARTER_ROOT
from bottega_daemon.diffusion.fills import FILLS
from bottega_daemon.diffusion.pixels import Floats, to_float
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint
from bottega_daemon.starter.generator.sample import draw
from bottega_daemon.tasks.stages import Models

SEEDS = (7, 8, 9)
COLUMNS = ("", "seam", "colour step", "shift outside", "detail", "seconds")


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


def measured(case: Case, side: Side) -> tuple[Floats, list[float]]:
    """A side's result on a case with the first seed, and the means of its numbers over all seeds."""
    results: list[Floats] = []
    numbers: list[list[float]] = []
    reach = 4 + 2 * FEATHER * float(np.hypot(case.box.width, case.box.height))
    for seed in SEEDS:
        began = time.perf_counter()
        results.append(side(case, seed))
        seconds = time.perf_counter() - began
        at = (results[-1], case.canvas, case.selection)
        away = seams.shift_outside(*at, reach)
        numbers.append([seams.seam(*at), seams.shift_inside(*at), away, seams.detail(*at), seconds])
    return results[0], means(numbers)


def means(numbers: Sequence[Sequence[float]]) -> list[float]:
    """Of each column."""
    return [statistics.mean(column) for column in zip(*numbers, strict=True)]


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
        edge = np.abs(seams.distance(case.selection) - 1) < 0.75
        marked = np.where(edge[..., None], np.array([1, 0, 1], np.float32), case.canvas)
        for name, picture in {"selection": marked, **made}.items():
            part = Image.fromarray(np.rint(picture[case.context] * 255).astype(np.uint8))
            place = (gap + names.index(name) * (cell + gap), top + 14)
            whole.paste(part.resize((cell, cell), Image.Resampling.NEAREST), place)
    return whole


def compared(ours: Ours) -> list[tuple[Case, dict[str, Floats]]]:
    """Every side on every case: prints the table, gives the pictures."""
    theirs = diffusers_side()
    sides: dict[str, Side] = {"bottega": ours.bottega, "published": ours.formulas, "diffusers": theirs}
    rows: list[tuple[str, ...]] = []
    numbers: dict[str, list[list[float]]] = {}
    made: list[tuple[Case, dict[str, Floats]]] = []
    for case in cases():
        made.append((case, {}))
        extra = {"diffusers, whole canvas": shrunk(theirs)} if max(case.canvas.shape) > 4 * NATIVE else {}
        for name, side in (sides | extra).items():
            made[-1][1][name], found = measured(case, side)
            numbers.setdefault(name, []).append(found)
            rows.append((f"{case.name}: {name}", *(f"{number:.2f}" for number in found)))
    rows += [(f"mean: {name}", *(f"{number:.2f}" for number in means(numbers[name]))) for name in sides]
    show(f"inpaint on the starter model, {STEPS} steps, seeds {SEEDS}", COLUMNS, rows)
    return made


def fillings(ours: Ours) -> None:
    """Print what each filling makes of the cases that are all context."""
    rows: list[tuple[str, ...]] = []
    for fill in FILLS:
        found = means([measured(case, partial(ours.bottega, fill=fill))[1] for case in cases()[:-1]])
        rows.append((fill, *(f"{number:.2f}" for number in found)))
    show("our fillings at strength 1, means", COLUMNS, rows)


def main() -> None:
    """Measure, print tables and write the sheet."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "inpaint-sheet.png")
    entry = next(each for each in Library([STARTER_ROOT]).scan().checkpoints if each.name == "starter")
    models = Models(load_checkpoint(entry, torch.device("cpu"), torch.float32), {})
    with tempfile.TemporaryDirectory(prefix="bottega-bench-") as folder:
        ours = Ours(models, Path(folder))
        sheet(compared(ours)).save(target)
        print(target, flush=True)
        fillings(ours)


if __name__ == "__main__":
    main()
