"""grpclib's connection, tuned: large windows and frames, and knowing when the other side was last heard."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import cast

from grpclib.client import Channel, Handler
from grpclib.config import Configuration
from grpclib.protocol import H2Protocol
from h2.config import H2Configuration
from h2.errors import ErrorCodes
from h2.settings import SettingCodes

from bottega.contract import Codec
from bottega.endpoint import Endpoint

WINDOW = 32 << 20
"""Bytes that the daemon may send ahead; grpclib's 4 MiB starve a 30 ms link."""
FRAME = 256 << 10
"""Bytes of one HTTP/2 frame that the daemon may send: with 16 KiB most of a download's time is bookkeeping."""


class Protocol(H2Protocol):
    """One TCP connection."""

    heard = 0.0
    """time.monotonic() of the last bytes received."""
    _socket: asyncio.Transport | None = None

    def __init__(self, handler: Handler, config: Configuration, h2_config: H2Configuration) -> None:
        super().__init__(handler, config, h2_config)
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Announce the frame size along with grpclib's own greeting (which sets TCP_NODELAY)."""
        super().connection_made(transport)
        self._socket = cast(asyncio.Transport, transport)
        self.heard = time.monotonic()
        h2 = self.connection._connection  # pyright: ignore[reportPrivateUsage]
        h2.update_settings({SettingCodes.MAX_FRAME_SIZE: FRAME})
        self.connection.flush()

    def data_received(self, data: bytes) -> None:
        """Note the time, then process."""
        self.heard = time.monotonic()
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Tell who waits for it."""
        super().connection_lost(exc)
        self.lost.set()

    def abort(self) -> None:
        """End the connection without waiting for the other side: it may be gone."""
        self.processor.close("the connection was given up")
        if self._socket:
            self._socket.abort()


class Connection(Channel):
    """A grpclib channel over `Protocol`s; to be made and used inside one running loop."""

    def __init__(self, endpoint: Endpoint) -> None:
        config = Configuration(http2_connection_window_size=WINDOW, http2_stream_window_size=WINDOW)
        super().__init__(endpoint.host, endpoint.port, codec=Codec(), config=config)
        self.endpoint = endpoint
        self.loop = asyncio.get_running_loop()

    def _protocol_factory(self) -> H2Protocol:
        return Protocol(Handler(), self._config, self._h2_config)

    @property
    def connected(self) -> bool:
        """A TCP connection stands, as far as is known here."""
        return self._connected

    @property
    def heard(self) -> float:
        """time.monotonic() of the last bytes received, 0 before the first connection."""
        return self._protocol.heard if isinstance(self._protocol, Protocol) else 0.0

    async def gone(self) -> None:
        """Returns when the connection has ended."""
        if isinstance(self._protocol, Protocol):
            await self._protocol.lost.wait()

    async def connect(self, timeout: float) -> None:
        """Connect if that is not done. Raises OSError or asyncio.TimeoutError."""
        await asyncio.wait_for(self.__connect__(), timeout)

    def abort(self) -> None:
        """End the connection and every call on it, at once."""
        protocol, self._protocol = self._protocol, None
        if isinstance(protocol, Protocol):
            protocol.abort()

    def hang_up(self) -> None:
        """End the connection politely."""
        if isinstance(self._protocol, Protocol) and self.connected:
            with suppress(Exception):  # courtesy only: the daemon sees the socket close anyway
                link = self._protocol.connection
                link._connection.close_connection(ErrorCodes.NO_ERROR)  # pyright: ignore[reportPrivateUsage]
                link.flush()
        self.abort_after_flush()

    def abort_after_flush(self) -> None:
        """Close the socket once what is written has left; grpclib's close."""
        if self._protocol is not None:
            self._protocol.processor.close()
            self._protocol = None
