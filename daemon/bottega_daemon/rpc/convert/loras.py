"""LoRAs and embeddings of a request: from its own field and from what its prompts say. Nothing else reads the tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bottega_daemon.diffusion.prompts import Tag, called, mentioned, take_tags
from bottega_daemon.errors import InvalidRequest
from bottega_daemon.models.entries import Checkpoint
from bottega_daemon.models.entries import Embedding as EmbeddingEntry
from bottega_daemon.models.entries import Lora as LoraEntry
from bottega_daemon.models.families import suits
from bottega_daemon.rpc.convert import fields
from bottega_daemon.rpc.generated.v1 import task_pb2 as pb
from bottega_daemon.rpc.limits import LIMITS
from bottega_daemon.rpc.menus import Menus
from bottega_daemon.spec import Lora


@dataclass(frozen=True)
class Words:
    """The prompts of a request and all that they call for."""

    prompt: str
    negative_prompt: str
    loras: tuple[Lora, ...]
    embeddings: tuple[str, ...]


def words_of(message: pb.Denoising, menus: Menus, checkpoint: Checkpoint, field: str) -> Words:
    """The two prompts without tags, with their LoRAs beside those of the field, and the embeddings that they call."""
    limit = LIMITS.max_prompt_characters
    prompt, tags = take_tags(fields.text(message.prompt, limit, f"{field}.prompt"))
    negative, misplaced = take_tags(fields.text(message.negative_prompt, limit, f"{field}.negative_prompt"))
    if misplaced:
        raise InvalidRequest(
            f"the LoRA {misplaced[0].name[:100]!r} stands in the negative prompt, where it can do nothing.",
            remedy="Put it into the prompt; a negative weight turns its effect around.",
            field=f"{field}.negative_prompt",
        )
    fitting = {name: entry for name, entry in menus.embeddings.items() if suits(entry, checkpoint)}
    for where, words in (("prompt", prompt), ("negative_prompt", negative)):
        _check_calls(words, menus.embeddings, fitting, checkpoint, f"{field}.{where}")
    found = dict.fromkeys((*mentioned(prompt, fitting), *mentioned(negative, fitting)))
    return Words(prompt, negative, _loras(message, tags, menus, checkpoint, field), tuple(found))


def lora_messages(loras: Sequence[Lora]) -> list[pb.LoraUse]:
    """LoRAs with everything said."""
    return [pb.LoraUse(name=lora.name, weight=lora.weight, text_weight=lora.text_weight) for lora in loras]


def _loras(
    message: pb.Denoising, tags: Sequence[Tag], menus: Menus, checkpoint: Checkpoint, field: str
) -> tuple[Lora, ...]:
    uses = [_use(use, f"{field}.loras[{index}]") for index, use in enumerate(message.loras)]
    places = [f"{field}.loras[{index}].name" for index in range(len(uses))] + [f"{field}.prompt"] * len(tags)
    uses += [_tagged(tag, f"{field}.prompt") for tag in tags]
    fields.whole(len(uses), 0, LIMITS.max_loras, f"{field}.loras")
    seen: dict[str, Lora] = {}
    for lora, place in zip(uses, places, strict=True):
        _check_fit(lora.name, menus, checkpoint, place)
        if lora.name in seen:
            raise InvalidRequest(f"the LoRA {lora.name!r} is named twice.", remedy="Name it once.", field=place)
        seen[lora.name] = lora
    return tuple(seen[name] for name in sorted(seen))


def _use(message: pb.LoraUse, field: str) -> Lora:
    top = LIMITS.max_lora_weight
    weight = fields.real(message.weight, -top, top, f"{field}.weight") if message.HasField("weight") else 1.0
    if not message.HasField("text_weight"):
        return Lora(message.name, weight, weight)
    return Lora(message.name, weight, fields.real(message.text_weight, -top, top, f"{field}.text_weight"))


def _tagged(tag: Tag, field: str) -> Lora:
    weights = [_number(said, tag.name, field) for said in (tag.weight, tag.text_weight)]
    return Lora(tag.name, *weights)


def _number(said: str | None, name: str, field: str) -> float:
    try:
        value = 1.0 if said is None else float(said)
    except ValueError as problem:
        remedy = f"Write it as <lora:{name[:100]}:0.8>."
        raise InvalidRequest(f"{(said or '')[:40]!r} is no weight.", remedy=remedy, field=field) from problem
    return fields.real(value, -LIMITS.max_lora_weight, LIMITS.max_lora_weight, field)


def _check_fit(name: str, menus: Menus, checkpoint: Checkpoint, field: str) -> None:
    entry: LoraEntry = fields.named(name, menus.loras, "LoRA", field)
    if not suits(entry, checkpoint):
        raise _unfit(f"the LoRA {name!r}", entry, checkpoint, field)


def _check_calls(
    words: str,
    known: dict[str, EmbeddingEntry],
    fitting: dict[str, EmbeddingEntry],
    checkpoint: Checkpoint,
    field: str,
) -> None:
    """`<name>` of an embedding for other checkpoints is a mistake; a bare word may be just a word."""
    lowered = {name.lower(): name for name in known}
    for call in called(words):
        name = lowered.get(call.lower())
        if name and name not in fitting:
            raise _unfit(f"the embedding {name!r}", known[name], checkpoint, field)


def _unfit(what: str, entry: LoraEntry | EmbeddingEntry, checkpoint: Checkpoint, field: str) -> InvalidRequest:
    width = f" with text encodings {entry.context} wide" if entry.family == checkpoint.family else ""
    return InvalidRequest(
        f"{what} was made for {entry.family} checkpoints{width}, {checkpoint.name!r} is {checkpoint.family}.",
        remedy="Choose one that was made for this checkpoint's family, or another checkpoint.",
        field=field,
    )
