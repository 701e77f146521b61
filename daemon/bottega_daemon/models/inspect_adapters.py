"""Tells what a LoRA or an embedding is from its header: family, width, trigger words. No torch, no weights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models.adapter_keys import Place, columns, split
from bottega_daemon.models.entries import Embedding, Lora, TriggerSource
from bottega_daemon.models.files import read_json
from bottega_daemon.models.header import Header, read_header
from bottega_daemon.models.inspect import sidecar_of

MAX_TRIGGERS, MAX_TAGS = 16, 64
MAX_TRIGGER = 100
"""Characters of one trigger word."""
SHARED_BY = 0.9
"""Part of the most frequent tag's count from which on a tag of the training captions counts as a trigger word."""

_NOT_A_LORA = "Use a LoRA (LoCon, LoHa, LoKr) that was made for Stable Diffusion, saved as safetensors."
_NOT_AN_EMBEDDING = "Use a textual inversion that was made for Stable Diffusion, saved as safetensors."

_WIDTHS: Mapping[int, str] = {1024: "sd2", 2048: "sdxl", 1280: "sdxl"}
"""Families by the width of their text encodings; all else of the layout is Stable Diffusion 1.x."""
_UNET_ROOTS = ("down_blocks_", "mid_block_", "up_blocks_", "input_blocks_", "middle_block_", "output_blocks_")
_ROOTS = (*_UNET_ROOTS, "conv_in", "conv_out", "conv_norm_out", "time_embed", "label_emb", "out_")
_STATED: tuple[tuple[str, str, str], ...] = (
    ("modelspec.architecture", "stable-diffusion-xl", "sdxl"),
    ("modelspec.architecture", "stable-diffusion-v2", "sd2"),
    ("ss_base_model_version", "sdxl", "sdxl"),
    ("ss_base_model_version", "sd_v2", "sd2"),
)
"""Metadata that names a family, for files whose shapes do not tell: key, beginning of its value, family."""
_PLACEHOLDERS = ("learned_embeds", "model", "diffusion_pytorch_model")
"""Stems that trainers give to every embedding; such a file goes by its token."""


def lora_file(path: Path) -> Lora:
    """Describe a LoRA; raise CorruptModel with a remedy where it is none, or none for a family that is known."""
    header = read_header(path)
    layers, _ = split(header.tensors)
    shapes = {place: {role: header.tensors[key].shape for role, key in keys.items()} for place, keys in layers.items()}
    if not any(columns(factors) or factors for factors in shapes.values()):
        raise CorruptModel(f"{path} is not a LoRA: none of its weights is named as one.", remedy=_NOT_A_LORA)
    if any(place.part == "unet" and not place.layer.startswith(_ROOTS) for place in shapes):
        raise CorruptModel(f"{path} is a LoRA for a family that Bottega does not know.", remedy=_NOT_A_LORA)
    context = _context(shapes)
    said = _tags(header.metadata.get("ss_tag_frequency", ""))
    words, source = _triggers(path, header, said)
    stat = path.stat()
    family = _family(shapes, context, header)
    tags = _clean(said, MAX_TAGS)
    return Lora(path.stem, path, family, context, words, source, stat.st_size, stat.st_mtime_ns, tags)


def embedding_file(path: Path) -> Embedding:
    """Describe an embedding; raise CorruptModel with a remedy where it is none."""
    header = read_header(path)
    shapes = {key: tensor.shape for key, tensor in header.tensors.items()}
    stat = path.stat()
    if "clip_l" in shapes and "clip_g" in shapes:
        name, shape, family = path.stem, shapes["clip_g"], "sdxl"
    elif "emb_params" in shapes or len(shapes) == 1:
        key = "emb_params" if "emb_params" in shapes else next(iter(shapes))
        shape = shapes[key]
        named = key.strip("<>") if path.stem in _PLACEHOLDERS and key != "emb_params" else path.stem
        name, family = named or path.stem, _WIDTHS.get(shape[-1] if shape else 0, "sd15")
    else:
        raise CorruptModel(f"{path} is not an embedding: it has no weight emb_params.", remedy=_NOT_AN_EMBEDDING)
    if len(shape) not in (1, 2) or 0 in shape:
        raise CorruptModel(f"{path} is not an embedding: its shape is {list(shape)}.", remedy=_NOT_AN_EMBEDDING)
    vectors = shape[0] if len(shape) == 2 else 1
    return Embedding(name, path, family, shape[-1], vectors, stat.st_size, stat.st_mtime_ns)


Shapes = Mapping[Place, Mapping[str, tuple[int, ...]]]


def _context(shapes: Shapes) -> int:
    """Width of the text encodings: what cross-attention takes, or else what the text encoder computes in."""
    marks = (("unet", ("attn2_to_k", "attn2_to_v")), ("text_encoder", ("_q_proj", "_k_proj", "_v_proj")))
    for part, ends in marks:
        for place, factors in shapes.items():
            if place.part == part and place.layer.endswith(ends) and (width := columns(factors)):
                return width
    return 0


def _family(shapes: Shapes, context: int, header: Header) -> str:
    """SDXL has a second text encoder; other families differ in width. Metadata decides where neither is told."""
    if any(place.part == "text_encoder_2" for place in shapes):
        return "sdxl"
    if context:
        return _WIDTHS.get(context, "sd15")
    said = (family for key, start, family in _STATED if header.metadata.get(key, "").startswith(start))
    return next(said, "sd15")


def _triggers(path: Path, header: Header, said: Mapping[str, int]) -> tuple[tuple[str, ...], TriggerSource]:
    """Trigger words and where they stand: a sidecar before the author's metadata before the training captions."""
    sidecar = sidecar_of(path)
    if sidecar.is_file():
        words = read_json(sidecar).get("trigger_words")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            remedy = 'Write {"trigger_words": ["…"]} into it.'
            raise CorruptModel(f"{sidecar} holds no list of trigger_words.", remedy=remedy)
        return _clean(words), "sidecar"
    if words := _clean(header.metadata.get("modelspec.trigger_phrase", "").split(",")):
        return words, "author"
    most = max(said.values(), default=0)
    words = _clean(tag for tag, count in said.items() if count >= SHARED_BY * most)
    return words, "training" if words else ""


def _tags(text: str) -> dict[str, int]:
    """How many captions had each tag, the most frequent first, of kohya's {"folder": {"tag": count}}."""
    try:
        folders: Any = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    counts: dict[str, int] = {}
    for tags in folders.values() if isinstance(folders, dict) else ():
        for tag, count in tags.items() if isinstance(tags, dict) else ():
            if isinstance(count, int):
                counts[tag.strip()] = counts.get(tag.strip(), 0) + count
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def _clean(words: Iterable[str], most: int = MAX_TRIGGERS) -> tuple[str, ...]:
    """Distinct words without blanks around them, as many and as long as menus can show."""
    stripped = dict.fromkeys(" ".join(word.split())[:MAX_TRIGGER] for word in words)
    readable = (word.encode("utf-8", "replace").decode() for word in stripped if word)
    return tuple(readable)[:most]
