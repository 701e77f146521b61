"""Readers read a hint back from latents, and what they miss pulls the estimate towards it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from bottega_daemon.starter.training import control, readers, unet

torch.set_num_threads(1)


def test_a_reader_learns_where_the_edge_is(tmp_path: Path) -> None:
    """Latents with a step at a column of their own, hints with a line there."""
    torch.manual_seed(0)
    columns = np.arange(64) % 6 + 1
    latents = torch.stack([(torch.arange(8) >= int(c)).float().expand(4, 8, 8) * 2 - 1 for c in columns])
    drawn = torch.zeros(64, 64, 64, 3, dtype=torch.uint8)
    for k, c in enumerate(columns):
        drawn[k, :, 8 * c : 8 * c + 2] = 255
    lessons = unet.Lessons(latents, torch.zeros(64, 77).long(), torch.zeros(77).long())
    readers.train(tmp_path, "canny", lessons, np.arange(64), drawn, 60, 16)
    reader = readers.trained(tmp_path, "canny")
    shown = control.Hints(np.arange(64), drawn)
    rightly = readers.errors(reader, latents[:6], shown.of(np.arange(6)))
    wrongly = readers.errors(reader, latents[:6], shown.of(np.arange(1, 7)))
    assert (rightly * 2 < wrongly).all()
    away = latents[:1].clone().requires_grad_(True)
    readers.errors(reader, away, shown.of(np.array([2]))).sum().backward()
    assert away.grad is not None and away.grad[..., 1:3].abs().mean() > 2 * away.grad[..., 5:].abs().mean()


def test_hints_are_found_by_their_pictures() -> None:
    drawn = torch.arange(3, dtype=torch.uint8)[:, None, None, None].expand(3, 16, 16, 3).contiguous()
    found = control.Hints(np.array([2, 5, 9]), drawn).of(np.array([9, 2]))
    assert found.shape == (2, 3, 16, 16)
    assert (found[0] * 255).round().unique().tolist() == [2.0] and found[1].unique().tolist() == [0.0]
