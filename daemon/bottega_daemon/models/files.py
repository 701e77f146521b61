"""Small careful readers of the files in a model folder: bounded JSON, the one weights file of a part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bottega_daemon.errors import CorruptModel

MAX_JSON = 1 << 20
PICKLED = frozenset({".ckpt", ".pt", ".pth", ".bin"})
"""Suffixes of files that only unpickling could read, which Bottega never does: a pickle can run any program."""

PICKLE_REMEDY = "Convert it to safetensors and put that file here; Bottega never opens pickled files."
WEIGHTS = ("diffusion_pytorch_model", "model")
"""Stems of the weights in a part of a diffusers folder."""


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in `path` (at most 1 MiB); raise CorruptModel naming the file otherwise."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_JSON + 1)
        value = json.loads(raw.decode("utf-8")) if len(raw) <= MAX_JSON else None
    except FileNotFoundError as problem:
        raise CorruptModel(f"{path} is missing.", remedy="Copy the complete model folder again.") from problem
    except (OSError, ValueError, RecursionError) as problem:
        raise CorruptModel(
            f"{path} cannot be read as JSON.", remedy="Copy the complete model folder again."
        ) from problem
    if not isinstance(value, dict):
        raise CorruptModel(f"{path} does not hold one JSON object.", remedy="Copy the complete model folder again.")
    return value


def weights_file(folder: Path) -> Path:
    """Return the safetensors file of one part of a diffusers folder; raise CorruptModel where there is none."""
    for name in (f"{stem}{variant}.safetensors" for variant in ("", ".fp16") for stem in WEIGHTS):
        if (folder / name).is_file():
            return folder / name
    if any(folder.glob("*.safetensors.index.json")):
        raise CorruptModel(f"{folder} is split into several files.", remedy="Save it again as one safetensors file.")
    pickled = next((path for path in sorted(folder.glob("*")) if path.suffix in PICKLED), None)
    if pickled:
        raise CorruptModel(f"{pickled} is a pickled file.", remedy=PICKLE_REMEDY)
    raise CorruptModel(f"{folder} has no weights.", remedy="Copy the complete model folder again.")
