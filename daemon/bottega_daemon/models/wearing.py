"""Puts LoRAs into a net's weights in place, and takes them out again to the last bit.

What is changed is first kept aside, and copied back: subtracting would leave rounding behind. The weights stay where
they are in memory. UNet and text encoder wear their sets apart, so that one job's words do not disturb another's steps.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeAlias, cast

import torch
from torch import nn

from bottega_daemon.models.adapters import Change, Lora
from bottega_daemon.models.model_set import ModelSet, Worn

LoraSet: TypeAlias = tuple[tuple[Lora, float], ...]
"""LoRAs and their weights, in an order that is the same for everybody who asks for the same."""


def key_of(loras: LoraSet, part: str) -> Hashable:
    """Equal for sets that make the same weights of a net; holds nothing of them in memory."""
    return tuple((lora.mark, weight) for lora, weight in loras if weight and part in lora.changes)


def is_worn(model: ModelSet, part: str, loras: LoraSet) -> bool:
    """Whether `wear` would have nothing to do."""
    return (model.worn[part].key if part in model.worn else ()) == key_of(loras, part)


@torch.inference_mode()
def wear(model: ModelSet, part: str, loras: LoraSet) -> None:
    """Let a net ("unet", "text_encoder") have just these LoRAs in its weights. If it fails, the net wears none."""
    if is_worn(model, part, loras):
        return
    net = cast(nn.Module, getattr(model, part))
    worn = model.worn.setdefault(part, Worn())
    wanted: dict[str, list[tuple[Change, float]]] = {}
    for lora, weight in loras:
        for change in lora.changes.get(part, ()) if weight else ():
            wanted.setdefault(change.weight, []).append((change, weight))
    try:
        _restore(net, worn, [name for name in worn.aside if name not in wanted])
        for name, changes in wanted.items():
            _change(net.get_parameter(name), worn.aside, name, changes)
    except BaseException:
        _restore(net, worn, list(worn.aside))
        worn.key = ()
        raise
    worn.key = key_of(loras, part)


def _change(
    parameter: nn.Parameter, aside: dict[str, torch.Tensor], name: str, changes: Sequence[tuple[Change, float]]
) -> None:
    if name not in aside:
        aside[name] = parameter.detach().clone()
    total = aside[name].float()
    for change, weight in changes:
        total = total + weight * change.delta()
    parameter.copy_(total)


def _restore(net: nn.Module, worn: Worn, names: Sequence[str]) -> None:
    for name in names:
        net.get_parameter(name).copy_(worn.aside[name])
        del worn.aside[name]
