"""A finished job put into the image, by a process that does nothing else."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from pathlib import Path

from gi.repository import Gimp

from . import host, spool
from .client import BottegaError, Picture
from .laying import Laid, lay
from .places import unpacked
from .remembering import remember
from .running import Desk
from .wishes import wish_of
from .words import _

PATIENCE = 60.0


def insert(job_id: str, parameters: str, place_text: str, daemon: str) -> Laid:
    """Fetch a job's pictures and lay them; what the artist works on stays selected. Raises BottegaError."""
    wish, place = wish_of(parameters), unpacked(place_text)
    exact = place
    with closing(Desk(host.settings_of(json.loads(daemon)))) as desk:
        if job_id.endswith(spool.ENDING):
            pictures, exact = spool.read(Path(job_id)).pictures(place)
        else:
            pictures = fetched(desk, job_id)
        laid = lay(exact, wish, pictures, select=False)
        if laid.fresh:
            with suppress(TypeError):  # a GIMP without windows
                Gimp.Display.new(laid.image)
        Gimp.displays_flush()
        if not place.kept:
            remember(wish, pictures, place, laid)
        if job_id.endswith(spool.ENDING):
            Path(job_id).unlink(missing_ok=True)
    return laid


def fetched(desk: Desk, job_id: str) -> list[Picture]:
    """What came of a job that has ended."""
    found: list[list[Picture]] = []
    wrong: list[BottegaError] = []
    desk.session.follow(job_id, on_done=found.append, on_error=wrong.append, previews=False)
    if not host.wait(lambda: found or wrong, PATIENCE):
        raise BottegaError(_("The daemon does not answer."), remedy=_("Start it with `bottega serve`."))
    if wrong:
        raise wrong[0]
    return found[0]
