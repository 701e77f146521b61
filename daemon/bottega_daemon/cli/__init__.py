"""The `bottega` command: everything that the plug-ins can ask for, from a shell or a script."""

from __future__ import annotations


def main() -> None:
    """The console script's entry."""
    from bottega_daemon.cli.app import app

    app()
