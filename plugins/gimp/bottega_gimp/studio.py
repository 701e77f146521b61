"""The queue that lives as long as GIMP: it follows the jobs that were handed to it and has their results inserted.

It touches no pixels. A process that offers temporary procedures must not: GIMP 3.0 may call one between the two halves
of a tile's transfer, and then closes the plug-in ("expected tile data"). So a process of its own reads the image and
another one inserts what came of it; calling it keeps this one able to answer.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from gi.repository import Gimp, GLib

from . import board, host, spool
from .book import BEAT, Book, Page
from .client import BottegaError, Picture, Session, Work, Works
from .passes import Course, Painted, carry_out
from .places import anyway, of_no_image
from .wishes import wish_of
from .words import _, said

log = logging.getLogger(__name__)

INSERT = "bottega-insert"
SOON = 100
"""Milliseconds after which a change is on the board at the latest."""


class Studio:
    """One GIMP's queue. All methods are for the main thread."""

    def __init__(self) -> None:
        self.works = Works(self._changed)
        self.book = Book(host.folder())
        self.book.keep_beating()
        self._pages: dict[int, Path] = {}
        self._kept: dict[int, Page] = {}
        """Of results that could not be inserted."""
        self._unwritten: dict[int, Painted] = {}
        """Those of them that the disk did not take."""
        self._versions: dict[int, int] = {}
        self._previews: dict[int, bytes] = {}
        self._daemons: dict[int, host.Settings] = {}
        """Of jobs: others may have been chosen since."""
        self._sessions: dict[host.Settings, Session] = {}
        self._posting = 0
        board.post_run(uuid.uuid4().hex)
        self.post()
        GLib.timeout_add_seconds(BEAT, self._take_up)

    def add(self, job: str, parameters: dict[str, Any], place: str) -> Work:
        """Follow a job of the daemon, or do one of several passes that lies in a file; what comes of it goes to that
        place. Raises ValueError for strange parameters, and BottegaError if the book cannot be written."""
        wish_of(json.dumps(parameters))
        page = Page(job, parameters, place, host.settings())
        with host.disk():
            path = self.book.write(page)
        return self._begin(path, page)

    def _begin(self, path: Path, page: Page, painted: Painted | None = None) -> Work:
        """Follow what is on a page; what was `painted` of it already is only to be inserted."""
        title, session = wish_of(json.dumps(page.parameters)).title, self._session(page.daemon)
        work = self.works.add(title, page.parameters)
        work.state = "queued"
        self._pages[work.number], self._daemons[work.number] = path, page.daemon
        if painted:
            self.works.finish(work, lambda _work: self._write(work, page, painted))
        elif page.job.endswith(spool.ENDING):
            session.in_background(
                lambda: spool.read(Path(page.job)),
                lambda course: self._carry_out(work, session, course, page),
                lambda _error: self.works.fail(work, _lost()),
            )
        else:
            self.works.follow(work, session, page.job, lambda _work, made: self._arrived(work, made, page))
        self.post()
        return work

    def _arrived(self, work: Work, made: Sequence[Picture], page: Page) -> int:
        _note_seed(work, [picture.seed for picture in made])
        return self._deliver(work, page)

    def _carry_out(self, work: Work, session: Session, course: Course | Painted, page: Page) -> None:
        if work.ended:
            return
        if isinstance(course, Painted):  # GIMP ended while it was to be inserted
            _note_seed(work, course.seeds)
            self.works.finish(work, lambda _work: self._deliver(work, page))
        else:
            carry_out(self.works, work, session, course, lambda made: self._write(work, page, made))

    def _write(self, work: Work, page: Page, made: Painted) -> int:
        """Have what several passes gave inserted, by way of the disk. While that takes nothing it waits in memory, and
        if GIMP ends meanwhile it is painted again."""
        _note_seed(work, made.seeds)
        try:
            with host.disk():
                spool.write(Path(page.job), made)
        except BottegaError:
            self._keep(work, page)
            self._unwritten[work.number] = made
            raise
        return self._deliver(work, page)

    def _deliver(self, work: Work, page: Page) -> int:
        """Have a result inserted; one that cannot be stays in the book, for the artist to try again."""
        if not self._pages[work.number].exists():  # this process stood still for long
            raise BottegaError(_("Another GIMP has taken this job over."), remedy=_("Look there for its result."))
        try:
            return _insert(page)
        except Exception:
            self._keep(work, page)
            raise

    def _keep(self, work: Work, page: Page) -> None:
        self._kept[work.number], work.waits = page, True

    def insert(self, number: int, fresh: bool) -> int:
        """Try that again, into its image or a `fresh` one; gives the job's new number. Raises BottegaError if there is
        no such result."""
        work = self.works.find(number)
        page = self._kept.pop(number, None)
        if work is None or page is None:
            raise no_job(number)
        path = self._pages.pop(number)  # first: what is forgotten with a page is struck
        self.works.forget(work)
        page = replace(page, place=(of_no_image if fresh else anyway)(page.place))
        return self._begin(path, page, self._unwritten.pop(number, None)).number

    def cancel(self, number: int) -> None:
        """End a job, or throw a result away that could not be inserted. Raises BottegaError if there is none."""
        work = self.works.find(number)
        if work is None:
            raise no_job(number)
        if self._kept.pop(number, None):
            self._unwritten.pop(number, None)
            work.waits = False
            self.book.strike(self._pages.pop(number))
        else:
            self.works.cancel(work)
        self.post()

    def _take_up(self) -> bool:
        """Where somebody sees it, take up what an ended GIMP has left; again and again, whatever is wrong with it."""
        try:
            if host.has_windows():
                for path, page in self.book.left():
                    self._take(path, page)
                self.book.sweep()
        except OSError:
            log.exception("the book cannot be read")
        return True

    def _take(self, path: Path, page: Page) -> None:
        try:
            self._begin(path, page)
        except Exception:  # the others are to be taken up; the next GIMP tries this one again
            log.exception("%s cannot be taken up", path.name)

    def post(self) -> None:
        """Pin on the board how the jobs stand."""
        if self._posting:
            GLib.source_remove(self._posting)
            self._posting = 0
        board.post_jobs([self._told(work) for work in self.works.list])

    def _told(self, work: Work) -> dict[str, Any]:
        return {
            "number": work.number,
            "title": work.title,
            "state": work.state,
            "fraction": round(work.fraction, 4),
            "position": work.position,
            "phase": work.phase,
            "preview": self._versions.get(work.number, 0),
            "error": said(work.error) if work.error else "",
            "layer": work.result or 0,
            "kept": work.number in self._kept,
            "parameters": work.parameters,
        }

    def _session(self, chosen: host.Settings) -> Session:
        """The session with a daemon, begun when it is first needed. Those with others end when their jobs have."""
        self._daemons = {work.number: self._daemons[work.number] for work in self.works.active}
        for each in set(self._sessions) - set(self._daemons.values()) - {chosen}:
            self._sessions.pop(each).close(patience=0)
        if chosen not in self._sessions:
            self._sessions[chosen] = host.open_session(chosen=chosen)
        return self._sessions[chosen]

    def _changed(self, work: Work) -> None:
        if work.ended and work.number in self._pages and work.number not in self._kept:
            try:
                self.book.strike(self._pages.pop(work.number))
            except OSError:
                log.exception("a page cannot be struck")
        if work.preview and work.preview is not self._previews.get(work.number):
            self._previews[work.number] = work.preview
            self._versions[work.number] = self._versions.get(work.number, 0) + 1
            board.post_preview(work.number, work.preview)
        for number in set(self._previews) - {each.number for each in self.works.list}:
            del self._previews[number]
            board.remove(board.PREVIEW.format(number=number))
        if not self._posting:
            self._posting = GLib.timeout_add(SOON, self._post_once)

    def _post_once(self) -> bool:
        self._posting = 0
        self.post()
        return False


