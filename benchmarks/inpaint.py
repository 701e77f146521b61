"""Inpaint side by side: ours, diffusers' pipeline, and the best published formulas, on the starter model.

Pictures are our own, drawn by the starter's generator. All sides see the same context (of `bottega.planning`), prompt,
seeds, sampler and steps; what differs is masks, filling, colours and how the result is laid back. Prints a table of
each case, the means over all of them (see `benchmarks.seams` for the numbers), what another real picture would have,
and our fillings; writes a contact sheet of the first seed.
`python -m benchmarks.inpaint [sheet.png [seed …]]`: other seeds than those that the defaults were chosen with.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from benchmarks import seams
from benchmarks.inpaint_cases import LARGE, cases
from benchmarks.inpaint_sides import (
    FEATHER,
    NATIVE,
    SAMPLER,
    STEPS,
    Case,
    Ours,
    Side,
    diffusers_side,
    laid_back,
    shrunk,
)
from benchmarks.kit import show
from bottega_daemon.config import STARTER_ROOT
from bottega_daemon.diffusion.fills import FILLS
from bottega_daemon.diffusion.pixels import Floats
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint
from bottega_daemon.tasks.stages import Models

SEEDS = (7, 8, 9)
COLUMNS = ("", "seam", "colour step", "shift outside", "detail", "seconds")
REAL = "another real picture"


@dataclass(frozen=True)
class Found:
    """A side's numbers on one case, over all seeds."""

    profile: seams.Profile
    step: float
    outside: float
    detail: float | None
    seconds: float


def measured(case: Case, side: Side, seeds: Sequence[int] = SEEDS) -> tuple[list[Floats], Found]:
    """A side's result on a case for each seed, and their numbers."""
    began = time.perf_counter()
    results = [side(case, seed) for seed in seeds]
    return results, found(case, results, (time.perf_counter() - began) / len(seeds))


def found(case: Case, results: Sequence[Floats], seconds: float) -> Found:
    """The numbers of these results."""
    reach = 4 + 2 * FEATHER * float(np.hypot(case.box.width, case.box.height))
    at = case.canvas, case.selection
    details = [each for result in results if (each := seams.detail(result, *at)) is not None]
    return Found(
        seams.profile(results, *at),
        statistics.mean(seams.colour_step(result, *at, reach) for result in results),
        statistics.mean(seams.shift_outside(result, *at, reach) for result in results),
        statistics.mean(details) if details else None,
        seconds,
    )


def row(name: str, numbers: Sequence[Found]) -> tuple[str, ...]:
    """Of a table: all these cases together."""
    details = [each.detail for each in numbers if each.detail is not None]
    shown = (
        seams.seam([each.profile for each in numbers]),
        statistics.mean(each.step for each in numbers),
        statistics.mean(each.outside for each in numbers),
        statistics.geometric_mean(details) if details else None,
        statistics.mean(each.seconds for each in numbers),
    )
    return name, *("-" if number is None else f"{number:.2f}" for number in shown)


def sheet(rows: Sequence[tuple[Case, Mapping[str, Floats]]]) -> Image.Image:
    """A row a case: the context with its selection, then what each side made of it."""
    cell, gap, names = NATIVE, 6, ["selection", *dict.fromkeys(name for _, made in rows for name in made)]
    whole = Image.new("RGB", (len(names) * (cell + gap) + gap, len(rows) * (cell + gap + 16) + 24), "white")
    pen = ImageDraw.Draw(whole)
    for column, name in enumerate(names):
        pen.text((gap + column * (cell + gap), 6), name, "black")
    for line, (case, made) in enumerate(rows):
        top = 24 + line * (cell + gap + 16)
        pen.text((gap, top), f"{case.name}: {case.prompt}"[:60], "black")
        edge = np.abs(seams.distance(case.selection) - 1) < 0.75
        marked = np.where(edge[..., None], np.array([1, 0, 1], np.float32), case.canvas)
        for name, picture in {"selection": marked, **made}.items():
            part = Image.fromarray(np.rint(picture[case.context] * 255).astype(np.uint8))
            place = (gap + names.index(name) * (cell + gap), top + 14)
            whole.paste(part.resize((cell, cell), Image.Resampling.NEAREST), place)
    return whole


def compared(ours: Ours, seeds: Sequence[int] = SEEDS) -> list[tuple[Case, dict[str, Floats]]]:
    """Every side on every case: prints the tables, gives the pictures."""
    theirs = diffusers_side()
    sides: dict[str, Side] = {
        "bottega": ours.bottega,
        "bottega, at once": ours.at_once,
        "published": ours.formulas,
        "diffusers": theirs,
    }
    rows: list[tuple[str, ...]] = []
    numbers: dict[str, list[Found]] = {}
    made: list[tuple[Case, dict[str, Floats]]] = []
    for case in cases():
        large = max(case.canvas.shape) > 4 * NATIVE
        extra = {"diffusers, whole canvas": shrunk(theirs)} if large else {}
        all_of_it = {name: measured(case, side, seeds) for name, side in (sides | extra).items()}
        results, each = all_of_it["diffusers"]
        results = [laid_back(case, result) for result in results]
        all_of_it["diffusers, laid back"] = results, found(case, results, each.seconds)
        made.append((case, {name: results[0] for name, (results, _) in all_of_it.items()}))
        all_of_it[REAL] = [], found(case, seams.mirrored(case.canvas), 0.0)
        for name, (_, each) in all_of_it.items():
            numbers.setdefault(name, []).append(each)
            rows.append(row(f"{case.name}: {name}", [each]))
    show(f"inpaint on the starter model, {SAMPLER}, {STEPS} steps, seeds {tuple(seeds)}", COLUMNS, rows)
    show("all cases together", COLUMNS, [row(name, each) for name, each in numbers.items() if len(each) == len(made)])
    fine = sum(case.name.startswith(LARGE) for case, _ in made)  # the last ones
    show(f"{LARGE} alone", COLUMNS, [row(name, each[-fine:]) for name, each in numbers.items()])
    return made


def fillings(ours: Ours) -> None:
    """Print what each filling makes of every third case."""
    rows = [row(fill, [measured(case, partial(ours.bottega, fill=fill))[1] for case in cases()[::3]]) for fill in FILLS]
    show("our fillings at strength 1, every third case", COLUMNS, rows)


def main() -> None:
    """Measure, print tables and write the sheet."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "inpaint-sheet.png")
    seeds = [int(seed) for seed in sys.argv[2:]] or SEEDS
    entry = next(each for each in Library([STARTER_ROOT]).scan().checkpoints if each.name == "starter")
    models = Models(load_checkpoint(entry, torch.device("cpu"), torch.float32), {})
    with tempfile.TemporaryDirectory(prefix="bottega-bench-") as folder:
        ours = Ours(models, Path(folder))
        sheet(compared(ours, seeds)).save(target)
        print(target, flush=True)
        fillings(ours)


if __name__ == "__main__":
    main()
