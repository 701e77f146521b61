"""Errors on the wire: one table from a reason to a gRPC status, and the details that travel with it."""

from __future__ import annotations

import grpc

from bottega_daemon.errors import BottegaError
from bottega_daemon.rpc.generated.v1 import jobs_pb2

DETAILS = "bottega-error-bin"
"""Trailing metadata: a serialized bottega.v1.Failure, which any codec can read."""

STATUS: dict[str, grpc.StatusCode] = {
    "INVALID_REQUEST": grpc.StatusCode.INVALID_ARGUMENT,
    "NOT_FOUND": grpc.StatusCode.NOT_FOUND,
    "MISSING_BLOB": grpc.StatusCode.FAILED_PRECONDITION,
    "CORRUPT_BLOB": grpc.StatusCode.DATA_LOSS,
    "CORRUPT_MODEL": grpc.StatusCode.FAILED_PRECONDITION,
    "OUT_OF_MEMORY": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "OVERLOADED": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "UNAUTHENTICATED": grpc.StatusCode.UNAUTHENTICATED,
    "WORKER_DIED": grpc.StatusCode.INTERNAL,
    "INTERNAL": grpc.StatusCode.INTERNAL,
}


def status_of(error: BottegaError) -> tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]:
    """The status, the sentence and the trailing metadata that tell of an error."""
    failure = jobs_pb2.Failure(reason=error.reason, message=error.message, remedy=error.remedy, field=error.field)
    return STATUS[error.reason], str(error), ((DETAILS, failure.SerializeToString()),)
