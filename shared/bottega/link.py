"""Calls to one daemon over one connection, which is made when needed and given up when it falls silent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import quote

import betterproto2
from grpclib.client import Stream
from grpclib.const import Cardinality, Status
from grpclib.exceptions import GRPCError
from grpclib.metadata import decode_metadata

from bottega import messages as m
from bottega.contract import Method
from bottega.endpoint import START, Endpoint
from bottega.errors import BottegaError, ConnectionLost, DaemonNotFound, from_reason
from bottega.transport import Connection

Request = TypeVar("Request", bound=betterproto2.Message)
Reply = TypeVar("Reply", bound=betterproto2.Message)

CONNECT_TIMEOUT = 5.0
CALL_TIMEOUT = 20.0
"""Seconds for a call whose answer is one message."""
SILENCE = 30.0
"""Seconds without a message after which a stream is dead: three of the daemon's heartbeats."""
ERROR_KEY = "bottega-error-bin"
_REASONS = {
    Status.INVALID_ARGUMENT: "INVALID_REQUEST",
    Status.OUT_OF_RANGE: "INVALID_REQUEST",
    Status.NOT_FOUND: "NOT_FOUND",
    Status.FAILED_PRECONDITION: "MISSING_BLOB",
    Status.DATA_LOSS: "CORRUPT_BLOB",
    Status.RESOURCE_EXHAUSTED: "OVERLOADED",
    Status.UNAUTHENTICATED: "UNAUTHENTICATED",
    Status.PERMISSION_DENIED: "UNAUTHENTICATED",
    Status.UNIMPLEMENTED: "UNSUPPORTED",
}
_GONE = (Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED, Status.CANCELLED)


class Link:
    """Not thread-safe: everything here runs on the client's loop.

    `find` tells where the daemon is, anew for each connection: a restarted daemon may listen elsewhere.
    """

    def __init__(self, find: Callable[[], Endpoint], person: str | None = None, *, silence: float = SILENCE) -> None:
        self._find = find
        self._person = person
        self._silence = silence
        self._connection: Connection | None = None
        self._inherited: Connection | None = None
        self.was_connected = False

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the present connection leads."""
        return self._connection.endpoint if self._connection else None

    @property
    def connected(self) -> bool:
        """A connection stands, as far as is known here."""
        return self._connection is not None and self._connection.connected

    async def unary(self, method: Method[Request, Reply], request: Request, timeout: float = CALL_TIMEOUT) -> Reply:
        """Ask and be answered. Raises the daemon's error, or ConnectionLost."""
        async with self._call(method, Cardinality.UNARY_UNARY, timeout) as stream:
            await stream.send_message(request, end=True)
            return await _received(stream)

    async def stream(self, method: Method[Request, Reply], request: Request) -> AsyncGenerator[Reply, None]:
        """Ask once and be answered many times. Silence counts as a lost connection."""
        async with self._call(method, Cardinality.UNARY_STREAM) as stream, self._watchdog() as heard:
            await stream.send_message(request, end=True)
            while True:
                heard(True)
                message = await stream.recv_message()
                heard(False)  # while the caller is busy with the message, silence is not the daemon's
                if message is None:
                    break
                yield message

    async def feed(self, method: Method[Request, Reply], requests: Iterable[Request]) -> Reply | None:
        """Send many messages and be answered once; None if the daemon had heard enough before the last one."""
        stream: Stream[Any, Reply] | None = None
        try:
            async with self._call(method, Cardinality.STREAM_UNARY) as stream, self._watchdog() as heard:
                await stream.send_request()
                for request in requests:
                    heard(True)
                    await stream.send_message(request)
                heard(True)
                await stream.end()
                return await _received(stream)
        except ConnectionLost:
            if stream and _ended_well(stream):
                return None
            raise

    def drop(self) -> None:
        """Give the connection up: every call on it ends with ConnectionLost, the next one connects anew."""
        connection, self._connection = self._connection, None
        if connection:
            connection.abort()

    async def gone(self, timeout: float) -> None:
        """Returns when the connection has ended, or after `timeout` seconds."""
        if self._connection:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._connection.gone(), timeout)

    async def close(self) -> None:
        """End the connection politely."""
        connection, self._connection = self._connection, None
        if connection:
            connection.hang_up()
            await asyncio.sleep(0)

    @asynccontextmanager
    async def _call(
        self, method: Method[Any, Reply], cardinality: Cardinality, timeout: float | None = None
    ) -> AsyncGenerator[Stream[Any, Reply], None]:
        connection = await self._connected()
        begun = time.monotonic()
        stream = connection.request(
            method.path, cardinality, method.request, method.reply, timeout=timeout, metadata=self._metadata(connection)
        )
        try:
            async with stream:
                yield stream
        except BottegaError:
            raise
        except GRPCError as error:
            raise _translated(error, stream) from None
        except asyncio.TimeoutError:
            if connection is self._connection and connection.heard < begun:
                self.drop()  # nothing at all came: a retry on this connection would wait as long
            raise _lost(f"it did not answer within {timeout or CONNECT_TIMEOUT:g} s") from None
        except Exception as error:
            if connection.connected and connection is self._connection and isinstance(error, (TypeError, ValueError)):
                raise
            raise _lost("the connection broke") from error

    async def _connected(self) -> Connection:
        """The connection, made if there is none. Connecting is shared by the calls that wait for it."""
        if self._connection and (self._connection.loop is not asyncio.get_running_loop()):
            # Made before a fork. It is kept from being collected: closing it would unhook the parent's from their
            # shared poll.
            self._inherited, self._connection = self._connection, None
        if self._connection and self._connection.connected:
            return self._connection
        try:
            endpoint = self._find()
            if self._connection is None or self._connection.endpoint != endpoint:
                self._connection = Connection(endpoint)
            connection = self._connection
            await connection.connect(CONNECT_TIMEOUT)
        except DaemonNotFound as error:
            raise self._unreached(error.message, error.remedy) from None
        except (OSError, asyncio.TimeoutError) as error:
            where = self._connection.endpoint.address if self._connection else "there"
            raise self._unreached(f"no Bottega daemon answers at {where} ({error or 'no answer'}).", START) from None
        self.was_connected = True
        return connection

    def _unreached(self, message: str, remedy: str) -> ConnectionLost:
        return (ConnectionLost if self.was_connected else DaemonNotFound)(message, remedy=remedy)

    def _metadata(self, connection: Connection) -> list[tuple[str, str | bytes]]:
        pairs: list[tuple[str, str | bytes]] = []
        if connection.endpoint.token:
            pairs.append(("authorization", f"Bearer {connection.endpoint.token}"))
        if self._person:
            pairs.append(("bottega-person", quote(self._person)))
        return pairs

    @asynccontextmanager
    async def _watchdog(self) -> AsyncGenerator[Callable[[bool], None], None]:
        """Drops the connection unless the function that it gives is called often enough; False stops the clock."""
        loop, timer = asyncio.get_running_loop(), None

        def heard(expecting_more: bool) -> None:
            nonlocal timer
            if timer:
                timer.cancel()
            timer = loop.call_later(self._silence, self.drop) if expecting_more else None

        try:
            yield heard
        finally:
            heard(False)


