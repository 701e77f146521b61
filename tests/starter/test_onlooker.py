"""The onlooker names what a picture looks like, at any size, and its word reaches the latents through the decoder."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from bottega_daemon.starter.generator import sample
from bottega_daemon.starter.training import namers, nets, onlooker

torch.set_num_threads(1)


def test_stripes_and_sand_are_told_apart_in_crops_and_whole(tmp_path: Path) -> None:
    drawn = [s for s in (sample.draw(3, k, kind="flat") for k in range(160)) if s.material in ("stripes", "sand")]
    pictures: Any = SimpleNamespace(rgb=np.stack([s.rgb for s in drawn]))
    wanted = np.array([[namers.NAMES.index(s.material)] for s in drawn])
    eye = onlooker.train(tmp_path, pictures, wanted, 60, 16).eval()
    grey = torch.from_numpy(pictures.rgb).permute(0, 3, 1, 2).float() / 127.5 - 1
    for some in (grey, grey[..., 32:96, 32:96]):
        assert (eye(onlooker.looked(some)).argmax(1).numpy() == wanted[:, 0]).mean() > 0.9
    named = onlooker.trained(tmp_path, nets.new_vae())
    latents = torch.randn(2, 4, 8, 8, requires_grad=True)
    named(latents).logsumexp(1).sum().backward()
    assert latents.grad is not None and latents.grad.abs().amax((1, 2, 3)).gt(0).all()
    assert not any(p.requires_grad for p in named.parameters())


def test_colour_and_contrast_are_not_looked_at() -> None:
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    torch.testing.assert_close(onlooker.looked(picture), onlooker.looked(picture[:, [2, 0, 1]]))
    paler = onlooker.looked(0.5 * picture + 0.2)
    assert torch.cosine_similarity(paler.flatten(), onlooker.looked(picture).flatten(), dim=0) > 0.999
