"""A step loop in this process, on models already in memory: for tests that look inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion.pixels import Stored, load, store
from bottega_daemon.diffusion.sample import Sample
from bottega_daemon.models.adapters import load_embedding, load_lora
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint, load_controlnet
from bottega_daemon.spec import ChannelDepth, ColorSpace, Denoising, Extent, Generate, Image, JobSpec, Priority, Task
from bottega_daemon.tasks.stages import Load, Models
from bottega_daemon.worker import protocol
from bottega_daemon.worker.loop import Loop


@dataclass
class Held:
    """A loader whose models are in memory already; counts who holds them."""

    models: Models
    holders: int = 0
    freed: int = 0

    def load(self, wanted: Load, wake: Callable[[], None]) -> Future[Models]:
        self.holders += 1
        future: Future[Models] = Future()
        future.set_result(self.models)
        wake()
        return future

    def release(self, models: Models) -> None:
        self.holders -= 1

    def free(self) -> None:
        self.freed += 1

    def held(self) -> tuple[tuple[str, ...], int]:
        held = self.models.enlarger or self.models.checkpoint
        return (held.name,), held.nbytes


@dataclass
class Bench:
    """A loop, its blobs, and every event that it has sent."""

    models: Models
    folder: Path
    events: list[protocol.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.blobs = Blobs(self.folder)
        self.loader = Held(self.models)
        self.loop = Loop(self.blobs, self.loader, self.events.append, preview_interval=0.0)
        self.samples: dict[str, list[Sample]] = {}

    def submit(self, name: str, task: Task, priority: Priority = "interactive", owner: str = "ada") -> None:
        """Take a job in, as the front would between two ticks."""
        with torch.inference_mode():
            self.loop.run(protocol.Run(name, owner, JobSpec(task, priority)))

    def tick(self) -> None:
        """One tick; remembers every job's samples."""
        with torch.inference_mode():
            self.loop.tick()
        for name, job in self.loop.jobs.items():
            if job.samples:
                self.samples[name] = list(job.samples)

    def finish(self, limit: int = 5000) -> None:
        """Tick until nothing is left to do."""
        for _ in range(limit):
            if not self.loop.jobs:
                return
            self.tick()
        raise AssertionError(f"still running after {limit} ticks: {list(self.loop.jobs)}")

    def run(self, task: Task, name: str = "job") -> list[Stored]:
        """The pictures of one job alone."""
        self.submit(name, task)
        self.finish()
        return self.pictures(name)

    def pictures(self, name: str) -> list[Stored]:
        """What a job has delivered, in order of index."""
        failed = [event for event in self.of(name) if isinstance(event, protocol.Failed)]
        assert not failed, failed
        found = [event for event in self.of(name) if isinstance(event, protocol.Picture)]
        return [load(self.blobs, event.image, "result") for event in sorted(found, key=lambda event: event.index)]

    def of(self, name: str) -> list[protocol.Event]:
        """A job's events in order."""
        return [event for event in self.events if getattr(event, "job_id", None) == name]

    def image(self, pixels: Stored, depth: ChannelDepth = "u8", space: ColorSpace = "srgb") -> Image:
        """Store pixels [h, w, channels] for a task to use."""
        return store(self.blobs, pixels, depth, space)


def read_models(root: Path, dtype: torch.dtype = torch.float32, names: Sequence[str] = ("depth", "canny")) -> Models:
    """The tiny library's checkpoint, control networks, LoRAs and embeddings, in memory."""
    found = Library([root]).scan()
    cpu = torch.device("cpu")
    checkpoint = load_checkpoint(next(each for each in found.checkpoints if each.name == "tiny"), cpu, dtype)
    networks = {each.name: load_controlnet(each, cpu, dtype) for each in found.controlnets if each.kind in names}
    loras = {each.name: load_lora(each, checkpoint) for each in found.loras}
    embeddings = {each.name: load_embedding(each, cpu) for each in found.embeddings}
    return Models(checkpoint, networks, loras, embeddings)


def words(prompt: str = "red brick wall", **changes: object) -> Denoising:
    """Short, quick settings."""
    settings: dict[str, object] = {"steps": 4, "sampler": "euler", "schedule": "normal", "guidance": 3.0, "seed": 7}
    return Denoising(checkpoint="tiny", prompt=prompt, **(settings | changes))  # type: ignore[arg-type]


def paint(prompt: str = "red brick wall", side: int = 64, **changes: object) -> Generate:
    """A text-to-image task of a tiny extent."""
    return Generate(words(prompt, **changes), Extent(side, side))


def picture(side: int = 64, seed: int = 0) -> Stored:
    """A smooth random picture, 8-bit RGB."""
    rows = np.random.default_rng(seed).random((4, 4, 3), np.float32)
    field_ = torch.nn.functional.interpolate(
        torch.from_numpy(rows).permute(2, 0, 1)[None], size=(side, side), mode="bilinear"
    )
    return (field_[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8)
