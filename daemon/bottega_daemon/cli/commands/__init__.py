"""The commands: a row each."""

from __future__ import annotations

from collections.abc import Callable

import typer

from bottega_daemon.cli.commands import catalog, demo, detect, doctor, jobs, paint, plan, serve, upscale

_PAINT, _DAEMON = "Paint", "The daemon"

REGISTERED: tuple[tuple[str, Callable[..., None] | typer.Typer, str], ...] = (
    ("generate", paint.generate, _PAINT),
    ("texture", paint.texture, _PAINT),
    ("inpaint", paint.inpaint, _PAINT),
    ("control", paint.control, _PAINT),
    ("detect", detect.detect, _PAINT),
    ("upscale", upscale.upscale, _PAINT),
    ("inspect-plan", plan.inspect_plan, _PAINT),
    ("demo", demo.demo, _PAINT),
    ("serve", serve.serve, _DAEMON),
    ("jobs", jobs.app, _DAEMON),
    ("catalog", catalog.catalog, _DAEMON),
    ("doctor", doctor.doctor, _DAEMON),
)
"""Name, function or group, panel of the help."""
