"""What the daemon costs: a whole job through client, gRPC, book and worker, against diffusers' pipeline in-process.

Same starter weights, seed, sampler, 20 steps and guidance; both float32 on all cores with the same malloc settings. The
two pictures must agree, or the comparison means nothing. `python -m benchmarks.overhead [rounds]`
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import bottega
from benchmarks.kit import client, interleave, ratio, show, starter_daemon
from bottega_daemon.config import STARTER_ROOT
from bottega_daemon.worker.__main__ import keep_freed_memory

STEPS, GUIDANCE, SEED = 20, 5.0, 7
PROMPT = "a red brick wall"
TOLERANCE = 2
"""Grey levels of 255: diffusers interpolates noise levels linearly between its whole timesteps, we in the logarithm."""


def pipeline() -> Callable[[], Any]:
    """diffusers' own way to the picture, loaded once."""
    import torch
    from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
    from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler

    pipe: Any = StableDiffusionPipeline.from_pretrained(
        STARTER_ROOT / "checkpoints" / "starter", torch_dtype=torch.float32, safety_checker=None, local_files_only=True
    )
    pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config, timestep_spacing="linspace")
    pipe.set_progress_bar_config(disable=True)
    return lambda: pipe(
        PROMPT,
        num_inference_steps=STEPS,
        guidance_scale=GUIDANCE,
        generator=torch.Generator("cpu").manual_seed(SEED),
        output_type="np",
    ).images[0]


def main() -> None:
    """Run both sides in turn and print medians and their ratio."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    keep_freed_memory()
    theirs = pipeline()
    with starter_daemon() as daemon, client(daemon) as studio:
        task = bottega.generate(PROMPT, steps=STEPS, guidance=GUIDANCE, seed=SEED, sampler="euler", schedule="normal")

        def ours() -> bottega.Picture:
            return studio.run(task)[0]

        picture, expected = ours(), theirs()
        pixels = np.frombuffer(picture.pixels.data, np.uint8).reshape(expected.shape)
        difference = np.abs(pixels.astype(float) - expected * 255).max()
        taken = interleave({"diffusers in-process": theirs, "bottega, whole job": ours}, rounds)
    rows = [
        (name, statistics.median(times) * 1e3, min(times) * 1e3, ratio(times, taken["diffusers in-process"]))
        for name, times in taken.items()
    ]
    extent = f"{picture.pixels.width} x {picture.pixels.height}"
    title = (
        f"overhead: one {extent} picture, {STEPS} steps, {rounds} rounds; greatest difference {difference:.2f} of 255"
    )
    show(title, ("", "median ms", "best ms", "ratio"), rows)
    if difference > TOLERANCE:
        sys.exit("the two sides did not make the same picture: the ratio means nothing")


if __name__ == "__main__":
    main()
