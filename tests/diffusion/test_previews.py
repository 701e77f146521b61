"""Previews resemble the finished picture, cost little and never fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import cv2
import numpy as np
import pytest
import torch
from torch.nn import functional

from bottega_daemon.diffusion import latents, previews
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint
from bottega_daemon.models.model_set import ModelSet


@pytest.fixture
def model(tiny_root: Path) -> ModelSet:
    entry = next(each for each in Library([tiny_root]).scan().checkpoints if each.name == "tiny")
    return load_checkpoint(entry, torch.device("cpu"), torch.float32)


def test_a_fitted_map_finds_what_a_linear_autoencoder_does(model: ModelSet, monkeypatch: pytest.MonkeyPatch) -> None:
    factors = torch.tensor([[0.05, -0.02, 0.01], [0.0, 0.04, 0.03], [-0.03, 0.0, 0.02], [0.01, 0.02, -0.05]])

    def decode(model: ModelSet, clean: torch.Tensor) -> torch.Tensor:
        rgb = torch.einsum("nchw,cd->ndhw", clean, factors) + 0.5
        return functional.interpolate(rgb, scale_factor=8, mode="nearest")

    monkeypatch.setattr(latents, "decode", decode)
    fitted = previews.fit(model)
    assert (fitted.factors - factors).abs().max() <= 1e-4
    assert (fitted.bias - 0.5).abs().max() <= 1e-4


def test_a_fitted_map_beats_the_mean_colour(model: ModelSet) -> None:
    """Even of random weights, which are far from linear."""
    coarse = torch.randn(1, 4, 4, 4, generator=torch.Generator().manual_seed(5))
    clean = functional.interpolate(coarse, size=(16, 16), mode="bilinear")
    seen = functional.avg_pool2d(latents.decode(model, clean), 8)[0].permute(1, 2, 0).numpy()
    shown = previews.preview(model, clean) / 255.0
    assert shown.shape == (16, 16, 3)
    assert ((shown - seen) ** 2).mean() < 0.95 * ((seen.mean((0, 1)) - seen) ** 2).mean()


def test_the_map_is_fitted_once(model: ModelSet, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[ModelSet] = []
    fit = previews.fit
    monkeypatch.setattr(previews, "fit", lambda model: calls.append(model) or fit(model))
    for _ in range(3):
        previews.preview(model, torch.zeros(1, 4, 4, 4))
    assert calls == [model]


def test_stable_diffusions_own_autoencoder_uses_the_published_map(model: ModelSet) -> None:
    standard = SimpleNamespace(config={"block_out_channels": list(previews.SD1_CHANNELS)})
    known = replace(model, vae=cast(Any, standard), derived={})
    cell = torch.tensor([1.0, 0.0, 0.0, 0.0]).reshape(1, 4, 1, 1)
    expected = np.round((np.array(previews.SD1_FACTORS[0]) / 2 + 0.5) * 255)
    assert previews.preview(known, cell)[0, 0].tolist() == expected.tolist()
    assert previews.preview(known, torch.zeros(4, 1, 1))[0, 0].tolist() == [128, 128, 128]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e30])
def test_latents_gone_wrong_still_make_a_preview(model: ModelSet, value: float) -> None:
    assert previews.preview(model, torch.full((1, 4, 2, 3), value)).shape == (2, 3, 3)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (1, 1), (900, 300), (513, 2048)])
def test_a_jpeg_keeps_shape_and_colour(height: int, width: int) -> None:
    rgb = np.empty((height, width, 3), np.uint8)
    rgb[:] = (200, 60, 20)
    extent, data = previews.to_jpeg(rgb)
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert read is not None
    assert (extent.height, extent.width) == read.shape[:2]
    assert max(read.shape) <= 512
    assert extent.width / extent.height == pytest.approx(width / height, rel=0.01)
    assert np.abs(read[..., ::-1].astype(int) - (200, 60, 20)).max() <= 4
    assert len(data) < 20_000
