"""The contract's calls by name, each with its messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import betterproto2
from grpclib.encoding.base import CodecBase

from bottega import messages as m

Request = TypeVar("Request", bound=betterproto2.Message)
Reply = TypeVar("Reply", bound=betterproto2.Message)


@dataclass(frozen=True)
class Method(Generic[Request, Reply]):
    """One call of a service."""

    path: str
    request: type[Request]
    reply: type[Reply]


class Codec(CodecBase):
    """Dataclass messages on grpclib's wire; its own codec looks for google.protobuf in the host."""

    @property
    def __content_subtype__(self) -> str:
        return "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:
        """The message's bytes."""
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> Any:
        """The message in the bytes."""
        return message_type.parse(data)


_JOBS, _BLOBS = "/bottega.v1.JobService", "/bottega.v1.BlobService"
_CATALOG, _STUDIO = "/bottega.v1.CatalogService", "/bottega.v1.StudioService"

SUBMIT_JOB = Method(f"{_JOBS}/SubmitJob", m.SubmitJobRequest, m.SubmitJobResponse)
WATCH_JOB = Method(f"{_JOBS}/WatchJob", m.WatchJobRequest, m.WatchJobResponse)
GET_JOB = Method(f"{_JOBS}/GetJob", m.GetJobRequest, m.GetJobResponse)
LIST_JOBS = Method(f"{_JOBS}/ListJobs", m.ListJobsRequest, m.ListJobsResponse)
CANCEL_JOB = Method(f"{_JOBS}/CancelJob", m.CancelJobRequest, m.CancelJobResponse)
FIND_MISSING = Method(f"{_BLOBS}/FindMissing", m.FindMissingRequest, m.FindMissingResponse)
UPLOAD = Method(f"{_BLOBS}/Upload", m.UploadRequest, m.UploadResponse)
PATCH = Method(f"{_BLOBS}/Patch", m.PatchRequest, m.PatchResponse)
DOWNLOAD = Method(f"{_BLOBS}/Download", m.DownloadRequest, m.DownloadResponse)
GET_CATALOG = Method(f"{_CATALOG}/GetCatalog", m.GetCatalogRequest, m.GetCatalogResponse)
GET_SERVER = Method(f"{_STUDIO}/GetServer", m.GetServerRequest, m.GetServerResponse)
GET_LOAD = Method(f"{_STUDIO}/GetLoad", m.GetLoadRequest, m.GetLoadResponse)
