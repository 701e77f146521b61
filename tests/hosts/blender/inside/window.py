"""A Blender with a window, for pictures of its panels: python -m scripts.blender_window.

It asks the outside by files: `shot-NAME` for a picture of the screen, `daemon` for a daemon.
"""

import math
import sys
from pathlib import Path

import bpy
from bl_ext.user_default.bottega import studio

sys.path.append(str(Path(__file__).parent))
import windowed


def scene() -> None:
    """A head with a UV map, seen from a little above."""
    for thing in list(bpy.data.objects):
        if thing.type == "MESH":
            bpy.data.objects.remove(thing)
    bpy.ops.mesh.primitive_monkey_add(size=3, rotation=(0, 0, math.radians(20)))
    head = bpy.context.object
    head.modifiers.new("Subdivision", "SUBSURF").levels = 2
    bpy.ops.object.modifier_apply(modifier="Subdivision")
    bpy.ops.object.shade_smooth()
    bpy.ops.bottega.unwrap()
    view = windowed.area("VIEW_3D")
    with windowed.within(view):
        bpy.ops.view3d.view_axis(type="FRONT")
        bpy.ops.view3d.view_selected()
    view.spaces.active.region_3d.view_rotation = (0.78, 0.56, 0.17, 0.22)


def shown(name: str):
    """Wait until the outside has taken a picture."""
    windowed.sidebars()
    yield 1.5
    path = windowed.OUT / f"shot-{name}"
    path.touch()
    while path.exists():
        yield 0.1


def steps():
    """What an artist would do."""
    windowed.split()
    scene()
    yield 1.0
    here, settings = studio.here(), bpy.context.scene.bottega
    settings.steps, settings.guidance, settings.random_seed, settings.seed = 20, 5.0, False, 3
    yield from windowed.until(lambda: here.link.connection.state == "lost")
    yield from shown("offline")
    (windowed.OUT / "daemon").touch()
    yield from windowed.until(lambda: here.link.connection.state == "connected")
    settings.prompt, settings.count = "green marble", 2
    with bpy.context.temp_override(window=windowed.window(), area=windowed.area("VIEW_3D")):
        bpy.ops.bottega.texture()
        yield from windowed.until(lambda: here.works[0].ended)
        settings.prompt, settings.count, settings.texture_size = "orange checkerboard", 1, "1024"
        bpy.ops.bottega.project()
        yield from windowed.until(lambda: here.works[0].state == "running" and here.works[0].fraction > 0.5)
        yield from shown("running")
        yield from windowed.until(lambda: here.works[0].ended)
    windowed.area("IMAGE_EDITOR").spaces.active.image = bpy.data.images[here.works[0].results[0]]
    windowed.area("VIEW_3D").spaces.active.shading.type = "MATERIAL"
    yield 8.0
    yield from shown("results")
    windowed.german()
    yield from shown("german")


windowed.run(steps())
