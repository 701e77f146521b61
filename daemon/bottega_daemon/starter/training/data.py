"""Shards of generated pictures on disk, and the arrays that the phases read from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator import sample

SHARD = 1000


@dataclass(frozen=True)
class Pictures:
    """rgb uint8 (N, S, S, 3); depth float16 metres, inf: sky; keypoints (N, 18, 3), confidence 0 without a figure;
    kind, caption, colour, material: str (N,)."""

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float16]
    keypoints: NDArray[np.float32]
    kind: NDArray[np.str_]
    caption: NDArray[np.str_]
    colour: NDArray[np.str_]
    material: NDArray[np.str_]


def _people(drawn: sample.Sample) -> NDArray[np.float32]:
    return drawn.keypoints[0] if len(drawn.keypoints) else np.zeros((18, 3), dtype=np.float32)


def make_shard(folder: Path, seed: int, number: int, count: int = SHARD) -> Path:
    """Draw shard `number` (`count` pictures from number*SHARD on) unless it is there; written whole or not at all."""
    path = folder / f"shard-{number:03d}.npz"
    if not path.exists():
        write(path, [sample.draw(seed, number * SHARD + k) for k in range(count)])
    return path


def make_extra(folder: Path, seed: int, name: str, count: int = SHARD) -> Path:
    """Draw pictures of something that the base never sees (materials.EXTRA), like a shard."""
    path = folder / f"extra-{name}.npz"
    if not path.exists():
        write(path, [sample.draw_extra(name, seed, k) for k in range(count)])
    return path


def write(path: Path, drawn: list[sample.Sample]) -> None:
    """Pictures of one size as one file of arrays."""
    arrays = {
        "rgb": np.stack([d.rgb for d in drawn]),
        "depth": np.stack([d.depth for d in drawn]).astype(np.float16),
        "keypoints": np.stack([_people(d) for d in drawn]),
        **{name: np.array([getattr(d, name) for d in drawn]) for name in ("kind", "caption", "colour", "material")},
    }
    part = path.with_suffix(".part.npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(part, **arrays)
    part.rename(path)


def load(folder: Path, numbers: range) -> Pictures:
    """The numbered shards, one after another."""
    return read([folder / f"shard-{number:03d}.npz" for number in numbers])


def read(paths: list[Path]) -> Pictures:
    """Files of arrays, one after another."""
    shards = [np.load(path) for path in paths]
    names = ("rgb", "depth", "keypoints", "kind", "caption", "colour", "material")
    return Pictures(*(np.concatenate([shard[name] for shard in shards]) for name in names))
