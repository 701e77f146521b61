"""The plain, synchronous client for scripts and tools.

    with connect() as bottega:
        for picture in bottega.run(generate("weathered copper", seamless="xy", count=4)):
            print(picture.seed, picture.pixels)

Every method blocks the calling thread, and may be called from any thread but the client's own. Ctrl-C ends any wait.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from bottega import contract
from bottega import messages as m
from bottega.blobs import Packing, Progress
from bottega.core import PATIENCE, Core, Wishes
from bottega.errors import BottegaError, Closed, ConnectionLost, JobCancelled, JobFailed
from bottega.events import Event, Picture
from bottega.loop import LoopThread
from bottega.pixels import Pixels
from bottega.tasks import Task
from bottega.wire import Priority

Item = TypeVar("Item")


def connect(
    address: str | None = None,
    token: str | None = None,
    person: str | None = None,
    *,
    packing: Packing = "auto",
    patience: float = PATIENCE,
    wait: float = 0.0,
) -> Client:
    """A client whose daemon has answered.

    Without an address it is the daemon that this user runs. `person` is who the jobs are for, where several share a
    daemon. `patience` is how many seconds a lost connection may stay lost before a call gives up, `wait` how many to
    wait for a daemon that is just starting. Raises DaemonNotFound with a remedy if there is none.
    """
    client = Client(address, token, person, packing=packing, patience=patience)
    try:
        client.wait_for_daemon(wait)
    except BaseException:
        client.close()
        raise
    return client


class Client:
    """One person's dealings with one daemon. Connects at the first call; close it, or use it as a context manager."""

    def __init__(
        self,
        address: str | None = None,
        token: str | None = None,
        person: str | None = None,
        *,
        packing: Packing = "auto",
        patience: float = PATIENCE,
    ) -> None:
        self._core = Core(address, token, person, packing=packing, patience=patience)
        self._loop = LoopThread(self._core.link.close)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up. Jobs go on. Calls in other threads end with Closed."""
        self._loop.close()

    def wait_for_daemon(self, seconds: float = 0.0) -> m.GetServerResponse:
        """What the daemon is, once it answers. Raises DaemonNotFound if it does not within that time."""
        return self._loop.run(self._core.await_daemon(seconds))

    def server(self) -> m.GetServerResponse:
        """What the daemon is."""
        return self._loop.run(self._core.call(contract.GET_SERVER, m.GetServerRequest()))

    def load(self) -> m.GetLoadResponse:
        """How busy it is."""
        return self._loop.run(self._core.load())

    def catalog(self, offline_ok: bool = False) -> m.Catalog:
        """Everything that a menu shows. With `offline_ok` the last one known, if the daemon is away."""
        return self._loop.run(self._core.catalog(offline_ok))

    def submit(
        self,
        task: Task | m.Task,
        *,
        priority: Priority = "interactive",
        title: str = "",
        request_id: str | None = None,
        replaces_key: str = "",
        cancel_when_unwatched_after: float = 0.0,
        previews: bool = True,
    ) -> JobHandle:
        """Write a job into the daemon's book; returns when it is safe there.

        The same `request_id` is the same job. A newer job with the same `replaces_key` cancels the older one.
        """
        wishes = Wishes(priority, title, request_id, replaces_key, cancel_when_unwatched_after, previews)
        return JobHandle(self, self._loop.run(self._core.submit(task, wishes)).job_id)

    def handle(self, job_id: str) -> JobHandle:
        """A job that was submitted before, by this program or another."""
        return JobHandle(self, job_id)

    def jobs(self, states: Iterable[m.JobState] = (), limit: int = 50) -> list[m.Job]:
        """This person's jobs, newest first; no states means all."""
        return self._loop.run(self._core.jobs(states, limit))

    def job(self, job_id: str) -> m.Job:
        """A job as it stands. Raises NotFound."""
        return self._loop.run(self._core.job(job_id))

    def cancel(self, job_id: str) -> m.Job:
        """Ask a job to end; it does at its next step."""
        return self._loop.run(self._core.cancel(job_id))

    def upload(self, pixels: Pixels) -> bytes:
        """Bring pixels to the daemon unless it has them; gives the SHA-256 that they lie under."""
        return self._loop.run(self._core.shelf.upload(pixels))[1]

    def download(self, digest: bytes, progress: Progress | None = None) -> bytes:
        """A blob's bytes. `progress(done, total)` is called on the client's own thread."""
        return self._loop.run(self._core.shelf.download(digest, progress))

    def picture(self, job_id: str, picture: m.Picture) -> Picture:
        """The pixels of a job's finished picture, as `job(…).pictures` lists them."""
        return self._loop.run(self._core.picture(job_id, picture))

    def watch(self, job_id: str, after_event: int = 0, *, previews: bool = True) -> Iterator[Event]:
        """A job's events until it ends, each lasting one once, across dropped connections."""
        return self._pull(lambda: self._core.watch(job_id, after_event, previews))

    def run(
        self,
        task: Task | m.Task,
        on_event: Callable[[Event], object] | None = None,
        cancel: threading.Event | None = None,
        *,
        priority: Priority = "interactive",
        title: str = "",
        previews: bool = False,
    ) -> list[Picture]:
        """Do a task from beginning to end and give its pictures in order.

        Setting `cancel`, Ctrl-C or an exception from `on_event` cancel the job. Raises JobFailed or JobCancelled.
        """
        handle = self.submit(task, priority=priority, title=title, previews=previews)
        return handle.wait(on_event, cancel, previews=previews)

    def follow(
        self, job_id: str, cancel: threading.Event | None = None, *, previews: bool = False
    ) -> Iterator[Event | Picture]:
        """Events, each picture's pixels right after its event. Raises JobFailed or JobCancelled at a bad end.

        Setting `cancel` asks the job to end; the iterator goes on until it does.
        """
        asked = False

        def look() -> None:
            nonlocal asked
            if cancel and cancel.is_set() and not asked:
                asked = True
                self._loop.spawn(self._core.cancel(job_id))

        return self._pull(lambda: self._core.follow(job_id, 0, previews), look)

    def abandon(self, job_id: str, seconds: float = 2.0) -> None:
        """Ask a job to end without insisting: for clean-up after an error."""
        with contextlib.suppress(BottegaError, RuntimeError, concurrent.futures.TimeoutError):
            self._loop.spawn(self._core.cancel(job_id)).result(seconds)

    def _pull(
        self, make: Callable[[], AsyncGenerator[Item, None]], look: Callable[[], None] | None = None
    ) -> Iterator[Item]:
        items = make()

        async def following() -> Item | None:
            return await anext(items, None)

        try:
            while (item := self._loop.run(following(), look)) is not None:
                yield item
        finally:
            with contextlib.suppress(Closed, RuntimeError):
                self._loop.run(_finish(items))


