"""The edge of every call: who may come in, and what an error looks like outside."""

from __future__ import annotations

import hmac
import logging
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn

import grpc
from grpc import aio

from bottega_daemon.errors import BottegaError, Unauthenticated
from bottega_daemon.jobs.watching import Closed
from bottega_daemon.rpc.errors import status_of

log = logging.getLogger(__name__)

OPEN = "/grpc.health.v1.Health/"
"""Methods that need no token."""
STOPPING = "The daemon is stopping. Connect again when it is back."

Handler = Any  # grpc.RpcMethodHandler, whose members its stubs leave untyped
Context = aio.ServicerContext[Any, Any]


class Edge(aio.ServerInterceptor):
    """Refuses callers without the token, and turns what servicers raise into statuses."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Wrap the call's handler."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        allowed = handler_call_details.method.startswith(OPEN) or self._knows(handler_call_details)
        return _wrapped(handler, allowed)

    def _knows(self, details: grpc.HandlerCallDetails) -> bool:
        metadata = dict(details.invocation_metadata or ())
        given = metadata.get("authorization", "")
        return hmac.compare_digest(given.encode() if isinstance(given, str) else given, self._expected)


def _wrapped(handler: Handler, allowed: bool) -> Handler:
    """The same handler with its errors caught, or one that refuses."""
    serializers = (handler.request_deserializer, handler.response_serializer)
    if handler.unary_unary:
        return grpc.unary_unary_rpc_method_handler(_answer(handler.unary_unary, allowed), *serializers)
    if handler.stream_unary:
        return grpc.stream_unary_rpc_method_handler(_answer(handler.stream_unary, allowed), *serializers)
    if handler.unary_stream:
        return grpc.unary_stream_rpc_method_handler(_answers(handler.unary_stream, allowed), *serializers)
    return grpc.stream_stream_rpc_method_handler(_answers(handler.stream_stream, allowed), *serializers)


def _answer(method: Callable[[Any, Context], Awaitable[Any]], allowed: bool) -> Callable[..., Awaitable[Any]]:
    async def answer(request: Any, context: Context) -> Any:
        try:
            _let_in(allowed)
            return await method(request, context)
        except Exception as error:  # noqa: BLE001  one of the daemon's two edges
            await _abort(context, error)

    return answer


def _answers(method: Callable[[Any, Context], AsyncIterable[Any]], allowed: bool) -> Callable[..., AsyncIterator[Any]]:
    async def answers(request: Any, context: Context) -> AsyncIterator[Any]:
        try:
            _let_in(allowed)
            async for response in method(request, context):
                yield response
        except Exception as error:  # noqa: BLE001  one of the daemon's two edges
            await _abort(context, error)

    return answers


def _let_in(allowed: bool) -> None:
    if not allowed:
        raise Unauthenticated(
            "the token is missing or wrong.",
            remedy="Send metadata `authorization: Bearer <token>` with the token of daemon.json.",
        )


async def _abort(context: Context, error: Exception) -> NoReturn:
    """End the call with the error's status; what nobody foresaw is logged and told without its traceback."""
    if isinstance(error, aio.AbortError):
        raise error
    if isinstance(error, Closed):
        await context.abort(grpc.StatusCode.UNAVAILABLE, STOPPING)
    if not isinstance(error, BottegaError):
        log.error("unforeseen error in a call", exc_info=error)
        error = BottegaError("the daemon made a mistake.", remedy="See its log, and report it.")
    code, sentence, details = status_of(error)
    await context.abort(code, sentence, details)
