"""Training: wiring and whitening do what they say, a resumed run equals an unbroken one, checksums check."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from bottega_daemon.starter.generator import sample
from bottega_daemon.starter.training import export, loop, nets, scores, text, unet, vae

torch.set_num_threads(1)


def _pictures(count: int) -> Tensor:
    return vae.to_tensor(np.stack([sample.draw(1, k, 64, "flat").rgb for k in range(count)]))


@torch.no_grad()
def test_a_wired_autoencoder_starts_near_the_mean_of_each_block() -> None:
    torch.manual_seed(0)
    model, real = nets.new_vae(), _pictures(4)
    latents = model.encode(real).latent_dist.mean[:, :3]
    blocks = nn.functional.avg_pool2d(real, 8)
    together = np.corrcoef(latents.flatten().numpy(), blocks.flatten().numpy())[0, 1]
    assert together > 0.95
    assert vae.psnr(model.decode(model.encode(real).latent_dist.mean).sample, real) > 10.0


@torch.no_grad()
def test_whitening_changes_latents_as_asked_and_no_picture() -> None:
    torch.manual_seed(0)
    model, real = nets.new_vae(), _pictures(6)
    raw = model.encode(real).latent_dist.mean
    before = model.decode(raw).sample
    nets.whiten(model, raw.mean((0, 2, 3)), raw.std((0, 2, 3)))
    white = model.encode(real).latent_dist.mean
    assert torch.allclose((white * nets.VAE_SCALE).std((0, 2, 3)), torch.ones(4), atol=1e-3)
    assert (white.mean((0, 2, 3)) * nets.VAE_SCALE).abs().max() < 1e-3
    assert (model.decode(white).sample - before).abs().max() < 1e-3


@torch.no_grad()
def test_a_wired_denoiser_starts_by_calling_its_input_noise() -> None:
    torch.manual_seed(0)
    model = nets.new_unet()
    unet.wire(model)
    noisy = torch.randn(4, 4, 16, 16)
    made = model(noisy, torch.tensor([999] * 4), torch.randn(4, 77, nets.TEXT_WIDTH)).sample
    assert (made - noisy).square().mean() < 0.3


def test_noise_weight_and_times_cover_their_ranges() -> None:
    table = unet.alphas()
    assert table[0] > 0.999 and table[-1] < 0.006
    times = unet.draw_times(np.random.default_rng(0), 4000)
    assert times.min() >= 0 and times.max() <= 999
    assert times.float().mean() > 550
    clean, noise, weight = unet.noised(torch.zeros(2, 4, 2, 2), torch.tensor([0, 999]), table)
    assert torch.allclose(clean[1], noise[1] * (1 - table[999]).sqrt())
    assert weight.flatten().tolist() == pytest.approx([unet.WEIGHT_CLIP[0], unet.WEIGHT_CLIP[1]])


def _line(folder: Path, steps: int, stop: int | None = None) -> nn.Linear:
    """A line fitted in a phase; `stop` ends the run early by an exception, after which it can go on."""
    torch.manual_seed(1)
    model = nn.Linear(3, 1)

    def step_loss(step: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        if step == stop:
            raise KeyboardInterrupt
        x = torch.from_numpy(rng.standard_normal((8, 3))).float()
        return (model(x) - x.sum(1, keepdim=True) + 0.1 * torch.randn(8, 1)).square().mean(), {}

    groups: list[dict[str, Any]] = [{"params": list(model.parameters()), "lr": 1e-2}]
    loop.run(loop.Phase("line", folder, steps, {"line": model}, groups, step_loss, warmup=5, save_every_s=0.0))
    return model


def test_a_resumed_phase_equals_one_without_a_break(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = _line(tmp_path / "a", 40)
    with pytest.raises(KeyboardInterrupt):
        _line(tmp_path / "b", 40, stop=17)
    resumed = _line(tmp_path / "b", 40)
    assert torch.equal(whole.weight, resumed.weight)


def test_the_rate_warms_up_and_falls() -> None:
    rates = [loop.rate(step, 100, 10) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and max(rates) == pytest.approx(1.0)
    assert rates[10:] == sorted(rates[10:], reverse=True) and rates[-1] < 0.02


def test_tokens_end_and_pad_as_clip_s(tmp_path: Path) -> None:
    text.save_tokenizer(text.train_tokenizer(text.captions(60)), tmp_path)
    tokenizer = text.load_tokenizer(tmp_path)
    coded = text.ids(tokenizer, ["A  Red\tbrick wall", "a red brick wall", ""])
    start, end = len(tokenizer) - 2, len(tokenizer) - 1
    assert coded.shape == (3, 77) and torch.equal(coded[0], coded[1])
    assert coded[2].tolist() == [start, *([end] * 76)]
    assert tokenizer.decode(coded[0], skip_special_tokens=True).strip() == "a red brick wall"


def test_checksums_name_every_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.bin").write_bytes(b"x")
    export.write_checksums(tmp_path)
    export.write_checksums(tmp_path)
    assert (tmp_path / "SHA256SUMS").read_text() == f"{hashlib.sha256(b'x').hexdigest()}  a/b.bin\n"


def test_nothing_is_exported_without_scores_or_under_them(tmp_path: Path) -> None:
    assert len(scores.failures(tmp_path)) == len(scores.THRESHOLDS)
    (tmp_path / "scores.json").write_text('{"vae": {"psnr": 99.0}, "textures": {"hue": 0.0}}')
    left = scores.failures(tmp_path)
    assert not any("vae.psnr" in sentence for sentence in left)
    assert any("textures.hue" in sentence for sentence in left)
    assert not any("trained after" in sentence for sentence in left)
    (tmp_path / "naming.pt").write_bytes(b"newer")
    os.utime(tmp_path / "scores.json", (1, 1))
    assert "naming was trained after its scores were measured" in scores.failures(tmp_path)
