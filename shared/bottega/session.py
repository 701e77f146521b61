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
import math
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

from bottega import messages as m
from bottega.blobs import Packing
from bottega.core import Core, Wishes
from bottega.errors import BottegaError
from bottega.events import Picture
from bottega.following import Callbacks, Following, OnDone, OnError, OnEvent, OnPicture, as_error
from bottega.link import SILENCE
from bottega.loop import LoopThread
from bottega.mailbox import CallOnMain, Mailbox
from bottega.retry import delay
from bottega.tasks import Task
from bottega.wire import Priority

State: TypeAlias = Literal["connecting", "connected", "lost"]
T = TypeVar("T")

LOOK_AGAIN = 10.0
"""Seconds between looks at a daemon that is there."""


@dataclass(frozen=True)
class Connection:
    """How the session stands with the daemon: "lost" has an error with a remedy, "connected" the daemon's facts."""

    state: State
    error: BottegaError | None = None
    server: m.GetServerResponse | None = None


class Ticket:
    """A job that was handed to the session."""

    def __init__(self, loop: LoopThread, following: Following) -> None:
        self._loop = loop
        self._following = following

    @property
    def request_id(self) -> str:
        """The client's own name for the job, from the start."""
        return self._following.request_id

    @property
    def job_id(self) -> str:
        """The daemon's name for it; "" until it is in the book."""
        return self._following.job_id

    def cancel(self) -> None:
        """Ask the job to end; `on_error` is called with JobCancelled when it has."""
        if not self._loop.closed:
            self._loop.start().call_soon_threadsafe(self._following.cancel)


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
        self._loop.spawn(following.submit(task, wishes))
        return Ticket(self._loop, following)

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
        self._loop.spawn(following.take_up(after_event, previews))
        return Ticket(self._loop, following)

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

    def close(self) -> None:
        """Hang up; jobs go on in the daemon. Blocks for less than 100 ms, and no callback comes afterwards."""
        self._mail.close()
        self._loop.close(patience=0.05)

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
        attempt = 0
        while True:
            error = await self._look()
            attempt = attempt + 1 if error else 0
            if error:
                if attempt == 1 or type(error) is not type(self.connection.error):
                    self._tell(Connection("lost", error=error))
                await asyncio.sleep(delay(attempt - 1, 0.5))
            else:
                await self._core.link.gone(LOOK_AGAIN)

    async def _look(self) -> BottegaError | None:
        """See whether the daemon is there; gives what is wrong if it is not."""
        try:
            server = await self._core.present()
            if self.connection.state != "connected":
                self._tell(Connection("connected", server=server))
            await self._refresh_catalog()
        except BottegaError as error:
            return error
        return None

    async def _refresh_catalog(self) -> None:
        """Ask for the menus if they are not those that are known: a model may have come while the daemon ran."""
        known = self._core.menus.load()
        catalog = await self._core.catalog(offline_ok=True)
        if self._on_catalog and (known is None or catalog.version != known.version):
            self._mail.post("catalog", self._on_catalog, catalog)

    def _tell(self, connection: Connection) -> None:
        self.connection = connection
        if self._on_connection:
            self._mail.post("connection", self._on_connection, connection)
