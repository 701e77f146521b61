"""Naming: what namers are shown is latents still, trajectories are DDIM's own, and gradients pull towards the name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from bottega_daemon.starter.training import namers, naming, unet

torch.set_num_threads(1)


def test_rolling_moves_a_picture_and_loses_nothing_of_it() -> None:
    latents = torch.randn(3, 4, 16, 16)
    moved = namers.rolled(latents, np.random.default_rng(1))
    assert not torch.equal(moved, latents)
    assert torch.equal(moved.flatten(2).sort().values, latents.flatten(2).sort().values)
    assert namers.rolled(latents, np.random.default_rng(1), 8).shape == (3, 4, 8, 8)
    assert torch.equal(namers.rolled(latents, np.random.default_rng(1), 8), moved[:, :, :8, :8])


def test_softened_latents_keep_their_pattern() -> None:
    torch.manual_seed(0)
    stripes = torch.sin(torch.arange(16) * np.pi / 4).expand(64, 4, 16, 16).contiguous()
    soft = namers.soften(stripes)
    flat = torch.stack([soft.flatten(1), stripes.flatten(1)])
    alike = torch.cosine_similarity(flat[0] - flat[0].mean(1, keepdim=True), flat[1], dim=1)
    assert alike.min() > 0.5 and not torch.equal(soft, stripes)


def test_only_flat_pictures_have_a_name() -> None:
    shown: Any = SimpleNamespace(kind=np.array(["flat", "one", "flat"]), material=np.array(["brick", "brick", "sand"]))
    named = namers.labels(shown)
    assert [namers.NAMES[k] if k >= 0 else "" for k in named] == ["brick", "", "sand"]


class Point(nn.Module):
    """A denoiser that knows the one clean picture: its estimate is `clean` at every time."""

    def __init__(self, clean: Tensor) -> None:
        super().__init__()
        self.clean, self.table = nn.Parameter(clean), unet.alphas()

    def forward(self, z: Tensor, times: Tensor, hidden: Tensor) -> Any:
        a = self.table[times][:, None, None, None]
        return SimpleNamespace(sample=(z - a.sqrt() * self.clean) / (1 - a).sqrt())


class Reader(nn.Module):
    """A namer: "brick" by how far the first latent lies above zero, every other name by 0."""

    def forward(self, latents: Tensor) -> Tensor:
        score = latents[:, 0].mean((1, 2))
        return torch.stack([score if name == "brick" else 0 * score for name in namers.NAMES], 1)


def _blank(tokens: Tensor) -> Any:
    return SimpleNamespace(last_hidden_state=torch.zeros(len(tokens), 77, 8))


@pytest.fixture
def lesson() -> naming.Lesson:
    """Two flat pictures, both of brick."""
    taught = unet.Lessons(torch.randn(2, 4, 8, 8), torch.zeros(2, 77, dtype=torch.int64), torch.zeros(77).long())
    brick = namers.NAMES.index("brick")
    return naming.Lesson(taught, np.array([brick, brick]), [nn.Sequential(Reader())], nn.Sequential(Reader()))


def test_a_trajectory_arrives_at_what_the_denoiser_knows(
    lesson: naming.Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, clean = np.random.default_rng(0), 0.3 * torch.randn(4, 8, 8)
    clean[0] += 1.0
    ways = naming.Trajectories(lesson, 8, 2, rng)
    arrived: list[Tensor] = []
    before = ways.latents
    for _ in range(len(naming.TIMES) - 1):
        before = ways.latents.clone()
        _, right = ways.advance(Point(clean), _blank, rng, 2)
        arrived += right
    assert [float(each) for each in arrived] == [1.0, 1.0]
    assert ways.at.tolist() == [0, 0] and not torch.equal(ways.latents, before)
    a = lesson.table[naming.TIMES[-2]]
    kept = before - a.sqrt() * clean
    assert kept.std() == pytest.approx(float((1 - a).sqrt()), rel=0.2), "DDIM keeps the noise of its beginning"


def test_the_loss_pulls_the_estimate_towards_the_name(lesson: naming.Lesson) -> None:
    rng, model = np.random.default_rng(0), Point(torch.zeros(4, 8, 8))
    loss, _ = naming.Trajectories(lesson, 8, 4, rng).advance(model, _blank, rng, 4)
    loss.backward()
    gradient = model.clean.grad
    assert gradient is not None
    assert gradient[0].mean() < 0, "more of what is read as brick makes the loss less"
    assert gradient[0].abs().mean() > 10 * gradient[1:].abs().mean()
