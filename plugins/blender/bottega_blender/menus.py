"""What the catalog offers for the panel's fields; known without a daemon, too."""

from __future__ import annotations

import bpy

from . import studio
from .client import messages


def _found(names: list[str], typed: str) -> list[str]:
    return [name for name in names if typed.casefold() in name.casefold()]


def checkpoints(self: bpy.types.PropertyGroup, context: bpy.types.Context, typed: str) -> list[str]:
    """Models that paint."""
    catalog = studio.here().link.catalog
    return _found([each.name for each in catalog.checkpoints], typed) if catalog else []


def upscalers(self: bpy.types.PropertyGroup, context: bpy.types.Context, typed: str) -> list[str]:
    """Networks that enlarge."""
    catalog = studio.here().link.catalog
    return _found([each.name for each in catalog.upscalers], typed) if catalog else []


def samplers(self: bpy.types.PropertyGroup, context: bpy.types.Context, typed: str) -> list[str]:
    """Ways of stepping from noise to picture."""
    catalog = studio.here().link.catalog
    return _found([each.name for each in catalog.samplers], typed) if catalog else []


def schedules(self: bpy.types.PropertyGroup, context: bpy.types.Context, typed: str) -> list[str]:
    """Rows of noise levels."""
    catalog = studio.here().link.catalog
    return _found([each.name for each in catalog.schedules], typed) if catalog else []


def loras(self: bpy.types.PropertyGroup, context: bpy.types.Context, typed: str) -> list[str]:
    """LoRAs that fit the scene's model."""
    return _found([each.name for each in fitting_loras(context)], typed)


def fitting_loras(context: bpy.types.Context) -> list[messages.Lora]:
    """The catalog's LoRAs that were made for the chosen model's family."""
    catalog = studio.here().link.catalog
    families = _families(catalog, context.scene.bottega.checkpoint)
    return [each for each in catalog.loras if each.family in families] if catalog else []


def fitting_embeddings(context: bpy.types.Context) -> list[messages.Embedding]:
    """The catalog's embeddings that the chosen model can read."""
    catalog = studio.here().link.catalog
    families = _families(catalog, context.scene.bottega.checkpoint)
    return [each for each in catalog.embeddings if each.family in families] if catalog else []


def _families(catalog: messages.Catalog | None, checkpoint: str) -> set[str]:
    """The chosen model's family, and the one that its inpainting kin comes from."""
    name = checkpoint or (catalog.defaults.checkpoint if catalog and catalog.defaults else "")
    found = {each.family for each in catalog.checkpoints if each.name == name} if catalog else set()
    return found | {each.removesuffix("-inpaint") for each in found}
