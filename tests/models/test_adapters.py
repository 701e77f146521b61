"""LoRAs: every layout and kind adds just what its formula says, and comes out of the weights to the last bit."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models.adapters import Lora, load_lora
from bottega_daemon.models.inspect_adapters import lora_file
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint
from bottega_daemon.models.model_set import ModelSet
from bottega_daemon.models.wearing import is_worn, wear
from tests.tiny_adapters import RANK, TEXT_LAYERS, UNET_LAYERS, WIDE_LAYERS, Kind, Layout, tiny_lora

PARTS = ("unet", "text_encoder")
ALL = (*UNET_LAYERS, *WIDE_LAYERS)


@pytest.fixture(scope="module")
def model(tiny_root: Path) -> ModelSet:
    entry = next(each for each in Library([tiny_root]).scan().checkpoints if each.name == "tiny")
    return load_checkpoint(entry, torch.device("cpu"), torch.float32)


@pytest.fixture(scope="module")
def fresh(model: ModelSet) -> dict[str, torch.Tensor]:
    return weights(model)


def weights(model: ModelSet) -> dict[str, torch.Tensor]:
    return {
        f"{part}.{name}": value.clone()
        for part in PARTS
        for name, value in cast(Any, getattr(model, part)).state_dict().items()
    }


def put_on(model: ModelSet, *loras: tuple[Lora, float]) -> None:
    for part in PARTS:
        wear(model, part, loras)


def read(path: Path, model: ModelSet) -> Lora:
    return load_lora(lora_file(path), model)


@pytest.mark.parametrize(
    ("layout", "weight"), [("kohya", 1.0), ("diffusers", -0.7), ("peft", 0.5), ("processor", -2.0)]
)
def test_weights_are_those_that_diffusers_fuses(
    model: ModelSet, fresh: dict[str, torch.Tensor], tiny_root: Path, tmp_path: Path, layout: Layout, weight: float
) -> None:
    """Oracle: load_lora_weights and fuse_lora (peft). Measured: equal to 1e-6 of weights of about unit deviation."""
    alpha = 2.0 if layout == "kohya" else None
    path = tiny_lora(tmp_path / "one.safetensors", layout, alpha=alpha)
    pipe = cast(Any, StableDiffusionPipeline.from_pretrained(tiny_root / "checkpoints" / "tiny"))
    pipe.load_lora_weights(tmp_path, weight_name="one.safetensors")
    pipe.fuse_lora(lora_scale=weight)
    pipe.unload_lora_weights()
    put_on(model, (read(path, model), weight))
    changed = 0
    for part in PARTS:
        theirs = {name.removeprefix("text_model."): value for name, value in getattr(pipe, part).state_dict().items()}
        for name, value in cast(Any, getattr(model, part)).state_dict().items():
            assert (value - theirs[name]).abs().max() <= 1e-6, f"{part}.{name}"
            changed += not torch.equal(value, fresh[f"{part}.{name}"])
    assert changed == len(UNET_LAYERS) + len(TEXT_LAYERS)
    put_on(model)


@pytest.mark.parametrize("kind", ["lora", "tucker", "loha", "loha-tucker", "lokr", "lokr-low", "diff"])
def test_each_kind_is_its_formula(model: ModelSet, fresh: dict[str, torch.Tensor], tmp_path: Path, kind: Kind) -> None:
    """Against the definitions written out element by element, for linear layers, 1x1 and 3x3 convolutions."""
    path = tiny_lora(tmp_path / "one.safetensors", kind=kind, layers=ALL, text_layers=())
    file = load_file(path)
    put_on(model, (read(path, model), 0.5))
    for layer in ALL:
        factors = {
            key.partition(".")[2]: value.double()
            for key, value in file.items()
            if key.startswith(f"lora_unet_{layer.replace('.', '_')}.")
        }
        name = f"unet.{layer}.weight"
        expected = fresh[name] + 0.5 * by_hand(factors, fresh[name].shape)
        found = model.unet.get_parameter(f"{layer}.weight")
        assert (found - expected).abs().max() <= 1e-5, layer
        assert (found - fresh[name]).abs().max() > 1e-3
    put_on(model)


def by_hand(f: dict[str, torch.Tensor], shape: torch.Size) -> torch.Tensor:
    """The definitions, each index spelled out, kernels flattened to k."""
    scale = 2.0 / RANK
    if "diff" in f:
        return f["diff"]
    if "lora_mid.weight" in f:
        up, mid, down = f["lora_up.weight"][..., 0, 0], f["lora_mid.weight"], f["lora_down.weight"][..., 0, 0]
        return scale * torch.einsum("oa,abyx,bi->oiyx", up, mid, down)
    if "lora_up.weight" in f:
        up, down = f["lora_up.weight"].flatten(1), f["lora_down.weight"].flatten(1)
        return scale * torch.einsum("or,rk->ok", up, down).reshape(shape)
    if "hada_t1" in f:
        halves = [
            torch.einsum("abyx,ao,bi->oiyx", f[f"hada_t{n}"], f[f"hada_w{n}_a"], f[f"hada_w{n}_b"]) for n in (1, 2)
        ]
        return scale * halves[0] * halves[1]
    if "hada_w1_a" in f:
        halves = [torch.einsum("or,rk->ok", f[f"hada_w{n}_a"], f[f"hada_w{n}_b"]) for n in (1, 2)]
        return scale * (halves[0] * halves[1]).reshape(shape)
    two = f["lokr_w2"] if "lokr_w2" in f else torch.einsum("or,rk->ok", f["lokr_w2_a"], f["lokr_w2_b"])
    two = two.reshape(shape[0] // 2, shape[1] // 4, *shape[2:])
    made = torch.einsum("ab,cd...->acbd...", f["lokr_w1"], two).reshape(shape)
    return made if "lokr_w2" in f else scale * made


def test_the_original_layouts_names_are_known_too(model: ModelSet, tmp_path: Path) -> None:
    put_on(model, (read(tiny_lora(tmp_path / "a.safetensors", "kohya", layers=ALL), model), 1.0))
    first = weights(model)
    put_on(model, (read(tiny_lora(tmp_path / "b.safetensors", "ldm", layers=ALL), model), 1.0))
    assert all(torch.equal(value, first[name]) for name, value in weights(model).items())
    put_on(model)


def test_alpha_of_pefts_metadata_scales(model: ModelSet, fresh: dict[str, torch.Tensor], tmp_path: Path) -> None:
    said = {
        "lora_adapter_metadata": f'{{"unet.lora_alpha": {2 * RANK}, "unet.alpha_pattern": {{"attn1.to_q": {RANK}}}}}'
    }
    path = tiny_lora(tmp_path / "one.safetensors", "peft", alpha=None, text_layers=(), metadata=said)
    plain = tiny_lora(tmp_path / "two.safetensors", "peft", alpha=None, text_layers=())
    deltas = []
    for each in (path, plain):
        put_on(model, (read(each, model), 1.0))
        deltas.append([model.unet.get_parameter(f"{n}.weight") - fresh[f"unet.{n}.weight"] for n in UNET_LAYERS])
    ratios = [(one / other).median().item() for one, other in zip(*deltas, strict=True)]
    assert ratios == pytest.approx([1.0, 2.0, 2.0, 2.0], abs=1e-3)
    put_on(model)


KINDS: tuple[Kind, ...] = ("lora", "tucker", "loha", "lokr", "diff")
Sets = list[list[tuple[int, float]]]


Shelf = tuple[ModelSet, list[Lora], dict[str, torch.Tensor]]


@pytest.fixture(scope="module", params=[torch.float32, torch.bfloat16])
def shelf(request: pytest.FixtureRequest, tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """A checkpoint, a LoRA of each kind, and its weights when it was fresh."""
    entry = next(each for each in Library([tiny_root]).scan().checkpoints if each.name == "tiny")
    model = load_checkpoint(entry, torch.device("cpu"), request.param)
    folder = tmp_path_factory.mktemp("loras")
    paths = [tiny_lora(folder / f"{kind}.safetensors", kind=kind, seed=n, layers=ALL) for n, kind in enumerate(KINDS)]
    return model, [read(path, model) for path in paths], weights(model)


@settings(max_examples=15)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 4), st.sampled_from([1.0, -1.0, 0.3, 0.0, 10.0])), max_size=3), max_size=5
    )
)
def test_after_any_sets_the_weights_are_the_fresh_ones_bit_for_bit(shelf: Shelf, sets: Sets) -> None:
    model, loras, before = shelf
    places = {name: value.data_ptr() for name, value in model.unet.named_parameters()}
    for each in sets:
        put_on(model, *((loras[number], weight) for number, weight in each))
    put_on(model)
    assert all(torch.equal(value, before[name]) for name, value in weights(model).items())
    assert {name: value.data_ptr() for name, value in model.unet.named_parameters()} == places
    assert all(not worn.aside for worn in model.worn.values())


def test_a_set_that_fails_half_way_leaves_nothing_behind(
    model: ModelSet, fresh: dict[str, torch.Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = (read(tiny_lora(tmp_path / f"{n}.safetensors", seed=n), model) for n in (1, 2))
    put_on(model, (good, 1.0))
    last = bad.changes["unet"][-1]

    def fail() -> torch.Tensor:
        raise torch.OutOfMemoryError("made up by the test: no GPU here")

    object.__setattr__(last, "delta", fail)
    with pytest.raises(torch.OutOfMemoryError):
        wear(model, "unet", ((bad, 1.0),))
    assert all(torch.equal(value, fresh[f"unet.{name}"]) for name, value in model.unet.state_dict().items())
    assert is_worn(model, "unet", ()) and not is_worn(model, "unet", ((bad, 1.0),))
    put_on(model)


def edited(path: Path, **changes: torch.Tensor | None) -> Path:
    tensors: dict[str, torch.Tensor] = dict(load_file(path))
    for key, value in changes.items():
        name = next(name for name in tensors if key in name.replace(".", "_"))
        tensors.pop(name)
        if value is not None:
            tensors[name] = value
    save_file(tensors, path)
    return path


BAD: dict[str, tuple[dict[str, torch.Tensor | None], str]] = {
    "another width": ({"to_q_lora_down": torch.zeros(RANK, 40)}, "where the checkpoint has"),
    "ranks that disagree": ({"to_q_lora_down": torch.zeros(RANK + 1, 16)}, "do not fit each other"),
    "half a layer": ({"to_q_lora_down": None}, "do not fit each other"),
    "no numbers": ({"to_q_lora_down": torch.full((RANK, 16), math.nan)}, "no numbers"),
    "integers": ({"to_q_lora_down": torch.zeros((RANK, 16), dtype=torch.int32)}, "cannot be computed with"),
}


@pytest.mark.parametrize("how", BAD)
def test_a_file_that_does_not_fit_is_named(model: ModelSet, tmp_path: Path, how: str) -> None:
    changes, said = BAD[how]
    path = edited(tiny_lora(tmp_path / "bad.safetensors"), **changes)
    with pytest.raises(CorruptModel, match=said) as caught:
        read(path, model)
    assert str(path) in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("lora_unet_down_blocks_0_attentions_9_proj_in.diff", "does not have"),
        ("lora_unet_conv_in.dora_scale", "DoRA"),
        ("lora_unet_mid_block_attentions_0_norm.diff_b", "where the checkpoint has"),
    ],
)
def test_layers_and_kinds_that_are_not_known_are_named(model: ModelSet, tmp_path: Path, key: str, said: str) -> None:
    path = tiny_lora(tmp_path / "bad.safetensors")
    save_file({**load_file(path), key: torch.zeros(3, 3)}, path)
    with pytest.raises(CorruptModel, match=said) as caught:
        read(path, model)
    assert str(path) in caught.value.message


def test_only_a_file_that_changes_the_text_encoder_changes_it(model: ModelSet, tmp_path: Path) -> None:
    lora = read(tiny_lora(tmp_path / "one.safetensors", text_layers=()), model)
    wear(model, "text_encoder", ((lora, 1.0),))
    assert not model.worn.get("text_encoder") or not model.worn["text_encoder"].aside
    assert is_worn(model, "text_encoder", ()) and is_worn(model, "text_encoder", ((lora, 2.0),))
    assert not is_worn(model, "unet", ((lora, 2.0),))
