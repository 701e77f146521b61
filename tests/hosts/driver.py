"""A host that is driven from outside: Python goes through a socket to a script inside it, and results come back."""

from __future__ import annotations

import json
import socket
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Driver:
    """The near end. `log` gives what the host printed, for when it has ended; `patience` is how many seconds to
    wait for things."""

    def __init__(self, path: Path, log: Callable[[], str], patience: float = 60.0) -> None:
        self.log = log
        self._patience = patience
        self._path = path
        self._socket: socket.socket | None = None

    def run(self, code: str, **values: object) -> Any:
        """Execute code in the host; what it assigns to `result` comes back. Names stay from call to call."""
        given = "".join(f"{name} = {value!r}\n" for name, value in values.items())
        said = self._ask(given + textwrap.dedent(code))
        if "error" in said:
            raise AssertionError(said["error"])
        return said["result"]

    def wait(self, code: str, seconds: float | None = None, **values: object) -> Any:
        """Execute an expression again and again until it is true; gives its value."""
        deadline = time.monotonic() + (seconds or self._patience)
        while not (value := self.run(f"result = {code}", **values)):
            assert time.monotonic() < deadline, f"it did not happen: {code}\n{self.log()}"
            time.sleep(0.05)
        return value

    def _ask(self, code: str) -> dict[str, Any]:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(240)
            self._socket.connect(str(self._path))
        self._socket.sendall((json.dumps({"code": code}) + "\n").encode())
        data = b""
        while not data.endswith(b"\n"):
            part = self._socket.recv(1 << 20)
            assert part, f"the host has ended:\n{self.log()}"
            data += part
        return json.loads(data)

    def close(self) -> None:
        """Hang up."""
        if self._socket:
            self._socket.close()
