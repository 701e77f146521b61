"""Outpainting and live painting in every depth: the paths of `paths`, with these cases."""

import paths
import stage

KINDS = {
    "u16": {"depth": "U16", "profile": "sRGB-elle-V2-srgbtrc.icc"},
    "u16-wide": {"depth": "U16", "profile": "ClayRGB-elle-V2-g22.icc"},
    "u16-linear": {"depth": "U16"},
    "f16-linear": {"depth": "F16"},
    "f32-linear": {"depth": "F32"},
    "f32-wide": {"depth": "F32", "profile": "Rec2020-elle-V4-g10.icc"},
}
BEYOND = {"rect": None, "params": {"mode": "expand"}, "margins": (32, 16, 8, 0)}
LIVE = {"live": True, "params": {"strength": 0.6}}
CASES = [
    {"name": f"{way}-{name}", **kind, **case}
    for name, kind in KINDS.items()
    for way, case in {"beyond": BEYOND, "live": LIVE, "liveall": {**LIVE, "rect": None}}.items()
]


def main(arguments):
    """Kritarunner's entry."""
    stage.act(run)


def run(out):
    """All cases, one after the other."""
    studio = stage.begin()
    return {case["name"]: paths.act(studio, case, out) for case in CASES}
