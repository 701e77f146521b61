"""The command line: its commands, and what becomes of their errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from bottega_daemon.cli import exits
from bottega_daemon.cli.commands import REGISTERED
from bottega_daemon.cli.exits import Exit, exit_of
from bottega_daemon.cli.say import Trouble, tell

EPILOG = f"Exit codes:\n{exits.table()}"


class Commands(TyperGroup):
    """All commands. Every error ends in one report and an exit code that means something."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run one command and exit."""
        words = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(words, prog_name or "bottega", complete_var, False, windows_expand_args, **extra)
        except Exception as error:
            trouble, code = _trouble(error)
            if trouble is None:
                raise
            if trouble.message:  # else the help was shown
                tell(trouble, code, as_json="--json" in words)
        if standalone_mode:
            sys.exit(code or 0)
        return code


def _trouble(error: Exception) -> tuple[Trouble | None, int]:
    """What to say about an error and how to exit; None for a bug."""
    from bottega.errors import BottegaError, JobFailed
    from bottega_daemon.errors import BottegaError as DaemonError

    if isinstance(error, BottegaError | DaemonError):
        job_id = getattr(error, "job_id", "")
        code = exit_of(error.reason, of_job=isinstance(error, JobFailed))
        return Trouble(error.reason, error.message, error.remedy, error.field, job_id), code
    if isinstance(error, typer.TyperException):
        return _usage(error), Exit.INVALID
    if isinstance(error, typer.Abort):
        return Trouble("ABORTED", "nothing was done."), Exit.CANCELLED
    return None, Exit.WRONG


def _usage(error: typer.TyperException) -> Trouble:
    """A command line that cannot be understood, with where to look for help."""
    context: typer.Context | None = getattr(error, "ctx", None)
    path = context.command_path if context else "bottega"
    return Trouble("USAGE", error.format_message(), f"See `{path} --help`.")


app = typer.Typer(
    name="bottega",
    cls=Commands,
    help="A workshop for pictures: one bench, many artists. Start it with `bottega serve`, then ask it for pictures.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, function, panel in REGISTERED:
    if isinstance(function, typer.Typer):
        app.add_typer(function, name=name, rich_help_panel=panel)
    else:
        app.command(name, rich_help_panel=panel)(function)
