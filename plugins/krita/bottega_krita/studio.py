"""What docker and actions share: the connection, the menus, the jobs in flight and how each stands."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from . import asking, finding, jobs, layers
from .canvas import sheet
from .client import (
    BottegaError,
    Connection,
    InvalidRequest,
    JobCancelled,
    Session,
    messages,
)
from .following import KINDS
from .geometry import Margins
from .host import Chore, Main
from .params import Follow, Params, drawn_seed
from .qt import QtCore, Signal, app, on
from .remembering import Remembering
from .settings import document_id, setting
from .spoken import Spoken
from .undoing import Undoing
from .words import say
from .works import Candidate, Work, as_ours, empty, kept, layer_name, room

if TYPE_CHECKING:
    from krita import Document

log = logging.getLogger(__name__)
Failed: TypeAlias = "Callable[[BottegaError], object]"


class Studio(QtCore.QObject):
    """One Krita's dealings with the daemon. All methods are for the main thread and return at once."""

    connected = Signal()
    """How it stands with the daemon has changed."""
    catalog_changed = Signal()
    changed = Signal(object)
    """A work has changed."""
    arrived = Signal(object, object)
    """A work has a new candidate."""
    let_go = Signal(object)
    """Works that were dropped, since pictures take more memory than they may."""
    applied = Signal(object, object, object)
    """A candidate of a work has become a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.main = Main()
        self.works: list[Work] = []
        self.spoken = Spoken()
        self.undoing = Undoing(self.main)
        self.remembering = Remembering(self.main)
        self.dockers: list[Any] = []
        """One for each window."""
        self.connection = Connection("connecting")
        self.session: Session | None = None
        self._met = ("", "")
        """Whose session it is: an address, and a token."""
        self._catalog: messages.Catalog | None = None
        self._numbers = itertools.count(1)

    @property
    def catalog(self) -> messages.Catalog | None:
        """The last menus known, also without a daemon."""
        if self._catalog is None and self.session:
            self._catalog = self.session.known_catalog
        return self._catalog

    def add_docker(self, docker: Any) -> None:
        """A window has got its docker; it goes with the window."""
        self.dockers.append(docker)
        on(docker.destroyed, lambda *_: self.dockers.remove(docker))

    def connect_daemon(self) -> None:
        """Meet the daemon that the settings name: look again for the one that is known, or leave it and what is under
        way there for another one."""
        address, token = wanted = setting("address"), setting("token")
        if self.session and wanted == self._met:
            self.session.look()
            return
        for work in self.works:
            remedy = say("Paint it again.")
            self.fail(work, BottegaError(say("Another daemon was chosen while this was painted."), remedy=remedy))
        if self.session:
            self.session.leave()
        self._catalog, self.session, self._met = None, None, wanted
        try:
            self.session = Session(
                self.main.call,
                address or None,
                token or None,
                on_connection=self._connected,
                on_catalog=self._menus,
            )
        except BottegaError as error:
            self._connected(Connection("lost", error=error))
        self.catalog_changed.emit()  # what is known of this one's models, until it is asked

    def start_daemon(self) -> None:
        """Start this machine's own."""
        if self.session:
            self.session.start_daemon()

    def ask(
        self,
        params: Params,
        document: Document | None = None,
        *,
        margins: Margins | None = None,
        replaces: str = "",
        reader: asking.Reader | None = None,
        arrived: Callable[[Candidate], object] | None = None,
    ) -> Work:
        """Begin a job on a document, the active one by default. What is wrong is the work's error. Live painting
        `replaces` its own older requests, reads the canvas by itself, and hears of what `arrived`."""
        document = document or app().activeDocument()
        if params.seed < 0:
            params = dataclasses.replace(params, seed=drawn_seed(params.count))
        if not replaces:
            self.spoken.hear(params.prompt)
        work = Work(next(self._numbers), params, document_id(document), live=bool(replaces), arrived=arrived)
        self.works.insert(0, work)
        self.tidy()
        try:
            seen = sheet(document)
            session, catalog = self._ready()
        except BottegaError as error:
            self.fail(work, error)
            return work
        steps = asking.gather(seen, params, catalog, margins, reader)
        self.main.chore("reading", jobs.submit(self, work, session, steps, replaces), partial(self.fail, work))
        self.changed.emit(work)
        return work

    def tidy(self) -> None:
        """Drop the oldest works where pictures take more memory than they may. Those end on the helper thread: to let
        go of a large picture takes a tenth of a second."""
        self.works, gone = kept(self.works, room())
        if gone:
            self.let_go.emit(gone)
            self.main.aside(partial(empty, gone), lambda _: None, log.warning)

    def discard(self, work: Work, candidate: Candidate) -> None:
        """Forget a candidate, which ends on the helper thread too."""
        work.candidates.remove(candidate)
        self.main.aside([candidate].clear, lambda _: None, log.warning)

    def _ready(self) -> tuple[Session, messages.Catalog]:
        if self.session is None or self.catalog is None or not self.catalog.checkpoints:
            error = self.connection.error
            remedy = error.remedy if error else say("Wait until the daemon answers.")
            raise InvalidRequest(say("There is no daemon yet."), remedy=remedy, field="daemon")
        return self.session, self.catalog

    def cancel(self, work: Work) -> None:
        """Ask a job to end."""
        work.unwanted = True
        if work.ticket:
            work.ticket.cancel()
        self.changed.emit(work)

    def cancel_all(self) -> None:
        """Ask all jobs to end."""
        for work in self.works:
            if not work.ended:
                self.cancel(work)

    def fail(self, work: Work, error: Exception) -> None:
        """A job has ended badly."""
        if work.ended:
            return
        work.state = "cancelled" if isinstance(error, JobCancelled) else "failed"
        work.preview = None
        work.error = as_ours(error)
        if not work.candidates:  # nothing will be applied: what was sent for it may go
            self.main.aside(partial(empty, [work]), lambda _: None, log.warning)
        self.changed.emit(work)

    def finish(self, work: Work) -> None:
        """All of a job has come."""
        if not work.ended:
            work.state, work.fraction, work.note = "done", 1.0, ""
            work.seconds = time.monotonic() - work.begun
            self.changed.emit(work)

    def find_structure(self, what: Follow, follows: tuple[Follow, ...], found: finding.Found) -> Work:
        """Have the structure of a layer of the active image, or of its canvas (none named), found and put above it."""
        document = app().activeDocument()
        work = Work(next(self._numbers), Params(prompt=say(KINDS[what.kind])), document_id(document))
        self.works.insert(0, work)
        self.tidy()
        try:
            seen = sheet(document)
            session, catalog = self._ready()
            source = layers.named(seen.document, what.layer, what.name) if what.layer else None
        except BottegaError as error:
            self.fail(work, error)
            return work
        steps = finding.find(self, work, session, catalog, seen, source, follows, what.kind, found)
        self.main.chore("reading", steps, partial(self.fail, work))
        self.changed.emit(work)
        return work

    def apply(self, work: Work, candidate: Candidate, *, masked: bool = True, failed: Failed = log.warning) -> None:
        """Put a candidate into its document as a new layer, with a mask or with its alpha. A copy of that document that
        is in front gets it instead. What is wrong `failed` is told, and the work's error."""
        assert work.request
        target, front = work.request.target, app().activeDocument()
        if front and front != target.document and document_id(front) == work.document_id:
            target = dataclasses.replace(target, document=front, above=front.activeNode())
        self.apply_to(target, work, candidate, masked=masked, failed=failed)

    def apply_to(
        self,
        target: layers.Target,
        work: Work,
        candidate: Candidate,
        *,
        masked: bool = True,
        failed: Failed = log.warning,
    ) -> None:
        """The same, wherever it is wanted."""

        def not_applied(error: Exception) -> None:
            work.error = as_ours(error)
            failed(work.error)

        self.main.chore("layer", self._apply(work, target, candidate, masked), not_applied)

    def _apply(self, work: Work, target: layers.Target, candidate: Candidate, masked: bool) -> Chore:
        bundle = yield from layers.apply(target, layer_name(work, candidate), candidate, masked)
        self.undoing.bind(bundle)
        candidate.applied += 1
        self.applied.emit(work, candidate, bundle.layer)

    def _connected(self, connection: Connection) -> None:
        self.connection = connection
        self.connected.emit()

    def _menus(self, catalog: messages.Catalog) -> None:
        self._catalog = catalog
        self.catalog_changed.emit()

    def close(self) -> None:
        """End with Krita."""
        if self.session:
            self.session.close()
        self.main.close()
