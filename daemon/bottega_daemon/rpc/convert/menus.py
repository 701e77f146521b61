"""The catalog's message."""

from __future__ import annotations

import hashlib

from bottega_daemon.models.entries import TriggerSource
from bottega_daemon.rpc.convert.controls import KIND_OF_HINT, KIND_VALUES
from bottega_daemon.rpc.generated.v1 import catalog_pb2 as pb
from bottega_daemon.rpc.generated.v1 import image_pb2
from bottega_daemon.rpc.menus import Menus

SOURCE_VALUES: dict[TriggerSource, pb.TriggerSource] = {
    "": pb.TRIGGER_SOURCE_UNSPECIFIED,
    "sidecar": pb.TRIGGER_SOURCE_SIDECAR,
    "author": pb.TRIGGER_SOURCE_AUTHOR,
    "training": pb.TRIGGER_SOURCE_TRAINING,
}


def catalog_message(menus: Menus) -> pb.Catalog:
    """Everything that a menu shows. Control networks of kinds that requests cannot name are left out.

    The version is a hash of the rest of the message: it changes exactly when what clients get does.
    """
    catalog = pb.Catalog(
        checkpoints=[
            pb.Checkpoint(
                name=row.name,
                family=row.family,
                native=image_pb2.Extent(width=row.native_extent, height=row.native_extent),
                size=row.nbytes,
            )
            for row in menus.checkpoints.values()
        ],
        control_networks=[
            pb.ControlNetwork(name=row.name, family=row.family, kind=KIND_VALUES[row.kind], size=row.nbytes)
            for row in menus.control_networks.values()
            if row.kind in KIND_VALUES
        ],
        loras=[
            pb.Lora(
                name=row.name,
                family=row.family,
                trigger_words=row.triggers,
                trigger_source=SOURCE_VALUES[row.trigger_source],
                size=row.nbytes,
                tags=row.tags,
            )
            for row in menus.loras.values()
        ],
        embeddings=[
            pb.Embedding(name=row.name, family=row.family, vectors=row.vectors, size=row.nbytes)
            for row in menus.embeddings.values()
        ],
        upscalers=[pb.Upscaler(name=row.name, scale=row.scale, size=row.nbytes) for row in menus.upscalers.values()],
        samplers=[
            pb.Sampler(name=row.name, label=row.label, stochastic=row.stochastic, calls_per_step=row.calls_per_step)
            for row in menus.samplers.values()
        ],
        schedules=[pb.Schedule(name=row.name, label=row.label) for row in menus.schedules.values()],
        detected_kinds=[KIND_VALUES[KIND_OF_HINT["photo"]]],
        defaults=_defaults(menus),
        limits=_limits(menus),
        problems=[
            pb.CatalogProblem(file=row.path.name, message=row.reason, remedy=row.remedy) for row in menus.problems
        ],
    )
    catalog.version = hashlib.sha256(catalog.SerializeToString(deterministic=True)).hexdigest()[:16]
    return catalog


def _defaults(menus: Menus) -> pb.Defaults:
    row = menus.defaults
    return pb.Defaults(
        checkpoint=row.checkpoint,
        sampler=row.sampler,
        schedule=row.schedule,
        steps=row.steps,
        guidance=row.guidance,
        start_sampler=row.start_sampler,
    )


def _limits(menus: Menus) -> pb.Limits:
    row = menus.limits
    return pb.Limits(
        min_side=row.min_side,
        max_side=row.max_side,
        max_pixels=row.max_pixels,
        max_steps=row.max_steps,
        max_count=row.max_count,
        max_controls=row.max_controls,
        max_prompt_characters=row.max_prompt_characters,
        max_blob_bytes=row.max_blob_bytes,
        max_inline_bytes=row.max_inline_bytes,
        max_loras=row.max_loras,
        max_lora_weight=row.max_lora_weight,
    )
