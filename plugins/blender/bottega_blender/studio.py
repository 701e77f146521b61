"""What the panels and operators share: the link to the daemon, the jobs in flight, and the history."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable, Iterator

import bpy

from . import arrivals, running
from .client import KEPT, BottegaError, JobCancelled, Session
from .history import Shelf
from .host import Main
from .link import Link
from .params import Params
from .previews import Previews
from .work import Deliver, Recipe, Work

log = logging.getLogger(__name__)


class Studio:
    """One Blender's dealings with the daemon. All methods are for the main thread and return at once."""

    def __init__(self, main: Main) -> None:
        self.main = main
        self.link = Link(main, redraw, self._left)
        self.previews = Previews()
        self.history = Shelf(main, redraw)
        self.works: list[Work] = []
        self.complaint: BottegaError | None = None
        """Why the last wish could not even begin."""
        self._numbers = itertools.count(1)

    def work(self, params: Params, session: Session, deliver: Deliver, lane: str = "") -> Work:
        """A new job in the list; its recipe is followed on the helper thread of this name."""
        work = Work(next(self._numbers), params, session, deliver, lane)
        self.works.insert(0, work)
        ended = [each for each in self.works if each.ended]
        self.works = [each for each in self.works if each not in ended[KEPT:]]
        self.complaint = None
        return work

    def begin(self, work: Work, recipe: Callable[[], Recipe], reading: Iterable[None] = ()) -> None:
        """Do a job: read the scene on the main thread in slices, then follow the recipe in the background."""

        def steps() -> Iterator[None]:
            for _ in reading:
                if work.ended:
                    return
                yield
            running.start(self, work, recipe())

        self.main.chore("scene", steps(), lambda error: self.fail(work, error))
        redraw()

    def cancel(self, work: Work) -> None:
        """Ask a job to end; what only waits for the moment to go into Blender is dropped."""
        work.unwanted = True
        if work.arriving and not work.ended:
            self.end(work, JobCancelled())
        for ticket in work.tickets:
            ticket.cancel()
        if not work.tickets:
            self.fail(work, JobCancelled())
        redraw()

    def fail(self, work: Work, error: Exception) -> None:
        """A job goes badly. What else runs for it is cancelled; what it has brought so far stays."""
        if work.ended:
            return
        error = worded(error)
        if not work.arriving:
            tickets, work.tickets = work.tickets, []
            for ticket in tickets:
                ticket.cancel()
            running.close(self, work, error)
        elif not work.made:
            self.end(work, error)

    def end(self, work: Work, error: BottegaError | None) -> None:
        """Nothing more will come of a job; one that went well is a line of the history."""
        work.error, work.note = error, ""
        work.state = "cancelled" if isinstance(error, JobCancelled) else "failed" if error else "done"
        if not error:
            work.fraction = 1.0
            if work.pictures:
                self.history.add(work.params, work.pictures)
        self.forget(work)

    def _left(self, session: Session, error: BottegaError) -> None:
        """A daemon was given up: nothing is heard any more of what it has."""
        for work in self.works:
            if work.session is session:
                self.fail(work, error)

    def forget(self, work: Work) -> None:
        """Let go of what only a job under way needs."""
        arrivals.drop(work)
        work.recipe, work.made, work.pictures, work.tickets = None, [], [], []
        self.previews.forget(work.number)
        redraw()

    def complain(self, error: BottegaError | None) -> None:
        """Show in the panel why a wish cannot be met; None: it was."""
        self.complaint = error
        redraw()

    def changed(self) -> None:
        """Something that panels show is not what it was."""
        redraw()

    def close(self) -> None:
        """End with Blender, or with the plug-in."""
        for work in self.works:
            work.unwanted = True
        self.link.disconnect()
        self.main.close()
        self.previews.close()
        self.history.close()


def worded(error: Exception) -> BottegaError:
    """An error with a remedy; what nobody foresaw is told in the console."""
    if isinstance(error, BottegaError):
        return error
    log.error("unforeseen", exc_info=error)
    return BottegaError(str(error), remedy="See the console for details.")


def redraw() -> None:
    """Have the panels drawn anew."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in ("VIEW_3D", "IMAGE_EDITOR"):
                area.tag_redraw()


_STUDIOS: list[Studio] = []
"""The one of this Blender while the plug-in is enabled: operators and panels, which Blender makes, look for it here."""


def here() -> Studio:
    """This Blender's studio."""
    return _STUDIOS[0]


def open_studio() -> Studio:
    """Begin; at registration."""
    _STUDIOS[:] = [Studio(Main())]
    return _STUDIOS[0]


def close_studio() -> None:
    """End; at unregistration."""
    while _STUDIOS:
        _STUDIOS.pop().close()
