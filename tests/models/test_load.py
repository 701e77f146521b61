"""Loading: every layout and number type gives the same nets; a file that lies ends in a CorruptModel, never worse."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models.entries import Checkpoint, ControlNetwork
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint, load_controlnet
from bottega_daemon.models.model_set import ModelSet
from tests.tiny import tiny_single_file

CPU = torch.device("cpu")
PARTS = ("unet", "vae", "text_encoder")


def entry(root: Path, name: str = "tiny") -> Checkpoint:
    return next(each for each in Library([root]).scan().checkpoints if each.name == name)


def network(root: Path) -> ControlNetwork:
    return next(each for each in Library([root]).scan().controlnets if each.name == "tiny-depth")


def read(root: Path, name: str = "tiny", dtype: torch.dtype = torch.float32) -> ModelSet:
    return load_checkpoint(entry(root, name), CPU, dtype)


def furthest(a: ModelSet, b: ModelSet) -> float:
    """The largest difference of any two weights."""
    largest = 0.0
    for part in PARTS:
        ours, theirs = getattr(a, part).state_dict(), getattr(b, part).state_dict()
        assert ours.keys() == theirs.keys()
        largest = max(largest, *((ours[key] - theirs[key]).abs().max().item() for key in ours))
    return largest


def test_a_single_file_holds_what_its_folder_holds(tiny_root: Path) -> None:
    folder, single = read(tiny_root), read(tiny_root, "tiny-single")
    assert furthest(folder, single) == 0.0
    same = ("family", "native_extent", "prediction_type", "scaling_factor", "nbytes", "fits")
    assert [getattr(folder, name) for name in same] == [getattr(single, name) for name in same]
    assert (folder.sigmas == single.sigmas).all()
    asked = "a red brick wall, 日本"
    assert folder.tokenizer(asked)["input_ids"] == single.tokenizer(asked)["input_ids"]


def test_a_half_file_is_computed_in_the_asked_type(tiny_root: Path, tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    tiny_single_file(tmp_path / "checkpoints" / "half.safetensors", half=True)
    half = read(tmp_path, "half")
    assert half.unet.dtype == torch.float32
    assert 0 < furthest(read(tiny_root), half) < 5e-3


@pytest.mark.parametrize(
    ("dtype", "vae"),
    [(torch.float32, torch.float32), (torch.bfloat16, torch.bfloat16), (torch.float16, torch.float32)],
)
def test_number_types(tiny_root: Path, dtype: torch.dtype, vae: torch.dtype) -> None:
    models = read(tiny_root, dtype=dtype)
    types = [{value.dtype for value in getattr(models, part).parameters()} for part in PARTS]
    assert types == [{dtype}, {vae}, {dtype}] and models.dtype == dtype
    sizes = [value.nbytes for part in PARTS for value in getattr(models, part).parameters()]
    assert models.nbytes == sum(sizes)
    control = load_controlnet(network(tiny_root), CPU, dtype)
    assert {value.dtype for net in control.modules for value in net.parameters()} == {dtype}


def test_nets_are_ready_to_paint(tiny_root: Path) -> None:
    models = read(tiny_root)
    nets: list[Any] = [getattr(models, part) for part in PARTS]
    assert not any(net.training for net in nets)
    assert not any(value.requires_grad or value.is_meta for net in nets for value in net.parameters())
    assert not any(value.is_meta for net in nets for value in net.buffers())


@pytest.fixture
def copied(tiny_root: Path, tmp_path: Path) -> Path:
    """A library to spoil."""
    return Path(shutil.copytree(tiny_root, tmp_path / "copied"))


UNET = "checkpoints/tiny/unet/diffusion_pytorch_model.safetensors"
SINGLE = "checkpoints/tiny-single.safetensors"
CONTROL = "controlnets/tiny-depth/diffusion_pytorch_model.safetensors"
FILES = {UNET: "tiny", SINGLE: "tiny-single", CONTROL: ""}
"""Files of weights, and the checkpoints that they belong to."""

Spoil = Callable[[Path], object]


def rewritten(change: Callable[[dict[str, torch.Tensor]], object]) -> Spoil:
    """Spoil a file's tensors, and keep its metadata."""

    def spoil(path: Path) -> None:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
        tensors = {key: value.clone() for key, value in load_file(path).items()}
        change(tensors)
        save_file(tensors, path, metadata)

    return spoil


def middle(tensors: dict[str, torch.Tensor]) -> str:
    """A weight that every layout has and no config is derived from."""
    names = ("mid_block.resnets.0.conv1.weight", "middle_block.0.in_layers.2.weight")
    return next(key for key in sorted(tensors) if key.endswith(names))


