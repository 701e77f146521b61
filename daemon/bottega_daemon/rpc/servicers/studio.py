"""StudioService: what the daemon is, and how busy."""

from __future__ import annotations

import socket
import time
from typing import Any

from grpc import aio

from bottega_daemon import __version__
from bottega_daemon.jobs.executor import Facts, WorkerState
from bottega_daemon.jobs.service import JobService
from bottega_daemon.rpc.callers import person_of
from bottega_daemon.rpc.generated.v1 import studio_pb2 as pb
from bottega_daemon.rpc.generated.v1 import studio_pb2_grpc

STATES: dict[WorkerState, pb.WorkerState] = {
    "asleep": pb.WORKER_STATE_ASLEEP,
    "starting": pb.WORKER_STATE_STARTING,
    "idle": pb.WORKER_STATE_IDLE,
    "busy": pb.WORKER_STATE_BUSY,
}

Context = aio.ServicerContext[Any, Any]


class StudioServicer(studio_pb2_grpc.StudioServiceServicer):
    """See protos/bottega/v1/studio.proto."""

    def __init__(self, jobs: JobService, server_id: str) -> None:
        self._jobs = jobs
        self._server_id = server_id
        self._began = time.monotonic()

    async def GetServer(self, request: pb.GetServerRequest, context: Context) -> pb.GetServerResponse:
        """What this daemon is."""
        return pb.GetServerResponse(
            version=__version__,
            server_id=self._server_id,
            name=socket.gethostname(),
            uptime=time.monotonic() - self._began,
            person=person_of(context),
        )

    async def GetLoad(self, request: pb.GetLoadRequest, context: Context) -> pb.GetLoadResponse:
        """How busy it is."""
        queued, running = await self._jobs.counts()
        return pb.GetLoadResponse(
            queued=queued, running=running, workers=[worker_message(facts) for facts in self._jobs.workers()]
        )


def worker_message(facts: Facts) -> pb.Worker:
    """One worker as it is."""
    ready, load = facts.ready, facts.load
    return pb.Worker(
        device=facts.device,
        device_name=ready.device_name if ready else "",
        state=STATES[facts.state],
        memory_total=ready.memory_total if ready else 0,
        model_bytes=load.model_bytes if load else 0,
        models=load.models if load else (),
        jobs=len(facts.jobs),
        denoiser_calls=load.denoiser_calls if load else 0,
        denoiser_rows=load.denoiser_rows if load else 0,
    )
