"""Enlarging in passes and parts gives what the network would give at once, of any size, over seamless edges too."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega_daemon.diffusion import upscaling
from bottega_daemon.diffusion.pixels import Floats
from bottega_daemon.models.upscalers import Compact, Esrgan, Upscaler
from bottega_daemon.spec import Axes, Extent


def upscaler(scale: int = 2, seed: int = 0) -> Upscaler:
    """A network that sees 4 pixels around."""
    torch.manual_seed(seed)
    net = Compact(4, 2, scale).eval().requires_grad_(False)
    return Upscaler("small", net, scale, 1, torch.float32, torch.device("cpu"), 9)


def painted(walker: Upscaler, walk: upscaling.Pass, picture: Floats, seamless: Axes = "none") -> Floats:
    under_way = upscaling.begin(walker, walk, picture, seamless)
    for part in under_way.parts:
        under_way.paint(part)
    return under_way.result


def noise(height: int, width: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).random((height, width, 3), np.float32)


SIDES = st.integers(1, 3000)


@settings(max_examples=300)
@given(SIDES, SIDES, st.floats(1, 16), st.floats(1, 16), st.sampled_from([1, 2, 3, 4, 8]))
def test_passes_lead_to_what_is_wanted_and_to_little_more(
    width: int, height: int, across: float, down: float, scale: int
) -> None:
    """Each begins with no more than the one before gives; the last gives at least what is wanted, and less than four
    times its sides (a network that does not enlarge walks once)."""
    size, wanted = Extent(width, height), Extent(max(width, int(width * across)), max(height, int(height * down)))
    walks = upscaling.passes(size, wanted, scale)
    assert walks[0].enter == size or len(walks) > 1
    before = size
    for walk in walks:
        assert walk.scale * walk.reduced == scale
        assert walk.enter.width <= before.width and walk.enter.height <= before.height
        before = walk.leave
    if scale == 1:
        assert len(walks) == 1
        return
    ratio = max(wanted.width / size.width, wanted.height / size.height)
    assert before.width >= wanted.width and before.height >= wanted.height
    assert len(walks) <= 4 and (len(walks) > 1 or before.width <= 4 * ratio * size.width)


@pytest.mark.parametrize(("height", "width"), [(40, 30), (224, 225), (300, 470), (1, 700)])
def test_parts_together_are_the_whole(height: int, width: int) -> None:
    """No seam: what parts give differs from one call on everything by rounding alone."""
    walker, picture = upscaler(), noise(height, width)
    walk = upscaling.Pass(Extent(width, height), 1, 2)
    around = torch.nn.functional.pad(torch.from_numpy(picture).permute(2, 0, 1)[None], [16] * 4, mode="replicate")
    whole = walker.net(around)[0, :, 32:-32, 32:-32].clamp(0, 1).permute(1, 2, 0).numpy()
    made = painted(walker, walk, picture)
    assert made.shape == (2 * height, 2 * width, 3) and np.abs(made - whole).max() < 1e-5


@pytest.mark.parametrize("axes", ["x", "y", "xy"])
def test_a_seamless_picture_stays_seamless(axes: Axes) -> None:
    """Where the picture is cut open does not matter along these axes, and matters along the other."""
    walker, picture = upscaler(), noise(60, 300)
    walk = upscaling.Pass(Extent(300, 60), 1, 2)
    made = painted(walker, walk, picture, axes)
    for axis, name in ((1, "x"), (0, "y")):
        rolled = painted(walker, walk, np.roll(picture, 17, axis), axes)
        same = np.abs(np.roll(rolled, -34, axis) - made).max() < 1e-5
        assert same == (name in axes)


def test_a_seamless_picture_may_be_smaller_than_what_is_seen_around_it() -> None:
    walker, picture = upscaler(), noise(3, 2)
    made = painted(walker, upscaling.Pass(Extent(2, 3), 1, 2), picture, "xy")
    tiled = painted(walker, upscaling.Pass(Extent(20, 30), 1, 2), np.tile(picture, (10, 10, 1)), "xy")
    assert np.abs(np.tile(made, (10, 10, 1)) - tiled).max() < 1e-5


def test_memory_that_ran_out_makes_parts_smaller_and_no_picture_different() -> None:
    """Parts are halved until they are hardly larger than what they see around them."""
    picture, walk = noise(180, 250), upscaling.Pass(Extent(250, 180), 2, 2)
    roomy, tight = upscaler(scale=4), upscaler(scale=4)
    widest: list[int] = []
    tight.net.register_forward_pre_hook(lambda _, given: widest.append(max(given[0].shape[-2:])))
    assert [upscaling.use_smaller_parts(tight) for _ in range(3)] == [True, True, False]
    made = painted(tight, walk, picture)
    assert max(widest) <= upscaling.LEAST and np.abs(made - painted(roomy, walk, picture)).max() < 1e-5


def test_a_network_that_wants_multiples_gets_them() -> None:
    torch.manual_seed(0)
    net = Esrgan(4, 1, 2, 2, 2).eval().requires_grad_(False)
    walker = Upscaler("odd", net, 2, 2, torch.float32, torch.device("cpu"), 9)
    made = painted(walker, upscaling.Pass(Extent(33, 21), 1, 2), noise(21, 33))
    assert made.shape == (42, 66, 3) and np.isfinite(made).all()


@pytest.mark.parametrize("axes", ["none", "xy"])
def test_values_of_any_range_are_enlarged_smoothly(axes: Axes) -> None:
    """Nothing beyond what there was, nothing lost in the middle of an even part, and nothing changes what is even."""
    values = np.zeros((20, 20, 2), np.float32)
    values[5:15, 5:15] = (800.0, -3.0)
    made = upscaling.smooth(values, Extent(60, 60), axes)
    assert made.shape == (60, 60, 2) and made.dtype == np.float32
    assert made[30, 30] == pytest.approx([800, -3], rel=1e-5) and made[..., 0].max() <= 800 and made[..., 1].min() >= -3
    assert (upscaling.smooth(np.ones((4, 4), np.float32), Extent(9, 9), axes) == 1).all()
