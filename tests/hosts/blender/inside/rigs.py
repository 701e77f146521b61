"""Armatures whose bones have the names that real rigs give them, in their order, and which bone makes which joint."""

import bpy
import stage
from bl_ext.user_default.bottega.scene import pose

here = stage.enable()
SIDES = ("L", "R")
RIGIFY = ("shoulder", "upper_arm", "forearm", "hand", "thigh", "shin", "foot", "toe", "eye", "ear")
SPINE = ["spine", *(f"spine.00{number}" for number in range(1, 7))]
"""Of Rigify: the last is the head."""


def generated():
    """A rig that Rigify makes: controls, then what deforms (limbs in two parts), what is original, and mechanics."""
    names = ["root", "torso", "chest", "neck", "head", "master_eye.L", "eye.L", "eye.R", "eyes"]
    for side in SIDES:
        names += [f"{name}_{kind}.{side}" for kind in ("ik", "fk") for name in ("upper_arm", "forearm", "hand", "foot")]
        names += [f"{name}_tweak.{side}.001" for name in ("upper_arm", "thigh")]
    names += [f"DEF-{name}" for name in SPINE]
    for side in SIDES:
        limbs = "upper_arm", "forearm", "thigh", "shin"
        names += [f"DEF-{name}.{side}{part}" for part in (".001", "") for name in limbs]
        names += [f"DEF-{name}.{side}" for name in ("shoulder", "hand", "foot", "toe", "ear")] + [f"MCH-hand_ik.{side}"]
        names += [f"ORG-{name}.{side}" for name in RIGIFY]
    return names


def both(pattern, names, sides):
    """Each name on each side."""
    return [pattern.format(side=side, name=name) for side in sides for name in names]


MIXAMO = ("Shoulder", "Arm", "ForeArm", "Hand", "HandThumb1", "HandIndex1", "UpLeg", "Leg", "Foot", "ToeBase", "Eye")
UNREAL = ("clavicle", "upperarm", "upperarm_twist_01", "lowerarm", "hand", "thigh", "thigh_twist_01", "calf", "foot")
VRM = ("Shoulder", "UpperArm", "LowerArm", "Hand", "Thumb1", "UpperLeg", "LowerLeg", "Foot", "ToeBase")
RIGS = {
    "metarig": [*SPINE, *both("{name}.{side}", RIGIFY, SIDES)],
    "rigify": generated(),
    "mixamo": [
        *(f"mixamorig:{name}" for name in ("Hips", "Spine", "Spine1", "Spine2", "Neck", "Head", "HeadTop_End")),
        *both("mixamorig:{side}{name}", MIXAMO, ("Left", "Right")),
    ],
    "unreal": [
        *("root", "pelvis", "spine_01", "spine_02", "spine_03", "neck_01", "head", "ik_foot_root", "ik_hand_gun"),
        *both("ik_{name}_{side}", ("foot", "hand"), ("l", "r")),
        *both("{name}_{side}", UNREAL, ("l", "r")),
    ],
    "vrm": [
        *("Root", *(f"J_Bip_C_{name}" for name in ("Hips", "Spine", "Chest", "UpperChest", "Neck", "Head"))),
        *both("J_Bip_{side}_{name}", VRM, SIDES),
        *both("J_{name}", ("Adj_L_FaceEye", "Adj_R_FaceEye", "Sec_L_Bust1", "Sec_R_Bust1"), ("",)),
    ],
}


def joints(names):
    """Which bone makes each joint of an armature with these bones."""
    armature = bpy.data.armatures.new("Rig")
    rig = bpy.data.objects.new("Rig", armature)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for number, name in enumerate(names):
        bone = armature.edit_bones.new(name)
        bone.head, bone.tail = (number, 0, 0), (number, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    places, found = pose.known(pose.copied(rig, bpy.context.evaluated_depsgraph_get()))
    assert all(names[round(float(places[bone][0][0]))] == bone for bone in found.values())
    return found


stage.report(joints={name: joints(bones) for name, bones in RIGS.items()})
