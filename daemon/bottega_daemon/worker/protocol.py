"""What the front and a worker say to each other: one JSON object a line over the worker's standard input and output.

Torch-free, so that the front can import it. Pixels never travel here (both sides share the blob folder) but for
previews, which are small JPEGs.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from bottega_daemon.spec import Bounds, Extent, Image, JobSpec

Phase = Literal["loading", "preparing", "denoising", "upscaling", "finishing"]


class Setup(msgspec.Struct, frozen=True, tag="setup"):
    """The first line a worker reads."""

    device: str
    """A torch device: "cpu", "cuda:0", "mps"."""
    blobs: str
    """Folder of the blob store."""
    model_roots: tuple[str, ...]
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    memory_budget: int = 0
    """Bytes of models to keep in memory; 0 lets the worker choose."""
    threads: int = 0
    """CPU threads for torch; 0 lets torch choose."""
    preview_interval: float = 0.5
    """Least seconds between two previews of one picture."""


class Run(msgspec.Struct, frozen=True, tag="run"):
    """Begin a job. It joins the running pictures at the next tick."""

    job_id: str
    owner: str
    spec: JobSpec


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """End a job at the next tick; answered with Cancelled unless it ended before."""

    job_id: str


class Watch(msgspec.Struct, frozen=True, tag="watch"):
    """Whether somebody watches a job: previews are made only then."""

    job_id: str
    watched: bool


class Quit(msgspec.Struct, frozen=True, tag="quit"):
    """End the process; jobs still running are not finished."""


Command: TypeAlias = Setup | Run | Cancel | Watch | Quit


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The worker has its device."""

    pid: int
    device: str
    device_name: str
    memory_total: int
    dtype: str


class Started(msgspec.Struct, frozen=True, tag="started"):
    """A job has begun."""

    job_id: str


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far a job is; `step` of `steps` counts the denoising steps of its slowest picture."""

    job_id: str
    phase: Phase
    fraction: float
    step: int = 0
    steps: int = 0


class Preview(msgspec.Struct, frozen=True, tag="preview"):
    """A rough look at an unfinished picture."""

    job_id: str
    index: int
    step: int
    extent: Extent
    jpeg: bytes


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """A finished picture, already in the blob store."""

    job_id: str
    index: int
    seed: int
    image: Image
    bounds: Bounds | None = None
    mask: int = 0


class Succeeded(msgspec.Struct, frozen=True, tag="succeeded"):
    """All of a job's pictures are there."""

    job_id: str
    device_seconds: float
    """The job's share of the time that the device worked on it and on others."""
    model_calls: int
    shared_calls: int
    """Denoiser calls that the job took part in, and how many of them it shared with another job."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A job ended in an error."""

    job_id: str
    reason: str
    message: str
    remedy: str
    field: str


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled"):
    """A job ended because it was asked to."""

    job_id: str


class Load(msgspec.Struct, frozen=True, tag="load"):
    """What the worker holds and has done since it started; sent after each job and when models come or go."""

    jobs: int
    pictures: int
    denoiser_calls: int
    denoiser_rows: int
    models: tuple[str, ...]
    model_bytes: int


Event: TypeAlias = Ready | Started | Progress | Preview | Picture | Succeeded | Failed | Cancelled | Load

command_decoder = msgspec.json.Decoder(Command)
event_decoder = msgspec.json.Decoder(Event)


def line(message: Command | Event) -> bytes:
    """One message as it travels."""
    return msgspec.json.encode(message) + b"\n"
