"""What the panels and operators share: the connection, the menus, the jobs in flight and how each stands."""

from __future__ import annotations

import itertools
import logging
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import bpy

from .client import (
    BottegaError,
    Connection,
    DaemonNotFound,
    Event,
    Generate,
    Inpaint,
    JobCancelled,
    Picture,
    Session,
    Ticket,
    messages,
    parse_address,
)
from .host import Main
from .params import Params
from .previews import Previews

log = logging.getLogger(__name__)

State = Literal["reading", "queued", "running", "finishing", "done", "failed", "cancelled"]
ENDED = frozenset({"done", "failed", "cancelled"})
KEPT = 24
"""Ended jobs that stay in the list."""
PHASES = {1: "Loading the model", 2: "Preparing", 3: "Painting", 4: "Finishing"}
OFFLINE = "Blender may not go online."


@dataclass(eq=False)
class Work:
    """A job of this Blender, from the click to its result."""

    number: int
    params: Params
    prepare: Callable[[Picture], Any]
    """Makes of a finished picture what `deliver` needs; on the helper thread."""
    deliver: Callable[[Work, Picture, Any], Iterator[None]]
    """Puts it into Blender, in slices on the main thread."""
    state: State = "reading"
    fraction: float = 0.0
    base: float = 0.0
    """The fraction at which the job under way began."""
    note: str = ""
    error: BottegaError | None = None
    results: list[str] = field(default_factory=list[str])
    """Names of the images made."""
    ticket: Ticket | None = None
    pending: int = 0
    """Pictures that have come and are not yet delivered."""
    heard_all: bool = False
    unwanted: bool = False
    """Its end was asked for."""

    @property
    def title(self) -> str:
        """What lists show."""
        return self.params.prompt or self.params.kind

    @property
    def ended(self) -> bool:
        """Nothing more will come of it."""
        return self.state in ENDED


