"""What a watcher is told. Lasting events are numbered and written in the book; passing ones are only heard live."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from bottega_daemon.jobs.states import Failure, Picture
from bottega_daemon.worker.protocol import Preview, Progress


class Started(msgspec.Struct, frozen=True, tag="started"):
    """The job has begun, for the `attempt`-th time."""

    attempt: int


class PictureDone(msgspec.Struct, frozen=True, tag="picture"):
    """A picture is done."""

    picture: Picture


class Succeeded(msgspec.Struct, frozen=True, tag="succeeded"):
    """All pictures are done."""

    device_seconds: float


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The job failed."""

    failure: Failure


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled"):
    """The job was cancelled."""


class Queued(msgspec.Struct, frozen=True):
    """The job waits behind `position` others, for about `expected_wait` seconds if that can be told."""

    position: int
    expected_wait: float | None


class Heartbeat(msgspec.Struct, frozen=True):
    """Nothing happened for a while."""


Lasting: TypeAlias = Started | PictureDone | Succeeded | Failed | Cancelled
Passing: TypeAlias = Queued | Progress | Preview | Heartbeat

FINAL_EVENTS = (Succeeded, Failed, Cancelled)

lasting_decoder = msgspec.json.Decoder(Lasting)


class Numbered(msgspec.Struct, frozen=True):
    """An event as a watcher gets it: passing ones repeat the number of the last lasting one."""

    number: int
    time: float
    event: Lasting | Passing

    @property
    def final(self) -> bool:
        """Whether nothing can follow."""
        return isinstance(self.event, FINAL_EVENTS)
