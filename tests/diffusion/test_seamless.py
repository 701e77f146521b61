"""A net that wraps does not know where its picture begins: rolled input, rolled output."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega_daemon.diffusion.seamless import axes_of, tiling
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint, load_controlnet
from bottega_daemon.models.model_set import ControlNet, ModelSet

CPU = torch.device("cpu")
Run = Callable[[torch.Tensor], torch.Tensor]


@pytest.fixture(scope="module")
def model(tiny_root: Path) -> ModelSet:
    entry = next(each for each in Library([tiny_root]).scan().checkpoints if each.name == "tiny")
    return load_checkpoint(entry, CPU, torch.float32)


@pytest.fixture(scope="module")
def control(tiny_root: Path) -> ControlNet:
    return load_controlnet(Library([tiny_root]).scan().controlnets[0], CPU, torch.float32)


def nets(model: ModelSet, control: ControlNet) -> dict[str, tuple[list[torch.nn.Module], Run, int, int]]:
    """Each net with its modules, how to run it, input channels, and cells rolled in per cell rolled out."""
    text = torch.randn(1, 77, 32, generator=torch.Generator().manual_seed(1))
    step = torch.tensor([500])
    vae, unet, net = cast(Any, model.vae), cast(Any, model.unet), cast(Any, control.net)
    hint = torch.zeros(1, 16, 16, 16)
    return {
        "encoder": ([vae], lambda pixels: vae.encode(pixels).latent_dist.mean, 3, 8),
        "decoder": ([vae], lambda latents: vae.decode(latents).sample[..., ::8, ::8], 4, 1),
        "unet": ([unet], lambda x: unet(x, step, text).sample, 4, 1),
        "control": ([*control.modules], lambda x: net(x, step, text, hint, return_dict=False)[0][0], 4, 1),
        "hint": ([*control.modules], control.embed_hint, 3, 8),
    }


@pytest.mark.parametrize("name", ["encoder", "decoder", "unet", "control", "hint"])
@pytest.mark.parametrize(("x", "y"), [(True, False), (False, True), (True, True)])
def test_rolling_the_input_rolls_the_output(model: ModelSet, control: ControlNet, name: str, x: bool, y: bool) -> None:
    modules, run, channels, scale = nets(model, control)[name]
    side = 16 * scale
    value = torch.randn(1, channels, side, side, generator=torch.Generator().manual_seed(0))
    cells = 8  # divisible by all of the UNet's levels
    with torch.inference_mode(), tiling(modules, x=x, y=y):
        plain = run(value)
        across = run(value.roll(cells * scale, -1)).roll(-cells, -1)
        down = run(value.roll(cells * scale, -2)).roll(-cells, -2)
    for wraps, rolled in ((x, across), (y, down)):
        difference = float((rolled - plain).abs().max() / plain.abs().max())
        assert (difference <= 1e-4) if wraps else (difference > 1e-3)


@given(cells=st.integers(1, 7))
@settings(max_examples=7)
def test_the_autoencoder_rolls_by_any_cell(model: ModelSet, cells: int) -> None:
    vae = cast(Any, model.vae)
    pixels = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(cells))
    with torch.inference_mode(), tiling([vae], x=True, y=True):
        plain = vae.encode(pixels).latent_dist.mean
        rolled = vae.encode(pixels.roll((8 * cells, -8 * cells), (-1, -2))).latent_dist.mean
        assert (rolled.roll((-cells, cells), (-1, -2)) - plain).abs().max() <= 1e-4 * plain.abs().max()


def test_off_is_untouched_and_restored_to_the_bit(model: ModelSet, control: ControlNet) -> None:
    for modules, run, channels, scale in nets(model, control).values():
        value = torch.randn(1, channels, 16 * scale, 16 * scale, generator=torch.Generator().manual_seed(0))
        with torch.inference_mode():
            before = run(value)
            with tiling(modules, x=False, y=False):
                assert torch.equal(run(value), before)
            with tiling(modules, x=True, y=True):
                assert not torch.equal(run(value), before)
                with tiling(modules, x=False, y=False):
                    assert torch.equal(run(value), before)
                assert axes_of(modules[0]) == (True, True)
            assert torch.equal(run(value), before)
        assert not any("_conv_forward" in part.__dict__ for module in modules for part in module.modules())


def test_an_error_inside_restores_too(model: ModelSet) -> None:
    with pytest.raises(RuntimeError, match="inside"), tiling([model.unet, model.vae], x=True, y=False):
        raise RuntimeError("inside")
    assert axes_of(model.unet) == axes_of(model.vae) == (False, False)
