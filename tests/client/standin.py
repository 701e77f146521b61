"""A stand-in for the daemon: a grpcio server over real sockets whose jobs play a script that the test writes."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc

from bottega_daemon.rpc.generated.v1 import (
    blobs_pb2,
    blobs_pb2_grpc,
    catalog_pb2,
    catalog_pb2_grpc,
    image_pb2,
    jobs_pb2,
    jobs_pb2_grpc,
    studio_pb2,
    studio_pb2_grpc,
)

Script = Callable[["Standin", jobs_pb2.Job], Iterator[jobs_pb2.WatchJobResponse]]
"""Yields a job's events as they happen; runs on a thread of its own, and may sleep."""


ENDED = (jobs_pb2.JOB_STATE_SUCCEEDED, jobs_pb2.JOB_STATE_FAILED, jobs_pb2.JOB_STATE_CANCELLED)


@dataclass
class Book:
    """One job and what has been told of it."""

    job: jobs_pb2.Job
    lasting: list[jobs_pb2.WatchJobResponse] = field(default_factory=list)
    passing: jobs_pb2.WatchJobResponse | None = None
    passed: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)


class Standin:
    """Serve it with `serve(standin)`; look at its public attributes afterwards."""

    def __init__(self, script: Script, heartbeat: float = 0.2) -> None:
        self.script, self.heartbeat = script, heartbeat
        self.blobs: dict[bytes, bytes] = {}
        self.uploads: list[bytes] = []
        self.submits: list[jobs_pb2.SubmitJobRequest] = []
        self.books: dict[str, Book] = {}
        self.by_request: dict[str, str] = {}
        self.metadata: list[dict[str, Any]] = []
        self.catalog = catalog_pb2.Catalog(version="v1", samplers=[catalog_pb2.Sampler(name="euler", label="Euler")])
        self.catalogs_sent = 0
        self.lose_blobs_at_submit = 0
        self.cancels: list[str] = []
        self.token = ""

    def put(self, data: bytes) -> bytes:
        """Store a blob as if it had been uploaded; gives its digest."""
        digest = hashlib.sha256(data).digest()
        self.blobs[digest] = data
        return digest

    def picture(self, index: int, data: bytes, width: int, height: int) -> jobs_pb2.Picture:
        """A finished RGB picture."""
        image = image_pb2.Image(
            extent=image_pb2.Extent(width=width, height=height), channels=3, depth="CHANNEL_DEPTH_U8",
            color_space="COLOR_SPACE_SRGB", encoding="ENCODING_RAW", digest=self.put(data),
        )  # fmt: skip
        return jobs_pb2.Picture(index=index, seed=100 + index, image=image)

    def play(self, book: Book) -> None:
        """Let a job live."""
        for event in self.script(self, book.job):
            with book.changed:
                kind = event.WhichOneof("event")
                if kind in ("queued", "progress", "preview"):
                    event.number = len(book.lasting)
                    book.passing, book.passed = event, book.passed + 1
                else:
                    event.number = len(book.lasting) + 1
                    book.lasting.append(event)
                    book.job.last_event = event.number
                    if kind == "failed":
                        book.job.failure.CopyFrom(event.failed.failure)
                    book.job.state = {
                        "succeeded": jobs_pb2.JOB_STATE_SUCCEEDED,
                        "failed": jobs_pb2.JOB_STATE_FAILED,
                        "cancelled": jobs_pb2.JOB_STATE_CANCELLED,
                    }.get(str(kind), jobs_pb2.JOB_STATE_RUNNING)
                book.changed.notify_all()


def refuse(context: grpc.ServicerContext, code: grpc.StatusCode, failure: jobs_pb2.Failure) -> None:
    """End a call as the daemon does."""
    context.set_trailing_metadata((("bottega-error-bin", failure.SerializeToString()),))
    context.abort(code, failure.message)


