"""Pictures of the embedded starter for tests of meaning: the worker's own library, loader and step loop, in process."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bottega import messages
from bottega.events import Picture
from bottega.pixels import Pixels
from bottega_daemon.blobs import Blobs
from bottega_daemon.cli.layers import laid
from bottega_daemon.config import STARTER_ROOT
from bottega_daemon.diffusion.pixels import Stored, load, store
from bottega_daemon.spec import ColorSpace, Denoising, Extent, Generate, Image, Inpaint, JobSpec, Task
from bottega_daemon.worker import protocol
from bottega_daemon.worker.device import Device
from bottega_daemon.worker.loader import Loader
from bottega_daemon.worker.loop import Loop

Rgb = NDArray[np.uint8]
SIDE = 128  # the starter's native size
STEPS = 12


class Studio:
    """One worker on the embedded models. Jobs that are asked for together share its calls."""

    def __init__(self, folder: Path) -> None:
        device = Device.open(protocol.Setup("cpu", "", (), dtype="float32", threads=1))
        self._blobs = Blobs(folder)
        self._news = threading.Event()
        self._events: list[protocol.Event] = []
        self._loader = Loader([STARTER_ROOT], device, device.budget)
        self._loop = Loop(self._blobs, self._loader, self._events.append, wake=self._news.set)

    def paint(self, tasks: Sequence[Task]) -> Rgb:
        """The first picture of every task, in order: uint8 [N, h, w, 3]. Fails where a job fails.

        What inpaint makes is laid over its picture.
        """
        self._events.clear()
        with torch.inference_mode():
            for number, task in enumerate(tasks):
                self._loop.run(protocol.Run(str(number), "ada", JobSpec(task, previews=False)))
            while self._loop.jobs:
                if not self._loop.ready:
                    self._news.wait()
                self._news.clear()
                self._loop.tick()
        failed = [event for event in self._events if isinstance(event, protocol.Failed)]
        assert not failed, failed
        made = {event.job_id: event for event in self._events if isinstance(event, protocol.Picture)}
        shown = [self._shown(task, made[str(number)]) for number, task in enumerate(tasks)]
        return np.stack(shown).astype(np.uint8)

    def _shown(self, task: Task, event: protocol.Picture) -> Stored:
        """A result as an artist sees it."""
        pixels = load(self._blobs, event.image, "result")
        if not isinstance(task, Inpaint):
            return pixels
        assert event.bounds
        under = load(self._blobs, task.picture, "picture")
        layer = Picture("", 0, 0, Pixels.of(pixels, "srgb"), messages.Bounds(x=event.bounds.x, y=event.bounds.y))
        return np.frombuffer(laid(Pixels.of(under, "srgb"), [layer]).data, np.uint8).reshape(under.shape)

    def image(self, pixels: Stored, space: ColorSpace = "srgb") -> Image:
        """Store uint8 or float32 pixels [h, w, channels] for a task to use."""
        return store(self._blobs, pixels, "u8" if pixels.dtype == np.uint8 else "f32", space)


def how(prompt: str, seed: int, **changes: Any) -> Denoising:
    """The daemon's own defaults (DPM++ 2M, Karras, guidance 5) in fewer steps."""
    wishes: dict[str, Any] = {"seed": seed, "steps": STEPS, **changes}
    return Denoising("starter", prompt, **wishes)


def asked(prompt: str, seed: int, **changes: Any) -> Generate:
    """Text to image at the native size."""
    return Generate(how(prompt, seed, **changes), Extent(SIDE, SIDE))
