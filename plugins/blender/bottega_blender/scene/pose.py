"""Armatures as OpenPose figures: bones are known by the names that rigs give them, or by what the artist says.

A bone's custom property `bottega_joint` overrides the tables: one of JOINTS, for the bone's head.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import bpy
import numpy as np

from ..client import Keypoint
from .raster import View, project

Array: TypeAlias = "np.ndarray[Any, Any]"
Bones: TypeAlias = "tuple[list[str], list[str], Array, Array]"
"""Of an armature: names, overrides, heads and tails (n, 3) in the world."""
Armature: TypeAlias = "tuple[dict[str, tuple[Array, Array]], dict[str, str]]"
"""Heads and tails of bones in the world, and which bone makes which joint."""
OVERRIDE = "bottega_joint"
JOINTS = (
    "nose", "neck",
    "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
    "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip
"""COCO-18 in OpenPose's order. Right is the figure's own."""

LIMBS = {
    "shoulder": ("upperarm", "arm", "uparm", "armupper"),
    "elbow": ("forearm", "lowerarm", "loarm", "armlower"),
    "wrist": ("hand", "wrist"),
    "hip": ("thigh", "upleg", "upperleg", "legupper"),
    "knee": ("shin", "calf", "leg", "lowerleg", "loleg", "leglower"),
    "ankle": ("foot", "ankle"),
    "eye": ("eye", "faceeye"),
    "ear": ("ear",),
}
"""Joint, and the names of the bone that begins there: Rigify and Blender's own, Mixamo, Unreal, VRM, Daz, MakeHuman."""
MIDDLE = {"head": ("head",), "neck": ("neck",)}
WHOLE = {"spine.006": "head"}
"""Joints of bones whose name says something else: Rigify counts its spine up to the head."""
SIDES = (
    (re.compile(r"^(?:left|l)[ _.\-]|[ _.\-](?:left|l)$|^left(?=[a-z])", re.IGNORECASE), "left"),
    (re.compile(r"^(?:right|r)[ _.\-]|[ _.\-](?:right|r)$|^right(?=[a-z])", re.IGNORECASE), "right"),
)
PREFIX = re.compile(r"^(?:mixamorig\d*[:_]|bip\d*[ _]|def-|org-|j_(?:bip|adj)_|[a-z0-9]+:)", re.IGNORECASE)
CENTRE = re.compile(r"^c_", re.IGNORECASE)
DEFORMING = ("def-", "org-")
"""How Rigify begins the names of bones that lie where the figure's do, the best first; controls may lie elsewhere."""
RANK = re.compile(r"[._](?:0\d\d|x)$", re.IGNORECASE)


def joint_of(bone: str) -> str:
    """The joint at a bone's head by its name: one of JOINTS, "head", or "" for a bone that no figure shows."""
    name = PREFIX.sub("", bone)
    if name in WHOLE:
        return WHOLE[name]
    name = CENTRE.sub("", RANK.sub("", name))
    side = ""
    for pattern, which in SIDES:
        if pattern.search(name):
            side, name = which, pattern.sub("", name)
            break
    plain = re.sub(r"[ _.\-]|0?1$", "", name).casefold()
    table = LIMBS if side else MIDDLE
    for joint, names in table.items():
        if plain in names:
            return f"{side}_{joint}" if side else joint
    return ""


def bones_by_joint(bones: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Which bone makes each joint, from (name, override) in the order of the armature. Of several the first wins, but
    what deforms before its control, and a limb's first part before its second."""
    found: dict[str, str] = {}
    chosen: dict[str, str] = {}
    for name, override in sorted(bones, key=lambda bone: _rank(bone[0])):
        if override in JOINTS:
            chosen.setdefault(override, name)
        elif joint := joint_of(name):
            found.setdefault(joint, name)
    return {**found, **chosen}


def _rank(name: str) -> tuple[int, bool]:
    kinds = (number for number, start in enumerate(DEFORMING) if name.casefold().startswith(start))
    return next(kinds, len(DEFORMING)), bool(RANK.search(name))


def figure(places: Mapping[str, tuple[Array, Array]], joints: Mapping[str, str], view: View) -> tuple[Keypoint, ...]:
    """The 18 joints in a view, from heads and tails of bones in the world. What no bone shows, or what lies outside of
    the picture, has no confidence. The neck is where OpenPose has it: between the shoulders."""
    world: dict[str, Array] = {joint: places[bone][0] for joint, bone in joints.items() if joint in JOINTS}
    shoulders = [world[name] for name in ("left_shoulder", "right_shoulder") if name in world]
    if len(shoulders) == 2:
        world["neck"] = (shoulders[0] + shoulders[1]) / 2.0
    if "head" in joints and "nose" not in world:  # no rig has a bone there: the middle of the head's bone
        head, tail = places[joints["head"]]
        world["nose"] = (head + tail) / 2.0
    return tuple(_keypoint(world.get(name), view) for name in JOINTS)


def _keypoint(place: Array | None, view: View) -> Keypoint:
    if place is None:
        return Keypoint(0.0, 0.0, 0.0)
    x, y, z = (float(each[0]) for each in project(place[None], view))
    inside = view.near <= z <= view.far and -0.5 <= x < view.width - 0.5 and -0.5 <= y < view.height - 0.5
    return Keypoint(x, y, 1.0) if inside else Keypoint(0.0, 0.0, 0.0)


def copied(thing: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> Bones:
    """An armature's bones as it is posed."""
    posed = thing.evaluated_get(depsgraph)
    bones = posed.pose.bones
    ends = []
    for name in ("head", "tail"):
        values = np.empty(len(bones) * 3, np.float32)
        bones.foreach_get(name, values)
        matrix = np.array(posed.matrix_world, np.float64)
        ends.append(values.reshape(-1, 3).astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3])
    overrides = [str(bone.get(OVERRIDE, "")) for bone in thing.pose.bones]
    return [bone.name for bone in bones], overrides, ends[0], ends[1]


def known(bones: Bones) -> Armature:
    """Where bones are, and which of them make joints."""
    names, overrides, heads, tails = bones
    places = {name: (heads[k], tails[k]) for k, name in enumerate(names)}
    return places, bones_by_joint(zip(names, overrides, strict=True))


def figures(armatures: Sequence[Armature], view: View) -> list[tuple[Keypoint, ...]]:
    """The figures of which a view shows anything."""
    found = [figure(places, joints, view) for places, joints in armatures]
    return [each for each in found if any(joint.confidence for joint in each)]
