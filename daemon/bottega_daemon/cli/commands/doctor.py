"""doctor: is everything here that is needed, and what to do about what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Exit as Leave
from typer import Option

MARKS = {"ok": "[green]ok[/]     ", "note": "[yellow]note[/]   ", "wrong": "[red]wrong[/]  "}


def doctor(
    models: Annotated[list[Path] | None, Option(help="A model folder besides your own, as for `serve`.")] = None,
    as_json: Annotated[bool, Option("--json", help="Answer with one JSON object, for scripts.")] = False,
) -> None:
    """Look at devices, memory, versions, model folders, data folder and daemon; tell what is wrong and what helps."""
    from bottega_daemon.cli.checks import examine
    from bottega_daemon.cli.exits import Exit
    from bottega_daemon.cli.say import output, put_json, safe

    findings = examine(tuple(path.absolute() for path in models or ()))
    wrong = [finding for finding in findings if finding.level == "wrong"]
    if as_json:
        put_json({"ok": not wrong, "findings": [finding.as_dict for finding in findings]})
    else:
        screen = output()
        for finding in findings:
            screen.print(
                f"{MARKS[finding.level]}{finding.about:<10} {safe(finding.text)}", soft_wrap=True, highlight=False
            )
            if finding.remedy:
                screen.print(f"{'':18} → {safe(finding.remedy)}", soft_wrap=True, highlight=False)
    if wrong:
        raise Leave(Exit.WRONG)