def drop(tensors: dict[str, torch.Tensor]) -> None:
    del tensors[middle(tensors)]


def reshape(tensors: dict[str, torch.Tensor]) -> None:
    tensors[middle(tensors)] = torch.zeros(3, 5)


def whole_numbers(tensors: dict[str, torch.Tensor]) -> None:
    key = middle(tensors)
    tensors[key] = torch.zeros(tensors[key].shape, dtype=torch.int32)


def lie(path: Path) -> None:
    """Announce twice the rows of one tensor."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    header[middle(header)]["shape"][0] *= 2
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + length :])


SPOILED: dict[str, Spoil] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "cut in its header": lambda path: path.write_bytes(path.read_bytes()[:500]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"more"),
    "another format": lambda path: path.write_bytes(b"<!DOCTYPE html>" * 100),
    "a huge header": lambda path: path.write_bytes(struct.pack("<Q", 1 << 62) + path.read_bytes()[8:]),
    "gone": lambda path: path.unlink(),
    "a lying header": lie,
    "a weight missing": rewritten(drop),
    "a weight of another shape": rewritten(reshape),
    "a weight of whole numbers": rewritten(whole_numbers),
}


def assert_refused(work: Callable[[], object], file: Path) -> None:
    with pytest.raises(CorruptModel) as caught:
        work()
    assert str(file) in caught.value.message or str(file.parent) in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_file_of_weights_is_refused_by_name(copied: Path, file: str, how: str) -> None:
    # The library saw the file whole: it was spoiled between the look and the load.
    found = entry(copied, FILES[file]) if FILES[file] else network(copied)
    SPOILED[how](copied / file)
    if isinstance(found, Checkpoint):
        assert_refused(lambda: load_checkpoint(found, CPU, torch.float32), copied / file)
    else:
        assert_refused(lambda: load_controlnet(found, CPU, torch.float32), copied / file)


FOLDER = Path("checkpoints") / "tiny"
CONFIGS: list[tuple[str, dict[str, Any] | str]] = [
    ("unet/config.json", "{"),
    ("unet/config.json", "[]"),
    ("unet/config.json", {"block_out_channels": [16]}),
    ("unet/config.json", {"block_out_channels": "wide"}),
    ("unet/config.json", {"layers_per_block": 10**9}),
    ("unet/config.json", {"norm_num_groups": 7}),
    ("unet/config.json", {"down_block_types": ["NoSuchBlock"] * 4}),
    ("unet/config.json", {"cross_attention_dim": -1}),
    ("vae/config.json", {"latent_channels": 0}),
    ("vae/config.json", {"up_block_types": []}),
    ("text_encoder/config.json", {"num_hidden_layers": 0}),
    ("text_encoder/config.json", {"num_attention_heads": 5}),
    ("text_encoder/config.json", {"vocab_size": 10}),
    ("scheduler/scheduler_config.json", {"prediction_type": "sample"}),
    ("scheduler/scheduler_config.json", {"beta_schedule": "no such"}),
    ("scheduler/scheduler_config.json", {"num_train_timesteps": -5}),
    ("tokenizer/vocab.json", "nothing"),
]


@pytest.mark.parametrize(("file", "change"), CONFIGS, ids=lambda value: str(value)[:50])
def test_a_lying_config_is_refused_by_name(copied: Path, file: str, change: dict[str, Any] | str) -> None:
    found, path = entry(copied), copied / FOLDER / file
    text = change if isinstance(change, str) else json.dumps(json.loads(path.read_text()) | change)
    path.write_text(text)
    with pytest.raises(CorruptModel) as caught:
        load_checkpoint(found, CPU, torch.float32)
    assert str(copied / FOLDER) in caught.value.message and caught.value.remedy


@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_any_byte_of_a_header_may_be_wrong(
    tiny_root: Path, tmp_path_factory: pytest.TempPathFactory, place: float, byte: int
) -> None:
    found = network(tiny_root)
    folder = Path(shutil.copytree(found.path, tmp_path_factory.mktemp("byte") / "net"))
    path = folder / "diffusion_pytorch_model.safetensors"
    raw = bytearray(path.read_bytes())
    raw[int(place * (8 + struct.unpack("<Q", raw[:8])[0]))] = byte
    path.write_bytes(raw)
    spoiled = ControlNetwork(found.name, folder, found.kind, found.family, found.layout, found.nbytes, found.fits)
    try:
        loaded = load_controlnet(spoiled, CPU, torch.float32)
    except CorruptModel as error:
        assert str(path) in error.message and error.remedy
    else:
        assert loaded.nbytes > 0
