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
from h2.frame_buffer import FrameBuffer
from h2.settings import SettingCodes
from hyperframe.frame import Frame

from bottega.contract import Codec
from bottega.endpoint import Endpoint

WINDOW = 32 << 20
"""Bytes that the daemon may send ahead; grpclib's 4 MiB starve a 30 ms link."""
FRAME = 256 << 10
"""Bytes of one HTTP/2 frame that the daemon may send: with 16 KiB most of a download's time is bookkeeping."""


class Frames(FrameBuffer):
    """h2's parser, but for the text of each frame that h2 makes for a log which nobody keeps: a third of a download."""

    def __next__(self) -> Frame:
        frame = super().__next__()
        frame._body_repr = str  # pyright: ignore[reportPrivateUsage]  # str() is ""
        return frame


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
        frames = Frames()
        frames.max_frame_size = h2.incoming_buffer.max_frame_size
        h2.incoming_buffer = frames
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
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            endpoint.host, endpoint.port, codec=Codec(), config=config
        )
        self.endpoint = endpoint
        self.loop = asyncio.get_running_loop()

    def _protocol_factory(self) -> H2Protocol:
        return Protocol(Handler(), self._config, self._h2_config)

    @property
    def _line(self) -> Protocol | None:
        return cast("Protocol | None", self._protocol)  # what _protocol_factory made

    @property
    def connected(self) -> bool:
        """A TCP connection stands, as far as is known here."""
        return self._connected

    @property
    def heard(self) -> float:
        """time.monotonic() of the last bytes received, 0 before the first connection."""
        return self._line.heard if self._line else 0.0

    async def gone(self) -> None:
        """Returns when the connection has ended."""
        if self._line:
            await self._line.lost.wait()

    async def connect(self, timeout: float) -> None:
        """Connect if that is not done. Raises OSError or asyncio.TimeoutError."""
        await asyncio.wait_for(self.__connect__(), timeout)

    def abort(self) -> None:
        """End the connection and every call on it, at once."""
        line, self._protocol = self._line, None
        if line:
            line.abort()

    def hang_up(self) -> None:
        """End the connection politely: the daemon is told, and what is written leaves before the socket closes."""
        line, self._protocol = self._line, None
        if line and not line.lost.is_set():
            with suppress(Exception):  # courtesy only: the daemon sees the socket close anyway
                line.connection._connection.close_connection()  # pyright: ignore[reportPrivateUsage]
                line.connection.flush()
            line.processor.close()
