"""JobService: the book over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from grpc import aio

from bottega_daemon.jobs.pixels import PixelCheck
from bottega_daemon.jobs.service import JobService
from bottega_daemon.rpc.callers import person_of
from bottega_daemon.rpc.convert.jobs import Wish, event_message, job_id_of, job_message, page_message, page_of, wish_of
from bottega_daemon.rpc.generated.v1 import jobs_pb2 as pb
from bottega_daemon.rpc.generated.v1 import jobs_pb2_grpc
from bottega_daemon.rpc.menus import Catalog

Context = aio.ServicerContext[Any, Any]


class JobServicer(jobs_pb2_grpc.JobServiceServicer):
    """See protos/bottega/v1/jobs.proto."""

    def __init__(self, jobs: JobService, catalog: Catalog, pixels: PixelCheck) -> None:
        self._jobs = jobs
        self._catalog = catalog
        self._pixels = pixels

    async def SubmitJob(self, request: pb.SubmitJobRequest, context: Context) -> pb.SubmitJobResponse:
        """Check, store inline pixels, write into the book."""
        person = person_of(context)
        wish = await asyncio.to_thread(self._checked, request, person)
        accepted = await self._jobs.submit(wish.submission)
        return pb.SubmitJobResponse(job=job_message(accepted.job), duplicate=accepted.duplicate)

    def _checked(self, request: pb.SubmitJobRequest, person: str) -> Wish:
        wish = wish_of(request, self._catalog.menus(), person)
        self._pixels.take(wish.submission.spec.task, wish.inline)
        return wish

    async def WatchJob(self, request: pb.WatchJobRequest, context: Context) -> AsyncIterator[pb.WatchJobResponse]:
        """Events until the job ends."""
        job_id, person = job_id_of(request.job_id), person_of(context)
        async for event in self._jobs.watch(job_id, person, request.after_event, request.want_previews):
            yield event_message(event)

    async def GetJob(self, request: pb.GetJobRequest, context: Context) -> pb.GetJobResponse:
        """A job as it stands."""
        job = await self._jobs.get(job_id_of(request.job_id), person_of(context))
        return pb.GetJobResponse(job=job_message(job))

    async def ListJobs(self, request: pb.ListJobsRequest, context: Context) -> pb.ListJobsResponse:
        """The caller's jobs."""
        page = page_of(request)
        return page_message(await self._jobs.list(person_of(context), page.states, page.size, page.before), page)

    async def CancelJob(self, request: pb.CancelJobRequest, context: Context) -> pb.CancelJobResponse:
        """Ask for a job's end."""
        job = await self._jobs.cancel(job_id_of(request.job_id), person_of(context))
        return pb.CancelJobResponse(job=job_message(job))
