"""The device that a worker owns, and the number format that suits it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass

import torch

from bottega_daemon.errors import InvalidRequest
from bottega_daemon.models.load import preferred_dtype
from bottega_daemon.worker import protocol

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
BUDGET_SHARE = {"cuda": 0.75, "cpu": 0.5, "mps": 0.5}
"""Part of a device's memory that models may fill; pictures need the rest."""


@dataclass(frozen=True)
class Device:
    """A torch device with its memory and number format."""

    torch: torch.device
    name: str
    memory_total: int
    dtype: torch.dtype

    @classmethod
    def open(cls, setup: protocol.Setup) -> Device:
        """Take the device that the front names. Raises InvalidRequest if torch does not have it."""
        torch.set_num_threads(setup.threads or torch.get_num_threads())  # this thread's own, whatever others set later
        try:
            device = torch.device(setup.device)
            torch.zeros(1, device=device)
            if device.type == "cuda":
                torch.cuda.set_device(device)
        except (RuntimeError, AssertionError) as error:
            remedy = "Run `bottega doctor` to see what torch finds on this machine."
            raise InvalidRequest(
                f"no device {setup.device!r} here ({error}).", remedy=remedy, field="device"
            ) from error
        dtype = preferred_dtype(device) if setup.dtype == "auto" else DTYPES[setup.dtype]
        return cls(device, _name(device), _memory(device), dtype)

    @property
    def budget(self) -> int:
        """Bytes of models to hold where nobody says otherwise."""
        return int(self.memory_total * BUDGET_SHARE.get(self.torch.type, 0.5))

    def ready(self) -> protocol.Ready:
        """The message that says so."""
        name = str(self.dtype).removeprefix("torch.")
        return protocol.Ready(os.getpid(), str(self.torch), self.name, self.memory_total, name)


def _name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return platform.processor() or platform.machine()


def _memory(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory
    if hasattr(os, "sysconf"):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    import psutil

    return psutil.virtual_memory().total
