"""Enlarging in passes and parts gives what the network would give at once, of any size, over seamless edges too."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from bottega_daemon.diffusion import upscaling
from bottega_daemon.diffusion.pixels import Floats
from bottega_daemon.errors import CorruptModel
from bottega_daemon.models.upscalers import Compact, Esrgan, Upscaler
from bottega_daemon.spec import Axes, Extent

CPU = torch.device("cpu")


def upscaler(scale: int = 2) -> Upscaler:
    """A network that sees 4 pixels around."""
    torch.manual_seed(0)
    return Upscaler("small", Compact(4, 2, scale).eval().requires_grad_(False), scale, 1, False, CPU, 9)


def unshuffling(by: int) -> Upscaler:
    """A network whose own grid is coarser than pixels, and shows: it sees 6 of its cells around."""
    torch.manual_seed(0)
    net = Esrgan(4, 1, 2, by, 2).eval().requires_grad_(False)
    net.conv_last.weight *= 20
    return Upscaler("odd", net, 4 // by, by, False, CPU, 9)


class Nearest(torch.nn.Module):
    """A network that only repeats pixels: what comes of it is known."""

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return F.interpolate(input, scale_factor=self.scale, mode="nearest")


def repeating(scale: int) -> Upscaler:
    return Upscaler("nearest", Nearest(scale), scale, 1, False, CPU, 9)


def painted(by: Upscaler, picture: Floats, wanted: Extent, seamless: Axes = "none") -> Floats:
    height, width = picture.shape[:2]
    for walk in upscaling.passes(Extent(width, height), wanted, by.scale):
        under_way = upscaling.Enlargement(by, walk, picture, seamless, False)
        for part in under_way.parts:
            under_way.paint(part)
        picture = under_way.result
    return picture


def noise(height: int, width: int, channels: int = 3) -> Floats:
    return np.random.default_rng(1).random((height, width, channels), np.float32)


def by_area(picture: Floats, by: int, wanted: Extent) -> Floats:
    """The oracle: every pixel repeated, then reduced by area, with whole numbers alone."""
    height, width = picture.shape[:2]
    down, across = np.lcm(height * by, wanted.height), np.lcm(width * by, wanted.width)
    fine = picture.repeat(down // height, 0).reshape(wanted.height, -1, width, 3).mean(1)
    return fine.repeat(across // width, 1).reshape(wanted.height, wanted.width, -1, 3).mean(2)


SIDES = st.integers(1, 3000)


@settings(max_examples=300)
@given(SIDES, SIDES, st.floats(1, 16), st.floats(1, 16), st.sampled_from([1, 2, 3, 4, 8]))
def test_passes_lead_to_what_is_wanted_and_lose_nothing_on_their_way(
    width: int, height: int, across: float, down: float, scale: int
) -> None:
    """Each goes on from the last, none makes a side smaller or larger than is wanted, or larger than it can."""
    size, wanted = Extent(width, height), Extent(int(width * across), int(height * down))
    walks = upscaling.passes(size, wanted, scale)
    assert (walks[0].enter, walks[-1].leave) == (size, wanted)
    assert all(one.leave == other.enter for one, other in pairwise(walks))
    for walk in walks:
        for side in ("width", "height"):
            before, after = getattr(walk.enter, side), getattr(walk.leave, side)
            assert before <= after <= max(getattr(wanted, side), before)
            assert scale == 1 or after <= scale * before
    assert len(walks) <= (1 if scale == 1 else 4)


@pytest.mark.parametrize(("height", "width"), [(40, 30), (222, 301), (300, 470), (1, 700)])
def test_parts_together_are_the_whole(height: int, width: int) -> None:
    """No seam: what parts give differs from one call on everything by rounding alone."""
    by, picture = upscaler(), noise(height, width)
    around = F.pad(torch.from_numpy(picture).permute(2, 0, 1)[None], [16] * 4, mode="replicate")
    whole = by.net(around)[0, :, 32:-32, 32:-32].clamp(0, 1).permute(1, 2, 0).numpy()
    made = painted(by, picture, Extent(2 * width, 2 * height))
    assert made.shape == (2 * height, 2 * width, 3) and np.abs(made - whole).max() < 1e-5


@pytest.mark.parametrize("multiple", [2, 4])
@pytest.mark.parametrize("width", [300, 301, 303])
def test_parts_share_the_grid_of_a_network_that_has_one(multiple: int, width: int) -> None:
    """Cells of two or four pixels lie where they lie in one call on everything; cells see farther than a part does."""
    by, picture = unshuffling(multiple), noise(60, width)
    fill = [16, 16 - width % -multiple, 16, 16]
    around = F.pad(torch.from_numpy(picture).permute(2, 0, 1)[None], fill, mode="replicate")
    scale = by.scale
    whole = by.net(around)[0, :, 16 * scale : 76 * scale, 16 * scale :][..., : width * scale].clamp(0, 1)
    made = painted(by, picture, Extent(width * scale, 60 * scale))
    off = np.abs(made - whole.permute(1, 2, 0).numpy())
    assert off.max() < 0.01 < whole.std()
    tight = unshuffling(multiple)
    while upscaling.use_smaller_parts(tight):
        pass
    assert np.abs(painted(tight, picture, Extent(width * scale, 60 * scale)) - made).max() < 0.01


WANTED = [Extent(130, 94), Extent(131, 94), Extent(200, 100), Extent(260, 188), Extent(390, 94), Extent(520, 376)]


@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize("scale", [3, 4, 7])
def test_every_size_is_made_by_area_of_what_the_network_gives(wanted: Extent, scale: int) -> None:
    """Nothing is shifted by a part of a pixel, nothing thrown away: also where one side grows more than the other."""
    picture = noise(94, 130)
    made = painted(repeating(scale), picture, wanted)
    if wanted.width <= scale * 130 and wanted.height <= scale * 94:
        assert np.abs(made - by_area(picture, scale, wanted)).max() < 1e-4
    assert made.mean() == pytest.approx(picture.mean(), abs=2e-3)


def test_one_side_may_grow_far_more_than_the_other() -> None:
    """Stripes across the side that grows little are as strong as before."""
    stripes = np.zeros((64, 64, 3), np.float32)
    stripes[::2] = 1
    made = painted(repeating(4), stripes, Extent(1024, 64))
    assert made.std() == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("axes", ["x", "y", "xy"])
@pytest.mark.parametrize("wanted", [Extent(600, 120), Extent(450, 90), Extent(300, 60), Extent(1800, 360)])
def test_a_seamless_picture_stays_seamless(axes: Axes, wanted: Extent) -> None:
    """Where the picture is cut open does not matter along these axes, and matters along the other."""
    by, picture = upscaler(), noise(60, 300)
    made = painted(by, picture, wanted, axes)
    for axis, name, times in ((1, "x", wanted.width / 300), (0, "y", wanted.height / 60)):
        rolled = painted(by, np.roll(picture, 20, axis), wanted, axes)
        same = np.abs(np.roll(rolled, -int(20 * times), axis) - made).max() < 1e-4
        assert same == (name in axes), name


def test_a_seamless_picture_may_be_smaller_than_what_is_seen_around_it() -> None:
    by, picture = upscaler(), noise(3, 2)
    made = painted(by, picture, Extent(4, 6), "xy")
    tiled = painted(by, np.tile(picture, (10, 10, 1)), Extent(40, 60), "xy")
    assert np.abs(np.tile(made, (10, 10, 1)) - tiled).max() < 1e-5


def test_memory_that_ran_out_makes_parts_smaller_and_no_picture_different() -> None:
    """Parts that were begun are halved, later ones planned smaller."""
    picture, wanted = noise(180, 250), Extent(500, 360)
    roomy, tight = upscaler(4), upscaler(4)
    widest: list[int] = []
    tight.net.register_forward_pre_hook(lambda _, given: widest.append(max(given[0].shape[-2:])))
    under_way = upscaling.Enlargement(tight, upscaling.Pass(Extent(250, 180), wanted), picture, "none", False)
    assert [upscaling.use_smaller_parts(tight) for _ in range(3)] == [True, True, False]
    for part in under_way.parts:
        under_way.paint(part)
    expected = painted(roomy, picture, wanted)
    assert max(widest) <= upscaling.LEAST and np.abs(under_way.result - expected).max() < 1e-5
    assert np.abs(painted(tight, picture, wanted) - expected).max() < 1e-5 and max(widest) <= upscaling.LEAST


@pytest.mark.parametrize(("scale", "nbytes", "most"), [(4, 9, 256), (8, 9, 128), (4, 64 << 20, 96), (1, 9, 256)])
def test_parts_take_little_memory_and_little_time(scale: int, nbytes: int, most: int) -> None:
    """By what the network makes of them, and on a CPU by how large it is."""
    by = Upscaler("sized", Nearest(scale), scale, 4, False, CPU, nbytes)
    widest: list[int] = []
    by.net.register_forward_pre_hook(lambda _, given: widest.append(max(given[0].shape[-2:])))
    painted(by, noise(41, 1001), Extent(1001 * scale, 41 * scale))
    assert most - 24 < max(widest) <= most and upscaling.side_of(by) == most


class Breaking(torch.nn.Module):
    """A network that gives no numbers: always, or in half precision alone."""

    def __init__(self, always: bool) -> None:
        super().__init__()
        self.always = always

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        half = torch.is_autocast_enabled("cpu")
        return input * (float("nan") if self.always or half else 1.0)


def test_what_breaks_in_half_precision_is_done_in_full() -> None:
    """A black picture is never given for what could not be computed."""
    picture = noise(20, 20)
    one = Upscaler("half", Breaking(False), 1, 1, True, CPU, 9)
    assert np.abs(painted(one, picture, Extent(20, 20)) - picture).max() < 1e-5
    with pytest.raises(CorruptModel, match="'broken' makes no picture"):
        painted(Upscaler("broken", Breaking(True), 1, 1, True, CPU, 9), picture, Extent(20, 20))


def smoothed(values: Floats, extent: Extent, axes: Axes, how: upscaling.Filter) -> Floats:
    rows = upscaling.bands(extent, 7 * extent.width)
    assert rows[0][0] == 0 and rows[-1][1] == extent.height and len(rows) == -(-extent.height // 7)
    return np.concatenate([upscaling.smooth(values, extent, axes, each, how) for each in rows])


@pytest.mark.parametrize("axes", ["none", "x", "y", "xy"])
@pytest.mark.parametrize("how", ["linear", "cubic"])
def test_values_are_enlarged_smoothly_in_bands(axes: Axes, how: upscaling.Filter) -> None:
    """What is even stays so, linear invents nothing, bands leave no trace, and only seamless axes go on."""
    values = np.zeros((20, 24, 2), np.float32)
    values[:6, :5] = (800.0, -3.0)
    made = smoothed(values, Extent(60, 50), axes, how)
    assert made.shape == (50, 60, 2) and np.array_equal(
        made, upscaling.smooth(values, Extent(60, 50), axes, (0, 50), how)
    )
    if how == "linear":
        assert made[..., 0].min() == 0 and made[..., 0].max() <= 800.001 and made[..., 1].max() == 0
    assert (np.abs(made[-1, 5, 0]) > 1) == ("y" in axes) and (np.abs(made[5, -1, 0]) > 1) == ("x" in axes)
    flat = smoothed(np.full((4, 4, 1), 0.7, np.float32), Extent(9, 9), axes, how)
    assert np.abs(flat - np.float32(0.7)).max() < 1e-6
