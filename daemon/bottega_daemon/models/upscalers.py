"""Networks that enlarge pictures, in memory.

spandrel knows many more kinds, but needs torchvision, which PyPI has for a torch with CUDA alone
(docs/decisions/0008): these two are what most published upscalers are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from safetensors import safe_open
from torch import nn
from torch.nn import functional as F

from bottega_daemon.models.entries import Upscaler as Entry
from bottega_daemon.models.header import read_header
from bottega_daemon.models.inspect_upscalers import Structure, structure
from bottega_daemon.models.weights import nbytes

SLOPE = 0.2
"""Of ESRGAN's rectifiers below zero, and by how much its blocks correct what they get."""


class Compact(nn.Module):
    """Convolutions and PReLUs at the picture's own size, pixels shuffled out at the end, as a residual on the nearest
    enlargement (SRVGGNet, Wang et al. 2021, arXiv 2107.10833). [n, 3, h, w] to [n, 3, scale h, scale w], 0..1."""

    def __init__(self, width: int, depth: int, scale: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for channels in (3, *([width] * depth)):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.PReLU(width)]
        layers.append(nn.Conv2d(width, 3 * scale * scale, 3, padding=1))
        self.body, self.scale = nn.Sequential(*layers), scale

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        made = F.pixel_shuffle(self.body(input), self.scale)
        return made + F.interpolate(input, scale_factor=self.scale, mode="nearest")


class Esrgan(nn.Module):
    """Residual-in-residual dense blocks, then doublings (Wang et al. 2018, arXiv 1809.00219; with pixels unshuffled
    first as Real-ESRGAN's x2plus does, Wang et al. 2021). [n, 3, h, w] to [n, 3, scale h, scale w], 0..1; h and w are
    multiples of `unshuffled`."""

    def __init__(self, width: int, depth: int, growth: int, unshuffled: int, ups: int) -> None:
        super().__init__()
        self.unshuffled, self.ups = unshuffled, ups
        self.conv_first = nn.Conv2d(3 * unshuffled**2, width, 3, padding=1)
        self.body = nn.Sequential(*(_Block(width, growth) for _ in range(depth)))
        self.conv_body = nn.Conv2d(width, width, 3, padding=1)
        for index in range(ups):
            self.add_module(f"conv_up{index + 1}", nn.Conv2d(width, width, 3, padding=1))
        self.conv_hr = nn.Conv2d(width, width, 3, padding=1)
        self.conv_last = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        first = self.conv_first(F.pixel_unshuffle(input, self.unshuffled))
        x = first + self.conv_body(self.body(first))
        for index in range(self.ups):
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = F.leaky_relu(self.get_submodule(f"conv_up{index + 1}")(x), SLOPE)
        return self.conv_last(F.leaky_relu(self.conv_hr(x), SLOPE))


class _Block(nn.Module):
    """Three dense blocks and a residual around them."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        self.rdb1, self.rdb2, self.rdb3 = (_Dense(width, growth) for _ in range(3))

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return self.rdb3(self.rdb2(self.rdb1(input))) * SLOPE + input


class _Dense(nn.Module):
    """Five layers, each of which sees all before it."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        for index in range(4):
            self.add_module(f"conv{index + 1}", nn.Conv2d(width + index * growth, growth, 3, padding=1))
        self.conv5 = nn.Conv2d(width + 4 * growth, width, 3, padding=1)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        seen = input
        for index in range(4):
            seen = torch.cat([seen, F.leaky_relu(self.get_submodule(f"conv{index + 1}")(seen), SLOPE)], 1)
        return self.conv5(seen) * SLOPE + input


@dataclass(frozen=True, eq=False)
class Upscaler:
    """A network that enlarges pictures, in memory."""

    name: str
    net: nn.Module
    scale: int
    multiple: int
    """The sides that it takes are multiples of this."""
    half: bool
    """Half precision is quicker here."""
    device: torch.device
    nbytes: int
    derived: dict[str, Any] = field(default_factory=dict, repr=False)
    """What the layers above have found out about it and want dropped with it."""


def built(found: Structure) -> nn.Module:
    """The network without its weights."""
    if found.layout == "compact":
        return Compact(found.width, found.depth, found.scale)
    return Esrgan(found.width, found.depth, found.growth, found.unshuffled, found.ups)


def load_upscaler(entry: Entry, device: torch.device, dtype: torch.dtype = torch.float32) -> Upscaler:
    """Load an upscaler; raise CorruptModel with file and remedy where it is not what its names say.

    Its weights are float32 whatever `dtype` is computed in: pictures of more than 8 bits need it, and never in
    bfloat16, whose eight bits show as bands in a sky.
    """
    found = structure(entry.path, read_header(entry.path))
    with torch.device("meta"):
        net = built(found)
    with safe_open(entry.path, framework="pt", device="cpu") as file:  # copied: files are replaced while they are used
        weights = {name: file.get_tensor(found.names[name]).to(torch.float32, copy=True) for name in net.state_dict()}
    net.load_state_dict(weights, assign=True)
    net = net.to(device).requires_grad_(False).eval()
    half = device.type == "cuda" and dtype != torch.float32
    return Upscaler(entry.name, net, found.scale, found.unshuffled, half, device, nbytes(net))
