"""What the panels set: kept in the scene, so that it is saved with the file and undone with it."""

from collections.abc import Iterable

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from . import menus
from .params import SEEDS, Params, drawn_seed, seamless
from .upscale import MOST, Wish

TARGETS = (
    ("MATERIAL", "Material", "A new material on the active object shows the texture"),
    ("NODE", "Active Image Node", "The active image node of the object's material shows the texture"),
    ("IMAGE", "Image Only", "The texture is an image and nothing uses it yet"),
)


VIEWS_FROM = (
    ("AROUND", "Around the Object", "Views are placed around the object until they have seen it all"),
    ("CAMERA", "Scene Camera", "What the scene's camera sees is painted"),
    ("SELECTED", "Selected Cameras", "What the selected cameras see is painted, one after another"),
)
CONTROLS = {"render": ("depth", "canny", "normal", "pose"), "projection": ("depth", "canny", "normal")}
"""Kinds of jobs, and what they can follow."""
PROPERTIES = {"depth": "depth", "canny": "outlines", "normal": "normals", "pose": "pose"}
"""Kinds of control, and the property that says how strictly each is followed."""
TAKEN = (
    "prompt", "negative_prompt", "checkpoint", "sampler", "schedule", "steps", "guidance", "seed", "count", "width",
    "height", "strength", "feather",
)  # fmt: skip
"""What settings and parameters have in common by name."""
OWN: dict[str, dict[str, type]] = {
    "texture": {"target": str, "maps": bool},
    "projection": {"views": int, "views_from": str, "texture_size": int},
}
"""What else they have in common for one kind of job, and what parameters hold it as."""

AXES = (
    ("AUTO", "As It Was Made", "Along the axes for which Bottega painted the image seamless; none for other images"),
    ("NONE", "Not Seamless", "No edge continues into another"),
    ("X", "X", "Left and right edge continue into each other"),
    ("Y", "Y", "Top and bottom continue into each other"),
    ("XY", "X and Y", "Left and right, top and bottom continue into each other"),
)
"""How an image goes on beyond its edges when it is enlarged."""


class BottegaLora(bpy.types.PropertyGroup):
    """A LoRA at work"""

    name: StringProperty(name="LoRA", description="A change of the model: a style, a material", search=menus.loras)
    weight: FloatProperty(
        name="Weight", description="How strongly it acts", default=1.0, min=-10.0, max=10.0, soft_min=0.0, soft_max=1.5
    )


