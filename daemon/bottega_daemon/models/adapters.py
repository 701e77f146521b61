"""LoRAs and embeddings in memory: changes of a checkpoint's weights by name, and learned words as vectors.

A change is kept as the small factors that the file holds, and multiplied out (`lora_forms`) when it is put on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import safe_open
from torch import nn

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models import entries
from bottega_daemon.models.adapter_keys import Place, columns, split
from bottega_daemon.models.header import REMEDY, Header, read_header
from bottega_daemon.models.ldm_keys import bare_ldm_name
from bottega_daemon.models.lora_forms import FORMS, RANKED, Factors
from bottega_daemon.models.model_set import ModelSet
from bottega_daemon.models.weights import FLOATS

PEFT_METADATA = "lora_adapter_metadata"
"""Where diffusers keeps peft's configuration: JSON with keys like "unet.lora_alpha"."""

_OTHER_CHECKPOINT = "Use a LoRA that was made for this checkpoint's family, or remove the file from the model folder."


@dataclass(frozen=True, eq=False)
class Change:
    """What is added to one weight at full strength."""

    weight: str
    """Its name in the net."""
    shape: tuple[int, ...]
    form: Callable[[Factors], torch.Tensor]
    factors: Factors
    scale: float

    def delta(self) -> torch.Tensor:
        """The change, multiplied out in float32."""
        factors = {name: value.float() for name, value in self.factors.items()}
        return self.form(factors).reshape(self.shape) * self.scale


@dataclass(frozen=True, eq=False)
class Lora:
    """A LoRA in memory, fitted to one checkpoint."""

    name: str
    changes: Mapping[str, tuple[Change, ...]]
    """By part of the model: unet, text_encoder."""
    nbytes: int
    """Bytes of the factors, and of the weights that must be kept aside while it is worn."""
    mark: object = field(default_factory=object, repr=False)
    """Stands for it in keys, which must not keep its factors in memory."""


@dataclass(frozen=True, eq=False)
class Vector:
    """One learned token: [width] float32."""

    value: torch.Tensor
    index: int
    """Its place in its embedding."""


@dataclass(frozen=True, eq=False)
class Embedding:
    """Learned words in memory."""

    name: str
    vectors: tuple[Vector, ...]
    nbytes: int


def load_embedding(entry: entries.Embedding, device: torch.device) -> Embedding:
    """Read an embedding; raise CorruptModel where its weights cannot be used."""
    header = read_header(entry.path)
    key = "emb_params" if "emb_params" in header.tensors else next(iter(header.tensors))
    rows = _read(entry.path, header, [key], device)[key].float().reshape(-1, entry.context)
    vectors = tuple(Vector(row.clone(), index) for index, row in enumerate(rows))
    return Embedding(entry.name, vectors, rows.numel() * rows.element_size())


def load_lora(entry: entries.Lora, model: ModelSet) -> Lora:
    """Read a LoRA and fit it to a checkpoint; raise CorruptModel, naming the file, where it does not fit."""
    header = read_header(entry.path)
    layers, strange = split(header.tensors)
    if strange:
        reason = (
            f"{entry.path} keeps {strange[0]!r}, a kind of change that this version cannot make (DoRA, OFT, GLoRA …)."
        )
        raise CorruptModel(reason, remedy="Use a LoRA, LoCon, LoHa or LoKr.")
    tensors = _read(entry.path, header, list(header.tensors), model.device)
    changes: dict[str, list[Change]] = {}
    names = {part: flat_names(part, cast(nn.Module, getattr(model, part))) for part in PARTS}
    for place, keys in layers.items():
        module = names.get(place.part, {}).get(place.layer)
        if module is None:
            reason = f"{entry.path} changes {place.layer!r} of the {place.part}, which {model.name!r} does not have."
            raise CorruptModel(reason, remedy=_OTHER_CHECKPOINT)
        factors = {role: tensors[key] for role, key in keys.items()}
        net = cast(nn.Module, getattr(model, place.part))
        changes.setdefault(place.part, []).extend(_changes(entry.path, place, net, module, factors, header))
    aside = sum(_bytes(getattr(model, part), change.weight) for part, each in changes.items() for change in each)
    size = sum(value.numel() * value.element_size() for value in tensors.values())
    return Lora(entry.name, {part: tuple(each) for part, each in changes.items()}, size + aside)


PARTS = ("unet", "text_encoder")