async def _finish(items: AsyncGenerator[object, None]) -> None:
    await items.aclose()


@dataclass(frozen=True)
class JobHandle:
    """A job in the book."""

    client: Client
    job_id: str

    def job(self) -> m.Job:
        """The job as it stands."""
        return self.client.job(self.job_id)

    def events(self, after_event: int = 0, *, previews: bool = True) -> Iterator[Event]:
        """See `Client.watch`."""
        return self.client.watch(self.job_id, after_event, previews=previews)

    def cancel(self) -> m.Job:
        """Ask it to end."""
        return self.client.cancel(self.job_id)

    def wait(
        self,
        on_event: Callable[[Event], object] | None = None,
        cancel: threading.Event | None = None,
        *,
        previews: bool = False,
    ) -> list[Picture]:
        """Its pictures in order, once it has ended; see `Client.run`."""
        pictures: list[Picture] = []
        try:
            for item in self.client.follow(self.job_id, cancel, previews=previews):
                if isinstance(item, Picture):
                    pictures.append(item)
                elif on_event:
                    on_event(item)
        except (JobFailed, JobCancelled, ConnectionLost, Closed):
            raise
        except BaseException:  # Ctrl-C, or on_event's own: nobody waits for the job any more
            self.client.abandon(self.job_id)
            raise
        return sorted(pictures, key=lambda picture: picture.index)
