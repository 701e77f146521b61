"""Every task gives the picture that the matching diffusers pipeline gives: same weights, seed and settings.

Both run in float32 on the same tiny random weights. Latents of unit deviation may differ by 1e-4 (random weights give
larger ones, whose difference is taken relative to their deviation), pixels by 1/255. diffusers draws an
encoder's random sample where we take the mean, so its draw is replaced by the mean here; its 'linspace' timesteps equal
our normal schedule where they are whole numbers (10 steps of 1000).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.controlnets.multicontrolnet import MultiControlNetModel
from diffusers.pipelines.controlnet.pipeline_controlnet import StableDiffusionControlNetPipeline
from diffusers.pipelines.controlnet.pipeline_controlnet_inpaint import StableDiffusionControlNetInpaintPipeline
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_img2img import StableDiffusionImg2ImgPipeline
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint import StableDiffusionInpaintPipeline
from diffusers.schedulers.scheduling_euler_ancestral_discrete import EulerAncestralDiscreteScheduler
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
from PIL import Image as Pillow

from bottega_daemon.spec import Control, Extent, Generate, Inpaint, NormalHint, ReadyHint
from bottega_daemon.tasks.stages import Models
from tests.worker.kit import Bench, picture, read_models, words

LATENTS = 1e-4
STEPS = 10
SIDE = 64
HOW = {"steps": STEPS, "guidance": 4.0, "seed": 11, "negative_prompt": "blue"}
ASKED = {"prompt": "red brick wall", "negative_prompt": "blue", "num_inference_steps": STEPS, "guidance_scale": 4.0}


@pytest.fixture(scope="module")
def models(tiny_root: Path) -> Models:
    return read_models(tiny_root, names=("depth", "canny", "normal"))


@pytest.fixture
def bench(models: Models, tmp_path: Path) -> Bench:
    return Bench(models, tmp_path)


@pytest.fixture(autouse=True)
def encoder_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DiagonalGaussianDistribution, "sample", lambda self, generator=None: self.mode())


def pipeline(kind: Any, root: Path, scheduler: Any = EulerDiscreteScheduler, **parts: Any) -> Any:
    pipe = kind.from_pretrained(root / "checkpoints" / "tiny", safety_checker=None, local_files_only=True, **parts)
    pipe.scheduler = scheduler.from_config(pipe.scheduler.config, timestep_spacing="linspace")
    pipe.set_progress_bar_config(disable=True)
    return pipe


def network(root: Path, kind: str) -> ControlNetModel:
    return ControlNetModel.from_pretrained(root / "controlnets" / f"tiny-{kind}", local_files_only=True)


def seeded(seed: int = 11) -> torch.Generator:
    return torch.Generator("cpu").manual_seed(seed)


def assert_same(bench: Bench, theirs: Any, name: str = "job", index: int = 0) -> None:
    ours = bench.samples[name][index].result
    assert ours is not None
    scale = max(1.0, theirs.std().item())
    difference = (ours - theirs).abs().max().item() / scale
    assert difference <= LATENTS, f"latents differ by {difference} at a deviation of {scale}"


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("guidance", [4.0, 1.0])
def test_text_to_image(bench: Bench, tiny_root: Path, seed: int, guidance: float) -> None:
    how = words(**(HOW | {"seed": seed, "guidance": guidance}))
    ours = bench.run(Generate(how, Extent(SIDE, SIDE)))[0]
    pipe = pipeline(StableDiffusionPipeline, tiny_root)
    asked = ASKED | {"guidance_scale": guidance, "height": SIDE, "width": SIDE}
    assert_same(bench, pipe(**asked, generator=seeded(seed), output_type="latent").images)
    theirs = np.asarray(pipe(**asked, generator=seeded(seed)).images[0])
    assert np.abs(ours.astype(int) - theirs.astype(int)).max() <= 1


def test_text_to_image_of_an_oblong_extent(bench: Bench, tiny_root: Path) -> None:
    bench.run(Generate(words(**HOW), Extent(104, 40)))
    pipe = pipeline(StableDiffusionPipeline, tiny_root)
    theirs = pipe(**ASKED, height=40, width=104, generator=seeded(), output_type="latent").images
    assert_same(bench, theirs)


def test_ancestral_noise_is_the_pictures_own(bench: Bench, tiny_root: Path) -> None:
    bench.run(Generate(words(**(HOW | {"sampler": "euler_a"})), Extent(SIDE, SIDE)))
    pipe = pipeline(StableDiffusionPipeline, tiny_root, EulerAncestralDiscreteScheduler)
    theirs = pipe(**ASKED, height=SIDE, width=SIDE, generator=seeded(), output_type="latent").images
    assert_same(bench, theirs)


@pytest.mark.parametrize("strength", [0.3, 0.7, 1.0])
def test_image_to_image(bench: Bench, tiny_root: Path, strength: float) -> None:
    start = picture(SIDE)
    bench.run(Generate(words(**HOW), Extent(SIDE, SIDE), bench.image(start), strength))
    pipe = pipeline(StableDiffusionImg2ImgPipeline, tiny_root)
    theirs = pipe(**ASKED, image=Pillow.fromarray(start), strength=strength, generator=seeded(), output_type="latent")
    assert_same(bench, theirs.images)


def half_mask() -> np.ndarray[Any, Any]:
    mask = np.zeros((SIDE, SIDE, 1), np.uint8)
    mask[16:48, 24:64] = 255
    return mask


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_inpaint(bench: Bench, tiny_root: Path, strength: float) -> None:
    start, mask = picture(SIDE), half_mask()
    bench.run(Inpaint(words(**HOW), bench.image(start), bench.image(mask, space="data"), strength, "keep"))
    pipe = pipeline(StableDiffusionInpaintPipeline, tiny_root)
    theirs = pipe(
        **ASKED,
        image=Pillow.fromarray(start),
        mask_image=Pillow.fromarray(mask[..., 0]),
        height=SIDE,
        width=SIDE,
        strength=strength,
        generator=seeded(),
        output_type="latent",
    )
    assert_same(bench, theirs.images)


def hint(bench: Bench, kind: str, seed: int, **how: float) -> Control:
    return Control(f"tiny-{kind}", kind, ReadyHint(bench.image(picture(SIDE, seed))), **how)


@pytest.mark.parametrize(("strength", "start", "end"), [(1.0, 0.0, 1.0), (0.6, 0.2, 0.7), (1.5, 0.0, 0.5)])
def test_one_control(bench: Bench, tiny_root: Path, strength: float, start: float, end: float) -> None:
    control = hint(bench, "depth", 5, strength=strength, start=start, end=end)
    bench.run(Generate(words(**HOW, controls=(control,)), Extent(SIDE, SIDE)))
    pipe = pipeline(StableDiffusionControlNetPipeline, tiny_root, controlnet=network(tiny_root, "depth"))
    theirs = pipe(
        **ASKED,
        image=Pillow.fromarray(picture(SIDE, 5)),
        height=SIDE,
        width=SIDE,
        controlnet_conditioning_scale=strength,
        control_guidance_start=start,
        control_guidance_end=end,
        generator=seeded(),
        output_type="latent",
    )
    assert_same(bench, theirs.images)


def test_normals_as_the_network_was_trained_on_them(bench: Bench, tiny_root: Path) -> None:
    """Protects the picture of normals: red is left where hosts say right, background faces the viewer."""
    ways = np.random.default_rng(3).normal(size=(SIDE, SIDE, 3)) * (1, 1, 0.5) + (0, 0, 1.5)
    ways /= np.linalg.norm(ways, axis=-1, keepdims=True)
    sent = (ways * 0.5 + 0.5).astype(np.float32)
    sent[:8], ways[:8] = 0, (0, 0, 1)
    seen = ways * (-1, 1, 1) * 0.5 + 0.5
    control = Control("tiny-normal", "normal", NormalHint(bench.image(sent, "f32", "data")))
    bench.run(Generate(words(**HOW, controls=(control,)), Extent(SIDE, SIDE)))
    pipe = pipeline(StableDiffusionControlNetPipeline, tiny_root, controlnet=network(tiny_root, "normal"))
    theirs = pipe(
        **ASKED,
        image=torch.from_numpy(seen.astype(np.float32)).permute(2, 0, 1)[None],
        height=SIDE,
        width=SIDE,
        generator=seeded(),
        output_type="latent",
    )
    assert_same(bench, theirs.images)


def test_two_controls_at_once(bench: Bench, tiny_root: Path) -> None:
    controls = (hint(bench, "depth", 5, strength=0.8, end=0.6), hint(bench, "canny", 6, strength=1.2, start=0.3))
    bench.run(Generate(words(**HOW, controls=controls), Extent(SIDE, SIDE)))
    nets = MultiControlNetModel([network(tiny_root, "depth"), network(tiny_root, "canny")])
    pipe = pipeline(StableDiffusionControlNetPipeline, tiny_root, controlnet=nets)
    theirs = pipe(
        **ASKED,
        image=[Pillow.fromarray(picture(SIDE, seed)) for seed in (5, 6)],
        height=SIDE,
        width=SIDE,
        controlnet_conditioning_scale=[0.8, 1.2],
        control_guidance_start=[0.0, 0.3],
        control_guidance_end=[0.6, 1.0],
        generator=seeded(),
        output_type="latent",
    )
    assert_same(bench, theirs.images)


def test_inpaint_under_control(bench: Bench, tiny_root: Path) -> None:
    start, mask = picture(SIDE), half_mask()
    how = words(**HOW, controls=(hint(bench, "canny", 6),))
    bench.run(Inpaint(how, bench.image(start), bench.image(mask, space="data"), 0.8))
    pipe = pipeline(StableDiffusionControlNetInpaintPipeline, tiny_root, controlnet=network(tiny_root, "canny"))
    theirs = pipe(
        **ASKED,
        image=Pillow.fromarray(start),
        mask_image=Pillow.fromarray(mask[..., 0]),
        control_image=Pillow.fromarray(picture(SIDE, 6)),
        height=SIDE,
        width=SIDE,
        strength=0.8,
        controlnet_conditioning_scale=1.0,
        generator=seeded(),
        output_type="latent",
    )
    assert_same(bench, theirs.images)
