"""The client for hosts, whose main thread must never wait.

    session = Session(call_on_main, on_connection=show, on_catalog=fill_menus)
    ticket = session.submit(task, on_event=progress, on_picture=show_picture, on_done=finish, on_error=complain)
    ticket.cancel()
    session.close()

Threads: all methods may be called from the main thread and return at once; hashing, compressing, sending and waiting
happen on one background thread, which starts with the session. Every callback runs on the main thread, through the
`call_on_main` that the host gives: a function that, called from the background thread, makes a function run on the main
thread soon. Callbacks come in order; of progress, queue and preview events that the main thread had no time for, only
the newest. Each job ends with exactly one `on_done` or `on_error`. After `close` nothing is called any more.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import math
import uuid
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

from bottega import launch
from bottega import messages as m
from bottega.blobs import Packing
from bottega.core import Core, Wishes
from bottega.errors import BottegaError, ConnectionLost, DaemonNotFound
from bottega.events import Picture
from bottega.following import UNHEARD, Callbacks, Following, OnDone, OnError, OnEvent, OnPicture, Ticket, as_error
from bottega.link import SILENCE
from bottega.loop import LoopThread
from bottega.mailbox import CallOnMain, Mailbox
from bottega.retry import delay
from bottega.tasks import Task
from bottega.wire import Priority

State: TypeAlias = Literal["connecting", "starting", "connected", "lost"]
T = TypeVar("T")

INSTALL = "Install it there with `pip install bottega-daemon`, or give the address of another machine's."
LOOK_AGAIN = 10.0
"""Seconds between looks at a daemon that is there."""


@dataclass(frozen=True)
class Connection:
    """How the session stands with the daemon: "lost" has an error with a remedy, "connected" the daemon's facts,
    "starting" means that `start_daemon` is at it."""

    state: State
    error: BottegaError | None = None
    server: m.GetServerResponse | None = None
    startable: bool = False
    """It is lost, and `start_daemon` would start one on this machine: show a button."""


class Session:
    """A host's dealings with one daemon: it connects by itself, and again whenever it has to."""

    def __init__(
        self,
        call_on_main: CallOnMain,
        address: str | None = None,
        token: str | None = None,
        person: str | None = None,
        *,
        on_connection: Callable[[Connection], object] | None = None,
        on_catalog: Callable[[m.Catalog], object] | None = None,
        packing: Packing = "auto",
        silence: float = SILENCE,
    ) -> None:
        self._core = Core(address, token, person, packing=packing, patience=math.inf, stubborn=True, silence=silence)
        self._mail = Mailbox(call_on_main)
        self._loop = LoopThread(self._core.link.close)
        self._on_connection = on_connection
        self._on_catalog = on_catalog
        self._own = address is None
        self._look_now = asyncio.Event()
        self._under_way: dict[Following, concurrent.futures.Future[None]] = {}
        self.connection = Connection("connecting")
        """How it stands now; written on the background thread."""
        self._loop.spawn(self._keep())

    @property
    def known_catalog(self) -> m.Catalog | None:
        """The last catalog known, at once and also without a daemon; None on a machine that never met one."""
        return self._core.menus.load()

    def submit(
        self,
        task: Task | m.Task | Callable[[], Task],
        *,
        on_event: OnEvent | None = None,
        on_picture: OnPicture | None = None,
        on_done: OnDone | None = None,
        on_error: OnError | None = None,
        priority: Priority = "interactive",
        title: str = "",
        replaces_key: str = "",
        cancel_when_unwatched_after: float = 0.0,
        previews: bool = True,
    ) -> Ticket:
        """Have a job done. A function instead of a task is called in the background: to crop, flip or convert there.

        `on_done` is given the pictures in order, `on_picture` each as soon as it is there.
        """
        wishes = Wishes(priority, title, uuid.uuid4().hex, replaces_key, cancel_when_unwatched_after, previews)
        callbacks = Callbacks(on_event, on_picture, on_done, on_error)
        following = Following(self._core, self._mail, callbacks, wishes.request_id or "")
        return self._followed(following, following.submit(task, wishes))

    def follow(
        self,
        job_id: str,
        *,
        after_event: int = 0,
        on_event: OnEvent | None = None,
        on_picture: OnPicture | None = None,
        on_done: OnDone | None = None,
        on_error: OnError | None = None,
        previews: bool = True,
    ) -> Ticket:
        """Take up a job that was submitted earlier, perhaps before the host was restarted."""
        callbacks = Callbacks(on_event, on_picture, on_done, on_error)
        following = Following(self._core, self._mail, callbacks, "", job_id)
        return self._followed(following, following.take_up(after_event, previews))

    def jobs(
        self, on_done: Callable[[list[m.Job]], object], on_error: OnError | None = None, *, limit: int = 50
    ) -> None:
        """This person's jobs, newest first."""
        self._ask(self._core.jobs((), limit), on_done, on_error)

    def load(self, on_done: Callable[[m.GetLoadResponse], object], on_error: OnError | None = None) -> None:
        """How busy the daemon is."""
        self._ask(self._core.load(), on_done, on_error)

    def picture(
        self,
        job_id: str,
        picture: m.Picture,
        on_done: Callable[[Picture], object],
        on_error: OnError | None = None,
    ) -> None:
        """Fetch the pixels of a picture that `jobs` told of."""
        self._ask(self._core.picture(job_id, picture), on_done, on_error)

    def start_daemon(self, command: Sequence[str] | None = None) -> None:
        """Start a daemon on this machine, by `launch.find_command` if no command is given; returns at once.

        `on_connection` tells "starting", and then "connected", or "lost" with what went wrong.
        """
        self._loop.spawn(self._launch(command))

    def look(self) -> None:
        """Look for a lost daemon now, as who asks for it wants, and tell what was found; jobs go on."""
        self._loop.spawn(self._asked())

    def in_background(
        self, work: Callable[[], T], on_done: Callable[[T], object], on_error: OnError | None = None
    ) -> None:
        """Do something slow that is not the host's (files, conversions) off the main thread; its result comes there."""
        self._ask(asyncio.to_thread(work), on_done, on_error)

    def close(self, patience: float = 0.05) -> None:
        """Hang up; jobs go on in the daemon, and no callback comes afterwards. Waits for the thread's end for at most
        `patience` seconds, 0 in the middle of an artist's work."""
        self._mail.close()
        self._loop.close(patience)

    def leave(self) -> None:
        """Hang up for good: what is under way is cancelled in the daemon. Returns at once; no callback comes."""
        self._mail.close()
        self._loop.spawn(self._cancel_all())

    async def _cancel_all(self) -> None:
        jobs = dict(self._under_way)
        for following in jobs:
            following.cancel()
        if jobs:
            await asyncio.wait([asyncio.wrap_future(each) for each in jobs.values()], timeout=UNHEARD)
        self._loop.close(0)

    def _followed(self, following: Following, steps: Coroutine[Any, Any, None]) -> Ticket:
        future = self._under_way[following] = self._loop.spawn(steps)
        future.add_done_callback(lambda _: self._under_way.pop(following, None))
        return Ticket(self._loop, following)

    def _ask(self, work: Coroutine[Any, Any, T], on_done: Callable[[T], object], on_error: OnError | None) -> None:
        async def answer() -> None:
            try:
                result = await work
            except Exception as error:  # noqa: BLE001  # told to the host, whatever it is
                if on_error:
                    self._mail.post(None, on_error, as_error(error))
            else:
                self._mail.post(None, on_done, result)

        self._loop.spawn(answer())

    async def _keep(self) -> None:
        """Keep the connection, and tell how it stands."""
        self._tell(Connection("connecting"))
        attempt, told = 0, ""
        while True:
            error = await self._look()
            attempt = attempt + 1 if error else 0
            if error:
                # else what went wrong with a start in between stays to be read
                if str(error) != told or self.connection.state == "connecting":
                    self._tell_lost(error)
                told = str(error)
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._look_now.wait(), delay(attempt - 1, 0.5))
                self._look_now.clear()
            else:
                told = ""
                await self._core.link.gone(LOOK_AGAIN)

    async def _launch(self, command: Sequence[str] | None) -> None:
        if self.connection.state in ("starting", "connected"):
            return
        self._tell(Connection("starting"))
        try:
            command = command or launch.find_command()
            if not command:
                raise DaemonNotFound("Bottega is not installed on this machine.", remedy=INSTALL)
            await launch.launch(command, self._core.present)
        except Exception as error:  # noqa: BLE001  # told to the host, whatever it is
            self.connection = Connection("lost")
            self._tell_lost(as_error(error))
        self._look_now.set()

    async def _asked(self) -> None:
        if self.connection.state == "lost":
            self._tell(Connection("connecting"))
            self._look_now.set()

    async def _look(self) -> BottegaError | None:
        """See whether the daemon is there; gives what is wrong if it is not."""
        try:
            server = await self._core.present()
            if self.connection.state != "connected":
                self._tell(Connection("connected", server=server))
            await self._refresh_catalog()
        except Exception as error:  # noqa: BLE001  # told to the host, whatever it is, and looked again
            return as_error(error)
        return None

    async def _refresh_catalog(self) -> None:
        """Ask for the menus if they are not those that are known: a model may have come while the daemon ran."""
        known = self._core.menus.load()
        catalog = await self._core.catalog(offline_ok=True)
        if self._on_catalog and (known is None or catalog.version != known.version):
            self._mail.post("catalog", self._on_catalog, catalog)

    def _tell_lost(self, error: BottegaError) -> None:
        if self.connection.state != "starting":
            startable = self._own and isinstance(error, ConnectionLost) and launch.find_command() is not None
            self._tell(Connection("lost", error=error, startable=startable))

    def _tell(self, connection: Connection) -> None:
        self.connection = connection
        if self._on_connection:
            self._mail.post("connection", self._on_connection, connection)
