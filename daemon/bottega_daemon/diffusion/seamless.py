"""Makes nets wrap around: what leaves a picture at one edge enters at the opposite one, so that it tiles seamlessly.

Every convolution that pads with zeros pads with the opposite edge instead, along the axes asked for. That covers UNet,
autoencoder (both ways) and control networks; attention and normalisation do not know positions and need nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import nn
from torch.nn import functional

_AXES = "_seamless_axes"
_CONVS = "_seamless_convs"

Axes = tuple[bool, bool]
Forward = Callable[[torch.Tensor, torch.Tensor, torch.Tensor | None], torch.Tensor]


@contextmanager
def tiling(modules: Iterable[nn.Module], x: bool, y: bool) -> Iterator[None]:
    """Let modules wrap around along x (width) and y (height) inside the `with` block, and be as before afterwards.

    Nests: the innermost block decides. Costs nothing where the modules already do what is asked.
    """
    changed = [(module, axes_of(module)) for module in modules if axes_of(module) != (x, y)]
    try:
        for module, _ in changed:
            _set(module, (x, y))
        yield
    finally:
        for module, before in changed:
            _set(module, before)


def axes_of(module: nn.Module) -> Axes:
    """Return the axes (x, y) along which `tiling` makes the module wrap right now."""
    return module.__dict__.get(_AXES, (False, False))


def _set(module: nn.Module, axes: Axes) -> None:
    for conv, make in _convs(module):
        if any(axes):
            conv.__dict__["_conv_forward"] = make(axes)
        else:
            conv.__dict__.pop("_conv_forward", None)
    module.__dict__[_AXES] = axes


def _convs(module: nn.Module) -> list[tuple[nn.Conv2d, Callable[[Axes], Forward]]]:
    """Find, once per module, the convolutions that see beyond the edge and how each is made to wrap."""
    from diffusers.models.downsampling import Downsample2D

    if _CONVS not in module.__dict__:
        found: list[tuple[nn.Conv2d, Callable[[Axes], Forward]]] = []
        for part in module.modules():
            if isinstance(part, nn.Conv2d) and any(_padding(part)):
                found.append((part, partial(_wrapping, part)))
            elif isinstance(part, Downsample2D) and part.padding == 0 and isinstance(part.conv, nn.Conv2d):
                found.append((part.conv, partial(_wrapping_padded, part.conv)))
        module.__dict__[_CONVS] = found
    return module.__dict__[_CONVS]


def _padding(conv: nn.Conv2d) -> tuple[int, int]:
    """Padding along (y, x); the nets here never give it as a word."""
    assert not isinstance(conv.padding, str)
    return conv.padding[0], conv.padding[1]


def _wrapping(conv: nn.Conv2d, axes: Axes) -> Forward:
    """A convolution with its padding taken from the opposite edge along `axes` and zero along the others."""
    x, y = axes
    down, across = _padding(conv)
    border = [across * x, across * x, down * y, down * y]
    zeros = (down * (not y), across * (not x))

    def forward(value: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        value = functional.pad(value, border, mode="circular")
        return functional.conv2d(value, weight, bias, conv.stride, zeros, conv.dilation, conv.groups)

    return forward


def _wrapping_padded(conv: nn.Conv2d, axes: Axes) -> Forward:
    """The convolution of a `Downsample2D` that has already put a row and a column of zeros after the picture."""
    x, y = axes

    def forward(value: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        value = value[..., : -1 if y else None, : -1 if x else None]
        value = functional.pad(value, [0, int(x), 0, int(y)], mode="circular")
        return functional.conv2d(value, weight, bias, conv.stride, 0, conv.dilation, conv.groups)

    return forward