async def _received(stream: Stream[Any, Reply]) -> Reply:
    message = await stream.recv_message()
    if message is None:
        await stream.recv_trailing_metadata()  # raises the daemon's error, if it sent one
        raise _lost("it answered nothing")
    return message


def _ended_well(stream: Stream[Any, Any]) -> bool:
    """The daemon has answered with success, and then reset what it did not want to hear any more."""
    trailers = stream._stream.trailers if hasattr(stream, "_stream") else None  # pyright: ignore[reportPrivateUsage]
    return trailers is not None and dict(trailers).get("grpc-status") == "0"


def _lost(why: str) -> ConnectionLost:
    return ConnectionLost(
        f"the connection to the daemon was lost: {why}.", remedy="Look whether the daemon still runs."
    )


def _translated(error: GRPCError, stream: Stream[Any, Any]) -> BottegaError:
    """The daemon's own words if it sent them, else what its status means."""
    if failure := _failure(stream):
        return from_reason(failure.reason, failure.message, remedy=failure.remedy, field=failure.field)
    if error.status in _GONE:
        return _lost(error.message or error.status.name.lower())
    text = error.message or error.status.name
    return from_reason(_REASONS.get(error.status, "INTERNAL"), text, remedy="See the daemon's log.")


def _failure(stream: Stream[Any, Any]) -> m.Failure | None:
    metadata = stream.trailing_metadata
    if metadata is None and hasattr(stream, "_stream"):
        inner = stream._stream  # pyright: ignore[reportPrivateUsage]  # an early end leaves it here only
        metadata = decode_metadata(inner.trailers or inner.headers or [])
    value = metadata.get(ERROR_KEY) if metadata else None
    return m.Failure.parse(value) if isinstance(value, bytes) else None
