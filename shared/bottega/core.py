"""Everything that a client does, as coroutines on its loop; `Client` and `Session` are faces of this."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

import betterproto2

from bottega import contract, endpoint
from bottega import messages as m
from bottega.blobs import Packing, Shelf
from bottega.check import check
from bottega.contract import Method
from bottega.errors import ConnectionLost, InvalidRequest, MissingBlob
from bottega.events import FINAL_STATES, Event, Picture, end_of, error_of, event_of
from bottega.link import CALL_TIMEOUT, SILENCE, Link
from bottega.menus import Menus
from bottega.retry import Backoff
from bottega.tasks import Task
from bottega.wire import PRIORITIES, Priority, pixels_in, pixels_of, task_message

Request = TypeVar("Request", bound=betterproto2.Message)
Reply = TypeVar("Reply", bound=betterproto2.Message)

PATIENCE = 60.0


@dataclass(frozen=True)
class Wishes:
    """How a job is to be treated; see SubmitJobRequest in the contract for each."""

    priority: Priority = "interactive"
    title: str = ""
    request_id: str | None = None
    replaces_key: str = ""
    cancel_when_unwatched_after: float = 0.0
    previews: bool = True


class Core:
    """One person's dealings with one daemon. `stubborn`: wait also for a daemon that has never been there."""

    def __init__(
        self,
        address: str | None = None,
        token: str | None = None,
        person: str | None = None,
        *,
        packing: Packing = "auto",
        patience: float = PATIENCE,
        stubborn: bool = False,
        silence: float = SILENCE,
    ) -> None:
        self.link = Link(lambda: endpoint.find(address, token), person, silence=silence)
        self.shelf = Shelf(self.link, packing, self.backoff)
        self.menus = Menus(address or "own")
        self._patience = patience
        self._stubborn = stubborn

    def backoff(self) -> Backoff:
        """A fresh count of failures."""
        return Backoff(self._patience, stubborn=self._stubborn)

    async def call(self, method: Method[Request, Reply], request: Request, timeout: float = CALL_TIMEOUT) -> Reply:
        """Ask until answered: every call of the contract may be repeated. Raises ConnectionLost out of patience."""
        check(request)
        return await self.backoff().persist(lambda: self.link.unary(method, request, timeout))

    async def catalog(self, offline_ok: bool = False) -> m.Catalog:
        """Everything that a menu shows; with `offline_ok` the last one known, if the daemon is away."""
        known = self.menus.load()
        request = m.GetCatalogRequest(known_version=known.version if known else "")
        try:
            if offline_ok and known:
                reply = await self.link.unary(contract.GET_CATALOG, request)
            else:
                reply = await self.call(contract.GET_CATALOG, request)
        except ConnectionLost:
            if offline_ok and known:
                return known
            raise
        if reply.catalog is not None:
            self.menus.store(reply.catalog)
            return reply.catalog
        return known or m.Catalog()

    async def load(self) -> m.GetLoadResponse:
        """How busy the daemon is."""
        return await self.call(contract.GET_LOAD, m.GetLoadRequest())

    async def submit(self, task: Task | m.Task, wishes: Wishes) -> m.Job:
        """Bring the pixels and write the job into the book."""
        return await self.send(task, await self.prepare(task, wishes))

    async def prepare(self, task: Task | m.Task, wishes: Wishes) -> m.SubmitJobRequest:
        """Bring the pixels; gives the request, which has not been sent."""
        request = m.SubmitJobRequest(
            request_id=wishes.request_id or uuid.uuid4().hex,
            priority=_priority(wishes.priority),
            title=wishes.title,
            replaces_key=wishes.replaces_key,
            cancel_when_unwatched_after=wishes.cancel_when_unwatched_after,
            no_previews=not wishes.previews,
        )
        if not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", request.request_id):
            message, remedy = f"{request.request_id!r} is no request id.", "Use 8 to 64 of A-Z a-z 0-9 _ -."
            raise InvalidRequest(message, remedy=remedy, field="request_id")
        request.task = await self._message(task)
        return request

    async def send(self, task: Task | m.Task, request: m.SubmitJobRequest) -> m.Job:
        """Write a prepared job into the book. If the daemon has lost its pixels, they are sent once more."""
        try:
            reply = await self.call(contract.SUBMIT_JOB, request)
        except MissingBlob:
            self.shelf.forget()
            request.task = await self._message(task)
            reply = await self.call(contract.SUBMIT_JOB, request)
        return reply.job or m.Job()

    async def _message(self, task: Task | m.Task) -> m.Task:
        if isinstance(task, m.Task):
            check(task)
            return task
        check(task_message(task, lambda _: m.Image()))  # before megabytes travel in vain
        images = await self.shelf.place(pixels_in(task))
        return task_message(task, lambda pixels: images[id(pixels)])

    async def jobs(self, states: Iterable[m.JobState], limit: int) -> list[m.Job]:
        """The caller's jobs, newest first, at most `limit`."""
        found: list[m.Job] = []
        request = m.ListJobsRequest(states=list(states), page_size=min(max(limit, 1), 500))
        while True:
            reply = await self.call(contract.LIST_JOBS, request)
            found += reply.jobs
            request.page_token = reply.next_page_token
            if not request.page_token or len(found) >= limit:
                return found[:limit]

    async def job(self, job_id: str) -> m.Job:
        """A job as it stands."""
        return (await self.call(contract.GET_JOB, m.GetJobRequest(job_id=job_id))).job or m.Job()

    async def cancel(self, job_id: str) -> m.Job:
        """Ask a job to end."""
        return (await self.call(contract.CANCEL_JOB, m.CancelJobRequest(job_id=job_id))).job or m.Job()

    async def watch(self, job_id: str, after_event: int = 0, previews: bool = True) -> AsyncGenerator[Event, None]:
        """A job's events until it ends, across lost connections: each lasting one once, in order."""
        number, backoff = after_event, self.backoff()
        while True:
            request = m.WatchJobRequest(job_id=job_id, after_event=number, want_previews=previews)
            check(request)
            try:
                async with aclosing(self.link.stream(contract.WATCH_JOB, request)) as replies:
                    async for reply in replies:
                        backoff.success()
                        event = event_of(job_id, reply)
                        if event is None or (event.lasting and event.number <= number):
                            continue
                        number = max(number, event.number if event.lasting else 0)
                        yield event
                        if event.final:
                            return
                if await self._ended(job_id, number):
                    return
                raise ConnectionLost("the daemon broke the watch off.", remedy="Look whether it still runs.")
            except ConnectionLost as error:
                await backoff.pause(error)

    async def _ended(self, job_id: str, number: int) -> bool:
        job = await self.job(job_id)
        return job.state in FINAL_STATES and job.last_event <= number

    async def picture(self, job_id: str, picture: m.Picture) -> Picture:
        """Fetch a finished picture's pixels."""
        image = picture.image or m.Image()
        data = image.inline if image.inline is not None else await self.shelf.download(image.digest or b"")
        pixels = pixels_of(image, data)
        return Picture(job_id, picture.index, picture.seed, pixels, picture.bounds, picture.mask)

    async def follow(
        self, job_id: str, after_event: int = 0, previews: bool = True
    ) -> AsyncGenerator[Event | Picture, None]:
        """`watch`, with each finished picture's pixels right after its event. Raises what ends the job badly, also if
        its last event is not above `after_event`."""
        async with aclosing(self.watch(job_id, after_event, previews)) as events:
            async for event in events:
                yield event
                if isinstance(event.body, m.PictureEvent) and event.body.picture:
                    yield await self.picture(job_id, event.body.picture)
                if error := error_of(event):
                    raise error
                if event.final:
                    return
        if error := end_of(await self.job(job_id)):
            raise error

    async def present(self) -> m.GetServerResponse:
        """What the daemon is, asked once. Raises DaemonNotFound or ConnectionLost if it is away."""
        return await self.link.unary(contract.GET_SERVER, m.GetServerRequest(), timeout=5.0)

    async def await_daemon(self, seconds: float) -> m.GetServerResponse:
        """What the daemon is, waiting so long for one that is just starting."""
        return await Backoff(seconds, stubborn=True).persist(self.present)


def _priority(name: Priority) -> m.Priority:
    if name not in PRIORITIES:
        remedy = f"Give one of {', '.join(PRIORITIES)}."
        raise InvalidRequest(f"unknown priority {name!r}.", remedy=remedy, field="priority")
    return PRIORITIES[name]
