"""demo: what Bottega can do, on any machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument
from typer import Exit as Leave


def demo(folder: Annotated[Path, Argument(help="Where the pictures go.")] = Path("demo")) -> None:
    """Paint a few pictures with the starter model and a daemon of the demo's own, in about a minute."""
    from bottega_daemon.cli.demo.show import show

    raise Leave(show(folder))
