"""What can be asked of a worker: each task is a generator of stages, found here by its spec."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bottega_daemon.blobs import Blobs
from bottega_daemon.spec import Detect, Generate, Inpaint, Task, Upscale
from bottega_daemon.tasks.detect import detect
from bottega_daemon.tasks.generate import generate
from bottega_daemon.tasks.inpaint import inpaint
from bottega_daemon.tasks.stages import Stages
from bottega_daemon.tasks.upscale import upscale

TASKS: dict[type, Callable[[Any, Blobs], Stages]] = {
    Generate: generate,
    Inpaint: inpaint,
    Detect: detect,
    Upscale: upscale,
}


def name_of(task: Task) -> str:
    """The task's field in a request."""
    return type(task).__name__.lower()


def begin(task: Task, blobs: Blobs) -> Stages:
    """A job's stages; nothing is done before the first `next`."""
    return TASKS[type(task)](task, blobs)
