"""What is taught beside the base: a LoRA's file says what was trained, an embedding stands where its word stood."""

from __future__ import annotations

import copy
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from bottega_daemon.starter.generator import sample
from bottega_daemon.starter.training import adapters, control, data, nets, text, upscaler, vae

torch.set_num_threads(1)


@torch.no_grad()
def test_a_lora_s_file_merged_into_the_base_is_the_trained_denoiser() -> None:
    torch.manual_seed(0)
    base = nets.new_unet()
    taught = copy.deepcopy(base)
    layers = adapters.add_lora(taught)
    for low in layers.values():
        low.up.normal_(std=0.05)
    tensors = {key: value.clone() for key, value in adapters.lora_file(layers, taught).items()}
    shown = (torch.randn(1, 4, 16, 16), torch.tensor([500]), torch.randn(1, 77, nets.TEXT_WIDTH))
    before, wanted = base(*shown).sample, taught(*shown).sample
    adapters.merge_file(base, tensors)
    assert (wanted - before).abs().max() > 1e-2
    assert torch.allclose(base(*shown).sample, wanted, atol=1e-4)


def test_a_lora_starts_without_an_effect_and_is_all_that_learns() -> None:
    unet = nets.new_unet().requires_grad_(False)
    layers = adapters.add_lora(unet)
    assert all(not low.up.any() for low in layers.values())
    learning = {id(p) for p in unet.parameters() if p.requires_grad}
    assert learning == {id(p) for low in layers.values() for p in low.parameters()}


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> nets.Tokenizer:
    folder = tmp_path_factory.mktemp("tokenizer")
    text.save_tokenizer(text.train_tokenizer(text.captions(200)), folder)
    return text.load_tokenizer(folder)


@torch.no_grad()
def test_an_embedding_of_a_word_s_own_vectors_reads_as_the_word(tokenizer: nets.Tokenizer) -> None:
    torch.manual_seed(0)
    encoder = nets.new_text_encoder(len(tokenizer))
    ids = tokenizer("polka dots", add_special_tokens=False).input_ids
    words = {"<thing>": encoder.get_input_embeddings().weight[ids]}
    read = adapters.read(encoder, tokenizer, ["a red <thing> wall", "brick"], words)
    plain = encoder(text.ids(tokenizer, ["a red polka dots wall", "brick"])).last_hidden_state
    assert torch.allclose(read, plain, atol=1e-5)
    assert torch.equal(adapters.read(encoder, tokenizer, ["brick"], {}), plain[1:])


def test_crops_are_squares_of_the_pictures_and_some_are_mirrored() -> None:
    ramp = np.broadcast_to(np.arange(128, dtype=np.uint8)[None, None, :, None], (3, 128, 128, 3)).copy()
    taken = vae.crops(np.random.default_rng(0), torch.from_numpy(ramp), 40, 64)
    assert taken.shape == (40, 3, 64, 64)
    steps = (taken[:, 0, 0].diff(dim=1) * 127.5).round().unique()
    assert sorted(steps.tolist()) == [-1.0, 1.0]


def test_hints_of_a_file_are_those_of_its_usable_pictures(tmp_path: Path) -> None:
    drawn = [sample.draw(5, k, 64, kind) for k, kind in enumerate(("flat", "one", "figure"))]
    data.write(tmp_path / "few.npz", drawn)
    assert [len(control.hints_of(tmp_path / "few.npz", kind)) for kind in ("depth", "canny", "pose")] == [2, 3, 1]
    own = np.round(control.HINTS["pose"](data.read([tmp_path / "few.npz"]), 2) * 255)
    assert np.array_equal(control.hints_of(tmp_path / "few.npz", "pose")[0], own.astype(np.uint8))


def test_an_upscaler_of_no_weights_is_the_nearest_enlargement_and_is_measured_as_such() -> None:
    network = nets.new_upscaler()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
    real = np.stack([sample.draw(6, k, 64, "flat").rgb for k in range(3)])
    found = upscaler.against_lanczos(network, real)
    small = [cv2.resize(p, (16, 16), interpolation=cv2.INTER_AREA) for p in real]
    near = np.stack([cv2.resize(p, (64, 64), interpolation=cv2.INTER_NEAREST) for p in small])
    assert found["psnr"] == pytest.approx(float(vae.psnr(vae.to_tensor(near), vae.to_tensor(real))), abs=0.01)
    assert found["lanczos"] > found["psnr"] - 3 and found["count"] == 3
