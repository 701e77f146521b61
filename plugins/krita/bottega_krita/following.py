"""Control layers: what a layer says about the picture, as the daemon wants it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import pictures, pixels
from .canvas import Sheet, colours_of_node
from .client import (
    Bounds,
    Control,
    InvalidRequest,
    PhotoHint,
    Pixels,
    cut,
    map_control,
    messages,
    normal_control,
    pose_control,
)
from .hidden import read_layer
from .host import Aside
from .layers import named
from .params import Follow, Params
from .pose import figures_of

if TYPE_CHECKING:
    from krita import Node

KINDS = {"canny": "Edges", "depth": "Depth", "normal": "Normals", "pose": "Pose"}
"""What a layer can be followed as, and its label."""


def detected(catalog: messages.Catalog | None) -> set[str]:
    """Kinds that the daemon finds in a picture itself."""
    return {messages.ControlKind(kind).name.lower() for kind in catalog.detected_kinds} if catalog else set()


def read_controls(
    seen: Sheet, params: Params, context: Bounds, catalog: messages.Catalog
) -> Generator[Any, Any, list[Control]]:
    """The control layers that are switched on, cut to the context, in its pixels.

    Raises InvalidRequest for a layer that is gone."""
    found: list[Control] = []
    for follow in params.controls:
        if not follow.on or follow.strength <= 0:
            continue
        node = named(seen.document, follow.layer, follow.name)
        found.append((yield from _control(seen, follow, node, context, detected(catalog))))
    return found


def _control(seen: Sheet, follow: Follow, node: Node, context: Bounds, found: set[str]) -> Generator[Any, Any, Control]:
    how: Any = {"strength": follow.strength, "start": follow.start, "end": follow.end}
    if follow.kind == "pose" and node.type() == "vectorlayer":
        figures = figures_of(node, seen.document.resolution(), context)
        if not figures:
            message, remedy = f"the layer {follow.name!r} shows no figure.", "Add one in the docker."
            raise InvalidRequest(message, remedy=remedy, field="controls")
        return pose_control(figures, **how)
    hint = yield from on_black(seen, node, context)
    if follow.detect and follow.kind in found:
        return Control(follow.kind, PhotoHint(hint, 0.0, 0.0), **how)  # type: ignore[arg-type]
    if follow.kind == "normal":
        return normal_control(replace(hint, color_space="data"), **how)
    return map_control(follow.kind, hint, **how)  # type: ignore[arg-type]


def on_black(seen: Sheet, node: Node, context: Bounds) -> Generator[Any, Any, Pixels]:
    """The layer's picture on black, in 8 bits, its edge repeated beyond the canvas."""
    part, colours = context.within(seen.extent.bounds), colours_of_node(node)
    parts = yield from read_layer(seen.document, node, part, colours)
    found: Pixels = yield Aside(lambda: pictures.on_black(pixels.to_pixels(parts, part, colours)))
    return (yield Aside(lambda: cut(found, context.seen_from(part))))