class Studio:
    """One Blender's dealings with the daemon. All methods are for the main thread and return at once."""

    def __init__(self, main: Main) -> None:
        self.main = main
        self.previews = Previews()
        self.works: list[Work] = []
        self.connection = Connection("connecting")
        self.session: Session | None = None
        self.command: str | None = None
        """Where the `bottega` command is, once a daemon was not found."""
        self._catalog: messages.Catalog | None = None
        self._numbers = itertools.count(1)
        self._begun: tuple[str, str, str] | None = None

    @property
    def catalog(self) -> messages.Catalog | None:
        """The last menus known, also without a daemon."""
        if self._catalog is None and self.session:
            self._catalog = self.session.known_catalog
        return self._catalog

    def connect(self, address: str = "", token: str = "", person: str = "") -> Session:
        """The session with the daemon of these preferences. Raises BottegaError for one that may not be reached."""
        wanted = (address, token, person)
        if self.session and self._begun == wanted:
            return self.session
        check_online(address)
        self.disconnect()
        self._begun = wanted
        self.session = Session(
            self.main.call,
            address or None,
            token or None,
            person or None,
            on_connection=self._connected,
            on_catalog=self._menus,
        )
        return self.session

    def disconnect(self) -> None:
        """Hang up; jobs go on in the daemon."""
        if self.session:
            self.session.close()
        self.session, self._begun, self._catalog = None, None, None

    def work(
        self,
        params: Params,
        prepare: Callable[[Picture], Any],
        deliver: Callable[[Work, Picture, Any], Iterator[None]],
    ) -> Work:
        """A new job in the list."""
        work = Work(next(self._numbers), params, prepare, deliver)
        self.works.insert(0, work)
        ended = [each for each in self.works if each.ended]
        self.works = [each for each in self.works if each not in ended[KEPT:]]
        return work

    def submit(
        self,
        work: Work,
        session: Session,
        task: Callable[[], Generate | Inpaint],
        *,
        last: bool = True,
        base: float = 0.0,
    ) -> None:
        """Hand a job in; `task` is called in the background. Of a work in several jobs only the `last` ends it, and
        `base` is how much of it is done."""
        if work.unwanted:
            self.fail(work, JobCancelled())
            return
        work.state, work.base = "queued", base
        work.ticket = session.submit(
            task,
            on_event=lambda event: self._heard(work, event),
            on_picture=lambda picture: self._came(work, picture),
            on_done=lambda _: self._all_came(work) if last else None,
            on_error=lambda error: self.fail(work, error),
            title=work.title[:80],
        )
        redraw()

    def cancel(self, work: Work) -> None:
        """Ask a job to end."""
        work.unwanted = True
        if work.ticket:
            work.ticket.cancel()
        elif not work.ended:
            work.state = "cancelled"
        redraw()

    def fail(self, work: Work, error: Exception) -> None:
        """A job has ended badly."""
        if work.ended:
            return
        work.state = "cancelled" if isinstance(error, JobCancelled) else "failed"
        self.previews.forget(work.number)
        if isinstance(error, BottegaError):
            work.error = error
        else:
            log.error("job %d failed", work.number, exc_info=error)
            work.error = BottegaError(str(error), remedy="See the console for details.")
        redraw()

    def _heard(self, work: Work, event: Event) -> None:
        body = event.body
        if isinstance(body, messages.QueuedEvent):
            work.note = f"{body.position + 1}. in the queue"
        elif isinstance(body, messages.ProgressEvent):
            work.state, work.note = "running", PHASES.get(int(body.phase), "")
            work.fraction = work.base + (1.0 - work.base) * body.fraction
        elif isinstance(body, messages.PreviewEvent):
            self._preview(work, body)
        redraw()

    def _preview(self, work: Work, body: messages.PreviewEvent) -> None:
        """Panels show it; a Blender without windows has none."""
        if body.extent and not bpy.app.background:
            self.previews.show(work.number, body.jpeg, body.extent.width, body.extent.height)

    def _came(self, work: Work, picture: Picture) -> None:
        work.pending += 1
        self.main.aside(
            lambda: work.prepare(picture),
            lambda made: self.main.chore("result", self._deliver(work, picture, made), lambda e: self.fail(work, e)),
            lambda error: self.fail(work, error),
        )

    def _deliver(self, work: Work, picture: Picture, made: Any) -> Iterator[None]:
        yield from work.deliver(work, picture, made)
        work.pending -= 1
        yield
        self._settle(work)

    def _all_came(self, work: Work) -> None:
        work.heard_all, work.state, work.fraction = True, "finishing", 1.0
        self._settle(work)

    def _settle(self, work: Work) -> None:
        """Once everything is in Blender: one undo step, whatever the number of pictures."""
        if work.heard_all and not work.pending and not work.ended:
            self.main.chore("undo step (Blender's own call)", self._end(work), lambda error: self.fail(work, error))
        redraw()

    def _end(self, work: Work) -> Iterator[None]:
        remember("Bottega: " + work.title[:40])
        work.state, work.note = "done", ""
        self.previews.forget(work.number)
        redraw()
        yield

    def _connected(self, connection: Connection) -> None:
        self.connection = connection
        if isinstance(connection.error, DaemonNotFound) and self.command is None:
            self.main.aside(lambda: shutil.which("bottega") or "", self._command_found, lambda _: None)
        redraw()

    def _command_found(self, path: str) -> None:
        self.command = path
        redraw()

    def _menus(self, catalog: messages.Catalog) -> None:
        self._catalog = catalog
        redraw()

    def start_daemon(self) -> None:
        """Start the daemon of this computer; the session finds it by itself."""
        if self.command:
            quiet = subprocess.DEVNULL
            subprocess.Popen([self.command, "serve"], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)

    def close(self) -> None:
        """End with Blender, or with the plug-in."""
        self.disconnect()
        self.main.close()
        self.previews.close()


def check_online(address: str) -> None:
    """Raise unless Blender's user lets plug-ins reach this address; this computer is always reached."""
    if not address:
        return
    host, _ = parse_address(address)
    near = host in ("localhost", "::1") or host.startswith("127.")
    if not near and not bpy.app.online_access:
        remedy = "Allow Online Access in Preferences > System, or use the daemon of this computer."
        raise BottegaError(OFFLINE, remedy=remedy, field="address")


def remember(name: str) -> None:
    """One undo step, named."""
    windows = bpy.context.window_manager.windows
    if bpy.context.window or not windows:
        bpy.ops.ed.undo_push(message=name)
        return
    with bpy.context.temp_override(window=windows[0]):
        bpy.ops.ed.undo_push(message=name)


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
