"""The client as this plug-in knows it: the one place that says where it is imported from."""

from __future__ import annotations

from bottega import messages
from bottega.endpoint import parse as parse_address
from bottega.errors import BottegaError, ConnectionLost, JobCancelled
from bottega.events import Event, Picture
from bottega.geometry import Bounds, Extent
from bottega.history import Entry, History
from bottega.pixels import MAX_PIXELS, MAX_SIDE, ColorSpace, Pixels
from bottega.planning import Choices, Native, bounds_of, native_of, pasted, plan
from bottega.planning.overlay import Overlay, whole_layer
from bottega.planning.walking import Hands, layer_bounds, walk
from bottega.session import Connection, Session, Ticket
from bottega.tasks import (
    Control,
    Generate,
    Inpaint,
    Keypoint,
    Lora,
    Margin,
    Seamless,
    Task,
    Upscale,
    canny_control,
    depth_control,
    normal_control,
    pose_control,
)
from bottega.translation import read as translated
from bottega.works import ENDED, KEPT, PHASES, State

__all__ = [
    "ENDED",
    "KEPT",
    "MAX_PIXELS",
    "MAX_SIDE",
    "PHASES",
    "BottegaError",
    "Bounds",
    "Choices",
    "ColorSpace",
    "Connection",
    "ConnectionLost",
    "Control",
    "Entry",
    "Event",
    "Extent",
    "Generate",
    "Hands",
    "History",
    "Inpaint",
    "JobCancelled",
    "Keypoint",
    "Lora",
    "Margin",
    "Native",
    "Overlay",
    "Picture",
    "Pixels",
    "Seamless",
    "Session",
    "State",
    "Task",
    "Ticket",
    "Unready",
    "Upscale",
    "bounds_of",
    "canny_control",
    "depth_control",
    "layer_bounds",
    "messages",
    "native_of",
    "normal_control",
    "parse_address",
    "pasted",
    "plan",
    "pose_control",
    "translated",
    "walk",
    "whole_layer",
]


class Unready(BottegaError):
    """The scene lacks what a job needs. `fix` names the operator that mends it, for a button beside the words.

    The message may have {places} for `values`: `words.said` translates it before they are put in.
    """

    reason = "UNREADY"

    def __init__(self, message: str, *, remedy: str, fix: str = "", **values: str) -> None:
        super().__init__(message.format(**values), remedy=remedy)
        self.fix = fix
        self.template, self.values = message, values
