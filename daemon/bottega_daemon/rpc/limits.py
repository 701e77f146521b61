"""What a request may ask for: one table, which the converter enforces and the catalog tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds, each inclusive. Sides and pixels are those of a picture to be made; those sent may be larger."""

    min_side: int = 16
    max_side: int = 4096
    max_pixels: int = 4_194_304
    max_image_side: int = 16_384
    max_image_pixels: int = 64 << 20
    """Of a picture that is sent: as float32 RGBA it fills `max_blob_bytes`, and a worker can still hold it."""
    max_enlarged: int = 16
    """Times a picture's sides, in one task."""
    max_steps: int = 1000
    max_guidance: float = 100.0
    max_clip_skip: int = 12
    max_count: int = 64
    max_controls: int = 8
    max_margin: int = 32_768
    """Pixels: grow and feather of the largest picture's side together, as a walk asks for them."""
    max_control_strength: float = 2.0
    max_loras: int = 16
    max_lora_weight: float = 10.0
    max_figures: int = 32
    max_canny_threshold: float = 10_000.0
    max_coordinate: float = 1e6
    max_prompt_characters: int = 8192
    max_title_characters: int = 200
    max_key_characters: int = 64
    max_unwatched_seconds: float = 86_400.0
    max_seed: int = 2**32 - 1
    """Of the last picture: torch's generator on the CPU looks at the low 32 bits alone, so that larger ones repeat."""
    max_blob_bytes: int = 1 << 30
    max_inline_bytes: int = 256 << 10
    max_chunk_bytes: int = 2 << 20
    max_patch_bytes: int = 16 << 20
    max_digests: int = 10_000
    max_page: int = 500
    default_page: int = 50
    max_job_number: int = 2**63 - 1
    """What SQLite can hold."""


LIMITS = Limits()
KEYPOINTS = 18
"""Joints of a COCO-18 figure."""
