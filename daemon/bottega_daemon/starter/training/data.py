"""Shards of generated pictures on disk, and the arrays that the phases read from them."""

from __future__ import annotations

import sys
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


def make_shard(folder: Path, seed: int, number: int, size: int = 128) -> Path:
    """Draw shard `number` (pictures number*SHARD …) unless it is there; written whole or not at all."""
    path = folder / f"shard-{number:03d}.npz"
    if path.exists():
        return path
    drawn = [sample.draw(seed, number * SHARD + k, size) for k in range(SHARD)]
    arrays = {
        "rgb": np.stack([d.rgb for d in drawn]),
        "depth": np.stack([d.depth for d in drawn]).astype(np.float16),
        "keypoints": np.stack([_people(d) for d in drawn]),
        **{name: np.array([getattr(d, name) for d in drawn]) for name in ("kind", "caption", "colour", "material")},
    }
    part = path.with_suffix(".part.npz")
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(part, **arrays)
    part.rename(path)
    return path


def load(folder: Path, numbers: range) -> Pictures:
    """The named shards, one after another."""
    shards = [np.load(folder / f"shard-{number:03d}.npz") for number in numbers]
    names = ("rgb", "depth", "keypoints", "kind", "caption", "colour", "material")
    return Pictures(*(np.concatenate([shard[name] for shard in shards]) for name in names))


if __name__ == "__main__":
    for wanted in range(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])):
        print(make_shard(Path(sys.argv[1]), 7, wanted), flush=True)
