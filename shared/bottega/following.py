"""One job of a session: handed in, followed to its end, and told to the host."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bottega import messages as m
from bottega.core import Core, Wishes
from bottega.errors import BottegaError, JobCancelled
from bottega.events import Event, Picture
from bottega.loop import LoopThread
from bottega.mailbox import Mailbox
from bottega.tasks import Task

OnEvent: TypeAlias = Callable[[Event], object]
OnPicture: TypeAlias = Callable[[Picture], object]
OnDone: TypeAlias = Callable[[list[Picture]], object]
OnError: TypeAlias = Callable[[BottegaError], object]
Source: TypeAlias = "Task | m.Task | Callable[[], Task]"

UNHEARD = 2.0
"""Seconds after which an artist who cancels need not wait for a daemon that does not answer."""


@dataclass(frozen=True)
class Callbacks:
    """What a host wants to hear of a job."""

    on_event: OnEvent | None = None
    on_picture: OnPicture | None = None
    on_done: OnDone | None = None
    on_error: OnError | None = None


class Following:
    """Runs on the client's loop; only `request_id` and `job_id` are read elsewhere."""

    def __init__(self, core: Core, mail: Mailbox, callbacks: Callbacks, request_id: str, job_id: str = "") -> None:
        self.request_id = request_id
        self.job_id = job_id
        self._core = core
        self._mail = mail
        self._callbacks = callbacks
        self._phase: Literal["new", "preparing", "sending", "following", "ended"] = "new"
        self._unwanted = False
        self._task: asyncio.Task[Any] | None = None

    async def submit(self, source: Source, wishes: Wishes) -> None:
        """Write the job into the book and follow it."""
        try:
            if self._unwanted:
                return self._end_with(JobCancelled())
            self._phase, self._task = "preparing", asyncio.current_task()
            task = source if not callable(source) else await asyncio.to_thread(source)
            request = await self._core.prepare(task, wishes)
            self._phase = "sending"
            self.job_id = (await self._core.send(task, request)).job_id
            if self._unwanted:
                await self._core.cancel(self.job_id)
        except asyncio.CancelledError:
            self._end_with(JobCancelled(job_id=self.job_id))
            raise
        except Exception as error:  # noqa: BLE001  # told to the host, whatever it is
            return self._end_with(as_error(error))
        return await self.take_up(0, wishes.previews)

    async def take_up(self, after_event: int, previews: bool) -> None:
        """Follow a job that is in the book."""
        pictures: list[Picture] = []
        try:
            if self._phase != "ended":
                self._phase = "following"
            if self._unwanted:
                await self._core.cancel(self.job_id)
            async for item in self._core.follow(self.job_id, after_event, previews):
                if isinstance(item, Picture):
                    pictures.append(item)
                    self._post(None, self._callbacks.on_picture, item)
                else:
                    self._post(_key(self, item), self._callbacks.on_event, item)
        except Exception as error:  # noqa: BLE001  # told to the host, whatever it is
            self._end_with(as_error(error))
        else:
            pictures.sort(key=lambda picture: picture.index)
            self._post(None, self._callbacks.on_done, pictures)
            self._phase = "ended"

    def cancel(self) -> None:
        """Ask for the end. Before the request has left, nothing is sent at all; while nobody knows whether it has
        arrived, or the daemon is out of reach, the host is told and the job is cancelled as soon as it can be."""
        if self._unwanted or self._phase == "ended":
            return
        self._unwanted = True
        if self._phase == "preparing" and self._task:
            self._task.cancel()
        elif self._phase == "sending":
            self._end_with(JobCancelled())
        elif self._phase == "following":
            self._task = asyncio.ensure_future(self._cancel())

    async def _cancel(self) -> None:
        asked = asyncio.ensure_future(self._core.cancel(self.job_id))
        if not (await asyncio.wait({asked}, timeout=UNHEARD))[0]:
            self._end_with(JobCancelled(job_id=self.job_id))
        try:
            await asked
        except BottegaError as error:
            self._end_with(error)

    def _end_with(self, error: BottegaError) -> None:
        self._post(None, self._callbacks.on_error, error)
        self._phase = "ended"

    def _post(self, key: object, function: Callable[[Any], object] | None, argument: object) -> None:
        if function and self._phase != "ended":
            self._mail.post(key, function, argument)


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


def _key(owner: object, event: Event) -> tuple[object, ...] | None:
    """Events of one key replace each other; lasting events have none."""
    if event.lasting:
        return None
    index = event.body.index if isinstance(event.body, m.PreviewEvent) else 0
    return (id(owner), event.kind, index)


def as_error(error: Exception) -> BottegaError:
    """Any failure as one of ours, so that a host has one kind to show."""
    if isinstance(error, BottegaError):
        return error
    ours = BottegaError(f"{type(error).__name__}: {error}", remedy="This is a mistake in the program: report it.")
    ours.__cause__ = error
    return ours
