"""jobs: what was asked, and what has come of it."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from bottega_daemon.cli.options import Placing, Reaching
from bottega_daemon.cli.spread import spread

if TYPE_CHECKING:
    from bottega import messages as m
    from bottega.client import Client

JobId = Annotated[str, Argument(metavar="JOB", help='A job\'s id or its beginning, or "last".', show_default=False)]


class State(str, Enum):
    """States of a job."""

    queued = "queued"
    running = "running"
    succeeded = "succeeded"
    failed = "failed"
    cancelled = "cancelled"


app = typer.Typer(help="What was asked, and what has come of it.", no_args_is_help=True)


@app.command("list")
@spread
def list_(
    reaching: Reaching,
    state: Annotated[list[State] | None, Option(help="Only jobs in this state; may be given several times.")] = None,
    limit: Annotated[int, Option(min=1, max=10_000, help="At most so many.")] = 20,
) -> None:
    """List your jobs, newest first."""
    from bottega_daemon.cli.reach import reached
    from bottega_daemon.cli.say import put_json
    from bottega_daemon.cli.settings import STATES, figures_of

    wanted = {each.value for each in state or ()}
    with reached(reaching) as client:
        found = client.jobs([code for code, name in STATES.items() if name in wanted], limit)
    if reaching.as_json:
        put_json({"ok": True, "jobs": [figures_of(job) for job in found]})
    else:
        _show(found)


@app.command()
@spread
def show(job: JobId, reaching: Reaching) -> None:
    """Show a job with all its settings."""
    from bottega_daemon.cli.reach import reached
    from bottega_daemon.cli.say import output, put_json
    from bottega_daemon.cli.settings import described
    from bottega_daemon.cli.tables import table

    with reached(reaching) as client:
        found = described(_find(client, job))
    if reaching.as_json:
        put_json({"ok": True, **found})
        return
    rows = [(name, str(value)) for name, value in {**found, **found["settings"]}.items() if name != "settings"]
    output().print(table(found["job_id"], ("", ""), rows))


@app.command()
@spread
def cancel(jobs: Annotated[list[str], Argument(metavar="JOB...", help='Ids, or "last".')], reaching: Reaching) -> None:
    """Ask jobs to end; each does at its next step."""
    from bottega_daemon.cli.reach import reached
    from bottega_daemon.cli.say import put, put_json
    from bottega_daemon.cli.settings import figures_of

    with reached(reaching) as client:
        ended = [figures_of(client.cancel(_find(client, job).job_id)) for job in jobs]
    if reaching.as_json:
        put_json({"ok": True, "jobs": ended})
        return
    for job in ended:
        put(f"{job['job_id']} {'will be cancelled' if job['state'] in ('queued', 'running') else job['state']}")


@app.command()
@spread
def watch(job: JobId, placing: Placing, reaching: Reaching) -> None:
    """Follow a job until it ends and write its pictures. Ctrl-C stops watching; the job goes on."""
    from bottega_daemon.cli.fetching import watch as follow
    from bottega_daemon.cli.reach import reached

    with reached(reaching) as client:
        follow(client, _find(client, job).job_id, placing, reaching)


@app.command()
@spread
def fetch(
    job: JobId,
    reaching: Reaching,
    output: Annotated[Path | None, Option("--output", "-o", help="A PNG file or a folder. Default: here.")] = None,
) -> None:
    """Write the pictures that a job has finished so far."""
    from bottega_daemon.cli.fetching import fetch as get
    from bottega_daemon.cli.reach import reached

    with reached(reaching) as client:
        get(client, _find(client, job), output, reaching)


def _find(client: Client, name: str) -> m.Job:
    """A job by its id, or by as much of its beginning as no other has; "last" is the newest. Raises NotFound."""
    from bottega.errors import NotFound

    if name == "last":
        found = client.jobs(limit=1)
    elif 4 <= len(name) < 32:
        found = [job for job in client.jobs(limit=500) if job.job_id.startswith(name)]
    else:
        return client.job(name)
    if len(found) != 1:
        message = f"{len(found)} jobs begin with {name!r}." if found else f"you have no job {name!r}."
        raise NotFound(message, remedy="`bottega jobs list` shows them.", field="job_id")
    return found[0]


def _show(found: list[m.Job]) -> None:
    from bottega_daemon.cli.say import output
    from bottega_daemon.cli.settings import figures_of, local_time
    from bottega_daemon.cli.tables import table

    rows = [
        (job.job_id, str(figures_of(job)["state"]), local_time(job.submitted), str(len(job.pictures)), job.title[:60])
        for job in found
    ]
    output().print(table("", ("job", "state", "submitted", "n", "title"), rows))
