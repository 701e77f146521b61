"""Bottega's client: pure Python, for scripts, tools and the inside of any host application.

`connect` gives a plain synchronous client; `Session` serves hosts whose main thread must never wait.
Names are imported when they are first used, so that `import bottega` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bottega.client import Client, JobHandle, connect
    from bottega.errors import (
        BottegaError,
        Closed,
        ConnectionLost,
        CorruptBlob,
        CorruptModel,
        DaemonNotFound,
        InvalidRequest,
        JobCancelled,
        JobFailed,
        MissingBlob,
        NotFound,
        OutOfMemory,
        Overloaded,
        Unauthenticated,
        Unsupported,
        WorkerDied,
    )
    from bottega.events import Event, Picture
    from bottega.following import Ticket
    from bottega.hints import Keypoint
    from bottega.pixels import Pixels
    from bottega.session import Session
    from bottega.tasks import (
        Control,
        Detect,
        Generate,
        Inpaint,
        Lora,
        Margin,
        Upscale,
        canny_control,
        depth_control,
        generate,
        inpaint,
        inpaint_control,
        map_control,
        normal_control,
        pose_control,
        upscale,
    )

_HOMES = {
    "client": ("Client", "JobHandle", "connect"),
    "errors": (
        "BottegaError",
        "Closed",
        "ConnectionLost",
        "CorruptBlob",
        "CorruptModel",
        "DaemonNotFound",
        "InvalidRequest",
        "JobCancelled",
        "JobFailed",
        "MissingBlob",
        "NotFound",
        "OutOfMemory",
        "Overloaded",
        "Unauthenticated",
        "Unsupported",
        "WorkerDied",
    ),
    "events": ("Event", "Picture"),
    "hints": ("Keypoint",),
    "pixels": ("Pixels",),
    "following": ("Ticket",),
    "session": ("Session",),
    "tasks": (
        "Control",
        "Detect",
        "Generate",
        "Inpaint",
        "Lora",
        "Margin",
        "Upscale",
        "canny_control",
        "depth_control",
        "generate",
        "inpaint",
        "inpaint_control",
        "map_control",
        "normal_control",
        "pose_control",
        "upscale",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "BottegaError",
    "Client",
    "Closed",
    "ConnectionLost",
    "Control",
    "CorruptBlob",
    "CorruptModel",
    "DaemonNotFound",
    "Detect",
    "Event",
    "Generate",
    "Inpaint",
    "InvalidRequest",
    "JobCancelled",
    "JobFailed",
    "JobHandle",
    "Keypoint",
    "Lora",
    "Margin",
    "MissingBlob",
    "NotFound",
    "OutOfMemory",
    "Overloaded",
    "Picture",
    "Pixels",
    "Session",
    "Ticket",
    "Unauthenticated",
    "Unsupported",
    "Upscale",
    "WorkerDied",
    "canny_control",
    "connect",
    "depth_control",
    "generate",
    "inpaint",
    "inpaint_control",
    "map_control",
    "normal_control",
    "pose_control",
    "upscale",
]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'bottega' has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
