"""How long each phase is, per profile: step counts and batch sizes, never clocks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lengths:
    """Steps of one phase, and its batch (per process)."""

    steps: int
    batch: int


@dataclass(frozen=True)
class Settings:
    """How many shards of pictures to draw, of how many each, and the lengths of each phase by its name; scores are
    measured on each `scored`th of their cases."""

    shards: int
    phases: dict[str, Lengths]
    seed: int = 7
    shard: int = 1000
    scored: int = 1


def _lengths(**phases: tuple[int, int]) -> dict[str, Lengths]:
    return {name.replace("_", "-"): Lengths(*pair) for name, pair in phases.items()}


PROFILES: dict[str, Settings] = {
    # A night on two cores.
    "overnight": Settings(30, _lengths(
        text=(1500, 24), vae=(9000, 8), upscaler=(3000, 8), judge=(800, 32), unet=(22000, 8), decoder=(6000, 4),
        namers=(600, 64), onlooker=(800, 32), naming=(4000, 16),
        reader_depth=(1000, 32), reader_canny=(1000, 32), reader_pose=(1000, 32),
        control_depth=(4000, 8), control_canny=(4000, 8), control_pose=(4000, 8),
        lora=(800, 8), embedding=(400, 8),
    )),
    # Laid out for about twenty minutes on one H200 and 16 cores; so far run only as `smoke`, on a processor.
    "gpu": Settings(100, _lengths(
        text=(1500, 128), vae=(4000, 256), upscaler=(4000, 64), judge=(1500, 128), unet=(12000, 512),
        namers=(800, 256), onlooker=(1500, 128), naming=(800, 256), decoder=(1500, 64),
        reader_depth=(1500, 128), reader_canny=(1500, 128), reader_pose=(1500, 128),
        control_depth=(2500, 128), control_canny=(2500, 128), control_pose=(2500, 128),
        lora=(800, 128), embedding=(600, 128),
    )),
    # Seconds: proves that every phase runs, resumes and exports.
    "smoke": Settings(1, _lengths(
        text=(4, 4), vae=(4, 2), upscaler=(4, 2), judge=(2, 4), unet=(4, 2),
        namers=(2, 2), onlooker=(2, 2), naming=(3, 4), decoder=(2, 1),
        reader_depth=(2, 2), reader_canny=(2, 2), reader_pose=(2, 2),
        control_depth=(2, 2), control_canny=(2, 2), control_pose=(2, 2),
        lora=(2, 2), embedding=(2, 2),
    ), shard=120, scored=8),
}  # fmt: skip