class _Jobs(jobs_pb2_grpc.JobServiceServicer):
    def __init__(self, standin: Standin) -> None:
        self.s = standin

    def SubmitJob(self, request: jobs_pb2.SubmitJobRequest, context: grpc.ServicerContext) -> Any:
        s = self.s
        s.metadata.append(dict(context.invocation_metadata()))
        s.submits.append(request)
        if s.lose_blobs_at_submit:
            s.lose_blobs_at_submit -= 1
            s.blobs.clear()
            failure = jobs_pb2.Failure(
                reason="MISSING_BLOB", message="gone.", remedy="Send it.", field="generate.start"
            )
            refuse(context, grpc.StatusCode.FAILED_PRECONDITION, failure)
        if request.task.generate.denoising.steps > 1000:
            failure = jobs_pb2.Failure(
                reason="INVALID_REQUEST", message="too many.", remedy="Ask for fewer.", field="generate.denoising.steps"
            )
            refuse(context, grpc.StatusCode.INVALID_ARGUMENT, failure)
        if request.request_id in s.by_request:
            return jobs_pb2.SubmitJobResponse(job=s.books[s.by_request[request.request_id]].job, duplicate=True)
        job = jobs_pb2.Job(job_id=f"job{len(s.books)}", request_id=request.request_id, task=request.task)
        book = s.books[job.job_id] = Book(job)
        s.by_request[request.request_id] = job.job_id
        threading.Thread(target=s.play, args=(book,), daemon=True).start()
        return jobs_pb2.SubmitJobResponse(job=job)

    def WatchJob(self, request: jobs_pb2.WatchJobRequest, context: grpc.ServicerContext) -> Any:
        book, number, passed = self.s.books[request.job_id], request.after_event, 0
        while context.is_active():
            with book.changed:
                if len(book.lasting) == number and book.passed == passed:
                    book.changed.wait(self.s.heartbeat)
                fresh = book.lasting[number:]
                if not fresh and book.job.state in ENDED:
                    return
                passing = book.passing if book.passed > passed else None
                passed = book.passed
            if not fresh and not passing:
                yield jobs_pb2.WatchJobResponse(number=number, heartbeat={})
            for event in fresh:
                yield event
                number = event.number
                if event.WhichOneof("event") in ("succeeded", "failed", "cancelled"):
                    return
            if passing and passing.number == number:
                yield passing

    def GetJob(self, request: jobs_pb2.GetJobRequest, context: grpc.ServicerContext) -> Any:
        if request.job_id not in self.s.books:
            failure = jobs_pb2.Failure(reason="NOT_FOUND", message="no such job.", remedy="List them.", field="job_id")
            refuse(context, grpc.StatusCode.NOT_FOUND, failure)
        return jobs_pb2.GetJobResponse(job=self.s.books[request.job_id].job)

    def ListJobs(self, request: jobs_pb2.ListJobsRequest, context: grpc.ServicerContext) -> Any:
        jobs = [book.job for book in self.s.books.values()][::-1]
        begin = int(request.page_token or 0)
        end = begin + request.page_size
        return jobs_pb2.ListJobsResponse(jobs=jobs[begin:end], next_page_token=str(end) if end < len(jobs) else "")

    def CancelJob(self, request: jobs_pb2.CancelJobRequest, context: grpc.ServicerContext) -> Any:
        self.s.cancels.append(request.job_id)
        book = self.s.books[request.job_id]
        book.job.cancel_requested = True
        return jobs_pb2.CancelJobResponse(job=book.job)


class _Blobs(blobs_pb2_grpc.BlobServiceServicer):
    def __init__(self, standin: Standin) -> None:
        self.s = standin

    def FindMissing(self, request: blobs_pb2.FindMissingRequest, context: grpc.ServicerContext) -> Any:
        return blobs_pb2.FindMissingResponse(digests=[d for d in request.digests if d not in self.s.blobs])

    def Upload(self, request_iterator: Iterator[blobs_pb2.UploadRequest], context: grpc.ServicerContext) -> Any:
        first = next(request_iterator)
        if first.digest in self.s.blobs:
            return blobs_pb2.UploadResponse(already_there=True)
        data = b"".join([first.chunk, *(request.chunk for request in request_iterator)])
        if len(data) != first.size or hashlib.sha256(data).digest() != first.digest:
            failure = jobs_pb2.Failure(reason="CORRUPT_BLOB", message="wrong digest.", remedy="Again.")
            refuse(context, grpc.StatusCode.DATA_LOSS, failure)
        self.s.blobs[first.digest] = data
        self.s.uploads.append(first.digest)
        return blobs_pb2.UploadResponse()

    def Patch(self, request: blobs_pb2.PatchRequest, context: grpc.ServicerContext) -> Any:
        """A daemon that is older than this call: clients then send all of it."""
        failure = jobs_pb2.Failure(reason="UNSUPPORTED", message="no such call.", remedy="Update the daemon.")
        refuse(context, grpc.StatusCode.UNIMPLEMENTED, failure)

    def Download(self, request: blobs_pb2.DownloadRequest, context: grpc.ServicerContext) -> Any:
        data, size = self.s.blobs[request.digest], len(self.s.blobs[request.digest])
        for start in range(request.offset, size, 1 << 20):
            first = start == request.offset
            yield blobs_pb2.DownloadResponse(chunk=data[start : start + (1 << 20)], size=size if first else 0)


class _Catalog(catalog_pb2_grpc.CatalogServiceServicer):
    def __init__(self, standin: Standin) -> None:
        self.s = standin

    def GetCatalog(self, request: catalog_pb2.GetCatalogRequest, context: grpc.ServicerContext) -> Any:
        version = self.s.catalog.version
        if request.known_version == version:
            return catalog_pb2.GetCatalogResponse(version=version)
        self.s.catalogs_sent += 1
        return catalog_pb2.GetCatalogResponse(version=version, catalog=self.s.catalog)


class _Studio(studio_pb2_grpc.StudioServiceServicer):
    def __init__(self, standin: Standin) -> None:
        self.s = standin

    def GetServer(self, request: studio_pb2.GetServerRequest, context: grpc.ServicerContext) -> Any:
        token = dict(context.invocation_metadata()).get("authorization", "")
        if self.s.token and token != f"Bearer {self.s.token}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")
        return studio_pb2.GetServerResponse(version="0.1.0", name="standin")

    def GetLoad(self, request: studio_pb2.GetLoadRequest, context: grpc.ServicerContext) -> Any:
        time.sleep(0.01)
        return studio_pb2.GetLoadResponse(queued=1)


def serve(standin: Standin, port: int = 0) -> tuple[grpc.Server, int]:
    """Start it on loopback; gives the server and its port."""
    server = grpc.server(ThreadPoolExecutor(32), options=[("grpc.so_reuseport", 0)])
    jobs_pb2_grpc.add_JobServiceServicer_to_server(_Jobs(standin), server)
    blobs_pb2_grpc.add_BlobServiceServicer_to_server(_Blobs(standin), server)
    catalog_pb2_grpc.add_CatalogServiceServicer_to_server(_Catalog(standin), server)
    studio_pb2_grpc.add_StudioServiceServicer_to_server(_Studio(standin), server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, bound
