"""serve: the daemon itself."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

if TYPE_CHECKING:
    from bottega_daemon.config import Config


class Dtype(str, Enum):
    """Number formats that a worker computes in."""

    auto = "auto"
    float32 = "float32"
    bfloat16 = "bfloat16"
    float16 = "float16"


class Level(str, Enum):
    """How much the daemon logs."""

    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


def serve(
    host: Annotated[
        str | None, Option(help="Address to listen on. Anything but 127.0.0.1 lets other machines try the token.")
    ] = None,
    port: Annotated[int | None, Option(min=0, max=65535, help="Port; 0 takes a free one.")] = None,
    models: Annotated[
        list[Path] | None, Option(help="A model folder besides your own; may be given several times.")
    ] = None,
    starter: Annotated[bool | None, Option("--starter/--no-starter", help="Offer the embedded starter model.")] = None,
    device: Annotated[list[str] | None, Option(help="cpu, cuda:0 …; one worker each. Default: what is there.")] = None,
    dtype: Annotated[Dtype, Option(help="Numbers to compute in; auto takes what suits the device.")] = Dtype.auto,
    threads: Annotated[int | None, Option(min=0, max=1024, help="CPU threads of a worker; 0: let torch choose.")] = None,
    idle: Annotated[
        float | None, Option(min=1, help="Seconds without a job after which a worker gives its memory back.")
    ] = None,
    log_level: Annotated[Level, Option(help="What to log, on standard error.")] = Level.info,
) -> None:
    """Start the daemon. It serves until Ctrl-C; jobs that wait or run then go on when it starts again."""
    from dataclasses import replace

    from bottega_daemon.cli.serving import serve_aloud
    from bottega_daemon.config import from_environment

    given = {
        "host": host,
        "port": port,
        "models": tuple(path.absolute() for path in models) if models else None,
        "starter": starter,
        "devices": tuple(device) if device else None,
        "dtype": dtype.value,
        "threads": threads,
        "worker_idle": idle,
    }
    config: Config = replace(from_environment(), **{name: value for name, value in given.items() if value is not None})
    serve_aloud(config, log_level.value)
