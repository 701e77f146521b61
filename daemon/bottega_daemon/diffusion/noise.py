"""The random numbers of one picture: they depend on its seed alone, never on its company, its batch or its device."""

from __future__ import annotations

import torch


class PictureNoise:
    """Unit Gaussian draws of one picture, made on the CPU in float32 and then moved to `device` and `dtype`.

    Calling it gives the next draw of `shape`. The first equals
    `torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed))`: it is the picture's initial noise; what
    stochastic samplers add follows. The k-th picture of a batch is made with seed + k.
    """

    def __init__(
        self,
        seed: int,
        shape: tuple[int, ...],
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self._generator = torch.Generator("cpu").manual_seed(seed)
        self._shape = shape
        self._device = device
        self._dtype = dtype

    def __call__(self) -> torch.Tensor:
        """The next draw, shape `shape`."""
        drawn = torch.randn(self._shape, generator=self._generator, dtype=torch.float32)
        return drawn.to(device=self._device, dtype=self._dtype)
