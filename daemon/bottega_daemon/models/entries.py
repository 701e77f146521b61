"""What the library found on disk, as plain values that the catalog shows and the loader obeys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Layout = Literal["diffusers", "single_file"]
Enlarging = Literal["compact", "esrgan"]
"""The kinds of networks that enlarge pictures (`models.inspect_upscalers`)."""
TriggerSource = Literal["", "sidecar", "author", "training"]
"""Where a LoRA's trigger words come from; "" where it has none."""


@dataclass(frozen=True)
class Checkpoint:
    """A model that paints: UNet, autoencoder and text encoder."""

    name: str
    """Unique among checkpoints; file stem or folder name."""
    path: Path
    family: str
    label: str
    """The family in words."""
    layout: Layout
    native_extent: int
    """Pixels on a side that it was trained on."""
    nbytes: int
    """Bytes of weights on disk."""
    fits: str
    """Equal to `ControlNetwork.fits` of the control networks that work with it."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class ControlNetwork:
    """A network that guides a checkpoint by a picture of one kind (depth, canny, pose …)."""

    name: str
    path: Path
    kind: str
    family: str
    layout: Layout
    nbytes: int
    fits: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Lora:
    """A change of a checkpoint's weights."""

    name: str
    path: Path
    family: str
    context: int
    """Width of the text encodings that it expects; 0 where the file does not tell."""
    triggers: tuple[str, ...]
    trigger_source: TriggerSource
    nbytes: int
    changed: int
    """Time of the last change in ns: a file that was replaced by one of the same size is another one."""
    tags: tuple[str, ...] = ()
    """What its training captions said, the most frequent first."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Embedding:
    """Learned words (textual inversion) that a prompt calls by the entry's name."""

    name: str
    path: Path
    family: str
    context: int
    """Width of each vector."""
    vectors: int
    nbytes: int
    changed: int

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Upscaler:
    """A network that enlarges pictures."""

    name: str
    path: Path
    layout: Enlarging
    scale: int
    """How many times as large it makes each side."""
    nbytes: int
    changed: int

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Asset:
    """Any other file of weights: an autoencoder."""

    name: str
    path: Path
    nbytes: int


@dataclass(frozen=True)
class Problem:
    """A file in a model folder that cannot be used, why, and what to do about it."""

    path: Path
    reason: str
    remedy: str


@dataclass(frozen=True)
class Inventory:
    """Everything in the model folders at one moment; `version` is equal for equal contents and only for those."""

    version: str
    checkpoints: tuple[Checkpoint, ...]
    controlnets: tuple[ControlNetwork, ...]
    loras: tuple[Lora, ...]
    embeddings: tuple[Embedding, ...]
    vaes: tuple[Asset, ...]
    upscalers: tuple[Upscaler, ...]
    problems: tuple[Problem, ...]
