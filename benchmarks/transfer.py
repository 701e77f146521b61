"""What pixels cost on their way: there and back through the client and the daemon, against a raw loopback socket.

The last line sends a layer that the daemon already has. `python -m benchmarks.transfer [rounds]`
"""

from __future__ import annotations

import os
import socket
import statistics
import sys
import threading
from collections.abc import Callable

import bottega
from benchmarks.kit import client, interleave, ratio, show, starter_daemon

MEBIBYTES = (16, 64)
SIDE = {16: 2048, 64: 4096}


def layer(mebibytes: int) -> bottega.Pixels:
    """An RGBA layer that the daemon has never seen."""
    side = SIDE[mebibytes]
    return bottega.Pixels(side, side, 4, "u8", "srgb", os.urandom(side * side * 4))


def echo_server() -> tuple[socket.socket, int]:
    """A raw socket that takes a block and sends it back, like an upload and a download."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                size = int.from_bytes(peer.recv(8, socket.MSG_WAITALL), "big")
                peer.sendall(receive(peer, size))

    threading.Thread(target=serve, daemon=True).start()
    return listener, listener.getsockname()[1]


def receive(peer: socket.socket, size: int) -> bytearray:
    """`size` bytes from a socket."""
    block = bytearray(size)
    view, filled = memoryview(block), 0
    while filled < size:
        filled += peer.recv_into(view[filled:])
    return block


def raw(port: int, data: bytes) -> None:
    """There and back through the raw socket."""
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(len(data).to_bytes(8, "big"))
        peer.sendall(data)
        receive(peer, len(data))


def main() -> None:
    """Print milliseconds and MiB/s, both directions counted, for each size."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    rows: list[tuple[object, ...]] = []
    listener, port = echo_server()
    with starter_daemon() as daemon, client(daemon) as studio, listener:
        for size in MEBIBYTES:
            fresh = [layer(size) for _ in range(rounds)]
            known = layer(size)
            studio.upload(known)
            again = client(daemon)
            sides: dict[str, Callable[[], object]] = {
                "raw socket": lambda known=known: raw(port, bytes(known.data)),
                "bottega, new layer": lambda fresh=fresh: studio.download(studio.upload(fresh.pop())),
                "bottega, unchanged layer": lambda known=known, again=again: again.upload(known),
            }
            taken = interleave(sides, rounds)
            again.close()
            for name, times in taken.items():
                seconds = statistics.median(times)
                moved = 0 if "unchanged" in name else 2 * size
                rows.append(
                    (f"{size} MiB, {name}", seconds * 1e3, f"{moved / seconds:.0f}", ratio(times, taken["raw socket"]))
                )
    show(f"transfer: there and back, {rounds} rounds", ("", "median ms", "MiB/s", "ratio"), rows)


if __name__ == "__main__":
    main()
