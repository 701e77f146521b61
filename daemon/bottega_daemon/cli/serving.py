"""The daemon at the command line: says where it listens and what it offers, and stops in good order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import suppress

from bottega.endpoint import Endpoint
from bottega.errors import BottegaError
from bottega_daemon.cli.say import note, safe
from bottega_daemon.config import Config, devices_of
from bottega_daemon.errors import Overloaded
from bottega_daemon.models.library import Library


def serve_aloud(config: Config, log_level: str) -> None:
    """Serve until Ctrl-C or SIGTERM. Raises BottegaError if the port or the data folder is taken."""
    logging.basicConfig(
        level=log_level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", datefmt="%H:%M:%S"
    )
    os.environ["BOTTEGA_LOG"] = log_level.upper()  # for the workers
    _check(config)
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(_serve(config))
    except Overloaded as error:
        raise BottegaError(error.message, remedy=error.remedy, field=error.field, reason="TAKEN") from None
    note("stopped; jobs that were waiting go on when the daemon starts again")


async def _serve(config: Config) -> None:
    from bottega_daemon.rpc.server import serving

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(config) as (address, broken):
        devices = safe(", ".join(devices_of(config.devices)))
        note(f"[bold]Bottega[/] listens on [bold]{safe(address)}[/]; devices: {devices}")
        if not Endpoint(config.host.strip("[]"), config.port).is_loopback:
            note(f"[yellow]note:[/] on {safe(config.host)} other machines can reach it; nothing is encrypted.")
        for line in await asyncio.to_thread(summary, config):
            note(line)
        note("[dim]Ctrl-C stops it.[/]")
        waits = [asyncio.create_task(event.wait()) for event in (stop, broken)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        note("stopping …")
    if broken.is_set():
        raise BottegaError("the daemon broke down.", remedy="Start it again; its log tells why.")


def summary(config: Config) -> list[str]:
    """What the model folders offer, as lines to print."""
    found = Library(config.model_roots).scan()
    names = ", ".join(entry.name for entry in found.checkpoints[:8]) + (" …" if len(found.checkpoints) > 8 else "")
    kinds = ", ".join(sorted({entry.kind for entry in found.controlnets}))
    lines = [
        f"checkpoints: {len(found.checkpoints)} ({safe(names)})"
        if found.checkpoints
        else f"[yellow]no checkpoints[/]: put one into {safe(str(config.model_roots[0] / 'checkpoints'))}",
        f"control networks: {len(found.controlnets)}" + (f" ({safe(kinds)})" if kinds else ""),
    ]
    if found.problems:
        lines.append(f"[yellow]{len(found.problems)} model files cannot be used[/]; `bottega doctor` tells why")
    return lines


def _check(config: Config) -> None:
    """Raise BottegaError for what would only show later."""
    for folder in config.models:
        if not folder.is_dir():
            raise BottegaError(
                f"{folder} is no folder.", remedy="Name a folder of models.", field="models", reason="INVALID_REQUEST"
            )
