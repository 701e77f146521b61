"""Models and control networks that were made for inpainting paint as they do in diffusers; soft masks join in late.

The conditions are those of test_oracle.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from diffusers.pipelines.controlnet.pipeline_controlnet_inpaint import StableDiffusionControlNetInpaintPipeline
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint import StableDiffusionInpaintPipeline
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from bottega_daemon.diffusion.sample import Kept
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint
from bottega_daemon.spec import Control, Extent, Generate, Inpaint, InpaintHint
from bottega_daemon.tasks.stages import Models
from tests.tasks.test_oracle import ASKED, HOW, SIDE, assert_same, half_mask, network, pipeline, seeded
from tests.tiny import tiny_checkpoint, tiny_controlnet, tiny_single_file
from tests.worker.kit import Bench, picture, read_models, words


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that takes nine channels, and a control network for inpainting."""
    root = tmp_path_factory.mktemp("inpainting")
    tiny_checkpoint(root / "checkpoints" / "tiny", channels=9)
    tiny_single_file(root / "checkpoints" / "tiny-single.safetensors", channels=9)
    tiny_controlnet(root / "controlnets" / "tiny-inpaint", "inpaint")
    return root


@pytest.fixture(scope="module")
def nine(root: Path) -> Models:
    return read_models(root, names=("inpaint",))


@pytest.fixture(autouse=True)
def encoder_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DiagonalGaussianDistribution, "sample", lambda self, generator=None: self.mode())


def theirs(pipe: Any, mask: np.ndarray, strength: float, **more: Any) -> Any:
    """The latents of diffusers' pipeline."""
    return pipe(
        **ASKED,
        image=Pillow.fromarray(picture(SIDE)),
        mask_image=Pillow.fromarray(mask[..., 0]),
        height=SIDE,
        width=SIDE,
        strength=strength,
        generator=seeded(),
        output_type="latent",
        **more,
    ).images


def task(bench: Bench, mask: np.ndarray, strength: float, **how: Any) -> Inpaint:
    images = bench.image(picture(SIDE)), bench.image(mask, space="data")
    return Inpaint(words(**HOW, **how), *images, strength)


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_nine_channels(nine: Models, root: Path, tmp_path: Path, strength: float) -> None:
    assert nine.checkpoint.knows_missing and nine.checkpoint.family == "sd15-inpaint"
    bench = Bench(nine, tmp_path)
    bench.run(task(bench, half_mask(), strength))
    assert_same(bench, theirs(pipeline(StableDiffusionInpaintPipeline, root), half_mask(), strength))


def test_nine_channels_paint_from_words_alone(nine: Models, tmp_path: Path) -> None:
    """As if all of a picture were masked. (diffusers is no oracle here: what a random encoder makes of plain grey is
    rounding, magnified.)"""
    bench = Bench(nine, tmp_path)
    bench.run(Generate(words(**HOW), Extent(SIDE, SIDE)), "words")
    bench.run(task(bench, np.full((SIDE, SIDE, 1), 255, np.uint8), 1.0), "mask")
    alone, masked = bench.samples["words"][0].result, bench.samples["mask"][0].result
    assert alone is not None and masked is not None
    assert (alone - masked).abs().max() <= 1e-4 * alone.std()


def test_nine_channels_of_a_single_file(nine: Models, root: Path, tmp_path: Path) -> None:
    entry = next(each for each in Library([root]).scan().checkpoints if each.name == "tiny-single")
    single = Models(load_checkpoint(entry, torch.device("cpu"), torch.float32), {})
    made = []
    for name, models in (("folder", nine), ("file", single)):
        bench = Bench(models, tmp_path / name)
        made.append(bench.run(task(bench, half_mask(), 0.8))[0].astype(int))
    assert np.abs(made[0] - made[1]).max() <= 1


def missing(mask: np.ndarray) -> torch.Tensor:
    """The hint of diffusers' documentation for control networks for inpainting: -1 is a hole."""
    seen = picture(SIDE).astype(np.float32) / 255
    seen[mask[..., 0] > 127] = -1
    return torch.from_numpy(seen).permute(2, 0, 1)[None]


@pytest.mark.parametrize("strength", [0.8, 1.0])
def test_control_of_inpainting(tiny_root: Path, root: Path, tmp_path: Path, strength: float) -> None:
    bench = Bench(
        Models(read_models(tiny_root, names=()).checkpoint, read_models(root, names=("inpaint",)).networks), tmp_path
    )
    control = Control("tiny-inpaint", "inpaint", InpaintHint())
    bench.run(task(bench, half_mask(), strength, controls=(control,)))
    pipe = pipeline(StableDiffusionControlNetInpaintPipeline, tiny_root, controlnet=network(root, "inpaint"))
    control_image = {"control_image": missing(half_mask()), "controlnet_conditioning_scale": 1.0}
    assert_same(bench, theirs(pipe, half_mask(), strength, **control_image))


@given(st.integers(1, 100), st.integers(0, 255))
def test_a_grey_cell_takes_part_in_as_many_steps_as_its_value_is_strength(steps: int, grey: int) -> None:
    """Differential diffusion: in the last int(steps * value) of them, in one piece."""
    value = torch.tensor(grey / 255, dtype=torch.float32).reshape(1, 1, 1, 1)
    kept = Kept(torch.zeros(1, 4, 1, 1), torch.zeros(1, 4, 1, 1), value)
    taken = [bool(kept.repainted(step, steps)) for step in range(steps)]
    assert taken == sorted(taken)
    assert sum(taken) == int(steps * grey / 255 + 1e-4)


def test_what_is_lightly_selected_is_lightly_changed(tiny_root: Path, tmp_path: Path) -> None:
    """Each strip of a stepped mask leaves its latents further than the lighter one beside it, and black not at all."""
    bench = Bench(read_models(tiny_root, names=()), tmp_path)
    steps = np.repeat(np.array([0, 64, 128, 191, 255], np.uint8), 16)
    mask = np.ascontiguousarray(np.broadcast_to(steps[None, :, None], (64, 80, 1)))
    stored = picture(80)[:64]
    image = bench.image(stored), bench.image(mask, space="data")
    bench.run(Inpaint(words(steps=20, seed=3), *image, 1.0, "keep"))
    sample = bench.samples["job"][0]
    assert sample.kept is not None and sample.result is not None
    moved = (sample.result - sample.kept.latents).abs().mean(dim=(0, 1, 2)).reshape(5, 2).mean(dim=1)
    assert moved[0] == 0
    assert (moved[1:].diff() > 0).all() and moved[1] > 0