def _note_seed(work: Work, seeds: Sequence[int]) -> None:
    """Which seed was drawn, if none was given: by it the same picture is painted again."""
    if seeds and wish_of(json.dumps(work.parameters)).procedure.paints:
        work.parameters = {**work.parameters, "seed": str(seeds[0])}


def no_job(number: int) -> BottegaError:
    """The queue has none of this number."""
    return BottegaError(_("There is no job {number}.").format(number=number), remedy=_("Look at the queue."))


def _insert(page: Page) -> int:
    """Have another process put a finished job into the image; gives the new layer's id. Raises BottegaError."""
    procedure = Gimp.get_pdb().lookup_procedure(INSERT)
    config = procedure.create_config()
    parameters, daemon = json.dumps(page.parameters), json.dumps(asdict(page.daemon))
    given = (("job-id", page.job), ("parameters", parameters), ("place", page.place), ("daemon", daemon))
    for name, value in given:
        config.set_property(name, value)
    said = procedure.run(config)
    if said.index(0) != Gimp.PDBStatusType.SUCCESS:
        message = Gimp.get_pdb().get_last_error() or _("The result could not be inserted.")
        raise BottegaError(message)
    return int(said.index(1))


def _lost() -> BottegaError:
    """Why the pixels of a job of several passes are not there."""
    remedy = _("Paint it again: its settings are beside it.")
    return BottegaError(_("What was read of the image is no longer there."), remedy=remedy)
