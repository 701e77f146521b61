"""Running out of memory: how it is told from other faults, and how what failed is let go before another try."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import cv2
import torch

from bottega_daemon.errors import OutOfMemory

T = TypeVar("T")

SIGNS = ("out of memory", "DefaultCPUAllocator", "ALLOC_FAILED", "Insufficient memory")
"""What drivers and allocators say in a plain RuntimeError, and OpenCV in its own error; torch has a class for CUDA's
allocator alone."""


def attempt(work: Callable[[], T]) -> tuple[T | None, Exception | None]:
    """The result of `work`, or the error that it raised.

    An error of memory comes without its traceback: that would keep alive every tensor of the call that failed, and the
    next try would fail for it. Nothing must be tried again inside an `except` block, for the same reason.
    """
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001  the loop's edge: whoever calls decides whose fault it is
        if is_out_of_memory(error):
            error.__traceback__ = error.__context__ = error.__cause__ = None
        return None, error


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether an error says that a device's memory, or the machine's, ran out."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError | cv2.error) and any(sign in str(error) for sign in SIGNS)


def too_large() -> OutOfMemory:
    """What an artist is told in the end."""
    return OutOfMemory(
        "the device's memory does not hold this picture.",
        remedy="Make it smaller, use fewer control networks, or close other programs that use the GPU.",
    )
