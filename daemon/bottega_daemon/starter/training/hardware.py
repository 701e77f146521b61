"""Where training runs: the first GPU where there is one, else the processor, and in which precision."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from multiprocessing import get_context
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def mixed() -> AbstractContextManager[Any]:
    """Forward passes in bfloat16 on a GPU, in float32 elsewhere; weights and sums stay float32."""
    return torch.autocast("cuda", torch.bfloat16) if torch.cuda.is_available() else nullcontext()


def place(*modules: Any) -> None:
    """Move networks to the device, in place."""
    for module in modules:
        module.to(device())


def quick(module: Any) -> Any:
    """The network as training calls it: compiled for a GPU, where thousands of small kernels would wait for launches.

    Parameters stay those of `module`.
    """
    return torch.compile(module, dynamic=False) if torch.cuda.is_available() else module


def there(values: NDArray[Any] | Tensor) -> Tensor:
    """An array as a tensor on the device."""
    tensor = torch.from_numpy(values) if isinstance(values, np.ndarray) else values
    return tensor.to(device(), non_blocking=True)


def workers() -> ProcessPoolExecutor:
    """One process per core for drawing; fresh ones, since a forked CUDA process is of no use."""
    return ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"))
