"""Builds a net without weights and fills it from a memory-mapped safetensors file, whatever layout names them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import safe_open
from torch import nn

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models.header import REMEDY, Header
from bottega_daemon.models.ldm_keys import bare_ldm_name, ldm_name

FLOATS = frozenset({"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"})

N = TypeVar("N", bound=nn.Module)

_OLD_ATTENTION = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def fill(build: Callable[[], N], part: str, path: Path, header: Header) -> N:
    """Return the net that `build` makes, with the weights of `part` from `path` in the file's own type, mapped.

    The net is built without memory for weights. Raises CorruptModel where a weight is missing or has another shape.
    """
    with torch.device("meta"):
        net = build()
    wanted = {key: tuple(value.shape) for key, value in net.state_dict().items()}
    found = {key: _find(part, key, shape, path, header) for key, shape in wanted.items()}
    with safe_open(path, framework="pt", device="cpu") as file:
        weights = {key: file.get_tensor(name).reshape(wanted[key]) for key, name in found.items()}
    net.load_state_dict(weights, assign=True)
    _fill_buffers(net)
    return net.requires_grad_(False).eval()


def names_of(part: str, key: str) -> tuple[str, ...]:
    """Return every name under which files keep diffusers' weight `key` of `part`, the most usual first."""
    if part == "text_encoder":
        bare = key.removeprefix("text_model.")
        ldm = ldm_name(part, bare)
        return f"text_model.{bare}", bare, ldm, ldm.replace("text_model.", "", 1)
    old = key
    if part == "vae" and ".attentions." in key:
        old = re.sub(r"to_q|to_k|to_v|to_out\.0", lambda match: _OLD_ATTENTION[match[0]], key)
    names = (key, old, ldm_name(part, key))
    return (*names, bare_ldm_name(part, key)) if part == "controlnet" else names


def nbytes(*nets: nn.Module) -> int:
    """Return the bytes that the nets' weights take in memory."""
    return sum(value.numel() * value.element_size() for net in nets for value in net.parameters())


def _find(part: str, key: str, shape: tuple[int, ...], path: Path, header: Header) -> str:
    name = next((name for name in names_of(part, key) if name in header.tensors), None)
    if name is None:
        raise CorruptModel(f"{path} is incomplete: it has no weight {names_of(part, key)[0]}.", remedy=REMEDY)
    tensor = header.tensors[name]
    if tensor.dtype not in FLOATS:
        reason = f"{path} keeps weight {name} as {tensor.dtype}, which cannot be computed with."
        raise CorruptModel(reason, remedy="Use a float16, bfloat16 or float32 version of this model.")
    if _squeezed(tensor.shape) != _squeezed(shape):
        reason = f"{path} has weight {name} of shape {list(tensor.shape)} where {list(shape)} belongs."
        raise CorruptModel(reason, remedy=REMEDY)
    return name


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without the 1x1 of a convolution: layouts differ in whether a projection is one."""
    return shape[:2] if len(shape) == 4 and shape[2:] == (1, 1) else shape


def _fill_buffers(net: nn.Module) -> None:
    """Make up for the one buffer that no file carries: position numbers of a text encoder."""
    buffers: Mapping[str, torch.Tensor] = dict(net.named_buffers())
    for name, buffer in buffers.items():
        if buffer.is_meta:
            owner, _, last = name.rpartition(".")
            if last != "position_ids":
                raise RuntimeError(f"buffer {name} has no value")
            setattr(net.get_submodule(owner), last, torch.arange(buffer.shape[-1]).expand(buffer.shape))
