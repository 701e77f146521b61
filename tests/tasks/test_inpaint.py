"""What inpaint promises whatever the model: untouched bits outside, the picture's own depth, no work for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bottega import messages as m
from bottega.events import Picture
from bottega.pixels import Pixels
from bottega_daemon.cli.layers import laid
from bottega_daemon.diffusion.pixels import Stored, from_float, load, to_float
from bottega_daemon.spec import Bounds, ChannelDepth, Extent, Fill, Inpaint, Margin
from bottega_daemon.tasks.stages import Models
from bottega_daemon.worker import protocol
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


@dataclass(frozen=True)
class Layer:
    """One result, and where it lies."""

    pixels: Stored
    bounds: Bounds
    mask: int
    seed: int


def layers(bench: Bench, task: Inpaint, name: str = "job") -> list[Layer]:
    """What a job makes, in order."""
    bench.run(task, name)
    told = [event for event in bench.of(name) if isinstance(event, protocol.Picture)]
    assert [event.index for event in told] == list(range(len(told)))
    made = [(event, load(bench.blobs, event.image, "result")) for event in told]
    return [Layer(pixels, event.bounds, event.mask, event.seed) for event, pixels in made if event.bounds]


def composed(stored: Stored, made: list[Layer], depth: ChannelDepth) -> Stored:
    """The layers over their picture, as the command line lays them."""

    def pixels(values: Stored) -> Pixels:
        return Pixels(values.shape[1], values.shape[0], values.shape[2], depth, "srgb", values.tobytes())

    boxes = [m.Bounds(x=each.bounds.x, y=each.bounds.y) for each in made]
    over = [Picture("", 0, 0, pixels(each.pixels), box) for each, box in zip(made, boxes, strict=True)]
    return np.frombuffer(laid(pixels(stored), over).data, stored.dtype).reshape(stored.shape)


def asked(bench: Bench, stored: Stored, hole: np.ndarray, depth: ChannelDepth = "u8", **wishes: Any) -> Inpaint:
    """A task on a picture; `how` are changes of the words and steps."""
    how = words(**{"steps": 3, **wishes.pop("how", {})})
    return Inpaint(how, bench.image(stored, depth), bench.image(hole, space="data"), **wishes)


@pytest.mark.parametrize("depth", ["u8", "u16", "f32"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_outside_the_mask_nothing_changes(bench: Bench, depth: ChannelDepth, channels: int) -> None:
    source = np.concatenate([to_float(picture(61)), to_float(picture(61, 2))[..., :1] / 2 + 0.5], axis=-1)
    stored = from_float(np.asarray(source, np.float32)[:50, :, :channels], depth)
    hole = mask(50, 61, (slice(10, 30), slice(12, 40)))
    made = layers(bench, asked(bench, stored, hole, depth, grow=Margin(2), feather=Margin(4)))
    assert [(each.pixels.dtype, each.pixels.shape[2]) for each in made] == [(stored.dtype, 4)]
    result = composed(stored, made, depth)
    kept = np.ones((50, 61), bool)
    kept[4:36, 6:46] = False
    np.testing.assert_array_equal(result[kept], stored[kept])
    inside = hole[..., 0] == 255
    assert np.abs(to_float(result)[inside][..., :3] - to_float(stored)[inside][..., :3]).mean() > 0.01


def test_a_layer_is_cut_to_its_bounds(bench: Bench) -> None:
    hole = mask(64, 64, (slice(10, 30), slice(12, 40)))
    (made,) = layers(bench, asked(bench, picture(64), hole, grow=Margin(1), feather=Margin(0, 0.1)))
    reach = 1 + round(0.1 * np.hypot(28, 20))
    assert made.bounds.x >= 12 - reach and made.bounds.y >= 10 - reach
    assert made.bounds.width <= 28 + 2 * reach and made.bounds.height <= 20 + 2 * reach
    assert made.pixels.shape == (made.bounds.height, made.bounds.width, 4)
    alpha = made.pixels[..., 3]
    assert all(edge.any() for edge in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]))


def test_a_soft_selection_is_the_layers_alpha(bench: Bench) -> None:
    hole = mask(64, 64, (slice(16, 48), slice(8, 56)))
    hole[16:48, 8:56, 0] = np.linspace(1, 255, 48).astype(np.uint8)
    (made,) = layers(bench, asked(bench, picture(64), hole))
    np.testing.assert_array_equal(made.pixels[..., 3], hole[16:48, 8:56, 0])


def test_tiles_that_overlap_take_from_highlights_but_once(bench: Bench) -> None:
    """Protects HDR from lines where refined tiles end: repainting what was repainted keeps what lies above white."""
    stored = to_float(picture(64))
    stored[20:24, 20:24] = 9.0
    hole, lights = mask(64, 64, (slice(8, 56), slice(8, 56))), []
    for name in ("once", "again"):
        stored = composed(stored, layers(bench, asked(bench, stored, hole, "f32", strength=0.4), name), "f32")
        lights.append(stored[20:24, 20:24].mean())
    assert min(lights) > 8.0
    made = layers(bench, asked(bench, stored, hole, "f32", strength=1.0), "anew")
    assert composed(stored, made, "f32").max() <= 1.0


@pytest.mark.parametrize(("strength", "value"), [(0.0, 255), (1.0, 0)])
def test_nothing_to_do_returns_the_picture(bench: Bench, strength: float, value: int) -> None:
    stored = picture(64)
    hole = np.full((64, 64, 1), value, np.uint8)
    made = layers(bench, asked(bench, stored, hole, strength=strength, how={"count": 2}))
    assert len(made) == 2
    for each in made:
        np.testing.assert_array_equal(composed(stored, [each], "u8"), stored)
    assert bench.loop.load().denoiser_calls == 0


@pytest.mark.parametrize("fill", ["neutral", "border", "noise"])
def test_a_filling_forgets_what_was_there(bench: Bench, fill: Fill) -> None:
    """Two pictures that differ only under the mask give the same result when the masked part is filled first."""
    hole = mask(64, 64, (slice(16, 48), slice(16, 48)))
    results = []
    for seed in (1, 2):
        stored = picture(64, 0)
        stored[16:48, 16:48] = picture(32, seed)
        results.append(layers(bench, asked(bench, stored, hole, strength=0.6, fill=fill), f"job {seed}")[0].pixels)
    np.testing.assert_array_equal(results[0], results[1])


def test_what_is_half_selected_is_half_kept_whatever_fills_the_rest(bench: Bench) -> None:
    """Protects soft selections at full strength: where nothing is wholly selected there is nothing to fill, and what is
    held in the first steps is the picture itself."""
    stored = np.random.default_rng(4).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    hole = np.full((32, 32, 1), 150, np.uint8)
    fills: list[Fill] = ["border", "neutral", "keep"]
    made = [layers(bench, asked(bench, stored, hole, strength=1.0, fill=fill), fill)[0].pixels for fill in fills]
    np.testing.assert_array_equal(made[0], made[1])
    assert np.abs(made[0].astype(int) - made[2])[..., :3].max() <= 1


def test_each_mask_and_candidate_is_what_it_is_alone(bench: Bench) -> None:
    stored = picture(64)
    holes = [mask(64, 64, (slice(8, 24), slice(8, 32))), mask(64, 64, (slice(40, 60), slice(30, 60)))]
    more = (bench.image(np.zeros((64, 64, 1), np.uint8), space="data"), bench.image(holes[1], space="data"))
    together = layers(bench, asked(bench, stored, holes[0], more_masks=more, how={"count": 2}))
    assert [(each.mask, each.seed) for each in together] == [(k, 7 + n) for k in range(3) for n in range(2)]
    assert bench.loop.load().denoiser_calls == 3, "all masks and candidates share their calls"
    for place, hole, seed in ((0, 0, 7), (1, 0, 8), (4, 1, 7), (5, 1, 8)):
        (alone,) = layers(bench, asked(bench, stored, holes[hole], how={"seed": seed}), f"job {place}")
        assert alone.bounds == together[place].bounds
        assert np.abs(alone.pixels.astype(int) - together[place].pixels.astype(int)).max() <= 1
    assert (together[2].bounds, together[2].pixels[..., 3].max()) == (Bounds(0, 0, 1, 1), 0)


def test_a_canvas_beyond_the_picture_is_painted(bench: Bench) -> None:
    stored = np.zeros((64, 64, 4), np.uint8)
    stored[:, :40, :3] = picture(64)[:, :40]
    stored[:, :40, 3] = 255
    nothing = np.zeros((64, 64, 1), np.uint8)
    (made,) = layers(bench, asked(bench, stored, nothing, outpaint=True, grow=Margin(4)))
    assert made.bounds == Bounds(36, 0, 28, 64)
    result = composed(stored, [made], "u8")
    assert (result[..., 3] == 255).all()
    np.testing.assert_array_equal(result[:, :36], stored[:, :36])
    assert result[:, 40:, :3].std() > 1
    (kept,) = layers(bench, asked(bench, stored, nothing), "not asked for")
    assert not kept.pixels[..., 3].any()


@pytest.mark.parametrize("extent", [Extent(128, 128), Extent(64, 64), Extent(40, 24)])
def test_a_result_has_the_pictures_size_whatever_it_was_painted_at(bench: Bench, extent: Extent) -> None:
    stored, hole = picture(96), mask(96, 96, (slice(30, 60), slice(20, 70)))
    (made,) = layers(bench, asked(bench, stored, hole, extent=extent))
    assert made.bounds == Bounds(20, 30, 50, 30)
    latents = bench.samples["job"][0].result
    assert latents is not None and latents.shape[2:] == (extent.height // 8, extent.width // 8)


def test_colours_are_matched_by_choice(bench: Bench) -> None:
    stored, hole = picture(64), mask(64, 64, (slice(24, 40), slice(24, 40)))
    one, other = (
        layers(bench, asked(bench, stored, hole, match_color=choice), f"{choice}")[0].pixels for choice in (True, False)
    )
    assert np.abs(one[..., :3].astype(int) - other[..., :3]).max() > 2
    np.testing.assert_array_equal(one[..., 3], other[..., 3])
