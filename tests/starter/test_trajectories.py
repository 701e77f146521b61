"""Trajectories are DDIM's own: they arrive at what the denoiser knows, and begin anew."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from bottega_daemon.starter.training import trajectories, unet
from tests.starter.knowing import Point, blank

LESSONS = unet.Lessons(torch.randn(5, 4, 8, 8), torch.zeros(5, 77, dtype=torch.int64), torch.zeros(77).long())


@pytest.mark.parametrize("pace", range(len(trajectories.STEPS)))
def test_a_trajectory_arrives_at_what_the_denoiser_knows(pace: int) -> None:
    rng, clean = np.random.default_rng(0), 0.3 * torch.randn(4, 8, 8)
    ways = trajectories.Trajectories(8, 2, lambda count: np.full(count, 3), rng)
    ways.pace[:], begun = pace, ways.latents.clone()
    predict = trajectories.guided(Point(clean), blank, LESSONS, 4.0)
    for _ in range(trajectories.STEPS[pace] - 1):
        step = ways.advance(predict, rng, 2)
        assert not len(step.theirs) and not len(step.arrived)
    a = ways.table[trajectories.PATHS[pace][-2]]
    kept = ways.latents - a.sqrt() * clean
    assert kept.std() == pytest.approx(float((1 - a).sqrt()), rel=0.2), "DDIM keeps the noise of its beginning"
    step = ways.advance(predict, rng, 2)
    assert step.theirs.tolist() == [3, 3]
    torch.testing.assert_close(step.arrived, clean.expand(2, -1, -1, -1), atol=1e-4, rtol=0)
    assert ways.at.tolist() == [0, 0] and not torch.equal(ways.latents, begun)


def test_only_the_prompted_half_learns_and_no_step_reaches_the_one_before() -> None:
    """The empty half would be pushed away from every prompt."""
    rng = np.random.default_rng(0)
    asked: list[tuple[bool, float]] = []
    model = Point(torch.zeros(4, 8, 8))

    def counted(z: Tensor, times: Tensor, hidden: Tensor, **more: Tensor) -> object:
        asked.append((torch.is_grad_enabled(), float(more["hint"].mean())))
        assert not z.requires_grad
        return model(z, times, hidden)

    predict = trajectories.guided(
        counted, blank, LESSONS, 4.0, lambda z, times, hidden, whose: {"hint": torch.tensor(float(whose[0]))}
    )
    ways = trajectories.Trajectories(8, 3, lambda count: np.full(count, 4), rng)
    for _ in range(2):
        assert ways.advance(predict, rng, 2).clean.requires_grad
    assert asked == [(False, 4.0), (True, 4.0)] * 2
