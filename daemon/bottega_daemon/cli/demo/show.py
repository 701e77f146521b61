"""The demo from start to end, told line by line."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bottega import messages as m
from bottega.client import Client, JobHandle
from bottega.errors import BottegaError
from bottega.pixels import Pixels
from bottega.tasks import Inpaint
from bottega_daemon.cli.demo import sheet
from bottega_daemon.cli.demo.daemon import private_daemon
from bottega_daemon.cli.demo.works import SIDE, STEPS, Inputs, Work, inputs, works
from bottega_daemon.cli.layers import laid
from bottega_daemon.cli.saving import texts_of, write_picture
from bottega_daemon.cli.settings import settings_of

FLATTEST = 2.0
"""Standard deviation, in 8-bit levels, below which a picture shows nothing."""
PATIENCE = 300.0
"""Seconds for all jobs together, on the slowest machine."""
SHEET = "contact-sheet.png"


@dataclass(frozen=True)
class Done:
    """A work with what came of it."""

    work: Work
    pixels: Pixels
    job: m.Job
    seconds: float


def show(folder: Path) -> int:
    """Paint everything into `folder`; returns the exit code: 1 if a picture is missing or shows nothing."""
    begun = time.monotonic()
    _make(folder)
    given = inputs()
    try:
        with private_daemon() as client:
            print(f"{'daemon':<14}up in {time.monotonic() - begun:.1f} s; {_offer(client)}", flush=True)
            done = _paint_all(client, works(given), folder)
            print(f"{'step loop':<14}{_shared(client, done)}", flush=True)
    except BottegaError as error:
        print(f"demo: {error}")
        return 1
    print(f"{'daemon':<14}stopped; {time.monotonic() - begun:.1f} s in all", flush=True)
    _sheet(given, done).save(folder / SHEET)
    print(f"{'pictures':<14}{folder / SHEET} and {len(done)} more in {folder}")
    return _verdict(done, folder)


def _paint_all(client: Client, wanted: Sequence[Work], folder: Path) -> list[Done]:
    """Submit every job at once, so that they share the step loop, and tell of each as it ends."""
    begun = time.monotonic()
    handles = [client.submit(work.task, title=f"demo: {work.name}", previews=False) for work in wanted]

    def finish(work: Work, handle: JobHandle) -> Done:
        picture, job = handle.wait()[0], handle.job()
        pixels = laid(work.task.picture, [picture]) if isinstance(work.task, Inpaint) else picture.pixels
        done = Done(work, pixels, job, time.monotonic() - begun)
        _keep(done, folder)
        return done

    with ThreadPoolExecutor(len(wanted)) as pool:
        running = [pool.submit(finish, work, handle) for work, handle in zip(wanted, handles, strict=True)]
        return [future.result(PATIENCE) for future in running]


def _keep(done: Done, folder: Path) -> None:
    settings = settings_of(done.job)
    path = folder / f"{done.work.name}.png"
    write_picture(done.pixels, path, texts_of(settings, settings["seed"]))
    device = f"{done.job.device_seconds:.1f} s of the device"
    print(f'{done.work.label:<14}"{done.work.task.prompt}": {path}, {done.seconds:.1f} s ({device})', flush=True)


def _offer(client: Client) -> str:
    catalog = client.catalog()
    names = ", ".join(entry.name for entry in catalog.checkpoints)
    return f"checkpoint {names}, {len(catalog.control_networks)} control networks, {len(catalog.samplers)} samplers"


def _shared(client: Client, done: Sequence[Done]) -> str:
    """How well the jobs shared the UNet."""
    calls = sum(worker.denoiser_calls for worker in client.load().workers)
    alone, shared = sum(each.job.model_calls for each in done), sum(each.job.shared_calls for each in done)
    return f"{calls} UNet calls did what {alone} would have done one by one; {shared} of these were shared"


def _sheet(given: Inputs, done: Sequence[Done]) -> sheet.Image.Image:
    """Textures, repainted wall, guided scenes, each beside what it was made from."""
    made = {each.work.name: each for each in done}
    mask = sheet.Image.frombytes("L", (given.mask.width, given.mask.height), given.mask.data)
    textures = [made[name] for name in made if name.startswith("texture")]
    line = f"starter model, {SIDE} x {SIDE}, {STEPS} steps, every picture through the daemon over gRPC"
    return sheet.sheet(
        "Bottega",
        line,
        [
            *(_cell(each, "Seamless texture, 2 x 2", tiled=True) for each in textures),
            sheet.Cell(sheet.outlined(sheet.picture_of(given.wall), mask), "A wall, with a selection", "given"),
            _cell(made["inpaint"], "The selection repainted"),
            sheet.Cell(sheet.picture_of(given.scene), "A scene", "given"),
            sheet.Cell(sheet.depth_shown(given.depth), "Its depth, float32 metres", "given"),
            _cell(made["scene-depth"], "Painted along the depth"),
            _cell(made["scene-canny"], "Painted along the scene's edges"),
        ],
    )


def _cell(done: Done, title: str, *, tiled: bool = False) -> sheet.Cell:
    picture = sheet.picture_of(done.pixels)
    return sheet.Cell(sheet.tiled(picture) if tiled else picture, title, f"“{done.work.task.prompt}”")


def _make(folder: Path) -> None:
    """The folder for the pictures, which git is told to leave alone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", "ascii")


def _verdict(done: Sequence[Done], folder: Path) -> int:
    """1 if a picture is not there or shows nothing."""
    flat = [each.work.name for each in done if np.frombuffer(each.pixels.data, np.uint8).std() < FLATTEST]
    names = [*(f"{each.work.name}.png" for each in done), SHEET]
    missing = [name for name in names if not (folder / name).is_file()]
    for name in missing:
        print(f"demo: {name} is missing")
    for name in flat:
        print(f"demo: {name}.png shows nothing")
    return 1 if flat or missing else 0