def flat_names(part: str, net: nn.Module) -> dict[str, str]:
    """Return the net's layers by the flat names that LoRA files give them: diffusers' and the original layout's."""
    found: dict[str, str] = {}
    for name, module in net.named_modules():
        if not isinstance(getattr(module, "weight", None), nn.Parameter):
            continue
        if part == "unet":
            aliases = (bare_ldm_name(part, f"{name}.weight").removesuffix(".weight"), name)
        else:
            bare = name.removeprefix("text_model.")
            aliases = (bare, f"text_model.{bare}")
        found |= {alias.replace(".", "_"): name for alias in aliases}
    return found


def _read(path: Path, header: Header, keys: list[str], device: torch.device) -> dict[str, torch.Tensor]:
    """These weights on the device. Copied, not mapped: people train a LoRA anew while the daemon runs."""
    for key in keys:
        if header.tensors[key].dtype not in FLOATS:
            reason = f"{path} keeps {key} as {header.tensors[key].dtype}, which cannot be computed with."
            raise CorruptModel(reason, remedy="Use a float16, bfloat16 or float32 version of it.")
    with safe_open(path, framework="pt", device="cpu") as file:
        tensors = {key: file.get_tensor(key).to(device, copy=True) for key in keys}
    bad = next((key for key, value in tensors.items() if not value.float().isfinite().all()), None)
    if bad:
        raise CorruptModel(f"{path} holds values in {bad} that are no numbers.", remedy=REMEDY)
    return tensors


def _changes(
    path: Path, place: Place, net: nn.Module, module: str, factors: dict[str, torch.Tensor], header: Header
) -> Iterator[Change]:
    """The changes of one layer's weight and bias."""
    alpha = factors.pop("alpha", None)
    bias = factors.pop("bias", None)
    if bias is not None:
        yield _checked(path, place, net, f"{module}.bias", FORMS["diff"], {"diff": bias}, 1.0)
    if not factors:
        return
    form = next((form for role, form in FORMS.items() if role in factors), None)
    if form is None:
        raise CorruptModel(f"{path} is incomplete: {place.layer} has only {sorted(factors)}.", remedy=REMEDY)
    rank = next((factors[role].shape[0] for role in RANKED if role in factors and factors[role].ndim), 0)
    said = float(alpha.item()) if alpha is not None and alpha.numel() == 1 else _stated_alpha(header, place)
    scale = said / rank if said is not None and rank else 1.0
    yield _checked(path, place, net, f"{module}.weight", form, factors, scale)


def _checked(
    path: Path,
    place: Place,
    net: nn.Module,
    weight: str,
    form: Callable[[Factors], torch.Tensor],
    factors: dict[str, torch.Tensor],
    scale: float,
) -> Change:
    """A change whose factors multiply out to the weight's shape, tried without computing anything."""
    found = dict(net.named_parameters()).get(weight) if weight.endswith(".bias") else net.get_parameter(weight)
    shape = tuple(found.shape) if found is not None else ()
    try:
        made = form({name: value.to("meta", torch.float32) for name, value in factors.items()})
    except (RuntimeError, KeyError, IndexError) as problem:
        raise CorruptModel(f"{path} has parts of {place.layer} that do not fit each other.", remedy=REMEDY) from problem
    wide = columns({name: tuple(value.shape) for name, value in factors.items()})
    fits = shape and made.numel() == torch.Size(shape).numel() and made.shape[0] == shape[0]
    if not fits or (len(shape) > 1 and wide not in (0, shape[1], torch.Size(shape[1:]).numel())):
        reason = f"{path} changes {place.layer} by {list(made.shape)} where the checkpoint has {list(shape)}."
        raise CorruptModel(reason, remedy=_OTHER_CHECKPOINT)
    return Change(weight, shape, form, factors, scale)


def _stated_alpha(header: Header, place: Place) -> float | None:
    """Alpha as diffusers writes peft's configuration into the metadata, where the layer itself has none."""
    try:
        said: Any = json.loads(header.metadata.get(PEFT_METADATA, "{}"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    pattern = said.get(f"{place.part}.alpha_pattern")
    for name, value in pattern.items() if isinstance(pattern, dict) else ():
        if f"_{place.layer}".endswith(f"_{name.replace('.', '_')}") and isinstance(value, int | float):
            return float(value)
    alpha = said.get(f"{place.part}.lora_alpha")
    return float(alpha) if isinstance(alpha, int | float) else None


def _bytes(net: nn.Module, weight: str) -> int:
    value = net.get_parameter(weight)
    return value.numel() * value.element_size()
