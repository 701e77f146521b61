"""Where the daemon is and how to be let in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from bottega import places
from bottega.errors import DaemonNotFound, InvalidRequest

DEFAULT_PORT = 7868
START = "Start it with `bottega serve`."


@dataclass(frozen=True)
class Endpoint:
    """An address, and the token that opens it."""

    host: str
    port: int
    token: str = ""

    @property
    def address(self) -> str:
        """host:port, as people write it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """The daemon runs on this machine, so that bytes are cheaper than compressing them."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")


def find(address: str | None, token: str | None) -> Endpoint:
    """The daemon at `address`, else the one that this user runs. Its token is found where it is this user's own.

    Raises DaemonNotFound if none runs, InvalidRequest for an address that is none.
    """
    own = _running()
    if address is None:
        if own is None:
            raise DaemonNotFound("no Bottega daemon of yours runs on this machine.", remedy=START)
        return Endpoint(own.host, own.port, own.token if token is None else token)
    host, port = parse(address)
    if token is None:
        token = own.token if own and (own.host, own.port) == (host, port) else ""
    return Endpoint(host, port, token)


def parse(address: str) -> tuple[str, int]:
    """("127.0.0.1", 7868) from "127.0.0.1:7868", "[::1]:7868", "studio-box"."""
    host, colon, port = address.strip().rpartition(":")
    if not colon or port.endswith("]") or (":" in host and not host.startswith("[")):
        host, port = address.strip(), str(DEFAULT_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not _is_name(host) or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise InvalidRequest(f"{address!r} is no address.", remedy='Give "host:port".', field="address")
    return host, int(port)


def _is_name(host: str) -> bool:
    """Whether a machine may be called so: what is looked up otherwise ends in a UnicodeError, or in whatever else."""
    try:
        host.encode("idna")
    except UnicodeError:  # an empty label, one that is too long, letters that no name has
        return False
    return bool(host) and host.isprintable() and not set(host) & set(" /")


def _running() -> Endpoint | None:
    """What the daemon's file says; None if there is none, or it is being written."""
    try:
        said = cast("dict[str, Any]", json.loads(places.daemon_file().read_text("utf-8")))
        host, port = parse(str(said["address"]))
        return Endpoint(host, port, str(said["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
