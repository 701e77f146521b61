"""A client for the daemon that the options name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bottega_daemon.cli.options import Reaching

if TYPE_CHECKING:
    from bottega.client import Client

PATIENCE = 30.0
"""Seconds that a lost connection may stay lost while a job is followed."""


@contextmanager
def reached(reaching: Reaching) -> Iterator[Client]:
    """A client whose daemon has answered, closed in the end. Raises DaemonNotFound with a remedy."""
    from bottega.client import connect

    with connect(reaching.address, reaching.token, patience=PATIENCE) as client:
        yield client
