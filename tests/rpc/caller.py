"""A caller of a daemon through grpcio's own stubs."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc

from bottega_daemon.rpc.errors import DETAILS
from bottega_daemon.rpc.generated.v1 import (
    blobs_pb2,
    blobs_pb2_grpc,
    catalog_pb2_grpc,
    jobs_pb2,
    jobs_pb2_grpc,
    studio_pb2_grpc,
    task_pb2,
)
from tests.daemon import Daemon, running_daemon
from tests.jobs.fake_worker import COMMAND
from tests.rpc.kit import generate, submit

TIMEOUT = 15.0


class Caller:
    """One person at a daemon. Each method is a call, its answer the response."""

    def __init__(self, address: str, token: str, person: str = "ada") -> None:
        self.channel = grpc.insecure_channel(address)
        self.metadata = (("authorization", f"Bearer {token}"), ("bottega-person", person))
        self.jobs = jobs_pb2_grpc.JobServiceStub(self.channel)
        self.blobs = blobs_pb2_grpc.BlobServiceStub(self.channel)
        self.catalog = catalog_pb2_grpc.CatalogServiceStub(self.channel)
        self.studio = studio_pb2_grpc.StudioServiceStub(self.channel)

    def call(self, method: Any, request: Any) -> Any:
        """Make a call with this person's metadata and a deadline."""
        return method(request, metadata=self.metadata, timeout=TIMEOUT)

    def submit(self, task: task_pb2.Task, request_id: str, **fields: Any) -> jobs_pb2.SubmitJobResponse:
        """Hand in a job."""
        return self.call(self.jobs.SubmitJob, submit(task, request_id=request_id, **fields))

    def paint(self, prompt: str, request_id: str, **fields: Any) -> str:
        """Hand in a job for the fake worker; returns its id."""
        return self.submit(generate(checkpoint="paper", prompt=prompt, seed=7), request_id, **fields).job.job_id

    def get(self, job_id: str) -> jobs_pb2.Job:
        """A job as it stands."""
        return self.call(self.jobs.GetJob, jobs_pb2.GetJobRequest(job_id=job_id)).job

    def watch(self, job_id: str, after: int = 0) -> Iterator[jobs_pb2.WatchJobResponse]:
        """A job's events."""
        return self.call(self.jobs.WatchJob, jobs_pb2.WatchJobRequest(job_id=job_id, after_event=after))

    def ended(self, job_id: str) -> jobs_pb2.Job:
        """The job when it has ended."""
        for _ in self.watch(job_id):
            pass
        return self.get(job_id)

    def upload(self, *pieces: bytes, **first: Any) -> blobs_pb2.UploadResponse:
        """Send a blob in pieces; `first` may lie about digest and size."""
        data = b"".join(pieces)
        head = {"digest": hashlib.sha256(data).digest(), "size": len(data), **first}
        messages = [blobs_pb2.UploadRequest(chunk=piece) for piece in pieces] or [blobs_pb2.UploadRequest()]
        messages[0].MergeFrom(blobs_pb2.UploadRequest(**head))
        return self.call(self.blobs.Upload, iter(messages))

    def download(self, digest: bytes, offset: int = 0) -> list[blobs_pb2.DownloadResponse]:
        """Fetch a blob in pieces."""
        return list(self.call(self.blobs.Download, blobs_pb2.DownloadRequest(digest=digest, offset=offset)))


@contextmanager
def fake_daemon(home: Path, models: Path) -> Generator[tuple[Daemon, Caller]]:
    """A daemon with a fake worker, and somebody to call it."""
    with running_daemon(home, [models], worker_command="\n".join(COMMAND)) as daemon:
        caller = Caller(daemon.address, daemon.token)
        try:
            yield daemon, caller
        finally:
            caller.channel.close()


def refusal(error: grpc.RpcError) -> tuple[grpc.StatusCode, jobs_pb2.Failure]:
    """The status and the details of a refused call."""
    call: Any = error
    details = dict(call.trailing_metadata() or ())
    return call.code(), jobs_pb2.Failure.FromString(details.get(DETAILS, b""))
