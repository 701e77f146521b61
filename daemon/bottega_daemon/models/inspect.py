"""Tells what one file or folder in a model root is, from its header and configs alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models import shapes
from bottega_daemon.models.entries import Asset, Checkpoint, ControlNetwork
from bottega_daemon.models.families import FAMILIES, Family, family_of_file, family_of_folder
from bottega_daemon.models.files import read_json, weights_file
from bottega_daemon.models.header import Header, read_header

PARTS = ("unet", "vae", "text_encoder")

KINDS: Mapping[str, str] = {
    "depth": "depth",
    "canny": "canny",
    "pose": "pose",
    "lineart": "lineart",
    "softedge": "softedge",
    "hed": "softedge",
    "scribble": "scribble",
    "normal": "normal",
    "mlsd": "lines",
    "inpaint": "inpaint",
    "shuffle": "shuffle",
    "tile": "tile",
    "seg": "segmentation",
}
"""Parts of well-known control networks' file names, and the kind each stands for; the first part found decides."""

_NOT_COMPLETE = "Use a full checkpoint with UNet, autoencoder and text encoder in one file."


def checkpoint_file(path: Path) -> Checkpoint:
    """Describe a single-file checkpoint; raise CorruptModel with a remedy where it cannot be used."""
    header = read_header(path)
    family = _supported(path, family_of_file(header))
    try:
        unet = shapes.unet_config(header)
        shapes.vae_config(header)
        shapes.text_config(header)
    except shapes.MissingWeight as problem:
        raise CorruptModel(f"{path} is incomplete: it has no weight {problem}.", remedy=_NOT_COMPLETE) from problem
    native = _extent(unet.get("sample_size"), family)
    fits, size = shapes.signature(unet), path.stat().st_size
    return Checkpoint(path.stem, path, family.name, family.label, "single_file", native, size, fits)


def checkpoint_folder(path: Path) -> Checkpoint:
    """Describe a diffusers folder; raise CorruptModel with a remedy where it cannot be used."""
    unet = read_json(path / "unet" / "config.json")
    family = _supported(path, family_of_folder(read_json(path / "model_index.json"), unet))
    files = [weights_file(path / part) for part in PARTS]
    headers = [read_header(file) for file in files]
    if not (path / "tokenizer").is_dir():
        raise CorruptModel(f"{path} has no tokenizer folder.", remedy="Copy the complete model folder again.")
    native = _extent(unet.get("sample_size"), family)
    size = sum(file.stat().st_size for file in files)
    fits = _fits(files[0], headers[0])
    return Checkpoint(path.name, path, family.name, family.label, "diffusers", native, size, fits)


def control_file(path: Path) -> ControlNetwork:
    """Describe a single-file control network; raise CorruptModel with a remedy where it cannot be used."""
    try:
        config = shapes.control_config(read_header(path))
    except shapes.MissingWeight as problem:
        reason = f"{path} is not a Stable Diffusion 1.x control network: it has no weight {problem}."
        raise CorruptModel(reason, remedy="Use a control network that was made for Stable Diffusion 1.5.") from problem
    fits, size = shapes.signature(config), path.stat().st_size
    kind = _kind(path, sidecar_of(path))
    return ControlNetwork(path.stem, path, kind, "sd15", "single_file", size, fits)


def control_folder(path: Path) -> ControlNetwork:
    """Describe a diffusers ControlNet folder; raise CorruptModel with a remedy where it cannot be used."""
    config = read_json(path / "config.json")
    if config.get("_class_name", "ControlNetModel") != "ControlNetModel":
        remedy = "Use a plain ControlNet."
        raise CorruptModel(f"{path} is a {config['_class_name']}, which this version cannot use yet.", remedy=remedy)
    file = weights_file(path)
    fits = _fits(file, read_header(file))
    kind = _kind(path, path / "bottega.json")
    return ControlNetwork(path.name, path, kind, "sd15", "diffusers", file.stat().st_size, fits)


def sidecar_of(path: Path) -> Path:
    """The file that tells a single-file control network's kind, where its name does not."""
    return path.with_name(f"{path.stem}.bottega.json")


def asset_file(path: Path) -> Asset:
    """Describe any other safetensors file; raise CorruptModel where its header is damaged."""
    read_header(path)
    return Asset(path.stem, path, path.stat().st_size)


def _supported(path: Path, family: Family | None) -> Family:
    known = ", ".join(row.label for row in FAMILIES.values() if row.supported)
    remedy = f"Use a checkpoint of {known}."
    if family is None:
        raise CorruptModel(f"{path} is not a checkpoint of any family that Bottega knows.", remedy=remedy)
    if not family.supported:
        raise CorruptModel(f"{path} is {family.label}, which is not supported yet by this version.", remedy=remedy)
    return family


def _fits(path: Path, header: Header) -> str:
    try:
        return shapes.signature(shapes.folder_shapes(header))
    except shapes.MissingWeight as problem:
        reason = f"{path} does not have the Stable Diffusion 1.x layout: it has no weight {problem}."
        raise CorruptModel(reason, remedy="Use a model that was made for Stable Diffusion 1.5.") from problem


def _extent(sample_size: Any, family: Family) -> int:
    """Latent cells on a side, as configs state them (one number or two), to pixels."""
    sizes = sample_size if isinstance(sample_size, list) else [sample_size]
    sane = [size for size in sizes if isinstance(size, int) and 0 < size <= 1 << 12]
    return max(sane) * family.vae_factor if sane else family.native_extent


def _kind(path: Path, sidecar: Path) -> str:
    if sidecar.is_file():
        kind = read_json(sidecar).get("kind")
        if isinstance(kind, str) and kind:
            return kind
        raise CorruptModel(f"{sidecar} names no kind.", remedy='Write {"kind": "depth"} (or canny, pose …) into it.')
    kind = next((kind for part, kind in KINDS.items() if part in path.stem.lower()), None)
    if kind is None:
        remedy = f'Write {{"kind": "depth"}} (or canny, pose …) into {sidecar}.'
        raise CorruptModel(f"{path} does not say which kind of control it is.", remedy=remedy)
    return kind
