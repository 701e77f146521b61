"""Whether a daemon runs, and whether one could."""

from __future__ import annotations

import json
import socket

from bottega import places
from bottega.errors import BottegaError
from bottega_daemon.cli.checks.finding import Finding
from bottega_daemon.config import Config


def check(config: Config) -> list[Finding]:
    """The running daemon, or the port that it would take."""
    announced = config.home / places.DAEMON_FILE
    if not announced.exists():
        return [Finding("daemon", "ok", "does not run; start it with `bottega serve`"), _port(config)]
    try:
        address = str(json.loads(announced.read_text("utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError):
        remedy = f"Delete {announced} and start the daemon again."
        return [Finding("daemon", "wrong", f"{announced} cannot be understood", remedy), _port(config)]
    return _running(address, str(announced))


def _running(address: str, announced: str) -> list[Finding]:
    from bottega.client import connect

    try:
        with connect(patience=2.0) as client:
            server, load = client.server(), client.load()
    except BottegaError as error:
        text = f"{address} is announced, but does not answer ({error.message})"
        remedy = f"Start it with `bottega serve`; if that does not help, delete {announced}."
        return [Finding("daemon", "wrong", text, remedy, {"address": address})]
    text = f"{server.version} answers at {address}: {load.running} jobs run, {load.queued} wait"
    facts = {"address": address, "version": server.version, "running": load.running, "queued": load.queued}
    return [Finding("daemon", "ok", text, facts=facts)]


def _port(config: Config) -> Finding:
    """The port is free."""
    facts = {"host": config.host, "port": config.port}
    try:
        family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((config.host, config.port))
    except OSError as error:
        text = f"{config.host}:{config.port} cannot be had ({error.strerror})"
        remedy = "Stop what listens there, or start the daemon on another: bottega serve --port 0"
        return Finding("port", "wrong", text, remedy, facts)
    return Finding("port", "ok", f"{config.host}:{config.port} is free", facts=facts)
