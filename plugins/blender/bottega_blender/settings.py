"""What the panels set: kept in the scene, so that it is saved with the file and undone with it."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from . import studio
from .params import Params, drawn_seed, seamless

TARGETS = (
    ("MATERIAL", "Material", "A new material on the active object shows the texture"),
    ("NODE", "Active Image Node", "The active image node of the object's material shows the texture"),
    ("IMAGE", "Image Only", "The texture is an image and nothing uses it yet"),
)


def _found(names: list[str], typed: str) -> list[str]:
    return [name for name in names if typed.casefold() in name.casefold()]


def _checkpoints(self: bpy.types.PropertyGroup, context: bpy.types.Context, typed: str) -> list[str]:
    catalog = studio.here().catalog
    return _found([each.name for each in catalog.checkpoints], typed) if catalog else []


def _samplers(self: bpy.types.PropertyGroup, context: bpy.types.Context, typed: str) -> list[str]:
    catalog = studio.here().catalog
    return _found([each.name for each in catalog.samplers], typed) if catalog else []


def _schedules(self: bpy.types.PropertyGroup, context: bpy.types.Context, typed: str) -> list[str]:
    catalog = studio.here().catalog
    return _found([each.name for each in catalog.schedules], typed) if catalog else []


class BottegaSettings(bpy.types.PropertyGroup):
    """One scene's wishes. Numbers of 0 and empty names leave the choice to the daemon."""

    prompt: StringProperty(name="Prompt", description="What is to be seen")
    negative_prompt: StringProperty(name="Negative Prompt", description="What is not to be seen")
    checkpoint: StringProperty(name="Model", description="Empty: the daemon's default", search=_checkpoints)
    sampler: StringProperty(name="Sampler", description="Empty: the daemon's default", search=_samplers)
    schedule: StringProperty(name="Schedule", description="Empty: the daemon's default", search=_schedules)
    steps: IntProperty(name="Steps", description="0: the daemon's default", min=0, max=1000)
    guidance: FloatProperty(name="Guidance", description="0: the daemon's default", min=0.0, max=100.0)
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
    pose: FloatProperty(
        name="Pose", description="How strictly to follow the armatures' poses", default=0.0, min=0.0, max=2.0
    )

    from_camera: BoolProperty(
        name="From Camera",
        description="Project what the scene's camera sees, instead of placing views around the object",
    )
    views: IntProperty(name="Views", description="At most so many views are placed", default=6, min=1, max=16)
    texture_size: EnumProperty(
        name="Texture Size",
        description="Side of the projected texture in pixels",
        items=[(str(size), str(size), "") for size in (512, 1024, 2048, 4096)],
        default="1024",
    )

    def params(self, kind: str) -> Params:
        """What is wished now. A random seed is drawn, and shown."""
        if self.random_seed:
            self.seed = drawn_seed(self.count)
        texture = kind == "texture"
        wanted: dict[str, float] = {}
        if kind == "render":
            wanted = {"depth": self.depth, "canny": self.outlines, "pose": self.pose}
        elif kind == "projection":
            wanted = {"depth": self.depth, "views": self.views}
        return Params(
            kind=kind,
            prompt=self.prompt,
            negative_prompt=self.negative_prompt,
            checkpoint=self.checkpoint,
            sampler=self.sampler,
            schedule=self.schedule,
            steps=self.steps,
            guidance=self.guidance,
            seed=self.seed,
            count=self.count,
            width=self.width,
            height=self.height,
            seamless=seamless(self.seamless_x, self.seamless_y) if texture else "none",
            strength=self.strength,
            start=self.start.name if self.start and texture else "",
            controls={name: strength for name, strength in wanted.items() if strength > 0},
        )

    def take(self, params: Params) -> None:
        """Show what made a result, with its seed."""
        for name in ("prompt", "negative_prompt", "checkpoint", "sampler", "schedule", "steps", "guidance", "seed"):
            setattr(self, name, getattr(params, name))
        self.count, self.width, self.height = params.count, params.width, params.height
        self.random_seed = False
        self.strength = params.strength
        if params.kind == "texture":
            self.seamless_x, self.seamless_y = "x" in params.seamless, "y" in params.seamless
            self.start = bpy.data.images.get(params.start) if params.start else None
        else:
            self.depth, self.outlines = params.controls.get("depth", 0.0), params.controls.get("canny", 0.0)
            self.pose = params.controls.get("pose", 0.0)
