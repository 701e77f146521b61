"""A worker's life: take commands between ticks, tick while there is something to do, tidy up when there is not."""

from __future__ import annotations

import gc
import queue
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch

from bottega_daemon.blobs import Blobs
from bottega_daemon.worker import protocol
from bottega_daemon.worker.device import Device
from bottega_daemon.worker.loader import Loader
from bottega_daemon.worker.loop import Loop

LONGEST_UNCOLLECTED = 600.0
"""Seconds after which the collector runs even between the steps of a busy day."""
Inbox = queue.SimpleQueue[protocol.Command | None]
"""Commands; None only wakes the loop up."""
IDLE_BEFORE_COLLECTING = 1.0
"""Seconds without work before the garbage collector runs: never in a request's path (ComfyUI loses 0.35 s there)."""


def serve(setup: protocol.Setup, inbox: Inbox, emit: Callable[[protocol.Event], None]) -> None:
    """Work until Quit."""
    device = Device.open(setup)
    loader = Loader([Path(root) for root in setup.model_roots], device, setup.memory_budget or device.budget)
    loop = Loop(
        Blobs(Path(setup.blobs)), loader, emit, preview_interval=setup.preview_interval, wake=lambda: inbox.put(None)
    )
    emit(device.ready())
    gc.collect()
    gc.freeze()
    gc.disable()
    told, collected = loop.load(), time.monotonic()
    with torch.inference_mode():
        while obey(loop, inbox):
            if time.monotonic() - collected > LONGEST_UNCOLLECTED:
                gc.collect()
                collected = time.monotonic()
            if loop.ready:
                loop.tick()
            if changed(told, loop.load()):
                told = loop.load()
                emit(told)


def changed(told: protocol.Load, now: protocol.Load) -> bool:
    """Whether the front should hear of it: jobs ended, models came or went. Calls alone are no news."""
    return (told.jobs, told.models, told.model_bytes) != (now.jobs, now.models, now.model_bytes)


def obey(loop: Loop, inbox: Inbox) -> bool:
    """Follow every command that has come; with nothing else to do, wait for one. False after Quit."""
    command = _next(loop, inbox)
    while True:
        match command:
            case protocol.Run():
                loop.run(command)
            case protocol.Cancel(job_id):
                loop.cancel(job_id)
            case protocol.Watch(job_id, watched):
                loop.watch(job_id, watched)
            case protocol.Quit():
                return False
            case _:
                pass
        try:
            command = inbox.get_nowait()
        except queue.Empty:
            return True


def _next(loop: Loop, inbox: Inbox) -> protocol.Command | None:
    """A command, if there is one; where there is nothing to do, the next one to come."""
    with suppress(queue.Empty):
        return inbox.get_nowait() if loop.ready else inbox.get(timeout=IDLE_BEFORE_COLLECTING)
    if loop.ready:
        return None
    gc.collect()
    return inbox.get()
