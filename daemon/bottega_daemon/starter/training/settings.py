"""How long each phase is, per profile: step counts and batch sizes, never clocks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Shards of 1000 pictures, then steps and batch per phase (a batch is per process)."""

    shards: int
    text_steps: int
    vae_steps: int
    vae_batch: int
    unet_steps: int
    unet_batch: int
    control_steps: dict[str, int]
    control_batch: int
    decoder_steps: int
    decoder_batch: int
    judge_steps: int
    seed: int = 7


PROFILES: dict[str, Settings] = {
    # What the weights in the repository were made with: two shared cores, about two hours.
    "cpu": Settings(
        shards=8, text_steps=700, vae_steps=600, vae_batch=8, unet_steps=1884, unet_batch=12,
        control_steps={"depth": 300, "canny": 280, "pose": 280}, control_batch=8,
        decoder_steps=800, decoder_batch=3, judge_steps=400,
    ),
    # An overnight run on the same two cores.
    "overnight": Settings(
        shards=30, text_steps=1500, vae_steps=9000, vae_batch=8, unet_steps=22000, unet_batch=8,
        control_steps={"depth": 4000, "canny": 4000, "pose": 4000}, control_batch=8,
        decoder_steps=6000, decoder_batch=4, judge_steps=800,
    ),
    # Twenty minutes on one large GPU: not run yet.
    "gpu": Settings(
        shards=100, text_steps=1500, vae_steps=4000, vae_batch=256, unet_steps=8000, unet_batch=512,
        control_steps={"depth": 1500, "canny": 1500, "pose": 1500}, control_batch=128,
        decoder_steps=1500, decoder_batch=64, judge_steps=800,
    ),
    # Seconds: proves that every phase runs, resumes and exports.
    "smoke": Settings(
        shards=1, text_steps=4, vae_steps=4, vae_batch=2, unet_steps=4, unet_batch=2,
        control_steps={"depth": 2, "canny": 2, "pose": 2}, control_batch=2,
        decoder_steps=2, decoder_batch=1, judge_steps=2,
    ),
}  # fmt: skip
