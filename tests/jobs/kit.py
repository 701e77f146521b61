"""What tests of the book have in common: specs, submissions, a model folder of paper."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from bottega_daemon.jobs.states import Picture, Submission
from bottega_daemon.jobs.store import Store
from bottega_daemon.spec import Denoising, Extent, Generate, Image, JobSpec, Priority

_numbers = count()


def spec(prompt: str = "", *, priority: Priority = "interactive", replaces: str = "", pictures: int = 1) -> JobSpec:
    """A job that makes pictures of 16 x 16."""
    how = Denoising(checkpoint="paper", prompt=prompt, steps=2, count=pictures, seed=7)
    return JobSpec(task=Generate(how=how, extent=Extent(16, 16)), priority=priority, replaces=replaces)


def wish(job: JobSpec, person: str = "ada", request_id: str = "") -> Submission:
    """A submission, each with a request id of its own unless one is given."""
    return Submission(person, request_id or f"request-{next(_numbers)}", "a job", job)


def accept(store: Store, **how: str) -> str:
    """A new job's id in the book."""
    return store.accept(wish(spec(), **how), 1.0).job.job_id


def picture(index: int = 0, digest: str = "ab" * 32) -> Picture:
    """A finished picture."""
    return Picture(index, 7 + index, Image(digest, Extent(16, 16), 3, "u8", "srgb"))


def paper_models(root: Path) -> Path:
    """A model root that the library believes in, though its weights are of no use: nothing here needs torch."""
    widths, context = (8, 8, 16, 16), 24
    shapes: dict[str, tuple[int, ...]] = {
        f"down_blocks.{level}.resnets.0.conv2.weight": (width, width, 3, 3) for level, width in enumerate(widths)
    }
    shapes["down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"] = (8, context)
    shapes["conv_in.weight"] = (8, 4, 3, 3)
    weights = {name: np.zeros(shape, np.float16) for name, shape in shapes.items()}
    folder = root / "checkpoints" / "paper"
    for part, name in (
        ("unet", "diffusion_pytorch_model"),
        ("vae", "diffusion_pytorch_model"),
        ("text_encoder", "model"),
    ):
        (folder / part).mkdir(parents=True)
        save_file(weights, folder / part / f"{name}.safetensors")
        (folder / part / "config.json").write_text(json.dumps({"sample_size": 8}))
    (folder / "tokenizer").mkdir()
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    for kind in ("depth", "canny", "normal", "pose"):
        control = root / "controlnets" / f"paper-{kind}"
        control.mkdir(parents=True)
        save_file(weights, control / "diffusion_pytorch_model.safetensors")
        (control / "config.json").write_text(json.dumps({"_class_name": "ControlNetModel"}))
    return root