class BottegaSettings(bpy.types.PropertyGroup):
    """One scene's wishes. Numbers of 0 and empty names leave the choice to the daemon."""

    prompt: StringProperty(name="Prompt", description="What is to be seen")
    negative_prompt: StringProperty(name="Negative Prompt", description="What is not to be seen")
    checkpoint: StringProperty(name="Model", description="Empty: the daemon's default", search=menus.checkpoints)
    sampler: StringProperty(name="Sampler", description="Empty: the daemon's default", search=menus.samplers)
    schedule: StringProperty(name="Schedule", description="Empty: the daemon's default", search=menus.schedules)
    steps: IntProperty(name="Steps", description="0: the daemon's default", min=0, max=1000)
    guidance: FloatProperty(name="Guidance", description="0: the daemon's default", min=0.0, max=100.0)
    loras: CollectionProperty(type=BottegaLora)
    random_seed: BoolProperty(name="Random Seed", description="Draw a new seed for each job", default=True)
    seed: IntProperty(name="Seed", description="The same seed and settings make the same picture", min=0)
    count: IntProperty(
        name="Variations", description="Pictures of one job, with seeds that follow", default=1, min=1, max=16
    )
    width: IntProperty(name="Width", description="0: as the model likes it", min=0, max=8192, step=8)
    height: IntProperty(name="Height", description="0: as the model likes it", min=0, max=8192, step=8)
    seamless_x: BoolProperty(
        name="Seamless X", description="Left and right edge continue into each other", default=True
    )
    seamless_y: BoolProperty(name="Seamless Y", description="Top and bottom continue into each other", default=True)
    start: PointerProperty(
        name="Start From", description="Change this image instead of beginning anew", type=bpy.types.Image
    )
    mask: PointerProperty(
        name="Mask", description="White is repainted, black is kept; as large as the image", type=bpy.types.Image
    )
    strength: FloatProperty(
        name="Strength", description="How far to leave the start image", default=0.6, min=0.0, max=1.0, subtype="FACTOR"
    )
    feather: IntProperty(
        name="Soft Edge", description="Pixels over which a repainted part fades out", default=4, min=0, max=512
    )
    target: EnumProperty(name="Result", description="Where the texture goes", items=TARGETS)
    maps: BoolProperty(
        name="PBR Maps",
        description="Derive height, normals and roughness from the picture's brightness, by formula",
        default=True,
    )
    depth: FloatProperty(
        name="Depth", description="How strictly to follow the scene's depth", default=1.0, min=0.0, max=2.0
    )
    outlines: FloatProperty(
        name="Outlines",
        description="How strictly to follow the edges of the scene's normals",
        default=0.0,
        min=0.0,
        max=2.0,
    )
    normals: FloatProperty(
        name="Normals",
        description="How strictly to follow which way surfaces face; the daemon needs a control network for normals",
        default=0.0,
        min=0.0,
        max=2.0,
    )
    pose: FloatProperty(
        name="Pose", description="How strictly to follow the armatures' poses", default=0.0, min=0.0, max=2.0
    )
    views_from: EnumProperty(name="Views From", description="Where it is painted from", items=VIEWS_FROM)
    views: IntProperty(name="Views", description="At most so many views are placed", default=6, min=1, max=16)
    texture_size: EnumProperty(
        name="Texture Size",
        description="Side of the projected texture in pixels",
        items=[(str(size), str(size), "") for size in (512, 1024, 2048, 4096)],
        default="1024",
    )
    upscaler: StringProperty(
        name="Upscaler", description="Network that enlarges; empty: the daemon's first", search=menus.upscalers
    )
    times: IntProperty(
        name="Times", description="How many times as wide and high; 0: as the upscaler does", min=0, max=MOST
    )
    axes: EnumProperty(name="Seamless", description="Which edges of the image continue", items=AXES)

    def params(self, kind: str) -> Params:
        """What is wished now. The seed is shown: a random one is drawn, a typed one leaves room for those that
        follow."""
        self.seed = drawn_seed(self.count) if self.random_seed else min(self.seed, SEEDS - self.count)
        texture = kind == "texture"
        wanted = {name: getattr(self, PROPERTIES[name]) for name in CONTROLS.get(kind, ())}
        return Params(
            kind=kind,
            **{name: getattr(self, name) for name in TAKEN},
            seamless=seamless(self.seamless_x, self.seamless_y) if texture else "none",
            start=self.start.name if self.start and texture else "",
            controls={name: strength for name, strength in wanted.items() if strength > 0},
            loras=self.params_loras(),
            **{name: of(getattr(self, name)) for name, of in OWN.get(kind, {}).items()},
        )

    def wish(self) -> Wish:
        """How images are to be enlarged."""
        return Wish(self.upscaler, self.times, None if self.axes == "AUTO" else self.axes.lower())

    def take(self, params: Params) -> None:
        """Show what made a result, with its seed. An enlargement has neither prompt nor seed, and leaves them alone."""
        if params.kind == "upscale":
            self.upscaler, self.times, self.axes = params.upscaler, params.times, params.axes.upper() or "AUTO"
            return
        for name in TAKEN:
            setattr(self, name, getattr(params, name))
        self.random_seed = False
        self.set_loras(params.loras)
        if params.kind == "texture":
            self.seamless_x, self.seamless_y = "x" in params.seamless, "y" in params.seamless
            self.start = bpy.data.images.get(params.start) if params.start else None
        for name in CONTROLS.get(params.kind, ()):
            setattr(self, PROPERTIES[name], params.controls.get(name, 0.0))
        for name, of in OWN.get(params.kind, {}).items():
            value = getattr(params, name)
            if of is bool or value:  # 0 and "" are of older results, which do not say
                setattr(self, name, str(value) if name == "texture_size" else value)

    def params_loras(self) -> tuple[tuple[str, float], ...]:
        """Names and weights of those at work."""
        return tuple((each.name, round(each.weight, 6)) for each in self.loras if each.name)

    def set_loras(self, loras: Iterable[tuple[str, float]]) -> None:
        """Have these at work, and no others."""
        self.loras.clear()
        for name, weight in loras:
            made = self.loras.add()
            made.name, made.weight = name, weight
