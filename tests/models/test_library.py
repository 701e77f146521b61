"""The library finds what can be used, and says why the rest cannot."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bottega_daemon.models.entries import Inventory
from bottega_daemon.models.library import Library
from tests.models.kit import Shapes, copy, weights, write

UNET = "model.diffusion_model."


def test_a_library_is_described(tiny_root: Path) -> None:
    found = Library([tiny_root]).scan()
    assert [(entry.name, entry.layout, entry.native_extent, entry.family) for entry in found.checkpoints] == [
        ("tiny", "diffusers", 64, "sd15"),
        ("tiny-single", "single_file", 64, "sd15"),
    ]
    assert {entry.name: entry.kind for entry in found.controlnets} == {
        "tiny-canny": "canny",
        "tiny-depth": "depth",
        "tiny-normal": "normal",
        "tiny-pose": "pose",
    }
    assert {entry.fits for entry in (*found.checkpoints, *found.controlnets)} == {"16-16-32-32x32"}
    assert all(3_000_000 < entry.nbytes < 3_500_000 for entry in found.checkpoints)
    assert found.problems == ()


def test_nothing_there_is_nothing_found(tmp_path: Path) -> None:
    found = Library([tmp_path / "gone", tmp_path]).scan()
    assert found == Inventory(found.version, (), (), (), (), (), (), ())


def test_the_later_of_two_equal_names_gets_a_number(tiny_root: Path, tmp_path: Path) -> None:
    for root in ("one", "two"):
        copy(tiny_root, tmp_path / root, "controlnets/tiny-depth")
    copy(tiny_root, tmp_path / "two", "checkpoints/tiny")
    found = Library([tiny_root, tmp_path / "one", tmp_path / "two", tiny_root]).scan()
    assert [entry.name for entry in found.checkpoints] == ["tiny", "tiny-single", "tiny-2"]
    depth = [(entry.name, entry.path) for entry in found.controlnets if entry.kind == "depth"]
    assert depth == [
        ("tiny-depth", tiny_root / "controlnets" / "tiny-depth"),
        ("tiny-depth-2", tmp_path / "one" / "controlnets" / "tiny-depth"),
        ("tiny-depth-3", tmp_path / "two" / "controlnets" / "tiny-depth"),
    ]


def test_other_weights_are_listed(tmp_path: Path) -> None:
    weights(tmp_path / "vae" / "deep" / "vae.v1.safetensors", {"a": (2, 2)})
    compact = {"body.0.weight": (4, 3, 3, 3), "body.0.bias": (4,), "body.1.weight": (4,)}
    compact |= {"body.2.weight": (48, 4, 3, 3), "body.2.bias": (48,)}
    weights(tmp_path / "upscalers" / "deep" / "fine.v1.safetensors", compact)
    found = Library([tmp_path]).scan()
    assert [entry.name for entry in found.vaes] == ["vae.v1"]
    assert [(entry.name, entry.scale) for entry in found.upscalers] == [("fine.v1", 4)]


IN, CONTEXT = f"{UNET}input_blocks.0.0.weight", f"{UNET}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
FILES: dict[str, tuple[Shapes, str, str]] = {
    "inpainting": ({IN: (8, 9, 3, 3), CONTEXT: (8, 8)}, "is incomplete", "full checkpoint"),
    "edit": ({IN: (8, 8, 3, 3), CONTEXT: (8, 8)}, "InstructPix2Pix, which is not supported yet", "1.x"),
    "sdxl": ({IN: (8, 4, 3, 3), f"{UNET}label_emb.0.0.weight": (2, 2)}, "XL, which is not supported yet", "1.x"),
    "sd2": ({IN: (8, 4, 3, 3), CONTEXT: (8, 1024)}, "Diffusion 2, which is not supported yet", "1.x"),
    "half": ({IN: (8, 4, 3, 3), CONTEXT: (8, 8)}, "is incomplete", "full checkpoint"),
    "lora": ({"lora_up.weight": (2, 2)}, "not a checkpoint of any family", "1.x"),
    "flat": ({IN: (8,), CONTEXT: (8, 8)}, "not a checkpoint of any family", "1.x"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_paint_is_a_problem(tmp_path: Path, name: str) -> None:
    shapes, reason, remedy = FILES[name]
    path = weights(tmp_path / "checkpoints" / f"{name}.safetensors", shapes)
    found = Library([tmp_path]).scan()
    assert found.checkpoints == ()
    (problem,) = found.problems
    assert problem.path == path
    assert str(path) in problem.reason
    assert reason in problem.reason
    assert remedy in problem.remedy


@pytest.mark.parametrize("folder", ["checkpoints", "controlnets", "loras", "embeddings", "vae", "upscalers"])
@pytest.mark.parametrize("suffix", [".ckpt", ".pt", ".pth", ".bin"])
def test_pickles_are_never_opened(tmp_path: Path, folder: str, suffix: str) -> None:
    write(tmp_path / folder / f"old{suffix}", "not read")
    (problem,) = Library([tmp_path]).scan().problems
    assert "safetensors" in problem.remedy


def edit_config(key: str, value: object) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / "unet" / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))

    return edit


def truncate(folder: Path) -> None:
    os.truncate(folder / "vae" / "diffusion_pytorch_model.safetensors", 5000)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no unet config": (lambda folder: (folder / "unet" / "config.json").unlink(), "config.json is missing"),
    "config is no JSON": (lambda folder: write(folder / "unet" / "config.json", "{"), "cannot be read as JSON"),
    "config is a list": (lambda folder: write(folder / "model_index.json", "[]"), "not hold one JSON object"),
    "config is huge": (lambda folder: write(folder / "model_index.json", " " * (1 << 21)), "not hold one JSON"),
    "eight channels": (edit_config("in_channels", 8), "InstructPix2Pix, which is not supported yet"),
    "strange channels": (edit_config("in_channels", [1]), "not a checkpoint of any family"),
    "SD 2": (edit_config("cross_attention_dim", 1024), "Stable Diffusion 2, which is not supported yet"),
    "SDXL": (edit_config("addition_embed_type", "text_time"), "XL, which is not supported yet"),
    "no weights": (lambda folder: shutil.rmtree(folder / "text_encoder"), "text_encoder has no weights"),
    "no tokenizer": (lambda folder: shutil.rmtree(folder / "tokenizer"), "no tokenizer"),
    "cut short": (truncate, "is damaged"),
    "pickled": (
        lambda folder: next((folder / "vae").glob("*.safetensors")).rename(folder / "vae" / "model.bin"),
        "model.bin is a pickled file",
    ),
    "split": (
        lambda folder: next((folder / "vae").glob("*.safetensors")).rename(
            folder / "vae" / "model.safetensors.index.json"
        ),
        "split into several",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_folder_is_a_problem(tiny_root: Path, tmp_path: Path, how: str) -> None:
    folder = copy(tiny_root, tmp_path, "checkpoints/tiny")
    damage, reason = BROKEN[how]
    damage(folder)
    found = Library([tmp_path]).scan()
    assert found.checkpoints == ()
    assert [problem.path for problem in found.problems] == [folder]
    assert reason in found.problems[0].reason
    assert found.problems[0].remedy


def test_a_controls_kind_comes_from_its_sidecar_or_its_name(tiny_root: Path, tmp_path: Path) -> None:
    source = tiny_root / "controlnets" / "tiny-depth"
    known = {
        "control_v11p_sd15_openpose": "pose",
        "control_v11f1p_sd15_depth": "depth",
        "control_v11p_sd15_normalbae": "normal",
        "sd-controlnet-normal": "normal",
    }
    names = (*known, "mystery", "stated")
    for name in names:
        shutil.copytree(source, tmp_path / "controlnets" / name)
        (tmp_path / "controlnets" / name / "bottega.json").unlink()
        flat = tmp_path / "controlnets" / f"{name}-flat.safetensors"
        shutil.copy(source / "diffusion_pytorch_model.safetensors", flat)
    write(tmp_path / "controlnets" / "stated" / "bottega.json", '{"kind": "canny"}')
    write(tmp_path / "controlnets" / "stated-flat.bottega.json", '{"kind": "normal"}')
    found = Library([tmp_path]).scan()
    assert {entry.name: (entry.kind, entry.fits) for entry in found.controlnets} == {
        name: (kind, "16-16-32-32x32")
        for name, kind in {
            **known,
            **{f"{name}-flat": kind for name, kind in known.items()},
            "stated": "canny",
            "stated-flat": "normal",
        }.items()
    }
    assert len(found.problems) == 2
    assert all("bottega.json" in problem.remedy for problem in found.problems)


def test_a_sidecar_without_a_kind_and_another_architecture_are_problems(tiny_root: Path, tmp_path: Path) -> None:
    folder = copy(tiny_root, tmp_path, "controlnets/tiny-depth")
    write(folder / "bottega.json", '{"kind": 3}')
    write(tmp_path / "controlnets" / "union" / "config.json", '{"_class_name": "ControlNetUnionModel"}')
    weights(tmp_path / "controlnets" / "depth-lora.safetensors", {"lora_controlnet": (1,)})
    reasons = [problem.reason for problem in Library([tmp_path]).scan().problems]
    assert len(reasons) == 3
    for said in ("names no kind", "ControlNetUnionModel", "not a Stable Diffusion 1.x control network"):
        assert any(said in reason for reason in reasons)


def test_links_in_circles_and_to_nowhere_and_odd_names_do_no_harm(tiny_root: Path, tmp_path: Path) -> None:
    copy(tiny_root, tmp_path, "checkpoints/tiny")
    (tmp_path / "checkpoints" / "circle").symlink_to(tmp_path / "checkpoints")
    (tmp_path / "checkpoints" / "nowhere.safetensors").symlink_to(tmp_path / "gone")
    weights(Path(os.fsdecode(os.fsencode(tmp_path) + b"/vae/\xff.safetensors")), {"a": (1,)})
    weights(Path(os.fsdecode(os.fsencode(tmp_path) + b"/checkpoints/\xff.safetensors")), {"a": (1,)})
    found = Library([tmp_path]).scan()
    assert found.checkpoints[0].name == "tiny"
    assert [entry.name for entry in found.vaes] == ["?"]
    assert all(problem.reason.encode() for problem in found.problems)
