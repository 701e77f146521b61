"""serve: the daemon itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from bottega_daemon.cli.spread import spread

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


@dataclass(frozen=True)
class Serving:
    """What `bottega_daemon.config.Config` is to say; None leaves it to the environment, then to the default."""

    host: Annotated[
        str | None, Option(help="Address to listen on. Anything but 127.0.0.1 lets other machines try the token.")
    ] = None
    port: Annotated[int | None, Option(min=0, max=65535, help="Port; 0 takes a free one.")] = None
    models: Annotated[
        list[Path] | None, Option(help="A model folder besides your own; may be given several times.")
    ] = None
    starter: Annotated[bool | None, Option("--starter/--no-starter", help="Offer the embedded starter model.")] = None
    devices: Annotated[
        list[str] | None, Option("--device", help="cpu, cuda:0 …; one worker each. Default: what is there.")
    ] = None
    dtype: Annotated[Dtype | None, Option(help="Numbers to compute in. Default: what suits the device.")] = None
    threads: Annotated[int | None, Option(min=0, max=1024, help="CPU threads of a worker; 0: let torch choose.")] = None
    worker_idle: Annotated[
        float | None, Option("--idle", min=1, help="Seconds without a job after which a worker gives its memory back.")
    ] = None

    def config(self) -> Config:
        """The configuration that these options and the environment ask for."""
        from bottega_daemon.config import from_environment

        base = from_environment()
        given = {
            **vars(self),
            "models": (*base.models, *(path.absolute() for path in self.models)) if self.models else None,
            "devices": tuple(self.devices) if self.devices else None,
            "dtype": self.dtype.value if self.dtype else None,
        }
        return replace(base, **{name: value for name, value in given.items() if value is not None})


@spread
def serve(
    serving: Serving,
    log_level: Annotated[Level, Option(help="What to log, on standard error.")] = Level.info,
) -> None:
    """Start the daemon. It serves until Ctrl-C; jobs that wait or run then go on when it starts again."""
    from bottega_daemon.cli.serving import serve_aloud

    serve_aloud(serving.config(), log_level.value)
