"""A picture comes back larger in its own kind of pixels, in parts between which others paint and it can be ended."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from bottega_daemon.config import STARTER_ROOT
from bottega_daemon.diffusion import pixels
from bottega_daemon.diffusion.pixels import Floats, from_float, linear_to_srgb, to_float
from bottega_daemon.models.library import Library
from bottega_daemon.models.upscalers import load_upscaler
from bottega_daemon.spec import Axes, ChannelDepth, ColorSpace, Extent, Generate, Upscale
from bottega_daemon.tasks.stages import Models
from bottega_daemon.worker import protocol
from tests.worker.kit import Bench, read_models, words


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (entry,) = Library([STARTER_ROOT]).scan().upscalers
    return Bench(Models(enlarger=load_upscaler(entry, torch.device("cpu"))), tmp_path / "bench")


def smooth(height: int, width: int, channels: int = 3) -> Floats:
    """A picture with forms, values of .2 to .8."""
    rows, columns = np.mgrid[:height, :width]
    values = [0.5 + 0.3 * np.sin(rows / (3 + channel) + columns / (5 - channel)) for channel in range(channels)]
    return np.stack(values, axis=-1).astype(np.float32)


def task(
    bench: Bench,
    picture: Floats,
    depth: ChannelDepth = "u8",
    space: ColorSpace = "srgb",
    extent: Extent | None = None,
    seamless: Axes = "none",
) -> Upscale:
    height, width = picture.shape[:2]
    image = bench.image(from_float(picture, depth), depth, space)
    return Upscale("starter-4x", image, extent or Extent(4 * width, 4 * height), seamless)


KINDS: list[tuple[ChannelDepth, ColorSpace]] = [
    ("u8", "srgb"),
    ("u16", "srgb"),
    ("u16", "data"),
    ("f16", "linear"),
    ("f32", "linear"),
    ("f32", "data"),
]


@pytest.mark.parametrize(("depth", "space"), KINDS)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_kind_of_pixels_comes_back_as_it_is(
    bench: Bench, depth: ChannelDepth, space: ColorSpace, channels: int
) -> None:
    """The same channels, depth and numbers: reduced again it is the picture, alpha too; nothing goes through bytes."""
    picture = smooth(30, 44, channels)
    (made,) = bench.run(task(bench, picture, depth, space))
    assert made.shape == (120, 176, channels) and made.dtype == pixels.DTYPES[depth]
    back = to_float(made).reshape(30, 4, 44, 4, channels).mean((1, 3))
    assert np.abs(back - picture).max() < 0.05 and np.abs(back - picture).mean() < 0.01
    if depth != "u8":
        assert len(np.unique(made)) > 2000
    (told,) = [event.image for event in bench.of("job") if isinstance(event, protocol.Picture)]
    assert (told.depth, told.color_space) == (depth, space)


def test_linear_light_is_seen_as_it_looks(bench: Bench) -> None:
    """The same picture in linear light and as sRGB: the same result, once both are looked at."""
    picture = smooth(24, 24)
    (encoded,) = bench.run(task(bench, linear_to_srgb(picture), "f32"), "encoded")
    (linear,) = bench.run(task(bench, picture, "f32", "linear"), "linear")
    assert np.abs(linear_to_srgb(to_float(linear)) - to_float(encoded)).max() < 1e-3


def test_lights_above_white_stay_bright(bench: Bench) -> None:
    """What a network cannot see is enlarged beside it; what is no number becomes black, and infinity is only bright.
    None of it reaches far."""
    picture = smooth(32, 32, 4)
    picture[..., 3] = 1
    picture[8:24, 8:24, :3] = 6.0
    picture[0, 0], picture[31, 31, :3], picture[0, 31, :3] = np.nan, np.inf, -3e38
    (made,) = bench.run(task(bench, picture, "f32", "linear"))
    assert made[64, 64] == pytest.approx([6, 6, 6, 1], abs=0.05) and np.isfinite(made).all() and made.max() > 1000
    assert to_float(made[60:68, 104:110]).max() < 1.5 and to_float(made[60:68, 104:110]).min() > -0.1
    assert (made[40:, :, 3] == 1).all()


def test_data_keep_what_alpha_would_hide(bench: Bench) -> None:
    """Four channels of data are four channels: nothing is transparent in a map."""
    picture = smooth(24, 24, 4)
    picture[..., 3] = 0
    picture[12:, :, 3] = -7.5
    (made,) = bench.run(task(bench, picture, "f32", "data"))
    back = to_float(made).reshape(24, 4, 24, 4, 4).mean((1, 3))
    assert np.abs(back - picture)[..., :3].mean() < 0.01
    assert (made[:32, :, 3] == 0).all() and made[60:, :, 3] == pytest.approx(-7.5)


def test_what_is_transparent_leaves_no_dark_fringe(bench: Bench) -> None:
    """Black without alpha beside red: the red stays red up to the edge, and alpha is as wide as before."""
    picture = np.zeros((24, 24, 4), np.float32)
    picture[:, 12:] = (0.8, 0.1, 0.1, 1.0)
    (made,) = bench.run(task(bench, picture))
    values = to_float(made)
    shown = values[values[..., 3] > 0.02]
    assert shown[:, 0].min() > 0.7 and shown[:, 1].max() < 0.2
    assert values[..., 3].mean() == pytest.approx(0.5, abs=0.01) and set(np.unique(made[:, -40:, 3])) == {255}


SIZES = [Extent(40, 30), Extent(41, 30), Extent(80, 60), Extent(100, 90), Extent(333, 251), Extent(640, 480)]


@pytest.mark.parametrize("extent", SIZES)
@pytest.mark.parametrize("seamless", ["none", "xy"])
def test_any_size_is_made(bench: Bench, extent: Extent, seamless: Axes) -> None:
    """From the picture's own to sixteen times, and of other proportions: the forms lie where they lay."""
    picture = smooth(30, 40)
    (made,) = bench.run(task(bench, picture, extent=extent, seamless=seamless))
    assert made.shape == (extent.height, extent.width, 3)
    wanted = pixels.resize(picture, extent)
    inner = (slice(extent.height // 8, -extent.height // 8), slice(extent.width // 8, -extent.width // 8))
    assert np.abs(to_float(made) - wanted)[inner].mean() < 0.02


def test_progress_is_told_part_by_part_and_it_ends_between_two(bench: Bench) -> None:
    big = task(bench, smooth(500, 700), extent=Extent(1400, 1000))
    bench.submit("job", big)
    for _ in range(6):
        bench.tick()
    told = [event for event in bench.of("job") if isinstance(event, protocol.Progress) and event.phase == "upscaling"]
    fractions = [event.fraction for event in told]
    assert len(fractions) >= 3 and fractions == sorted(set(fractions)) and 0.05 < fractions[0] < fractions[-1] < 0.92
    bench.loop.cancel("job")
    assert isinstance(bench.of("job")[-1], protocol.Cancelled) and bench.loader.holders == 0 and not bench.loop.jobs


def test_others_paint_between_its_parts(tiny_root: Path, tmp_path: Path, bench: Bench) -> None:
    """A stroke that is painted live does not wait for a large enlargement to end."""
    painting = read_models(tiny_root)
    both = Bench(Models(painting.checkpoint, enlarger=bench.models.enlarger), tmp_path / "both")
    both.submit("large", task(both, smooth(600, 600), extent=Extent(1200, 1200)), "batch")
    both.tick()
    both.submit("stroke", Generate(words(steps=3), Extent(16, 16)), "live")
    while "stroke" in both.loop.jobs:
        both.tick()
    assert "large" in both.loop.jobs and both.pictures("stroke")
    both.finish()
    assert both.pictures("large")[0].shape == (1200, 1200, 3)


def test_memory_that_runs_out_makes_parts_smaller(bench: Bench) -> None:
    """The same picture comes out; where nothing is small enough the job fails with a remedy."""
    picture, most = smooth(220, 220), [1000]
    (wanted,) = bench.run(task(bench, picture), "roomy")

    def full(net: object, given: tuple[torch.Tensor]) -> None:
        if max(given[0].shape[-2:]) > most[0]:
            raise torch.OutOfMemoryError("CUDA out of memory")

    bench.models.upscaler.net.register_forward_pre_hook(full)
    most[0] = 100
    (made,) = bench.run(task(bench, picture), "tight")
    assert np.abs(made.astype(int) - wanted.astype(int)).max() <= 1 and bench.loader.freed
    most[0] = 8
    bench.submit("hopeless", task(bench, picture))
    bench.finish()
    failed = bench.of("hopeless")[-1]
    assert isinstance(failed, protocol.Failed) and failed.reason == "OUT_OF_MEMORY" and failed.remedy
