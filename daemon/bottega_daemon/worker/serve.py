"""A worker's life: take commands between ticks, tick while there is something to do, tidy up when there is not."""

from __future__ import annotations

import gc
import queue
from collections.abc import Callable
from pathlib import Path

import torch

from bottega_daemon.blobs import Blobs
from bottega_daemon.worker import protocol
from bottega_daemon.worker.device import Device
from bottega_daemon.worker.loader import Loader
from bottega_daemon.worker.loop import Loop

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
    with torch.inference_mode():
        while obey(loop, inbox):
            before = loop.finished
            loop.tick()
            if loop.finished != before:
                emit(loop.load())


def obey(loop: Loop, inbox: Inbox) -> bool:
    """Follow every command that has come; with nothing else to do, wait for one. False after Quit."""
    while True:
        try:
            command = inbox.get_nowait() if loop.ready else inbox.get(timeout=IDLE_BEFORE_COLLECTING)
        except queue.Empty:
            if loop.ready:
                return True
            gc.collect()
            command = inbox.get()
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
                return True
