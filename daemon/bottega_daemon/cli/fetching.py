"""Pictures of jobs that were submitted before."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from bottega import messages as m
from bottega.errors import NotFound
from bottega.events import error_of
from bottega_daemon.cli.asking import check_output
from bottega_daemon.cli.options import Placing, Reaching
from bottega_daemon.cli.painting import Painted, report
from bottega_daemon.cli.progress import Bar, Timings
from bottega_daemon.cli.say import note, safe
from bottega_daemon.cli.settings import state_of

if TYPE_CHECKING:
    from bottega.client import Client


def watch(client: Client, job_id: str, placing: Placing, reaching: Reaching) -> None:
    """Follow a job until it ends and keep its pictures. An interrupt leaves the job alone."""
    check_output(placing.output)
    begun, timings = time.monotonic(), Timings()
    try:
        painted = Painted(client, client.job(job_id), placing)
        with Bar(painted.job.title, quiet=placing.quiet) as bar:
            for event in client.watch(job_id, previews=False):
                timings(event)
                bar(event)
                if isinstance(event.body, m.PictureEvent) and event.body.picture:
                    painted.keep(client.picture(job_id, event.body.picture))
                if error := error_of(event):
                    raise error
    except KeyboardInterrupt:
        note(f"not watched any more; the job goes on. `bottega jobs cancel {safe(job_id)}` ends it.")
        raise
    seconds = {**timings.seconds, "total": round(time.monotonic() - begun, 3)}
    report(painted, client.job(job_id), seconds, reaching)


def fetch(client: Client, job: m.Job, output: Path | None, reaching: Reaching) -> None:
    """Keep the pictures that a job has so far. Raises NotFound if it has none."""
    check_output(output)
    if not job.pictures:
        remedy = "Wait for it with `bottega jobs watch`." if state_of(job) in ("queued", "running") else ""
        raise NotFound(f"job {job.job_id} has no pictures; it is {state_of(job)}.", remedy=remedy, field="job_id")
    begun = time.monotonic()
    painted = Painted(client, job, Placing(output=output))
    for picture in job.pictures:
        painted.keep(client.picture(job.job_id, picture))
    report(painted, job, {"total": round(time.monotonic() - begun, 3)}, reaching)
