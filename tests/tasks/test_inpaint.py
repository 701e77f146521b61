"""What inpaint promises whatever the model: untouched bits outside, the picture's own depth, no work for nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bottega_daemon.diffusion.pixels import from_float, to_float
from bottega_daemon.spec import ChannelDepth, Inpaint
from bottega_daemon.tasks.stages import Models
from tests.worker.kit import Bench, picture, read_models, words


@pytest.fixture(scope="module")
def models(tiny_root: Path) -> Models:
    return read_models(tiny_root, names=())


@pytest.fixture
def bench(models: Models, tmp_path: Path) -> Bench:
    return Bench(models, tmp_path)


def mask(height: int, width: int, inside: tuple[slice, slice]) -> np.ndarray:
    values = np.zeros((height, width, 1), np.uint8)
    values[inside] = 255
    return values


@pytest.mark.parametrize("depth", ["u8", "u16", "f32"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_outside_the_mask_nothing_changes(bench: Bench, depth: ChannelDepth, channels: int) -> None:
    source = np.concatenate([picture(61), picture(61, 2)[..., :1]], axis=-1)[:50, :, :channels]
    stored = from_float(to_float(source), depth)
    hole = mask(50, 61, (slice(10, 30), slice(12, 40)))
    task = Inpaint(words(steps=3), bench.image(stored, depth), bench.image(hole, space="data"))
    result = bench.run(task)[0]
    assert result.dtype == stored.dtype and result.shape == stored.shape
    np.testing.assert_array_equal(result[hole[..., 0] == 0], stored[hole[..., 0] == 0])
    inside = hole[..., 0] == 255
    assert np.abs(to_float(result)[inside] - to_float(stored)[inside]).mean() > 0.01


@pytest.mark.parametrize(("strength", "value"), [(0.0, 255), (1.0, 0)])
def test_nothing_to_do_returns_the_picture(bench: Bench, strength: float, value: int) -> None:
    stored = picture(64)
    hole = np.full((64, 64, 1), value, np.uint8)
    task = Inpaint(words(count=2), bench.image(stored), bench.image(hole, space="data"), strength)
    for result in bench.run(task):
        np.testing.assert_array_equal(result, stored)
    assert bench.loop.load().denoiser_calls == 0


def test_neutral_fill_forgets_what_was_there(bench: Bench) -> None:
    """Two pictures that differ only under the mask give the same result when the masked part is filled first."""
    hole = mask(64, 64, (slice(16, 48), slice(16, 48)))
    results = []
    for seed in (1, 2):
        stored = picture(64, 0)
        stored[16:48, 16:48] = picture(32, seed)
        task = Inpaint(words(), bench.image(stored), bench.image(hole, space="data"), 0.6, fill="neutral")
        results.append(bench.run(task, f"job {seed}")[0])
    np.testing.assert_array_equal(results[0], results[1])
