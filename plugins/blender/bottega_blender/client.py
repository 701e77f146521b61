"""The client as this plug-in knows it: the one place that says where it is imported from."""

from __future__ import annotations

from bottega import messages
from bottega.endpoint import parse as parse_address
from bottega.errors import BottegaError, DaemonNotFound, JobCancelled
from bottega.events import Event, Picture
from bottega.pixels import Pixels
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
    "canny_control",
    "depth_control",
    "messages",
    "parse_address",
    "pose_control",
]
