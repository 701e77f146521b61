"""The judge of materials that these tests ask, and the command that makes it: `python -m tests.meaning.critic`.

It is the training's own judge (`starter.training.judge`), taught anew by the generator alone: no picture that a
denoiser made is among its lessons.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file
from torch import nn

from bottega_daemon.starter.generator import sample
from bottega_daemon.starter.training import data, judge

FILE = Path(__file__).with_name("judge.safetensors")
SEED = 41  # a world of its own, neither the training's nor the held-out one
FLATS, MOSAICS, STEPS, BATCH = 3600, 280, 900, 32


def read() -> nn.Sequential:
    """The judge as it is stored, in float32."""
    critic = judge.new_judge()
    critic.load_state_dict({name: value.float() for name, value in load_file(FILE).items()})
    return critic.eval()


def make(path: Path = FILE) -> float:
    """Draw the lessons, train, store in float16; returns its share of right names on 280 held-out flat pictures."""
    with ProcessPoolExecutor() as pool, tempfile.TemporaryDirectory() as folder:
        drawn = list(pool.map(partial(sample.draw, SEED, kind="flat"), range(FLATS), chunksize=50))
        drawn += list(pool.map(partial(sample.draw_extra, "mosaic", SEED), range(MOSAICS), chunksize=50))
        lessons = Path(folder) / "lessons.npz"
        data.write(lessons, drawn)
        critic = judge.train(Path(folder), data.read([lessons]), STEPS, BATCH)
    save_file({name: value.half().contiguous() for name, value in critic.state_dict().items()}, path)
    held = judge.held_out(280, "flat")
    named = judge.material(read(), np.stack([each.rgb for each in held]))
    return float(np.mean([name == each.material for name, each in zip(named, held, strict=True)]))


if __name__ == "__main__":
    print(f"{FILE}: right on {make():.3f} of 280 held-out pictures")
