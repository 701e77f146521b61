"""A procedure from call to result, in a process of its own: GIMP shows its progress, and Cancel ends it."""

from __future__ import annotations

import time
from collections.abc import Callable

from gi.repository import Gimp

from . import host
from .asking import Call, ask
from .client import BottegaError, Connection, ConnectionLost, JobCancelled, Picture, Work, Works, messages
from .laying import Laid, Place, lay
from .passes import begin
from .remembering import remember
from .scene import Asked
from .wishes import Wish
from .words import _

UNWATCHED = 5.0
"""Seconds after which the daemon gives a job up whose process was killed: GIMP's Cancel is a SIGKILL."""
PATIENCE = 120.0
"""Seconds that a lost connection may stay lost."""
FIRST = 8.0
"""Seconds until the first answer."""


class Desk:
    """This process's dealings with the daemon, for the length of one procedure."""

    def __init__(self, chosen: host.Settings | None = None) -> None:
        self.listeners: list[Callable[[], object]] = []
        """Called when the connection or the catalog is another."""
        self.session = host.open_session(self._changed, self._changed, chosen)
        self._lost_since: float | None = None
        self._was_lost = False
        """Since the last job was handed in."""

    def _changed(self, _news: object) -> None:
        for each in self.listeners:
            each()

    def close(self) -> None:
        """Hang up."""
        self.session.close()

    def catalog(self) -> messages.Catalog:
        """The daemon's menus. Raises what is wrong if no daemon answers."""
        host.wait(lambda: self.session.connection.state in ("connected", "lost"), FIRST)
        self._check(self.session.connection)
        host.wait(lambda: self.session.known_catalog is not None, FIRST)
        found = self.session.known_catalog
        if found is None:
            raise ConnectionLost(_("The daemon does not tell its models."), remedy=_("Look at its log."))
        return found

    def paint(self, asked: Asked, wish: Wish) -> tuple[list[Picture], Place]:
        """Have a job done, with GIMP's progress bar; gives its pictures and where they go. Raises what ended it.

        One that the daemon has given up because it could not be reached is asked for again: the artist still waits for
        it. His own Cancel ends this process, so that whoever else cancels a job does it elsewhere."""
        work = self._done(asked, wish)
        while isinstance(work.error, JobCancelled) and self._was_lost:
            Gimp.progress_update(0.0)
            work = self._done(asked, wish)
        if isinstance(work.error, JobCancelled):
            raise BottegaError(_("The job was cancelled in the daemon."), remedy=_("Paint it again.")) from work.error
        if work.error:
            raise work.error
        if not work.ended:
            self._check(self.session.connection)
        return work.result

    def _done(self, asked: Asked, wish: Wish) -> Work:
        """A job that has ended, or has been out of reach for too long."""
        self._was_lost, self._lost_since = False, None
        works = Works(_show)
        work = works.add(wish.title, dict(wish.values))
        try:
            begin(works, work, self.session, asked, lambda *made: made, cancel_when_unwatched_after=UNWATCHED)
            host.wait(lambda: work.ended or self._given_up())
        finally:
            if not work.ended:
                works.cancel(work)
        return work

    def _check(self, connection: Connection) -> None:
        if connection.state != "connected":
            remedy = _("Start it with `bottega serve`.")
            raise connection.error or ConnectionLost(_("The daemon does not answer."), remedy=remedy)

    def _given_up(self) -> bool:
        """Whether the connection has been lost for too long; says so while it is lost."""
        if self.session.connection.state != "lost":
            self._lost_since = None
            return False
        if self._lost_since is None:
            self._lost_since, self._was_lost = time.monotonic(), True
            Gimp.progress_set_text(_("The connection is lost; waiting for the daemon …"))
        return time.monotonic() - self._lost_since > PATIENCE


def perform(call: Call, desk: Desk, *, show: bool) -> Laid:
    """Do what was asked for and put the result into the image. `show` opens a window for a new image.

    Raises BottegaError; what was painted and could not be put there is in the history.
    """
    Gimp.progress_init(_("Bottega: connecting …"))
    catalog = desk.catalog()
    Gimp.progress_set_text(_("Bottega: reading the image …"))
    asked = ask(call, catalog)
    pictures, place = desk.paint(asked, call.wish)
    try:
        laid = lay(place, call.wish, pictures)
    except BottegaError as error:
        if not pictures:
            raise
        remember(call.wish, pictures, asked.place)
        raise BottegaError(error.message, remedy=f"{error.remedy} {_('It is in the history of the panel.')}") from error
    remember(call.wish, pictures, asked.place, laid)
    if show and laid.fresh:
        Gimp.Display.new(laid.image)
    Gimp.displays_flush()
    Gimp.progress_end()
    return laid


def _show(work: Work) -> None:
    """A job's progress in the image's status bar."""
    if work.state in ("reading", "queued"):  # all pixels are read by then
        waiting = _("{number} jobs are before it").format(number=work.position) if work.position else _("Sending …")
        Gimp.progress_set_text(f"{work.title}: {waiting}")
    elif work.state in ("running", "finishing"):
        Gimp.progress_set_text(f"{work.title}: {_(work.phase)}")
        Gimp.progress_update(work.fraction)
