"""A TCP proxy that misbehaves on command: cuts, stalls and swallows what passes through it."""

from __future__ import annotations

import contextlib
import socket
import threading


class Proxy:
    """Listens on `port` and carries bytes to `target` on loopback, counting them. A context manager."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sent = 0
        """Bytes that went towards the daemon."""
        self.received = 0
        self.connections = 0
        self.refusing = False
        """New connections are closed at once."""
        self._flowing = threading.Event()
        self._flowing.set()
        self._swallowed: set[int] = set()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.resume()
        self.cut()

    def cut(self) -> None:
        """Reset every connection."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def stall(self) -> None:
        """Hold every byte back until `resume`."""
        self._flowing.clear()

    def black_hole(self) -> None:
        """Swallow every byte of the present connections; new ones work."""
        with self._lock:
            self._swallowed = {id(pair) for pair in self._pairs}

    def resume(self) -> None:
        """Let bytes through again."""
        self._flowing.set()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self.refusing:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                near.close()
                continue
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = (near, far)
            with self._lock:
                self._pairs.append(pair)
                self.connections += 1
            for source, sink in (pair, pair[::-1]):
                threading.Thread(target=self._carry, args=(pair, source, sink), daemon=True).start()

    def _carry(self, pair: tuple[socket.socket, socket.socket], source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 18):
                self._flowing.wait()
                if id(pair) in self._swallowed:
                    continue
                if source is pair[0]:
                    self.sent += len(data)
                else:
                    self.received += len(data)
                sink.sendall(data)
        for end in pair:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
