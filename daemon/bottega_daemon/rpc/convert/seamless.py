"""The directions in which a picture continues into itself."""

from __future__ import annotations

from bottega_daemon.rpc.generated.v1 import task_pb2 as pb
from bottega_daemon.spec import Axes

AXES: dict[tuple[bool, bool], Axes] = {
    (False, False): "none",
    (True, False): "x",
    (False, True): "y",
    (True, True): "xy",
}


def axes_of(message: pb.Seamless) -> Axes:
    """The axes that are asked for."""
    return AXES[message.horizontal, message.vertical]


def seamless_message(axes: Axes) -> pb.Seamless:
    """The same as a message."""
    return pb.Seamless(horizontal="x" in axes, vertical="y" in axes)
