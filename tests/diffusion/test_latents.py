"""Latents against the autoencoder itself, and tiles against the whole."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from bottega_daemon.diffusion import latents
from bottega_daemon.diffusion.seamless import axes_of, tiling
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint
from bottega_daemon.models.model_set import ModelSet

SMALL = 256 * 256
"""Pixels at once that make tiles of 32 cells."""


@pytest.fixture(scope="module")
def model(tiny_root: Path) -> ModelSet:
    entry = next(each for each in Library([tiny_root]).scan().checkpoints if each.name == "tiny")
    return load_checkpoint(entry, torch.device("cpu"), torch.float32)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("height", "width"), [(8, 8), (64, 64), (40, 72)])
def test_the_autoencoder_says_the_same(model: ModelSet, height: int, width: int) -> None:
    vae = cast(Any, model.vae)
    pixels = torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        clean = vae.encode(pixels * 2 - 1).latent_dist.mean * 0.18215
        picture = (vae.decode(clean / 0.18215).sample / 2 + 0.5).clamp(0, 1)
    assert (latents.encode(model, pixels) - clean).abs().max() <= 1e-6
    assert (latents.decode(model, clean) - picture).abs().max() <= 1e-6


def test_part_of_a_cell_is_refused(model: ModelSet) -> None:
    with pytest.raises(ValueError, match="65 x 64"):
        latents.encode(model, torch.zeros(1, 3, 64, 65))


def test_a_batch_within_the_limit_goes_in_parts_and_comes_out_the_same(model: ModelSet) -> None:
    clean = noise(5, 4, 8, 8)
    whole = latents.decode(model, clean)
    parts = latents.decode(model, clean, at_once=2 * 64 * 64)
    assert (whole - parts).abs().max() <= 1e-5


@given(height=st.integers(1, 90), width=st.integers(1, 90), tile=st.integers(32, 48), after=st.sampled_from([1, 8]))
def test_tiles_of_a_local_function_are_the_whole(height: int, width: int, tile: int, after: int) -> None:
    values = noise(1, 2, height, width)

    def grow(part: torch.Tensor) -> torch.Tensor:
        return functional.interpolate(part, scale_factor=after, mode="nearest") * 2 + 1

    tiled = latents.in_tiles(grow, values, 1, after, tile)
    assert (tiled - grow(values)).abs().max() <= 1e-5


def test_tiles_of_pixels_come_out_as_cells() -> None:
    pixels = noise(1, 3, 400, 520)
    tiled = latents.in_tiles(lambda part: functional.avg_pool2d(part, 8), pixels, 8, 1, 32)
    assert (tiled - functional.avg_pool2d(pixels, 8)).abs().max() <= 1e-5


@given(length=st.integers(1, 2000), tile=st.integers(2 * latents.OVERLAP, 200))
def test_spans_cover_everything_and_overlap(length: int, tile: int) -> None:
    spans = latents.spans(length, tile)
    assert spans[0][0] == 0
    assert spans[-1][1] == length
    assert all(0 < stop - start <= tile for start, stop in spans)
    assert all(before[1] - after[0] >= latents.OVERLAP for before, after in itertools.pairwise(spans))


def test_a_large_picture_is_tiled_about_as_well_as_by_diffusers(
    model: ModelSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never equal to the whole, since every tile has its own statistics in the norms."""
    vae = cast(Any, model.vae)
    clean = functional.interpolate(noise(1, 4, 10, 12), size=(40, 48), mode="bilinear")
    whole = latents.decode(model, clean)
    tiled = latents.decode(model, clean, at_once=SMALL)
    assert tiled.shape == whole.shape == (1, 3, 320, 384)
    seen, seen_tiled = latents.encode(model, whole), latents.encode(model, whole, at_once=SMALL)
    assert seen.shape == seen_tiled.shape == clean.shape
    for name, value in {"tile_sample_min_size": 256, "tile_latent_min_size": 32, "tile_overlap_factor": 0.5}.items():
        monkeypatch.setattr(vae, name, value)
    monkeypatch.setattr(vae, "use_tiling", True)
    with torch.inference_mode():
        rival = (vae.decode(clean / 0.18215).sample / 2 + 0.5).clamp(0, 1)
        seen_rival = vae.encode(whole * 2 - 1).latent_dist.mean * 0.18215
    assert (tiled - whole).abs().mean() <= 1.25 * (rival - whole).abs().mean()
    assert (seen_tiled - seen).abs().mean() <= 1.25 * (seen_rival - seen).abs().mean()


def test_a_tiled_seamless_picture_has_no_seam(model: ModelSet) -> None:
    """Rolled latents give the rolled picture even at its edge, which they do not where nothing wraps."""
    clean = functional.interpolate(noise(1, 4, 9, 9), size=(36, 36), mode="bilinear")
    with tiling([model.vae], x=True, y=False):
        tiled = latents.decode(model, clean, at_once=SMALL)
        shifted = latents.decode(model, clean.roll(16, -1), at_once=SMALL).roll(-128, -1)
        assert axes_of(model.vae) == (True, False)
    assert tiled.shape == (1, 3, 288, 288)
    plain = latents.decode(model, clean, at_once=SMALL)
    edge = slice(-8, None)
    assert (tiled - shifted)[..., edge].abs().mean() < 0.5 * (plain - shifted)[..., edge].abs().mean()
