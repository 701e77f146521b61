"""A small DDIM sampler for scores and sample sheets: guidance, one control network, inpainting by pasting."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bottega_daemon.starter.training import adapters, hardware, nets
from bottega_daemon.starter.training.unet import alphas
from bottega_daemon.starter.training.vae import to_tensor


@dataclass(frozen=True)
class Kit:
    """Everything that it takes to make a picture; `words` adds an embedding, (vectors, width) under each name."""

    vae: nets.Vae
    unet: nets.Unet
    encoder: nets.Text
    tokenizer: nets.Tokenizer
    words: dict[str, Tensor] = field(default_factory=dict)

    @torch.no_grad()
    def read(self, prompts: list[str]) -> Tensor:
        """Prompts to (N, 77, width); an embedding's name may stand first in a prompt."""
        return adapters.read(self.encoder, self.tokenizer, prompts, self.words)


@dataclass(frozen=True)
class Paste:
    """latents (N, 4, h, w) to keep where mask (N, 1, h, w) is 0."""

    latents: Tensor
    mask: Tensor


@torch.no_grad()
def make(
    kit: Kit,
    prompts: list[str],
    seeds: list[int],
    *,
    guidance: float = 5.0,
    steps: int = 20,
    side: int = 16,
    control: nets.Control | None = None,
    hints: Tensor | None = None,
    paste: Paste | None = None,
) -> NDArray[np.uint8]:
    """One picture per prompt and seed, (N, 8 side, 8 side, 3); `hints` is (N, 3, 8 side, 8 side) for `control`."""
    table = alphas()
    hidden = kit.read([*([""] * len(prompts)), *prompts])
    drawn = [torch.randn(4, side, side, generator=torch.Generator().manual_seed(s)) for s in seeds]
    z = hardware.there(torch.stack(drawn))
    start = z.clone()
    times = np.linspace(999, 0, steps + 1).round().astype(int)
    for now, then in pairwise(times):
        both, at = torch.cat([z, z]), torch.full((2 * len(z),), int(now), device=z.device)
        extra: dict[str, object] = {}
        if control is not None and hints is not None:
            shown = hardware.there(hints)
            down, mid = control(both, at, hidden, torch.cat([shown, shown]), return_dict=False)
            extra = {"down_block_additional_residuals": down, "mid_block_additional_residual": mid}
        empty, wanted = kit.unet(both, at, hidden, **extra).sample.chunk(2)
        noise = empty + guidance * (wanted - empty)
        a, b = table[now], table[then] if then > 0 else torch.ones_like(table[0])
        clean = (z - (1 - a).sqrt() * noise) / a.sqrt()
        z = b.sqrt() * clean + (1 - b).sqrt() * noise
        if paste is not None:
            kept = b.sqrt() * hardware.there(paste.latents) + (1 - b).sqrt() * start
            z = torch.where(hardware.there(paste.mask) > 0.5, z, kept)
    return decode(kit.vae, z)


@torch.no_grad()
def decode(vae: nets.Vae, z: Tensor) -> NDArray[np.uint8]:
    parts = [vae.decode(some / nets.VAE_SCALE).sample for some in z.split(32)]
    made = torch.cat(parts).clamp(-1, 1).add(1).mul(127.5).round()
    return made.byte().permute(0, 2, 3, 1).cpu().numpy()


@torch.no_grad()
def encode(vae: nets.Vae, rgb: NDArray[np.uint8]) -> Tensor:
    return vae.encode(to_tensor(rgb)).latent_dist.mean * nets.VAE_SCALE


def grid(pictures: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Pictures (N, S, S, 3) as one sheet, row by row."""
    rows = -(-len(pictures) // columns)
    side = pictures.shape[1]
    sheet = np.zeros((rows * side, columns * side, 3), dtype=np.uint8)
    for k, picture in enumerate(pictures):
        y, x = divmod(k, columns)
        sheet[y * side : (y + 1) * side, x * side : (x + 1) * side] = picture
    return sheet
