"""The client as this plug-in knows it: the one place that says where it is imported from."""

from __future__ import annotations

from bottega import messages
from bottega.endpoint import parse as parse_address
from bottega.errors import BottegaError, DaemonNotFound, JobCancelled
from bottega.events import Event, Picture
from bottega.geometry import Bounds
from bottega.pixels import Pixels
from bottega.planning import bounds_of, cut, native_of, pasted, plan
from bottega.session import Connection, Session, Ticket
from bottega.tasks import (
    Control,
    Generate,
    Inpaint,
    Keypoint,
    Seamless,
    canny_control,
    depth_control,
    pose_control,
)

__all__ = [
    "BottegaError",
    "Bounds",
    "Connection",
    "Control",
    "DaemonNotFound",
    "Event",
    "Generate",
    "Inpaint",
    "JobCancelled",
    "Keypoint",
    "Picture",
    "Pixels",
    "Seamless",
    "Session",
    "Ticket",
    "bounds_of",
    "canny_control",
    "cut",
    "depth_control",
    "messages",
    "native_of",
    "parse_address",
    "pasted",
    "plan",
    "pose_control",
]
