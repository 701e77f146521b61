"""Poses from armatures whose bones have the names of real rigs: each joint lies at the bone that moves the figure."""

from __future__ import annotations

import pytest

from tests.hosts.blender.conftest import Stage

BODY = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
NAMES = {
    "metarig": ("{name}.{side}", ("L", "R"), ("upper_arm", "forearm", "hand", "thigh", "shin", "foot", "eye", "ear")),
    "rigify": ("DEF-{name}.{side}", ("L", "R"), ("upper_arm", "forearm", "hand", "thigh", "shin", "foot")),
    "mixamo": ("mixamorig:{side}{name}", ("Left", "Right"), ("Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot", "Eye")),
    "unreal": ("{name}_{side}", ("l", "r"), ("upperarm", "lowerarm", "hand", "thigh", "calf", "foot")),
    "vrm": ("J_Bip_{side}_{name}", ("L", "R"), ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")),
}
"""How a rig names its bones, its sides, and the bones of BODY, an eye and an ear."""
OTHERS = {
    "metarig": {"head": "spine.006"},
    "rigify": {
        "head": "DEF-spine.006", "neck": "neck", "left_eye": "ORG-eye.L", "right_eye": "ORG-eye.R",
        "left_ear": "DEF-ear.L", "right_ear": "DEF-ear.R",
    },
    "mixamo": {"head": "mixamorig:Head", "neck": "mixamorig:Neck"},
    "unreal": {"head": "head", "neck": "neck_01"},
    "vrm": {
        "head": "J_Bip_C_Head", "neck": "J_Bip_C_Neck", "left_eye": "J_Adj_L_FaceEye", "right_eye": "J_Adj_R_FaceEye",
    },
}  # fmt: skip


@pytest.mark.parametrize("rig", NAMES)
def test_joints_of_real_rigs(told: Stage, rig: str) -> None:
    """All of them, and no control, twist, finger or target in their place."""
    pattern, sides, bones = NAMES[rig]
    wanted = {
        f"{which}_{joint}": pattern.format(side=side, name=bone)
        for which, side in zip(("left", "right"), sides, strict=True)
        for joint, bone in zip((*BODY, "eye", "ear"), bones, strict=False)
    }
    assert told("rigs")["joints"][rig] == wanted | OTHERS[rig]
